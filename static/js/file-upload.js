// One file on its way to the server by the tus protocol 1.0: made once under a name that this browser
// chose, sent in pieces, and after whatever came in between gone on with where the server stands. It knows no page: whoever shows it
// listens to its "change".
import { csrf, isOutage } from "./ask.js";
import { newName } from "./new-name.js";

const PIECE = 4 * 1024 * 1024; // bytes
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000]; // milliseconds between attempts
const SILENCE = 45000; // milliseconds without a byte
const PATIENCE = 15000; // milliseconds for an answer to a question
const MOST_ODD = 5; // answers in a row that say "not so", before it is given up

// States: queued, sending, waiting (for the connection), arrived, failed (trying again may help), refused (it will not), given-up.
const UNDER_WAY = ["queued", "sending", "waiting"];

export class FileUpload extends EventTarget {
  constructor(file, { to, clientId = newName(), source = "upload", address = null }) {
    super();
    Object.assign(this, { file, to, clientId, source, address });
    Object.assign(this, { state: "queued", sent: 0, offset: null, words: "", code: 0, attempts: 0, odd: 0 });
  }

  get isUnderWay() {
    return UNDER_WAY.includes(this.state);
  }

  get percent() {
    return this.file.size ? Math.min(100, Math.floor((100 * this.sent) / this.file.size)) : 0;
  }

  // Ends when it has arrived, cannot go on, or was given up.
  async run() {
    this.becomes("sending");
    while (this.isUnderWay) {
      const answer = await this.step();
      if (this.isUnderWay && !isFine(answer)) await this.meet(answer);
    }
  }

  // Takes it back, also from the server; what it cannot reach now, it sweeps away after a day.
  giveUp() {
    this.becomes("given-up");
    this.xhr?.abort();
    this.wakeUp?.();
    if (this.address) end(this.address);
  }

  // Says no before anything was sent.
  refuse(words) {
    this.words = words;
    this.becomes("refused");
  }

  // --- towards the end, one question at a time

  step() {
    if (!this.address) return this.make();
    if (this.offset === null) return this.look();
    return this.offset < this.file.size ? this.sendPiece() : this.arrive();
  }

  async make() {
    const words = { filename: this.file.name, filetype: this.file.type, client_id: this.clientId, source: this.source };
    const metadata = Object.entries(words).map(([name, value]) => `${name} ${base64(value)}`);
    const answer = await ask("POST", this.to, { "Upload-Length": this.file.size, "Upload-Metadata": metadata.join(",") });
    if (!isFine(answer)) return answer;
    this.address = answer.header("Location") ?? this.address;
    this.stands(answer);
    return answer;
  }

  async look() {
    const answer = await ask("HEAD", this.address);
    if (isFine(answer)) this.stands(answer);
    return answer;
  }

  async sendPiece() {
    const piece = this.file.slice(this.offset, this.offset + PIECE);
    const answer = await this.patch(piece);
    if (isFine(answer)) this.stands(answer, this.offset + piece.size);
    if (isFine(answer)) this.attempts = this.odd = 0;
    return answer;
  }

  arrive() {
    this.becomes("arrived");
    return { status: 204 };
  }

  // Where the server says that the file stands.
  stands(answer, otherwise = null) {
    const offset = answer.header("Upload-Offset");
    this.offset = offset === null ? otherwise : Number(offset);
    this.sent = this.offset ?? this.sent;
    this.becomes("sending");
  }

  // --- when it does not go on

  async meet(answer) {
    const wasAt = this.offset;
    this.offset = null;
    if (answer.status === 0 && !(await this.isReadable())) return this.stop("failed", "", "unreadable");
    if (answer.status === 429 && answer.words) return this.stop("failed", answer.words, 429); // later, and not again and again
    if (isOutage(answer.status) || answer.status === 423) return this.wait(answer.words);
    if (answer.status === 401) return this.stop("failed", "", "sign-in");
    // Somebody else's idea of where it stands, or gone on the server: asked again, made again.
    if ([404, 410].includes(answer.status) && this.address) this.address = null;
    else if (answer.status !== 409 || wasAt === null) return this.stop("refused", answer.words, answer.status);
    this.odd += 1;
    if (this.odd > MOST_ODD) return this.stop("failed", answer.words, answer.status);
  }

  stop(state, words, code) {
    this.words = words;
    this.code = code;
    this.becomes(state);
  }

  // Until the next attempt, or until the network is back.
  async wait(words = "") {
    this.words = words;
    this.becomes("waiting");
    const pause = PAUSES[Math.min(this.attempts++, PAUSES.length - 1)];
    await new Promise((resolve) => {
      this.wakeUp = resolve;
      setTimeout(resolve, pause * (0.75 + Math.random() / 2));
      window.addEventListener("online", resolve, { once: true });
    });
  }

  // A file that was moved or deleted since it was chosen cannot be sent, however good the connection is.
  async isReadable() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  becomes(state) {
    if (this.state === "given-up") return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  // --- the wire

  // By XMLHttpRequest, because it alone says how much of a piece has left.
  patch(piece) {
    return new Promise((resolve) => {
      const xhr = (this.xhr = new XMLHttpRequest());
      let clock;
      const stillHere = () => {
        clearTimeout(clock);
        clock = setTimeout(() => xhr.abort(), SILENCE);
      };
      xhr.open("PATCH", this.address);
      for (const [name, value] of Object.entries(headers({ "Upload-Offset": this.offset }))) xhr.setRequestHeader(name, value);
      xhr.setRequestHeader("Content-Type", "application/offset+octet-stream");
      const start = this.offset;
      xhr.upload.onprogress = ({ loaded }) => {
        stillHere();
        this.sent = start + loaded;
        this.dispatchEvent(new Event("change"));
      };
      xhr.onloadend = () => {
        clearTimeout(clock);
        this.xhr = null;
        const isElsewhere = xhr.responseURL && new URL(xhr.responseURL).pathname !== new URL(this.address, location.href).pathname;
        resolve({ status: isElsewhere ? 401 : xhr.status, words: detail(xhr.responseText), header: (name) => xhr.getResponseHeader(name) });
      };
      stillHere();
      xhr.send(piece);
    });
  }
}

// Tells the server that the rest will not come.
export function end(address) {
  return ask("DELETE", address);
}

async function ask(method, url, more = {}) {
  try {
    const options = { method, headers: headers(more), redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
    const response = await fetch(url, options);
    const status = response.type === "opaqueredirect" ? 401 : response.status;
    return { status, words: detail(await response.text()), header: (name) => response.headers.get(name) };
  } catch {
    return { status: 0, words: "" };
  }
}

function headers(more) {
  return { "Tus-Resumable": "1.0.0", Accept: "application/json", ...csrf(), ...more };
}

function isFine(answer) {
  return answer.status >= 200 && answer.status < 300;
}

// The sentence in a problem (RFC 9457).
function detail(text) {
  try {
    return JSON.parse(text).detail ?? "";
  } catch {
    return "";
  }
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

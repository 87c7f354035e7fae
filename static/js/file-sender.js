// <file-sender uploads="/.../uploads/">: where files are sent from, one on a page. Ways in: a press on anything marked
// data-files="pick" or "shoot", files dropped on [data-files-drop], a picture pasted into [data-files-paste], and the event
//   files:send {files, source, client_id}
// It sends two at a time and says in words what began, arrived and failed. What it is sending is shown by every <file-queue>:
//   files:queue {sender}
// and what has arrived by <file-shelf>, which takes over with  files:shown {names}.
//
// In a form, the form waits for what is still under way, unless somebody says that it should not.
import { FileUpload } from "./file-upload.js";
import { homeOf } from "./file-shelf.js";
import { attempt } from "./attempt.js";

const AT_ONCE = 2;
const KEY = "mechanichub.uploads";
const KEPT_FOR = 24 * 3600 * 1000; // milliseconds; then the server has swept it away, too
const DRAG_ENDS = 600; // milliseconds without a sign of it

class FileSender extends HTMLElement {
  connectedCallback() {
    this.uploads ??= []; // in the order in which they were chosen
    this.running = new Set();
    this.form = this.closest("form");
    this.limits = JSON.parse(this.dataset.limits);
    for (const field of this.querySelectorAll(".file-plain input")) field.disabled = true; // it is for who has no script
    this.listen("addEventListener");
  }

  disconnectedCallback() {
    this.listen("removeEventListener");
  }

  listen(method) {
    document[method]("click", this.onClick);
    document[method]("paste", this.onPaste);
    for (const name of ["dragenter", "dragover"]) document[method](name, this.onDrag);
    document[method]("dragleave", this.onDragOut);
    document[method]("drop", this.onDrop);
    document[method]("files:send", this.onSend);
    document[method]("files:shown", this.onShown);
    document[method]("files:say", this.onSay);
    window[method]("beforeunload", this.onLeave);
    this[method]("change", this.onChosen);
    this.form?.[method]("submit", this.onSubmit);
    this.form?.[method]("reset", this.onReset);
  }

  // A room that is over takes nothing any more.
  get isOpen() {
    return !this.closest("[stage=over]");
  }

  get underWay() {
    return this.uploads.filter((upload) => upload.isUnderWay);
  }

  // --- ways in

  onClick = (event) => {
    const button = event.target.closest?.("[data-files]");
    if (button) this.querySelector(`input[data-way="${button.dataset.files}"]`).click();
    const answer = event.target.closest?.("[data-files-wait] button");
    if (answer) this.answered(answer.value);
  };

  onChosen = ({ target }) => {
    this.add(target.files);
    target.value = ""; // so that the same file can be chosen again
  };

  onSend = ({ detail }) => this.add(detail.files, { source: detail.source, clientId: detail.client_id });

  // Pictures only, and never instead of words.
  onPaste = (event) => {
    if (!this.isOpen || !event.target.closest?.("[data-files-paste]") || event.clipboardData.types.includes("text/plain")) return;
    const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    this.add(pictures.map((file) => this.named(file)));
  };

  // Every pasted picture is called "image.png".
  named(file) {
    const time = new Date().toTimeString().slice(0, 8).replaceAll(":", ".");
    return new File([file], `${this.dataset.pasted} ${time}.${file.type.split("/")[1]}`, { type: file.type, lastModified: file.lastModified });
  }

  // Beside the place for it a file must not replace the page, which is what browsers do with it.
  onDrag = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const zone = this.isOpen ? event.target.closest?.("[data-files-drop]") : null;
    event.dataTransfer.dropEffect = zone ? "copy" : "none";
    this.mark(zone);
    clearTimeout(this.dragging);
    this.dragging = setTimeout(() => this.mark(null), DRAG_ENDS);
  };

  onDragOut = (event) => event.relatedTarget === null && this.mark(null);

  onDrop = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.mark(null);
    if (this.isOpen && event.target.closest?.("[data-files-drop]")) this.add(event.dataTransfer.files);
  };

  mark(zone) {
    for (const other of document.querySelectorAll("[data-dropping]")) if (other !== zone) delete other.dataset.dropping;
    if (zone) zone.dataset.dropping = "";
  }

  // --- sending

  add(files, { source, clientId } = {}) {
    if (!this.isOpen || this.uploads.some((upload) => upload.clientId === clientId)) return;
    const before = this.underWay.length;
    for (const file of files) this.take(file, source, clientId);
    this.sayStarted(this.underWay.slice(before));
    this.form?.elements.bundle?.dispatchEvent(new Event("change", { bubbles: true })); // for keep-typed.js
    this.pump();
    this.tell();
  }

  take(file, source, clientId) {
    const to = homeOf(this, this.getAttribute("uploads"));
    const begun = kept().find((one) => isSame(one, file) && (one.to === to || isShown(one)));
    const upload = new FileUpload(file, { to, source, clientId: begun?.clientId ?? clientId, address: begun?.address });
    upload.kind = this.kindOf(file);
    const words = this.impossible(upload);
    this.uploads = [...this.uploads.filter((other) => other.clientId !== upload.clientId), upload];
    upload.addEventListener("change", () => this.changed(upload));
    if (words) upload.refuse(words);
  }

  // What the server would say, said before a byte is sent.
  impossible({ file, kind }) {
    const { words } = this.limits;
    const shelf = document.querySelector("file-shelf");
    const taken = this.uploads.filter((upload) => upload.isUnderWay || upload.state === "arrived");
    const bytes = taken.reduce((sum, upload) => sum + upload.file.size, file.size);
    if (!file.size) return words.empty;
    if (kind === "other") return words.unknown;
    if (file.size > (this.limits.largest[kind] ?? Math.max(...Object.values(this.limits.largest)))) return words.too_large;
    if (shelf && taken.length >= Number(shelf.dataset.filesLeft)) return words.too_many;
    if (shelf && bytes > Number(shelf.dataset.bytesLeft)) return words.too_many;
    return "";
  }

  // By what the browser makes of it; "" when it makes nothing of it, and then the server looks.
  kindOf({ type }) {
    if (!type) return "";
    return Object.keys(this.limits.types).find((kind) => this.limits.types[kind].includes(type)) ?? "other";
  }

  pump() {
    const next = this.uploads.filter((upload) => upload.state === "queued" && !this.running.has(upload));
    for (const upload of next.slice(0, AT_ONCE - this.running.size)) this.start(upload);
  }

  async start(upload) {
    this.running.add(upload);
    await upload.run();
    this.running.delete(upload);
    this.pump();
  }

  changed(upload) {
    const isNews = upload.state !== upload.told;
    upload.told = upload.state;
    remember(upload);
    if (isNews) this.sayChanged(upload);
    if (isNews && upload.state === "arrived") document.dispatchEvent(new CustomEvent("files:arrived"));
    this.tell();
  }

  // Redrawn once for what changes together.
  tell() {
    this.telling ??= setTimeout(() => {
      this.telling = null;
      document.dispatchEvent(new CustomEvent("files:queue", { detail: { sender: this } }));
      this.showWait();
    });
  }

  // --- what the rows ask for

  giveUp(upload) {
    upload.giveUp();
    this.forget(upload);
    this.pump();
  }

  again(upload) {
    upload.attempts = upload.odd = 0;
    upload.becomes("queued");
    this.pump();
  }

  forget(upload) {
    this.uploads = this.uploads.filter((other) => other !== upload);
    this.tell();
  }

  // What stands on the shelf needs no row any more.
  onShown = ({ detail: { names } }) => {
    const shown = this.uploads.filter((upload) => upload.state === "arrived" && names.includes(upload.clientId));
    for (const upload of shown) this.forget(upload);
  };

  // --- the form around it

  onSubmit = (event) => {
    if (this.mayGo || !this.underWay.length) return;
    event.preventDefault();
    this.waitsWith = event.submitter;
    this.showWait();
    document.querySelector("[data-files-wait] [data-words]").focus();
  };

  // Until all is there; a file that cannot be sent is somebody's decision.
  showWait() {
    const panel = document.querySelector("[data-files-wait]");
    if (!panel) return;
    panel.hidden = !this.waitsWith;
    if (!this.waitsWith) return;
    const failed = this.uploads.filter((upload) => upload.state === "failed").length;
    if (!this.underWay.length && !failed) return this.go();
    const words = this.underWay.length ? counted(this.dataset.waitsFor, this.underWay.length).replace("{percent}", this.percent()) : this.dataset.someFailed;
    const line = panel.querySelector("[data-words]");
    if (line.textContent !== words) line.textContent = words;
    panel.querySelector("progress").value = this.percent();
  }

  percent() {
    const [sent, size] = this.underWay.reduce(([sent, size], upload) => [sent + upload.sent, size + upload.file.size], [0, 0]);
    return size ? Math.floor((100 * sent) / size) : 100;
  }

  answered(answer) {
    if (answer === "go") return this.go();
    const button = this.waitsWith;
    this.waitsWith = null;
    this.showWait();
    button?.focus();
  }

  go() {
    const button = this.waitsWith;
    this.waitsWith = null;
    this.mayGo = true;
    this.form.requestSubmit(button);
  }

  // Started over.
  onReset = () => {
    for (const upload of [...this.uploads]) this.giveUp(upload);
  };

  onLeave = (event) => {
    if (this.underWay.length && !this.mayGo) event.preventDefault();
  };

  // --- for who listens

  sayStarted(started) {
    if (started.length) this.say(started.length === 1 ? this.dataset.started.replace("{name}", started[0].file.name) : counted(this.dataset.startedMany, started.length));
  }

  sayChanged({ state, words, code, file }) {
    if (state === "arrived") this.say(this.dataset.arrived.replace("{name}", file.name));
    if (state === "failed" || state === "refused") this.say(`${file.name}: ${this.wordsFor({ words, code })}`);
  }

  // Why it stopped.
  wordsFor({ words, code }) {
    return words || { unreadable: this.dataset.unreadable, "sign-in": this.dataset.signIn }[code] || this.dataset.failed;
  }

  onSay = ({ detail: { text } }) => this.say(text);

  say(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.querySelector("[data-announce]").append(line);
    setTimeout(() => line.remove(), 10000);
  }
}

// "one sentence|{count} for several"
function counted(words, count) {
  const [one, many] = words.split("|");
  return (count === 1 ? one : many).replace("{count}", count);
}

// --- what was begun, so that the same file goes on where it stopped even after the page was loaded again

function isSame(one, file) {
  return one.name === file.name && one.size === file.size && one.changed === file.lastModified;
}

// What was begun in a form stands in the room that came of it.
function isShown({ clientId }) {
  return document.querySelector(`file-shelf [data-upload="${CSS.escape(clientId)}"]`) !== null;
}

function kept() {
  return (attempt(() => JSON.parse(localStorage.getItem(KEY))) ?? []).filter((one) => Date.now() - one.at < KEPT_FOR);
}

function remember({ file, to, clientId, address, state, isUnderWay }) {
  const others = kept().filter((one) => one.clientId !== clientId);
  const begun = { name: file.name, size: file.size, changed: file.lastModified, to, clientId, address, at: Date.now() };
  const all = (isUnderWay || state === "failed") && address ? [...others, begun] : others;
  attempt(() => (all.length ? localStorage.setItem(KEY, JSON.stringify(all)) : localStorage.removeItem(KEY)));
}

customElements.define("file-sender", FileSender);

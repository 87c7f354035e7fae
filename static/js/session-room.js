// <session-room src="..." viewer="user id" stage="queue|talk|over">: the frame of a room. It says every 20 s that somebody is here (every
// 5 s while there is no socket) and puts the answer, the parts of the room that change, in place by id. So a page is right after
// that time even when nothing else gets through.
//
// What may change what: #stage carries in its data attributes which stage it is, whether one may write, what call there may be, and
// where to say "I am here". Whenever it may have changed, the document hears  room:state {stage, mayWrite, call, ...}.
import { ask, isOutage, parse } from "./ask.js";

const EVERY = 20000; // milliseconds
const WITHOUT_SOCKET = 5000;

class SessionRoom extends HTMLElement {
  connectedCallback() {
    this.known = new Map(); // id -> the markup that stands there
    this.asked = 0;
    this.unseen = 0;
    this.clock = setInterval(() => this.tick(), 1000);
    document.addEventListener("live:changed", this.onChanged);
    document.addEventListener("live:relay", this.onRelay);
    document.addEventListener("live:open", this.onOpen);
    document.addEventListener("live:beat", this.tick);
    document.addEventListener("live:state", this.onState);
    document.addEventListener("live:refused", this.refresh);
    document.addEventListener("chat:said", this.onSaid);
    for (const wake of ["online", "pageshow"]) window.addEventListener(wake, this.refresh);
    document.addEventListener("visibilitychange", this.onVisible);
    this.follow();
    this.refresh();
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    document.removeEventListener("live:changed", this.onChanged);
    document.removeEventListener("live:relay", this.onRelay);
    document.removeEventListener("live:open", this.onOpen);
    document.removeEventListener("live:beat", this.tick);
    document.removeEventListener("live:state", this.onState);
    document.removeEventListener("live:refused", this.refresh);
    document.removeEventListener("chat:said", this.onSaid);
    for (const wake of ["online", "pageshow"]) window.removeEventListener(wake, this.refresh);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  get stage() {
    return document.getElementById("stage").dataset;
  }

  onChanged = (event) => event.detail.name === "session" && this.refresh();
  // Somebody came in: this one has been here.
  onRelay = ({ detail: { sender, data } }) => data.type === "hello" && sender.id !== this.getAttribute("viewer") && this.say("here");
  onOpen = () => {
    this.say("hello");
    this.refresh();
  };
  onState = ({ detail: { state } }) => (this.isCutOff = state === "offline");
  onVisible = () => {
    if (document.visibilityState !== "visible") return;
    this.unseen = 0;
    this.refresh();
  };
  onSaid = () => {
    if (document.visibilityState === "visible") return;
    this.unseen += 1;
    this.entitle();
  };

  say(type) {
    document.querySelector("live-socket").relay({ type });
  }

  // Timers sleep in a hidden page; what arrives on the socket wakes it.
  tick = () => {
    const stays = this.stage.enter || this.stage.stage !== "over";
    if (stays && Date.now() - this.asked > (this.isCutOff ? WITHOUT_SOCKET : EVERY)) this.refresh();
  };

  refresh = async () => {
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    while (this.again) {
      this.again = false;
      this.asked = Date.now();
      await this.read();
    }
    this.busy = false;
  };

  async read() {
    const { enter } = this.stage;
    const answer = await ask(enter ?? this.getAttribute("src"), enter && {});
    if (answer.status === 200) this.put(answer.text);
    else if (!isOutage(answer.status)) await this.shownOut(enter, answer.status);
  }

  // One may not be here any more, or not as before: the page says what is left to see. Signed out, it stays as it is.
  async shownOut(enter, status) {
    if (status === 401) return;
    const answer = enter ? await ask(this.getAttribute("src")) : { status };
    if (answer.status === 200) this.put(answer.text);
    else if (!isOutage(answer.status)) location.reload();
  }

  put(html) {
    for (const part of [...parse(html).children]) this.swap(part);
    this.follow();
  }

  // A part that did not change stays, with its focus and its running clocks.
  swap(part) {
    const standing = document.getElementById(part.id);
    const markup = lasting(part);
    if (!standing || this.known.get(part.id) === markup) return;
    this.known.set(part.id, markup);
    const focused = standing.contains(document.activeElement) ? document.activeElement.id : "";
    standing.replaceWith(part);
    if (focused) document.getElementById(focused)?.focus();
  }

  // The rest of the page follows the stage.
  follow() {
    const { stage, mayWrite } = this.stage;
    this.setAttribute("stage", stage);
    for (const composer of this.querySelectorAll("chat-composer")) composer.setAttribute("stage", mayWrite === undefined ? stage : "open");
    const words = document.querySelector("#stage [data-says]")?.textContent ?? this.stage.title;
    const line = this.querySelector("[data-announce]");
    if (line.textContent !== words) line.textContent = words;
    this.entitle();
    document.dispatchEvent(new CustomEvent("room:state", { detail: { ...this.stage } }));
  }

  // The title of the page says where things stand, and what was said while nobody looked.
  entitle() {
    this.site ??= document.title.split(" · ").at(-1);
    const words = this.querySelector("[data-announce]").textContent;
    document.title = `${this.unseen ? `(${this.unseen}) ` : ""}${words} · ${this.site}`;
  }
}

// A part without what differs from one answer to the next although nothing happened: the server's time.
function lasting(part) {
  const copy = part.cloneNode(true);
  for (const clock of copy.querySelectorAll("[now]")) {
    clock.removeAttribute("now");
    if (clock.hasAttribute("since")) clock.textContent = "";
  }
  return copy.outerHTML;
}

customElements.define("session-room", SessionRoom);

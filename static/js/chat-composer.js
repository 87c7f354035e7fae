// <chat-composer key="..." viewer="user id" role-name="customer|mechanic" stage="open|queue|talk|over"> around the form one writes in.
//
// A message gets its name here, is shown at once, and is sent until the server has it, in the order it was written. What is typed and
// what is not yet sent stays in this browser, also over a reload. When the server refuses, its words stand below the text.
import { ask, isOutage, parse, wordsOf } from "./ask.js";
import { newName } from "./new-name.js";
import { attempt } from "./attempt.js";

const PAUSES = [1000, 2000, 4000, 8000, 15000]; // milliseconds between attempts
const TYPING_EVERY = 3000;
const TYPING_ENDS = 5000;

class ChatComposer extends HTMLElement {
  static observedAttributes = ["stage"];

  async connectedCallback() {
    this.form = this.querySelector("form");
    this.text = this.form.elements.body;
    this.over = this.querySelector(".chat-over");
    this.store = `mechanichub.talk.${this.getAttribute("key")}`;
    await customElements.whenDefined("chat-log");
    this.log = this.closest(".chat").querySelector("chat-log");
    this.restore();
    this.form.addEventListener("submit", this.onSubmit);
    this.text.addEventListener("input", this.onInput);
    this.text.addEventListener("keydown", this.onKey);
    this.text.addEventListener("blur", this.stopTyping);
    this.log.addEventListener("click", this.onFailedClick);
    document.addEventListener("live:open", this.send);
    window.addEventListener("online", this.send);
    window.addEventListener("pagehide", this.keep);
    this.openOrClose();
    this.send();
  }

  disconnectedCallback() {
    document.removeEventListener("live:open", this.send);
    window.removeEventListener("online", this.send);
    window.removeEventListener("pagehide", this.keep);
  }

  attributeChangedCallback() {
    if (this.log) this.openOrClose();
  }

  // When it closes over something half written, the text stays where it can be copied.
  openOrClose() {
    const stage = this.getAttribute("stage");
    const isOpen = stage === "open";
    const wasClosed = this.text.readOnly;
    this.text.readOnly = !isOpen;
    for (const button of this.form.querySelectorAll("button")) button.disabled = !isOpen;
    this.form.hidden = !isOpen && !this.text.value;
    this.over.hidden = stage !== "over";
    if (isOpen && wasClosed) this.send();
  }

  // --- writing

  onInput = () => {
    this.keepSoon();
    if (this.text.value) this.startTyping();
    else this.stopTyping();
  };

  onKey = (event) => {
    const isEnter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!isEnter || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.form.requestSubmit();
  };

  onSubmit = (event) => {
    event.preventDefault();
    const body = this.text.value.trim();
    if (body) this.waiting.push({ id: newName(), body });
    this.text.value = "";
    this.querySelector(".field-error")?.remove();
    this.stopTyping();
    this.keep();
    this.showAll();
    this.log.toEnd();
    this.send();
    this.text.focus();
  };

  // --- sending

  send = async () => {
    clearTimeout(this.timer);
    if (this.sending || !this.log) return;
    this.sending = true;
    while (this.next() && (await this.sendOne(this.next())));
    this.sending = false;
  };

  next() {
    return this.waiting.find((message) => !message.refused);
  }

  // True when the next one may follow.
  async sendOne(message) {
    const answer = await ask(this.form.action, { client_id: message.id, body: message.body });
    if (answer.status === 201) this.arrived(message, answer.text);
    else if (isOutage(answer.status)) return this.later(message, this.dataset.waiting);
    else if (answer.status === 401) return this.later(message, this.dataset.signIn);
    else this.refuse(message, wordsOf(answer.text));
    return true;
  }

  arrived(message, html) {
    this.drop(message);
    this.log.take(parse(html).firstElementChild);
  }

  later(message, words) {
    message.words = words;
    this.showAll();
    this.timer = setTimeout(this.send, PAUSES[Math.min((this.attempts = (this.attempts ?? 0) + 1), PAUSES.length) - 1]);
    return false;
  }

  refuse(message, words) {
    message.refused = words || this.dataset.failed;
    this.keep();
    this.showAll();
  }

  drop(message) {
    this.attempts = 0;
    this.waiting = this.waiting.filter((other) => other !== message);
    this.keep();
  }

  // --- what is not sent yet, on the page

  showAll() {
    for (const message of this.waiting) this.show(message);
  }

  show(message) {
    const item = document.getElementById(`message-${message.id}`) ?? this.newItem(message);
    item.classList.toggle("message-sending", !message.refused);
    item.classList.toggle("message-failed", Boolean(message.refused));
    item.querySelector(".message-meta").replaceChildren(...this.meta(message));
  }

  newItem(message) {
    const item = document.createElement("li");
    item.id = `message-${message.id}`;
    item.className = "message message-own";
    Object.assign(item.dataset, { author: this.getAttribute("viewer"), role: this.getAttribute("role-name") });
    item.append(part("div", "message-body", message.body), part("div", "message-meta"));
    this.log.insert(item);
    return item;
  }

  meta(message) {
    if (!message.refused) return [part("span", "", message.words ?? this.dataset.sending)];
    return [part("span", "", message.refused), this.button("again", message), this.button("back", message)];
  }

  button(what, message) {
    const button = part("button", "button button-small", this.dataset[what]);
    button.type = "button";
    Object.assign(button.dataset, { what, message: message.id });
    return button;
  }

  onFailedClick = ({ target: { dataset } }) => {
    const message = this.waiting.find((other) => other.id === dataset.message);
    if (message && dataset.what === "again") this.tryAgain(message);
    if (message && dataset.what === "back") this.putBack(message);
  };

  tryAgain(message) {
    delete message.refused;
    this.show(message);
    this.send();
  }

  // Into the form again, above what stands there already.
  putBack(message) {
    document.getElementById(`message-${message.id}`).remove();
    this.text.value = [message.body, this.text.value].filter(Boolean).join("\n");
    this.drop(message);
    this.openOrClose();
    this.text.focus();
  }

  // --- what stays in this browser

  keepSoon() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(this.keep, 300);
  }

  keep = () => {
    const waiting = this.waiting.map(({ id, body, refused }) => ({ id, body, refused }));
    attempt(() => {
      if (waiting.length || this.text.value) localStorage.setItem(this.store, JSON.stringify({ draft: this.text.value, waiting }));
      else localStorage.removeItem(this.store);
    });
  };

  restore() {
    const kept = attempt(() => JSON.parse(localStorage.getItem(this.store))) ?? {};
    this.waiting = (kept.waiting ?? []).filter((message) => !document.getElementById(`message-${message.id}`));
    this.text.value ||= kept.draft ?? "";
    this.showAll();
    this.log.toEnd();
  }

  // --- typing

  startTyping() {
    clearTimeout(this.pause);
    this.pause = setTimeout(this.stopTyping, TYPING_ENDS);
    if (Date.now() - (this.saidTyping ?? 0) < TYPING_EVERY) return;
    this.saidTyping = Date.now();
    this.relay({ type: "typing", on: true });
  }

  stopTyping = () => {
    clearTimeout(this.pause);
    if (this.saidTyping) this.relay({ type: "typing", on: false });
    this.saidTyping = 0;
  };

  relay(data) {
    document.querySelector("live-socket")?.relay?.(data);
  }
}

function part(name, className, text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

customElements.define("chat-composer", ChatComposer);

// <chat-log src="..." read="..." viewer="user id" [marks-read]> around <ol id="talk">: the conversation, in the order of its numbers.
//
// A message is known by its element id, which its writer's browser chose: one's own echo, a repeated push and a catch-up all fold into
// one. What the socket lost is asked for by number when it is back, and every few seconds while it is away.
import { ask, parse } from "./ask.js";

const NEAR = 80; // pixels from the end that still count as being there
const ASK_EVERY = 4000; // milliseconds, while there is no socket

class ChatLog extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    this.viewer = this.getAttribute("viewer");
    this.readUpTo = 0;
    this.told = 0;
    document.addEventListener("live:html", this.onHtml);
    document.addEventListener("live:relay", this.onRelay);
    document.addEventListener("live:open", this.onOpen);
    document.addEventListener("live:state", this.onState);
    for (const wake of ["online", "pageshow", "focus"]) window.addEventListener(wake, this.catchUp);
    document.addEventListener("visibilitychange", this.markRead);
    this.isCutOff = true;
    this.clock = setInterval(() => this.isCutOff && this.catchUp(), ASK_EVERY);
    this.list.addEventListener("scroll", this.onScroll, { passive: true });
    this.size = new ResizeObserver(() => this.staysAtEnd && this.toEnd());
    this.size.observe(this.list);
    for (const name of ["load", "loadedmetadata"]) this.list.addEventListener(name, () => this.staysAtEnd && this.toEnd(), true);
    this.addEventListener("click", this.onClick);
    for (const message of this.messages()) this.dress(message);
    this.markOwnRead(this.list.dataset.readUpTo);
    this.tidy();
    this.toEnd();
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    this.size.disconnect();
    document.removeEventListener("live:html", this.onHtml);
    document.removeEventListener("live:relay", this.onRelay);
    document.removeEventListener("live:open", this.onOpen);
    document.removeEventListener("live:state", this.onState);
    for (const wake of ["online", "pageshow", "focus"]) window.removeEventListener(wake, this.catchUp);
    document.removeEventListener("visibilitychange", this.markRead);
  }

  // --- what others use

  // Puts a message into its place, or over the one of the same name.
  take(message) {
    const wasAtEnd = this.isAtEnd() || this.staysAtEnd; // a picture may have grown since, and nobody scrolled
    const standing = document.getElementById(message.id);
    const isNew = !standing;
    this.dress(message);
    standing?.remove();
    this.insert(message);
    this.markOwnRead(this.readUpTo);
    this.tidy();
    if (isNew && !this.isOwn(message)) this.say(message);
    if (wasAtEnd || (isNew && this.isOwn(message))) this.toEnd();
    else if (isNew) this.jump.hidden = false;
    this.markRead();
  }

  // --- news

  onHtml = (event) => {
    if (event.detail.name === "messages") for (const message of [...parse(event.detail.html).children]) this.take(message);
  };

  onRelay = ({ detail: { data } }) => {
    if (data.type === "read" && data.by !== this.viewer) this.markOwnRead(data.up_to);
  };

  onState = ({ detail: { state } }) => (this.isCutOff = state === "offline");

  onOpen = ({ detail: { waitFor } }) => waitFor(this.catchUp());

  // Asked while it is being answered, it asks once more: the answer under way may be older than the question.
  catchUp = () => {
    this.again = true;
    return (this.asking ??= this.readUntilCurrent());
  };

  async readUntilCurrent() {
    while (this.again) {
      this.again = false;
      while (!this.closest("[stage=queue]") && (await this.readOn()));
    }
    this.asking = null;
    this.markRead();
  }

  // Reads what came after the last message here; true when there is more.
  async readOn() {
    const answer = await ask(`${this.getAttribute("src")}?after=${this.last()}`);
    if (answer.status !== 200) return false;
    const list = parse(answer.text).querySelector("ol");
    for (const message of list.querySelectorAll(".message")) this.take(message);
    this.markOwnRead(list.dataset.readUpTo);
    return "hasMore" in list.dataset;
  }

  async readBack(link) {
    link.setAttribute("aria-busy", "true");
    const answer = await ask(`${this.getAttribute("src")}?before=${link.dataset.before}`);
    link.removeAttribute("aria-busy");
    if (answer.status !== 200) return;
    const fromEnd = this.list.scrollHeight - this.list.scrollTop;
    link.closest("li").remove();
    const older = parse(answer.text).querySelector("ol");
    for (const message of older.querySelectorAll(".message")) this.dress(message);
    this.list.prepend(...older.querySelectorAll(".talk-earlier:has([data-before]), .message"));
    this.markOwnRead(this.readUpTo);
    this.tidy();
    this.list.scrollTop = this.list.scrollHeight - fromEnd;
    this.list.focus();
  }

  // --- order and dress

  messages() {
    return [...this.list.querySelectorAll(".message[data-number]")];
  }

  last() {
    return this.messages().at(-1)?.dataset.number ?? 0;
  }

  // After the last one with a smaller number; what is still being sent stays below.
  insert(message) {
    const number = Number(message.dataset.number);
    const before = Number.isNaN(number) ? this.list.lastElementChild : this.messages().findLast((other) => Number(other.dataset.number) < number);
    if (before) before.after(message);
    else this.list.prepend(message);
  }

  // What a message cannot know: who looks at it, and what time it is there.
  dress(message) {
    message.classList.toggle("message-own", this.isOwn(message));
    const time = message.querySelector("time");
    if (time) time.textContent = clock.format(new Date(time.dateTime));
    for (const link of message.querySelectorAll(".message-body a")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer nofollow" });
  }

  isOwn(message) {
    return message.dataset.author === this.viewer;
  }

  // A line above the first message of each day, by this side's calendar.
  tidy() {
    for (const line of this.list.querySelectorAll(".chat-day")) line.remove();
    for (const link of this.list.querySelectorAll(".talk-earlier:not(:first-child)")) link.remove();
    let day = "";
    for (const message of this.list.querySelectorAll(".message:has(time)")) {
      const at = new Date(message.querySelector("time").dateTime);
      if (at.toDateString() !== day) message.before(this.dayLine(at));
      day = at.toDateString();
    }
  }

  dayLine(at) {
    const line = document.createElement("li");
    line.className = "chat-day";
    const today = new Date();
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    const words = { [today.toDateString()]: this.dataset.today, [yesterday.toDateString()]: this.dataset.yesterday };
    line.textContent = words[at.toDateString()] ?? date.format(at);
    return line;
  }

  say(message) {
    const [author, body] = [".message-author", ".message-body"].map((part) => spoken(message.querySelector(part)));
    this.querySelector("[data-announce]").textContent = `${author}: ${body}`;
    document.dispatchEvent(new CustomEvent("chat:said"));
  }

  // --- being read

  markOwnRead(upTo) {
    this.readUpTo = Math.max(this.readUpTo, Number(upTo));
    for (const message of this.messages()) {
      if (this.isOwn(message) && message.dataset.number <= this.readUpTo) message.querySelector(".message-read").hidden = false;
    }
  }

  // Read is what somebody could see: a visible page, this part of it, and its end.
  markRead = async () => {
    const isSeen = document.visibilityState === "visible" && this.offsetParent && this.isAtEnd();
    const upTo = Number(this.messages().findLast((message) => !this.isOwn(message))?.dataset.number ?? 0);
    if (!this.hasAttribute("marks-read") || !isSeen || upTo <= this.told) return;
    const before = this.told;
    this.told = upTo;
    if ((await ask(this.getAttribute("read"), { up_to: upTo })).status !== 204) this.told = before;
  };

  // --- scrolling

  get jump() {
    return this.querySelector("[data-jump]");
  }

  onScroll = () => {
    const isUp = this.list.scrollTop < (this.scrolledTo ?? 0); // what only grew below was not left
    this.scrolledTo = this.list.scrollTop;
    this.staysAtEnd = this.isAtEnd() || (this.staysAtEnd && !isUp);
    if (!this.isAtEnd()) return;
    this.jump.hidden = true;
    this.markRead();
  };

  onClick = (event) => {
    const link = event.target.closest("a[data-before]");
    if (link) {
      event.preventDefault();
      this.readBack(link);
    }
    if (event.target.closest("[data-jump]")) this.toEnd();
  };

  isAtEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR;
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.staysAtEnd = true; // also when the room gets smaller, by a keyboard or a banner
    this.jump.hidden = true;
  }
}

// A picture says its name.
function spoken(part) {
  const named = part.querySelector("[alt], [aria-label]");
  return named?.getAttribute("alt") ?? named?.getAttribute("aria-label") ?? part.textContent.trim().replace(/\s+/g, " ");
}

const language = document.documentElement.lang || undefined;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });

customElements.define("chat-log", ChatLog);

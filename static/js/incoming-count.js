// <incoming-count known="1f3a9c0e ..." declined="...">3</incoming-count>: how many requests are open to this mechanic, here and in the title
// of the page. It counts what is pushed and asks nobody, so a new request costs the server nothing however many look at it.
//
// It is also the doorkeeper: what was pushed goes on as  request:shown {card, isNew}  unless this mechanic has declined it.
import { parse } from "./ask.js";

const PREFIX = "request-"; // of a card's id
const LATER = 3000; // milliseconds within which pages that lost count ask again, not all at once

class IncomingCount extends HTMLElement {
  connectedCallback() {
    this.known = new Set(words(this.getAttribute("known")));
    this.declined = new Set(words(this.getAttribute("declined")));
    this.number = Number(this.textContent);
    document.addEventListener("live:html", this.onHtml);
    document.addEventListener("live:gone", this.onGone);
    document.addEventListener("request-declined", this.onDeclined);
    this.show();
  }

  disconnectedCallback() {
    clearTimeout(this.later);
    document.removeEventListener("live:html", this.onHtml);
    document.removeEventListener("live:gone", this.onGone);
    document.removeEventListener("request-declined", this.onDeclined);
  }

  onHtml = ({ detail: { name, html } }) => {
    if (name !== "incoming") return;
    const card = parse(html).firstElementChild;
    const key = keyOf(card.id);
    if (this.declined.has(key)) return;
    const isNew = !this.known.has(key);
    this.known.add(key);
    if (isNew) this.count(1);
    document.dispatchEvent(new CustomEvent("request:shown", { detail: { card, isNew } }));
  };

  onGone = ({ detail: { id } }) => id.startsWith(PREFIX) && this.lose(keyOf(id));

  onDeclined = ({ detail: { id } }) => {
    const key = keyOf(PREFIX + id);
    this.declined.add(key);
    this.lose(key);
  };

  lose(key) {
    if (this.known.delete(key)) this.count(-1);
    else if (this.number > this.known.size) this.recount();
  }

  // More are waiting than this page knows by name: whether this was one of them only the server can say.
  recount() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.closest("live-region").read(), Math.random() * LATER);
  }

  count(change) {
    this.number += change;
    this.show();
  }

  show() {
    this.textContent = this.number;
    this.classList.toggle("tabs-count-hot", this.number > 0);
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = this.number ? `(${this.number}) ${title}` : title;
  }
}

function words(text) {
  return text.split(" ").filter(Boolean);
}

function keyOf(id) {
  return id.slice(PREFIX.length, PREFIX.length + 8);
}

customElements.define("incoming-count", IncomingCount);

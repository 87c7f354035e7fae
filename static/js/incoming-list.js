// <incoming-list traits="brand:toyota city:oakland ..." [partial]>: the cards of requests, the longest waiting first. Puts a pushed card
// where it belongs and shows which of its reasons hold for this mechanic. A list that shows a part only (search, filters, a later page)
// is read again instead: what belongs there only the server can say.
import { takeOff } from "./live-socket.js";

const SOON = 300; // milliseconds; several changes are one reading

class IncomingList extends HTMLElement {
  connectedCallback() {
    this.traits = new Set(this.getAttribute("traits").split(" "));
    document.addEventListener("request:shown", this.onShown);
    document.addEventListener("request-declined", this.onDeclined);
    document.addEventListener("htmx:responseError", this.onRefused);
  }

  disconnectedCallback() {
    clearTimeout(this.soon);
    document.removeEventListener("request:shown", this.onShown);
    document.removeEventListener("request-declined", this.onDeclined);
    document.removeEventListener("htmx:responseError", this.onRefused);
  }

  onShown = ({ detail: { card, isNew } }) => {
    if (this.hasAttribute("partial")) return this.readSoon();
    const standing = document.getElementById(card.id);
    if (standing) return this.explain(standing);
    if (!this.reaches(card)) return;
    if (isNew) card.classList.add("request-new");
    this.explain(card);
    this.insertBefore(card, this.cards.find((other) => isBefore(card, other)) ?? this.lastElementChild);
    window.htmx.process(card);
  };

  onDeclined = ({ detail: { id } }) => takeOff({ id: `request-${id}`, text: this.dataset.declined });

  // Somebody was faster, or no place is free. The error says which; the list learns whether the request is still open.
  onRefused = () => this.readSoon();

  get cards() {
    return [...this.querySelectorAll(".request")];
  }

  // Behind the last card shown there may be others, as long as there is "Show more".
  reaches(card) {
    const last = this.cards.at(-1);
    return !this.querySelector("list-pager a") || (last && isBefore(card, last));
  }

  explain(card) {
    for (const reason of card.querySelectorAll("[data-only], [data-unless]")) {
      const { only, unless } = reason.dataset;
      reason.hidden = (only && !this.traits.has(only)) || (unless && this.traits.has(unless)) || false;
    }
  }

  readSoon() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.closest("live-region").read(), SOON);
  }
}

function isBefore(card, other) {
  const [mine, its] = [Number(card.dataset.place), Number(other.dataset.place)];
  return mine < its || (mine === its && card.id < other.id);
}

customElements.define("incoming-list", IncomingList);

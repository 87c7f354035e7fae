// <request-alert [sound] [browser] [quiet-from="22:00" quiet-until="06:00"] data-new="New request: {name}, {car}">: says that a new request
// has come: a toast, and when the mechanic wants it a sound and a notification of the browser. Around a button that tests the sound.
import { chime } from "./chime.js";
import { toast } from "./toast-region.js";

const HEARD_FOR = 3000; // milliseconds in which other tabs of this browser leave the sound to the first one

class RequestAlert extends HTMLElement {
  connectedCallback() {
    document.addEventListener("request:shown", this.onShown);
    this.querySelector("button")?.addEventListener("click", this.test);
  }

  disconnectedCallback() {
    document.removeEventListener("request:shown", this.onShown);
  }

  onShown = ({ detail: { card, isNew } }) => {
    if (!isNew) return;
    const words = this.wordsFor(card);
    toast(words, card.classList.contains("request-urgent") ? "warn" : "info");
    if (this.isQuiet()) return;
    if (this.hasAttribute("sound")) once(card.id, chime);
    if (this.hasAttribute("browser")) notify(card.id, words);
  };

  test = async () => {
    const played = await chime();
    toast(played ? this.dataset.played : this.dataset.blocked, played ? "ok" : "warn");
  };

  wordsFor(card) {
    const [name, car] = [".request-name", ".request-model"].map((part) => card.querySelector(part).textContent.trim());
    return this.dataset.new.replace("{name}", name).replace("{car}", car);
  }

  // The hours may go over midnight.
  isQuiet() {
    const [from, until] = [this.getAttribute("quiet-from"), this.getAttribute("quiet-until")];
    if (!from) return false;
    const now = new Date().toTimeString().slice(0, 5);
    return from <= until ? from <= now && now < until : from <= now || now < until;
  }
}

function once(id, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(`alert ${id}`, { ifAvailable: true }, (lock) => lock && Promise.all([act(), new Promise((done) => setTimeout(done, HEARD_FOR))]));
}

// The same tag from another tab takes the place of the first.
function notify(id, words) {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return;
  const notification = new Notification(words, { tag: id });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
}

customElements.define("request-alert", RequestAlert);

// <live-socket url="/ws/...">: the one socket of a page. What it hears becomes an event on the document:
//   live:changed {name, ...}   live:html {name, html}   live:gone {id, text}   live:relay {sender, data}
//   live:open    {waitFor}: from now on nothing is missed, so whatever shows something reads it again, and the page counts as
//                live when the promises that were given to waitFor are settled
//   live:beat    the server is there
//   live:state   {state: "live" | "catching-up" | "offline", since}; also in the attribute data-state
//   live:refused {code}: signed out, or not one's own any more
// It puts html and takes what is gone off by itself: html goes over the element of the same id, or else into the list
// [data-live="name"], at its end unless data-live-at="start". Nothing here is the only way to learn of something.
import "./connection-state.js";
import { parse } from "./ask.js";
import { firstControl, isTypedInto, keepFocus } from "./keep-focus.js";

const SILENCE = 12000; // milliseconds; the server beats every 5 s
const SOONEST = 500;
const LATEST = 15000;
const SPREAD = 1000; // after an outage thousands of pages read again, but not in the same moment
const NOTE_STAYS = 2500;
const FOR_GOOD = [4401, 4403];

class LiveSocket extends HTMLElement {
  connectedCallback() {
    this.failures = 0;
    for (const wake of ["online", "pageshow"]) window.addEventListener(wake, this.wake);
    for (const sleep of ["offline", "pagehide"]) window.addEventListener(sleep, this.sleep);
    document.addEventListener("visibilitychange", this.wake);
    this.pulse = setInterval(this.feel, 1000);
    this.open();
  }

  disconnectedCallback() {
    for (const wake of ["online", "pageshow"]) window.removeEventListener(wake, this.wake);
    for (const sleep of ["offline", "pagehide"]) window.removeEventListener(sleep, this.sleep);
    document.removeEventListener("visibilitychange", this.wake);
    clearInterval(this.pulse);
    clearTimeout(this.retry);
    this.drop();
  }

  get state() {
    return this.dataset.state;
  }

  // Says something that is gone in a moment; true when it went out.
  relay(data) {
    const isOpen = this.socket?.readyState === WebSocket.OPEN;
    if (isOpen) this.socket.send(JSON.stringify({ kind: "relay", data }));
    return isOpen;
  }

  // --- the connection

  open = () => {
    clearTimeout(this.retry);
    this.drop();
    const address = new URL(this.getAttribute("url"), location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.openedAt = Date.now();
    this.socket = new WebSocket(address);
    this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.socket.onclose = (event) => this.closed(event.code);
  };

  drop() {
    if (!this.socket) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  closed(code) {
    this.socket = null;
    this.becomes("offline");
    if (FOR_GOOD.includes(code)) this.dispatch("live:refused", { code });
    else this.tryAgain();
  }

  tryAgain() {
    const wait = Math.min(LATEST, SOONEST * 2 ** this.failures++);
    this.retry = setTimeout(this.open, wait * (0.5 + Math.random() / 2));
  }

  // A laptop that slept, a network that changed: the socket may look open and be dead.
  wake = () => {
    if (document.visibilityState !== "visible" || (this.socket && this.silence < SILENCE / 2)) return;
    this.failures = 0;
    this.open();
  };

  // The page is left (the browser may keep it, and show it again), or the network says that it is gone.
  sleep = (event) => {
    this.drop();
    if (event.type === "offline") this.lost();
  };

  feel = () => {
    if (this.socket && this.silence > SILENCE) this.lost();
  };

  lost() {
    this.drop();
    this.becomes("offline");
    this.tryAgain();
  }

  get silence() {
    return Date.now() - Math.max(this.openedAt, this.heardAt ?? 0);
  }

  // --- what is heard

  hear(message) {
    this.heardAt = Date.now();
    switch (message.kind) {
      case "catch-up":
        return this.catchUp();
      case "offline":
        return this.becomes("offline");
      case "html":
        this.put(message);
        break;
      case "gone":
        takeOff(message);
        break;
    }
    this.dispatch(`live:${message.kind}`, message);
  }

  async catchUp() {
    const turn = (this.turn = {});
    const readings = [];
    const isFirst = !this.state;
    this.failures = 0;
    this.becomes("catching-up");
    if (!isFirst) await new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD));
    if (turn === this.turn) this.dispatch("live:open", { waitFor: (reading) => readings.push(reading) });
    await Promise.allSettled(readings);
    if (turn === this.turn && this.state === "catching-up") this.becomes("live");
  }

  put({ name, html }) {
    const list = document.querySelector(`[data-live="${name}"]`);
    for (const element of [...parse(html).children]) {
      const standing = document.getElementById(element.id);
      if (standing) replace(standing, element);
      else if (list) list.insertAdjacentElement(list.dataset.liveAt === "start" ? "afterbegin" : "beforeend", element);
      if (element.isConnected) window.htmx?.process(element);
    }
  }

  becomes(state) {
    if (state === this.state) return;
    if (state === "offline") this.since = new Date(this.heardAt ?? this.openedAt);
    this.dataset.state = state;
    this.dispatch("live:state", { state, since: this.since });
  }

  dispatch(name, detail) {
    document.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

// What somebody is writing is worth more than what is new.
function replace(standing, element) {
  if (!isTypedInto(standing)) keepFocus(standing, () => standing.replaceWith(element));
}

// Leaves a note in its place for a moment, for the eyes and for who listens.
export function takeOff({ id, text }) {
  const element = document.getElementById(id);
  if (!element) return;
  const hadFocus = element.contains(document.activeElement);
  const note = document.createElement(element.localName === "li" ? "li" : "p");
  Object.assign(note, { className: "request-gone", tabIndex: -1 });
  note.setAttribute("role", "status");
  element.replaceWith(note);
  note.textContent = text; // a status is read aloud when it changes, not when it appears
  if (hadFocus) note.focus();
  setTimeout(() => clear(note), NOTE_STAYS);
}

// Who stands on the note goes on to what is next.
function clear(note) {
  const next = firstControl(note.nextElementSibling) ?? firstControl(note.previousElementSibling) ?? note.closest("main");
  const hasFocus = note === document.activeElement;
  note.remove();
  if (hasFocus) next?.focus();
}

customElements.define("live-socket", LiveSocket);

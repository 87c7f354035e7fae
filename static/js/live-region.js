// <live-region id="..." src="/..." listens="session messages">: a part of a page that reads itself again by its own GET when one of
// these names changed, when the socket (re)opened, and every 10 s while there is no socket. `src` answers the element itself.
//
// It never takes away what somebody is typing: while a field in it has the focus, it waits.
import { ask, isOutage, parse } from "./ask.js";
import { isTypedInto, keepFocus } from "./keep-focus.js";
import { Rereading } from "./rereading.js";

const WITHOUT_SOCKET = 10000; // milliseconds
const AFTER_FAILURE = 3000;
const ENDS_OF_TYPING = ["focusout", "toggle", "close"]; // of a field, of details, of a dialog

class LiveRegion extends HTMLElement {
  connectedCallback() {
    this.markup ??= this.innerHTML;
    document.addEventListener("live:changed", this.onChanged);
    document.addEventListener("live:open", this.onOpen);
    for (const news of ["live:html", "live:gone"]) document.addEventListener(news, this.onPut);
    for (const end of ENDS_OF_TYPING) this.addEventListener(end, this.onTyped, true);
    this.clock = setInterval(() => this.isCutOff && this.read(), WITHOUT_SOCKET);
  }

  disconnectedCallback() {
    document.removeEventListener("live:changed", this.onChanged);
    document.removeEventListener("live:open", this.onOpen);
    for (const news of ["live:html", "live:gone"]) document.removeEventListener(news, this.onPut);
    for (const end of ENDS_OF_TYPING) this.removeEventListener(end, this.onTyped, true);
    clearInterval(this.clock);
    clearTimeout(this.retry);
  }

  onChanged = ({ detail: { name } }) => this.getAttribute("listens").split(" ").includes(name) && this.read();
  onOpen = ({ detail: { waitFor } }) => waitFor(this.read());
  onTyped = () => this.waits && setTimeout(this.read);

  // Something was put here or taken off: what stands here is not what was read any more.
  onPut = () => (this.markup = "");

  get isCutOff() {
    return document.visibilityState === "visible" && document.querySelector("live-socket")?.state === "offline";
  }

  rereading = new Rereading(() => this.readOnce(), () => this.isConnected);

  read = () => {
    clearTimeout(this.retry);
    return this.rereading.read();
  };

  async readOnce() {
    const answer = await ask(this.getAttribute("src"));
    if (answer.status === 200) this.put(parse(answer.text).getElementById(this.id));
    if (isOutage(answer.status)) this.retry = setTimeout(this.read, AFTER_FAILURE);
  }

  put(fresh) {
    this.waits = this.isInUse();
    if (!fresh || this.waits || fresh.innerHTML === this.markup) return;
    this.markup = fresh.innerHTML;
    for (const name of ["hidden", "class"]) this.takeOver(name, fresh);
    keepFocus(this, () => this.replaceChildren(...fresh.childNodes));
    window.htmx?.process(this);
    this.dispatchEvent(new CustomEvent("live:read", { bubbles: true }));
  }

  takeOver(name, other) {
    if (other.hasAttribute(name)) this.setAttribute(name, other.getAttribute(name));
    else this.removeAttribute(name);
  }

  isInUse() {
    return isTypedInto(this) || this.querySelector("dialog[open], details[open] form") !== null;
  }
}

customElements.define("live-region", LiveRegion);

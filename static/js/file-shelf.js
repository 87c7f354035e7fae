// <file-shelf id="files" src="/...">: the files that have arrived. It reads itself again by its own GET when "files" changed, when one has
// arrived, when the socket (re)opened, and while one of them is being checked. A file whose markup did not change stays where it is,
// with its focus and a clip that is playing.
//   files:shown {names}: what stands here now     files:say {text}: a file became ready, or was refused
import { ask, parse } from "./ask.js";
import { end } from "./file-upload.js";
import { keepFocus } from "./keep-focus.js";
import { Rereading } from "./rereading.js";

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const SOON = 1500; // milliseconds, where no socket tells
const LATER = 6000; // where one does, but may lose it

class FileShelf extends HTMLElement {
  connectedCallback() {
    this.known ??= new Map([...this.querySelectorAll("li[id]")].map((item) => [item.id, item.outerHTML]));
    document.addEventListener("live:changed", this.onChanged);
    document.addEventListener("live:open", this.onOpen);
    document.addEventListener("files:arrived", this.read);
    document.addEventListener("files:queue", this.onQueue);
    this.closest("form")?.addEventListener("reset", this.onReset);
    this.addEventListener("click", this.onClick);
    if (homeOf(this, this.getAttribute("src")) !== this.getAttribute("src")) this.read();
    this.look();
  }

  disconnectedCallback() {
    document.removeEventListener("live:changed", this.onChanged);
    document.removeEventListener("live:open", this.onOpen);
    document.removeEventListener("files:arrived", this.read);
    document.removeEventListener("files:queue", this.onQueue);
    clearTimeout(this.timer);
  }

  onChanged = ({ detail: { name } }) => name === "files" && this.read();
  onQueue = ({ detail: { sender } }) => this.hideSent(sender);
  onOpen = ({ detail: { waitFor } }) => waitFor(this.read());

  onClick = async ({ target }) => {
    const button = target.closest("button[data-remove], button[data-give-up]");
    if (!button) return;
    const item = button.closest("li");
    const beside = item.nextElementSibling ?? item.previousElementSibling;
    button.setAttribute("aria-busy", "true");
    await this.rid(button);
    button.removeAttribute("aria-busy");
    await this.read();
    // Who stood on it goes on to the next one, or to where files are chosen.
    if (!item.isConnected && document.activeElement === document.body) (beside?.querySelector("button") ?? document.querySelector("[data-files=pick]"))?.focus();
  };

  // What was not sent yet can be taken back.
  async rid({ dataset }) {
    if (dataset.giveUp) await end(dataset.giveUp);
    else await ask(dataset.remove, {});
  }

  // Started over, without any files.
  onReset = async () => {
    await Promise.all([...this.querySelectorAll("button[data-remove], button[data-give-up]")].map((button) => this.rid(button)));
    this.read();
  };

  rereading = new Rereading(() => this.readOnce(), () => this.isConnected);
  read = () => this.rereading.read();

  async readOnce() {
    const answer = await ask(homeOf(this, this.getAttribute("src")));
    const fresh = answer.status === 200 && parse(answer.text).getElementById(this.id);
    if (fresh) this.put(fresh);
    this.look();
  }

  // What is being checked will be ready soon.
  look() {
    const names = [...this.querySelectorAll("li[data-client-id]")].map((item) => item.dataset.clientId);
    document.dispatchEvent(new CustomEvent("files:shown", { detail: { names } }));
    clearTimeout(this.timer);
    const isTold = document.querySelector("live-socket")?.state === "live";
    if (this.querySelector("[data-state=checking]")) this.timer = setTimeout(this.read, isTold ? LATER : SOON);
  }

  put(fresh) {
    for (const name of ["data-files-left", "data-bytes-left"]) this.setAttribute(name, fresh.getAttribute(name));
    this.putWords(fresh);
    const list = this.querySelector("ul");
    const items = [...fresh.querySelector("ul").children];
    const ids = items.map((item) => item.id);
    keepFocus(this, () => {
      for (const standing of [...list.children]) if (!ids.includes(standing.id)) standing.remove();
      items.forEach((item, place) => this.putItem(list, item, place));
    });
    this.hideSent();
    for (const count of document.querySelectorAll("[data-files-count]")) count.textContent = items.filter((item) => ["checking", "ready"].includes(item.dataset.state)).length || "";
  }

  // What this page is sending has its row there.
  hideSent(sender = document.querySelector("file-sender")) {
    const names = sender?.uploads?.map((upload) => upload.clientId) ?? [];
    for (const item of this.querySelectorAll("li[data-upload]")) item.hidden = names.includes(item.dataset.upload);
  }

  putWords(fresh) {
    const [standing, next] = [this, fresh].map((shelf) => shelf.querySelector(".file-note"));
    if (standing.innerHTML !== next.innerHTML) standing.replaceChildren(...next.childNodes);
  }

  putItem(list, item, place) {
    const standing = document.getElementById(item.id);
    const markup = item.outerHTML;
    if (standing && this.known.get(item.id) === markup) return;
    if (standing) this.say(standing, item);
    this.known.set(item.id, markup);
    if (standing) standing.replaceWith(item);
    else list.insertBefore(item, list.children[place] ?? null);
  }

  say({ dataset: { state } }, { dataset }) {
    const words = { ready: this.dataset.ready, refused: this.dataset.refused }[dataset.state];
    if (!words || state === dataset.state) return;
    const text = words.replace("{name}", dataset.label).replace("{why}", dataset.why ?? "");
    document.dispatchEvent(new CustomEvent("files:say", { detail: { text } }));
  }
}

// The files of an intake have the name that stands in a hidden field of its form; what this browser kept may have put another one there.
export function homeOf(element, address) {
  const field = element.closest("form")?.elements.bundle;
  return field?.value ? address.replace(UUID, field.value) : address;
}

customElements.define("file-shelf", FileShelf);

// <page-dialog> around a <dialog>: a link marked data-page-dialog opens its page in there. Without JavaScript, and when the page cannot be
// had, it is a link like any other.
import { ask, isOutage, parse } from "./ask.js";

class PageDialog extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.body = this.querySelector(".page-dialog-body");
    document.addEventListener("click", this.onClick);
    document.addEventListener("request-declined", this.close);
    document.addEventListener("htmx:responseError", this.close);
    document.addEventListener("live:gone", this.onGone);
    this.dialog.addEventListener("close", () => this.body.replaceChildren());
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.onClick);
    document.removeEventListener("request-declined", this.close);
    document.removeEventListener("htmx:responseError", this.close);
    document.removeEventListener("live:gone", this.onGone);
  }

  onClick = (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const opens = link.matches("[data-page-dialog]");
    const closes = link.matches("[data-dialog-close]") && this.contains(link); // dialog.js does it
    if (opens || closes) event.preventDefault();
    if (opens) this.open(link);
  };

  async open(link) {
    link.setAttribute("aria-busy", "true");
    const answer = await ask(link.href);
    link.removeAttribute("aria-busy");
    if (answer.status === 200) this.show(link, answer.text);
    else if (isOutage(answer.status) || answer.status === 401) location.assign(link.href);
    else this.refuse(answer.text);
  }

  show(link, html) {
    this.body.replaceChildren(parse(html));
    window.htmx.process(this.body);
    const title = this.body.querySelector(".dialog-title");
    if (title) this.dialog.setAttribute("aria-labelledby", title.id);
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.scrollTop = 0;
    this.about = link.href;
  }

  refuse(html) {
    this.close();
    document.getElementById("errors").replaceChildren(parse(html));
  }

  close = () => this.dialog.open && this.dialog.close();

  // Taken by somebody else while one was still reading; the note in the list says by whom.
  onGone = ({ detail: { id } }) => this.dialog.open && this.about?.includes(id.replace("request-", "")) && this.close();
}

customElements.define("page-dialog", PageDialog);

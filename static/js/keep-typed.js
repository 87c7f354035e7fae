// <keep-typed owner="user id or empty" sent="client ids" fresh> around one form: keeps what is typed in this browser, so that a
// reload or a crash loses nothing.
//
// It is put back on a fresh page only; a page that the server filled in knows better. The form's client_id comes back too: should the
// first attempt have arrived after all, the second one finds its session instead of making another. What the server says was sent is
// forgotten, and so is what another person typed here. A visitor's words survive signing in.
import { attempt } from "./attempt.js";

const KEY = "mechanichub.intake";
const KEPT_FOR = 7 * 24 * 3600 * 1000; // milliseconds
const PAUSE = 300; // milliseconds
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "plan", "follows"]);

class KeepTyped extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    const kept = this.read();
    if (kept && this.hasAttribute("fresh")) this.restore(kept.fields);
    this.form.addEventListener("input", () => this.wait());
    this.form.addEventListener("change", () => this.wait());
    this.querySelector("[data-forget]").addEventListener("click", () => this.forget());
    window.addEventListener("pagehide", this.save);
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this.save);
  }

  wait() {
    this.touched = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save, PAUSE);
  }

  save = () => {
    if (!this.touched) return;
    const fields = {};
    for (const [name, value] of new FormData(this.form)) if (!NOT_KEPT.has(name)) (fields[name] ??= []).push(value);
    attempt(() => localStorage.setItem(KEY, JSON.stringify({ owner: this.getAttribute("owner"), at: Date.now(), fields })));
  };

  // What is kept, if it is to be used here; anything else is removed.
  read() {
    const kept = attempt(() => JSON.parse(localStorage.getItem(KEY)));
    if (!kept) return null;
    const sent = this.getAttribute("sent").split(" ");
    const usable = Date.now() - kept.at < KEPT_FOR && ["", this.getAttribute("owner")].includes(kept.owner) && !sent.includes(kept.fields?.client_id?.[0]);
    if (!usable) attempt(() => localStorage.removeItem(KEY));
    return usable ? kept : null;
  }

  restore(fields) {
    for (const control of this.form.elements) {
      if (!control.name || NOT_KEPT.has(control.name)) continue;
      const values = fields[control.name] ?? [];
      if (control.matches("[type=checkbox], [type=radio]")) control.checked = values.includes(control.value);
      else if (values.length) control.value = values[0];
      if (values.some(Boolean)) control.closest("details")?.setAttribute("open", "");
    }
    this.querySelector("[data-kept]").hidden = false;
    whenReady(() => this.form.elements.concern.dispatchEvent(new Event("input", { bubbles: true }))); // for what listens to typing
  }

  forget() {
    clearTimeout(this.timer);
    this.touched = false;
    attempt(() => localStorage.removeItem(KEY));
    this.form.reset();
    this.querySelector("[data-kept]").hidden = true;
    this.form.elements.name.focus();
  }
}

// After htmx, too, has looked at the page: modules run a little earlier.
function whenReady(action) {
  if (document.readyState === "complete") action();
  else document.addEventListener("DOMContentLoaded", action, { once: true });
}

customElements.define("keep-typed", KeepTyped);

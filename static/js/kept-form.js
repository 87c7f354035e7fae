// <kept-form key="..." [fresh]> around a form: keeps what is typed in this browser until the server says that it arrived. It is put back
// into a fresh form only; a form that the server filled in knows better. <kept-form key="..." forget> on a later page says that.
import { attempt } from "./attempt.js";

const PAUSE = 300; // milliseconds
const NOT_KEPT = new Set(["csrfmiddlewaretoken"]);

class KeptForm extends HTMLElement {
  connectedCallback() {
    this.key = `mechanichub.${this.getAttribute("key")}`;
    if (this.hasAttribute("forget")) return attempt(() => localStorage.removeItem(this.key));
    this.form = this.querySelector("form");
    if (this.hasAttribute("fresh")) this.restore(attempt(() => JSON.parse(localStorage.getItem(this.key))) ?? []);
    this.addEventListener("input", this.wait);
    this.addEventListener("change", this.wait);
    window.addEventListener("pagehide", this.save);
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this.save);
    clearTimeout(this.timer);
    if (this.form) this.save();
  }

  wait = () => {
    this.touched = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.save, PAUSE);
  };

  save = () => {
    if (!this.touched) return;
    const typed = [...new FormData(this.form)].filter(([name]) => !NOT_KEPT.has(name));
    attempt(() => localStorage.setItem(this.key, JSON.stringify(typed)));
  };

  restore(typed) {
    for (const [name, value] of typed) {
      const control = this.form.elements[name];
      if (control) control.value = value; // for a group of radios this chooses one
    }
  }
}

customElements.define("kept-form", KeptForm);

// <duty-switch> around a form with one switch: flipping it sends the form; the button that does it without JavaScript is hidden then.
// When that fails, the switch goes back.
class DutySwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.querySelector("form").requestSubmit());
    for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) this.addEventListener(failure, () => this.undo());
  }

  undo() {
    const box = this.querySelector("[role=switch]");
    box.checked = !box.checked;
  }
}

customElements.define("duty-switch", DutySwitch);

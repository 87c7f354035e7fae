// <option-finder data-label="Find a make"> around many labelled boxes: a search field above them that shows those that fit. Ticked ones stay.
class OptionFinder extends HTMLElement {
  connectedCallback() {
    this.options = this.querySelector(".field-options");
    const input = document.createElement("input");
    input.type = "search";
    input.className = "input";
    input.placeholder = this.dataset.label;
    input.setAttribute("aria-label", this.dataset.label);
    input.addEventListener("input", () => this.show(fold(input.value)));
    input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    this.options.before(input);
  }

  show(wanted) {
    for (const label of this.options.querySelectorAll("label")) {
      const fits = fold(label.textContent).includes(wanted) || label.querySelector("input").checked;
      label.parentElement.hidden = !fits;
    }
  }
}

// "Škoda" is found by "skoda".
function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();
}

customElements.define("option-finder", OptionFinder);

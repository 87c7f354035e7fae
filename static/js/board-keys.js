// <board-keys> around the dialog that lists the keyboard shortcuts of the dashboard. They rest while somebody types or a dialog is open, and
// can be switched off (WCAG 2.1.4); that choice stays in this browser.
const OFF = "board-keys-off";

class BoardKeys extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector("input");
    this.box.checked = !stored();
    this.box.addEventListener("change", () => store(!this.box.checked));
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  onKey = (event) => {
    if (!this.box.checked || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (this.act(event.key)) event.preventDefault();
  };

  // True when the key meant something.
  act(key) {
    switch (key) {
      case "1":
      case "2":
      case "3":
      case "4":
        return press(document.querySelectorAll(".tabs-tab")[key - 1]);
      case "j":
        return this.step(1);
      case "k":
        return this.step(-1);
      case "a":
      case "i":
      case "d":
        return press(document.activeElement.closest(".request")?.querySelector(`[data-key="${key}"]`));
      case "/":
        return focus(document.getElementById("id_q"));
      case "?":
        return press(document.getElementById("open-keys"));
    }
    return false;
  }

  step(by) {
    const cards = [...document.querySelectorAll(".request")];
    const at = cards.indexOf(document.activeElement.closest(".request"));
    return focus(cards[at < 0 ? 0 : Math.min(cards.length - 1, Math.max(0, at + by))]);
  }
}

function isTyping(element) {
  return element.isContentEditable || (element.matches("input, select, textarea") && !element.matches("[type=checkbox], [type=radio]"));
}

function press(element) {
  element?.click();
  return Boolean(element);
}

function focus(element) {
  element?.focus();
  element?.scrollIntoView({ block: "nearest" });
  return Boolean(element);
}

function stored() {
  try {
    return localStorage.getItem(OFF);
  } catch {
    return null; // storage is blocked: they are on
  }
}

function store(isOff) {
  try {
    if (isOff) localStorage.setItem(OFF, "yes");
    else localStorage.removeItem(OFF);
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
}

customElements.define("board-keys", BoardKeys);

// <theme-switch> around three radios "light", "dark", "auto". The choice stays in this browser.
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.show(document.documentElement.dataset.theme ?? "auto");
    this.addEventListener("change", (event) => this.choose(event.target.value));
    window.addEventListener("storage", (event) => event.key === "theme" && this.choose(event.newValue ?? "auto"));
  }

  show(theme) {
    for (const radio of this.querySelectorAll("input")) radio.checked = radio.value === theme;
  }

  choose(theme) {
    this.show(theme);
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // Storage is blocked: the choice holds for this page.
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);

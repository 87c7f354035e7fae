// <browser-alerts data-denied="..."> around the switch for browser notifications: asks the browser when it is switched on,
// and switches it off again, with the reason, when the browser says no.
class BrowserAlerts extends HTMLElement {
  connectedCallback() {
    this.box = this.querySelector("input[type=checkbox]");
    this.box.addEventListener("change", () => this.box.checked && this.ask());
    if (this.box.checked && this.permission === "denied") this.say(this.dataset.denied);
  }

  get permission() {
    return "Notification" in window ? Notification.permission : "denied";
  }

  async ask() {
    const answer = this.permission === "default" ? await Notification.requestPermission() : this.permission;
    this.box.checked = answer === "granted";
    this.say(answer === "granted" ? "" : this.dataset.denied);
  }

  say(text) {
    this.querySelector("[role=status]").textContent = text;
  }
}

customElements.define("browser-alerts", BrowserAlerts);

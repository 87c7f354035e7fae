// <early-end until="..." now="..." data-words="... {seconds} ...">: warns while a session would not count yet, then goes away.
class EarlyEnd extends HTMLElement {
  connectedCallback() {
    this.ends = Date.parse(this.getAttribute("until")) - Date.parse(this.getAttribute("now")) + Date.now();
    this.timer = setInterval(() => this.show(), 1000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const seconds = Math.ceil((this.ends - Date.now()) / 1000);
    if (seconds <= 0) this.remove();
    else this.querySelector("p").textContent = this.dataset.words.replace("{seconds}", seconds);
  }
}

customElements.define("early-end", EarlyEnd);

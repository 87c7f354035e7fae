// <connection-state data-live="Live" data-catching-up="Catching up" data-offline="Offline since {time}">: how fresh the page is.
class ConnectionState extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "status");
    document.addEventListener("live:state", this.onState);
    const socket = document.querySelector("live-socket");
    this.show(socket?.state ?? "catching-up", socket?.since);
  }

  disconnectedCallback() {
    document.removeEventListener("live:state", this.onState);
  }

  onState = ({ detail: { state, since } }) => this.show(state, since);

  show(state, since) {
    const words = { live: this.dataset.live, "catching-up": this.dataset.catchingUp, offline: this.dataset.offline };
    const time = since?.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    this.dataset.state = state;
    this.textContent = words[state].replace("{time}", time);
  }
}

customElements.define("connection-state", ConnectionState);

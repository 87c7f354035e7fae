// <presence-mark person="user id" seen="..." now="...">: whether that person is in the room. The server knows their last sign of life;
// what they relay over the socket is newer. What was learned outlives the element, which is replaced now and then.
const PRESENT_FOR = 45000; // milliseconds, as in the settings
const signs = new Map(); // person -> {seen, left}: when, by this clock

class PresenceMark extends HTMLElement {
  connectedCallback() {
    const person = this.getAttribute("person");
    this.sign = signs.get(person) ?? { seen: 0, left: 0 };
    signs.set(person, this.sign);
    if (this.hasAttribute("seen")) this.see(Date.now() - (Date.parse(this.getAttribute("now")) - Date.parse(this.getAttribute("seen"))));
    document.addEventListener("live:relay", this.onRelay);
    this.clock = setInterval(() => this.show(), 5000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    document.removeEventListener("live:relay", this.onRelay);
  }

  onRelay = ({ detail: { sender, data } }) => {
    if (sender?.id !== this.getAttribute("person")) return;
    if (data.type === "bye") this.sign.left = Date.now();
    else this.see(Date.now());
    this.show();
  };

  see(at) {
    this.sign.seen = Math.max(this.sign.seen, at);
  }

  show() {
    const isHere = this.sign.seen > this.sign.left && Date.now() - this.sign.seen < PRESENT_FOR;
    this.querySelector(".avatar").classList.toggle("avatar-here", isHere);
    this.querySelector(".avatar").classList.toggle("avatar-away", !isHere);
    this.querySelector(".person-detail").textContent = isHere ? this.dataset.here : this.dataset.away;
  }
}

customElements.define("presence-mark", PresenceMark);

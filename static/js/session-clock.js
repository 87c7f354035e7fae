// <session-clock since="..." now="..." [minutes="30" data-left="{time} left" data-over="{time} over time"]>: counts what has passed, or
// what is left of the minutes. `now` is the server's clock, so that a wrong clock on this side does no harm.
const LAST_MINUTES = 5 * 60; // seconds

class SessionClock extends HTMLElement {
  connectedCallback() {
    this.ahead = Date.parse(this.getAttribute("now")) - Date.now();
    this.setAttribute("role", "timer");
    this.timer = setInterval(() => this.show(), 1000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const passed = Math.max(0, Math.floor((Date.now() + this.ahead - Date.parse(this.getAttribute("since"))) / 1000));
    this.textContent = this.hasAttribute("minutes") ? this.left(this.getAttribute("minutes") * 60 - passed) : words(passed);
  }

  left(seconds) {
    this.classList.toggle("badge-warn", seconds <= LAST_MINUTES);
    return seconds >= 0 ? this.dataset.left.replace("{time}", words(seconds)) : this.dataset.over.replace("{time}", words(-seconds));
  }
}

function words(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

customElements.define("session-clock", SessionClock);

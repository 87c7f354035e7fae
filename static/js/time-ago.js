// <time-ago now="..." words="waiting {time}"><time datetime="...">waiting 3 min</time></time-ago>: goes on counting what the server began.
// With over="..." it counts down instead, and says that in the end. `now` is the server's clock, so a wrong one on this side does no harm.
const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

class TimeAgo extends HTMLElement {
  connectedCallback() {
    this.ahead ??= Date.parse(this.getAttribute("now")) - Date.now();
    this.time = this.querySelector("time");
    this.show();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  show() {
    const passed = Date.now() + this.ahead - Date.parse(this.time.dateTime);
    const isOver = this.hasAttribute("over") && passed >= 0;
    const seconds = Math.max(0, Math.floor((this.hasAttribute("over") ? -passed : passed) / 1000));
    const words = isOver ? this.getAttribute("over") : this.getAttribute("words").replace("{time}", span(seconds));
    if (this.time.textContent !== words) this.time.textContent = words;
    if (!isOver) this.timer = setTimeout(() => this.show(), seconds < 120 ? 1000 : 15000);
  }
}

// The one or two largest units, as the server says it: "42 s", "3 min", "2 h 5 min".
function span(seconds) {
  const at = Math.max(0, UNITS.findIndex(([, size]) => seconds >= size));
  if (seconds === 0) return unit(0, "second");
  const [name, size] = UNITS[at];
  const [smaller, smallerSize] = UNITS[at + 1] ?? [];
  const rest = at < 2 ? Math.floor((seconds % size) / smallerSize) : 0;
  return [unit(Math.floor(seconds / size), name), rest ? unit(rest, smaller) : ""].filter(Boolean).join(" ");
}

function unit(value, name) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: name, unitDisplay: name === "minute" ? "short" : "narrow" }).format(value);
}

customElements.define("time-ago", TimeAgo);

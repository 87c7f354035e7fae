// <vin-reader src="/help/vin/"> around fields with data-vin="vin | year | make | model" and an element with data-vin-says.
// Reads the VIN while it is typed, and fills in what it says. What somebody typed himself is never overwritten.
const PAUSE = 350; // milliseconds without a key before the server is asked
const LENGTH = 17;

class VinReader extends HTMLElement {
  connectedCallback() {
    this.filled = new Map(); // field -> what was filled in here
    this.vin = this.field("vin");
    this.vin.addEventListener("input", () => this.wait());
    if (this.vin.value) this.wait();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  field(name) {
    return this.querySelector(`[data-vin="${name}"]`);
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const typed = this.vin.value;
    if (typed.replace(/[\s.-]/g, "").length < LENGTH) return this.say("");
    const answer = await fetch(`${this.getAttribute("src")}?${new URLSearchParams({ vin: typed })}`).catch(() => null);
    if (!answer?.ok || typed !== this.vin.value) return; // the form works without it, or there is a newer question
    this.show(await answer.json());
  }

  show(facts) {
    for (const name of ["year", "make", "model"]) this.fill(this.field(name), facts[name]);
    const found = [facts.year, facts.make, facts.model].filter(Boolean).join(" ");
    if (facts.error) this.say(facts.error, "error");
    else this.say([found && `${found}.`, facts.warning, facts.hint].filter(Boolean).join(" "), facts.warning ? "warning" : "ok");
  }

  fill(field, value) {
    const untouched = field.value === "" || field.value === this.filled.get(field);
    if (!untouched) return;
    field.value = value ?? "";
    this.filled.set(field, field.value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  say(text, level = "ok") {
    const says = this.querySelector("[data-vin-says]");
    says.dataset.level = level;
    says.textContent = text;
  }
}

customElements.define("vin-reader", VinReader);

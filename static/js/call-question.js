// <call-question hidden> around [data-text], [data-yes] and [data-no]: a question that covers nothing and can wait.
//   await element.ask("May Max turn on your light?")   true, or false, also when nobody answers; one question after the other
//   element.dismiss()                                  false for all that were asked
const WAITS = 60000; // milliseconds

class CallQuestion extends HTMLElement {
  turn = Promise.resolve();
  round = 0;

  connectedCallback() {
    this.querySelector("[data-yes]").addEventListener("click", () => this.answer(true));
    this.querySelector("[data-no]").addEventListener("click", () => this.answer(false));
  }

  ask(text) {
    const { round } = this;
    this.turn = this.turn.then(() => round === this.round && this.put(text));
    return this.turn;
  }

  dismiss() {
    this.round += 1;
    this.answer(false);
  }

  put(text) {
    this.hidden = false;
    this.querySelector("[data-text]").textContent = text;
    this.timer = setTimeout(() => this.answer(false), WAITS);
    return new Promise((resolve) => (this.resolve = resolve));
  }

  answer(yes) {
    clearTimeout(this.timer);
    this.hidden = true;
    this.querySelector("[data-text]").textContent = "";
    this.resolve?.(yes);
    this.resolve = null;
  }
}

customElements.define("call-question", CallQuestion);

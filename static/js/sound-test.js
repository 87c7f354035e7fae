// <sound-test data-played="..." data-blocked="..."> around a button and a line that says how it went.
import { chime } from "./chime.js";

class SoundTest extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.play());
  }

  async play() {
    this.querySelector("[role=status]").textContent = (await chime()) ? this.dataset.played : this.dataset.blocked;
  }
}

customElements.define("sound-test", SoundTest);

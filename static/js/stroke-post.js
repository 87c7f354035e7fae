// What was drawn and taken back here, on its way to the server: one after the other, and again until there is an answer.
import { ask, isOutage } from "./ask.js";

const TRY_AGAIN = 2000; // milliseconds

export class StrokePost {
  waiting = []; // {url, fields, stroke | gone}: what the server has not heard of yet

  // late(): it has to be tried again; answered(word, answer)
  constructor({ late, answered }) {
    Object.assign(this, { late, answered });
  }

  // The strokes that this photo is to have and the server does not know.
  unsent(url) {
    return this.waiting.filter((word) => word.stroke && word.url === url).map(({ stroke }) => stroke);
  }

  isTakingBack(id) {
    return this.waiting.some(({ gone }) => gone?.includes(id));
  }

  async send(word) {
    this.waiting.push(word);
    if (this.waiting.length > 1) return; // it goes out after those before it
    while (this.waiting.length) {
      const { url, fields } = this.waiting[0];
      const answer = await ask(url, fields);
      if (isOutage(answer.status)) await this.pause();
      else this.answered(this.waiting.shift(), answer);
    }
  }

  async pause() {
    this.late();
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
  }
}

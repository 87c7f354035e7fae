// From a chat to a voice call, when both want it: one asks, the other says yes, the server writes it down and the room offers the call.
//
//   ask {what: "voice"}   answer {what: "voice", yes}
//
// `stage` is the <call-stage>.
import { ask } from "./ask.js";

const WHAT = "voice";

export class CallConsent {
  isAsking = false; // and nobody has answered yet
  isAgreed = false; // so this page joins as soon as the room offers the call
  isAsked = false; // and the question stands there

  constructor(stage) {
    this.stage = stage;
  }

  want() {
    this.isAsking = true;
    this.stage.say({ type: "ask", what: WHAT });
  }

  // The other page has been loaded anew and knows nothing of the question.
  repeat() {
    if (this.isAsking) this.stage.say({ type: "ask", what: WHAT });
  }

  async hear(who) {
    if (this.isAsked) return;
    this.isAsked = true;
    const yes = await this.stage.question.ask(this.stage.words("may-voice", { who }));
    this.isAsked = false;
    if (yes) this.isAgreed = true; // the room may offer the call before the server has answered
    const isWritten = yes && (await ask(this.stage.getAttribute("voice"), {})).status === 204;
    if (!isWritten) this.isAgreed = false;
    this.stage.say({ type: "answer", what: WHAT, yes: isWritten });
  }

  hearAnswer(_who, { yes }) {
    if (yes && this.isAsking && this.stage.line) this.stage.join();
    this.isAgreed = yes && this.isAsking && !this.stage.line;
    this.isAsking = false;
  }
}

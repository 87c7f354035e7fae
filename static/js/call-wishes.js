// Light and zoom of the customer's camera: the customer uses them at will, the mechanic by leave. Once allowed, the rest of the call may.
//
//   ask {what}          the mechanic wishes "torch-on", "torch-off", "closer" or "farther"
//   answer {what, yes}  it is done, or the customer would rather not
//   cannot {what}       there is no camera on that could
//
// `stage` is the <call-stage>.
import { devices } from "./call-devices.js";
import { toast } from "./toast-region.js";

const WISHES = {
  "torch-on": { thing: "torch", grant: () => devices.setTorch(true) },
  "torch-off": { thing: "torch", grant: () => devices.setTorch(false) },
  closer: { thing: "zoom", grant: () => devices.zoom(true) },
  farther: { thing: "zoom", grant: () => devices.zoom(false) },
};

export class CallWishes {
  allowed = new Set(); // things that need not be asked for again
  asked = new Set(); // things that are being asked for just now

  constructor(stage) {
    this.stage = stage;
  }

  // What there is to press: {torch, zoom, closer, farther, isLit}.
  get offered() {
    const { torch, zoom, ...ends } = devices.abilities;
    if (this.isMine) return { torch, zoom: Boolean(zoom), ...ends, isLit: devices.torch };
    const can = (ability) => this.stage.theirs(ability);
    return { torch: can("torch"), zoom: can("zoom"), closer: can("closer"), farther: can("farther"), isLit: can("lit") };
  }

  // What the other side may ask for, as the words of `can`.
  get granted() {
    const { torch, zoom, closer, farther } = devices.abilities;
    return [torch && "torch", devices.torch && "lit", zoom && "zoom", closer && "closer", farther && "farther"].filter(Boolean);
  }

  get isMine() {
    return this.stage.side === "customer";
  }

  want(what) {
    if (this.offered[what] === false) return; // it is as close, or as wide, as it gets
    if (this.isMine) WISHES[what].grant();
    else if (this.stage.say({ type: "ask", what })) this.stage.announce("asked", { who: this.stage.other });
  }

  async hear(who, what) {
    const wish = WISHES[what];
    if (!wish || !this.isMine || !this.stage.line?.isJoined) return;
    if (!this.has(wish.thing)) return this.stage.say({ type: "cannot", what });
    if (this.asked.has(wish.thing)) return; // one answer is enough, however often it is wished for
    if (!(await this.isAllowed(who, wish.thing))) return this.stage.say({ type: "answer", what, yes: false });
    if (!(await wish.grant())) return this.stage.say({ type: "cannot", what });
    this.stage.say({ type: "answer", what, yes: true });
    this.stage.announce(`did-${what}`, { who });
  }

  hearAnswer(who, { what, yes }) {
    if (yes && WISHES[what]) this.stage.announce(`done-${what}`, { who });
  }

  hearCannot(who) {
    this.stage.announce("cannot", { who });
    toast(this.stage.words("cannot", { who }), "warn");
  }

  // The next call asks anew.
  forget() {
    this.allowed.clear();
  }

  has(thing) {
    return Boolean(devices.abilities[thing]);
  }

  async isAllowed(who, thing) {
    if (this.allowed.has(thing)) return true;
    this.asked.add(thing);
    const yes = await this.stage.question.ask(this.stage.words(`may-${thing}`, { who }));
    this.asked.delete(thing);
    if (yes) this.allowed.add(thing);
    return yes;
  }
}

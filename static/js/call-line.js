// Who is in the call, and the connection with the other one. Pages speak over the room's socket:
//
//   in-call      {seat, since, fresh, mic, picture, can}: this page is in the call. `seat` is the name that it gave itself when it
//                joined, `fresh` that it joined just now, `picture` "camera", "screen" or "none", `can` what may be asked of it
//   out-of-call  {seat}: it has left
//   describe, candidates  {seat, to, ...}: from one seat to another (call-connection.js)
//
// One person may have the room open in several windows: the newest takes the call. Words may get lost, so everything is said again when
// the socket was away, and a connection that is not there is tried again for as long as both are in the call.
//
//   "other"       the other one came, went, or changed something: see `other`
//   "connection"  there is a new one, or none any more
//   "state"       of the connection
//   "taken"       another window of this person has the call now
import { ask } from "./ask.js";
import { CallConnection } from "./call-connection.js";
import { newName } from "./new-name.js";

// Whatever was away and is there again is found by the next try, so the longest pause is the longest wait for a call to go on.
const TRY_EVERY = 4000; // milliseconds at first; a slow network is given a second more each time
const TRY_AT_LEAST_EVERY = 6000;
const WITHOUT_A_WAY = 2500; // for a try in which this page found no address of its own: nothing can come of it
const SOON = 1000; // a hole in the network often closes by itself
const BEFORE_A_NEW_SEAT = { polite: 5, impolite: 3 }; // tries
const GIVE_UP_AFTER = 40000; // milliseconds without a word from the other page
const LEFT_OF_CREDENTIALS = 60; // seconds

export class CallLine extends EventTarget {
  seat = null;
  other = null; // {seat, name, id, socket, mic, picture, can}
  connection = null;
  mine = { mic: false, picture: "none", can: [] };
  ways = { configuration: {}, until: 0 };
  tries = 0;

  // relay: where the way to the relay is asked for; say(word): puts it on the socket, true when it went out
  constructor({ viewer, isPolite, kinds, relay, say }) {
    super();
    Object.assign(this, { viewer, isPolite, kinds, relay, say });
  }

  get isJoined() {
    return this.seat !== null;
  }

  get isConnected() {
    return Boolean(this.connection?.isConnected);
  }

  async join() {
    await this.readWays();
    this.sitDown();
  }

  leave() {
    if (!this.isJoined) return;
    this.say({ type: "out-of-call", seat: this.seat });
    this.stand();
  }

  // What this page shows: {mic, picture, can}.
  show(mine) {
    if (JSON.stringify(mine) === JSON.stringify(this.mine)) return;
    this.mine = mine;
    if (this.isJoined) this.announce(false);
  }

  // Sends these tracks from now on: {audio, video}, null for none.
  carry(tracks) {
    this.tracks = tracks;
    for (const kind of this.kinds) this.connection?.carry(kind, tracks[kind]);
  }

  // --- what is heard

  hear(sender, word) {
    if (!sender) return;
    if (sender.id === this.viewer) return this.hearMyself(word);
    switch (word.type) {
      case "hello":
        return this.isJoined && this.announce(false);
      case "in-call":
        return this.hearInCall(sender, word);
      case "out-of-call":
        return word.seat === this.other?.seat && this.otherLeft();
      case "bye": // in a call the connection knows better: a socket may break and come back
        return sender.socket === this.other?.socket && !this.isJoined && this.otherLeft();
      case "describe":
      case "candidates":
        return word.to === this.seat && word.seat === this.other?.seat && this.connection?.hear(word);
    }
  }

  hearMyself(word) {
    if (word.type !== "in-call" || !this.isJoined || word.seat === this.seat) return;
    if (word.fresh || word.since > this.since) {
      this.stand();
      this.dispatchEvent(new Event("taken"));
    } else this.announce(false);
  }

  hearInCall(sender, word) {
    const isNew = word.seat !== this.other?.seat;
    if (isNew && !word.fresh && this.other && word.since < this.other.since) return; // an older window of theirs that does not know yet
    this.other = { ...word, name: sender.name, id: sender.id, socket: sender.socket, heardAt: Date.now() };
    if (this.isJoined && (isNew || word.fresh)) this.announce(false);
    if (this.isJoined && (isNew || !this.connection)) this.connect();
    this.dispatchEvent(new CustomEvent("other", { detail: { came: isNew } }));
  }

  otherLeft() {
    const { name } = this.other;
    this.other = null;
    this.disconnect();
    this.dispatchEvent(new CustomEvent("other", { detail: { left: name } }));
  }

  // The socket is (again) there: nobody knows what was said meanwhile.
  reopened() {
    if (!this.isJoined) return;
    this.announce(false);
    if (!this.isConnected) this.tryIn(SOON);
  }

  // --- one's own seat

  sitDown() {
    this.disconnect();
    this.seat = newName();
    this.since = Date.now();
    this.announce(true);
    if (this.other) this.connect();
  }

  stand() {
    this.seat = null;
    this.disconnect();
  }

  announce(fresh) {
    this.say({ type: "in-call", seat: this.seat, since: this.since, fresh, ...this.mine });
  }

  // --- the connection

  // Each connection belongs to two seats: who throws one away takes a new seat, so that both do.
  connect() {
    this.disconnect();
    const [seat, to] = [this.seat, this.other.seat];
    this.connection = new CallConnection({
      isPolite: this.isPolite,
      kinds: this.kinds,
      configuration: this.ways.configuration,
      send: (word) => this.say({ ...word, seat, to }),
    });
    this.connection.addEventListener("state", this.onState);
    this.carry(this.tracks ?? {});
    this.triedAt = Date.now();
    this.tryIn(TRY_EVERY);
    this.dispatchEvent(new Event("connection"));
  }

  disconnect() {
    if (!this.connection) return;
    this.connection.close();
    this.connection = null;
    this.dispatchEvent(new Event("connection"));
  }

  onState = ({ target }) => {
    if (target !== this.connection) return;
    if (this.isConnected) this.tries = 0;
    else if (target.pc.connectionState === "failed") this.tryIn(0);
    else if (target.pc.connectionState === "disconnected") this.tryIn(SOON);
    this.dispatchEvent(new Event("state"));
  };

  // The network of this device is another one now.
  networkChanged() {
    if (this.connection) this.tryAgain();
  }

  tryIn(milliseconds) {
    this.nextTry = Date.now() + milliseconds;
  }

  // To be called every second.
  tick() {
    if (this.connection && !this.isConnected && Date.now() >= this.due) this.tryAgain();
  }

  get due() {
    return this.connection.hasAWay ? this.nextTry : Math.min(this.nextTry, this.triedAt + WITHOUT_A_WAY);
  }

  async tryAgain() {
    this.tries += 1;
    this.triedAt = Date.now();
    this.tryIn(Math.min(TRY_EVERY + this.tries * 1000, TRY_AT_LEAST_EVERY));
    await this.readWays();
    if (!this.connection) return;
    if (Date.now() - this.other.heardAt > GIVE_UP_AFTER) this.giveUp();
    else if (this.tries % BEFORE_A_NEW_SEAT[this.isPolite ? "polite" : "impolite"] === 0) this.sitDown();
    else this.connection.again(this.ways.configuration);
  }

  // Every new seat of ours was answered as long as the other page was there. Should it come back, both begin anew.
  giveUp() {
    this.otherLeft();
    this.tries = 0;
    this.sitDown();
  }

  // The credentials for the relay end after some minutes. Without an answer the old ones have to do.
  async readWays() {
    if (Date.now() < this.ways.until) return;
    const answer = await ask(this.relay);
    if (answer.status !== 200) return;
    const { iceServers, iceTransportPolicy, lasts } = JSON.parse(answer.text);
    this.ways = { configuration: { iceServers, iceTransportPolicy }, until: Date.now() + (lasts - LEFT_OF_CREDENTIALS) * 1000 };
  }
}

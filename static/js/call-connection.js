// The way between two pages, by perfect negotiation (WebRTC 1.0, section 10.7): either side may offer at any time; when both do, the
// polite one takes its offer back.
//
// The impolite side lays the lanes, one for sound and one for pictures, and they stay: a camera that is switched on, off or over to the
// screen only changes what a lane carries, so none of that has to be negotiated.
//
//   "state"    it is connected, or not any more
//   "tracks"   what comes in, in `remote`
const GATHER_FOR = 100; // milliseconds, so that candidates come in a few words and not in dozens

export class CallConnection extends EventTarget {
  remote = new MediaStream();
  sent = {}; // kind -> track
  hasAWay = false; // found an address of its own since it was last tried

  // configuration: of the RTCPeerConnection; kinds: the lanes, such as ["audio", "video"]; send(word): tells the other page
  constructor({ isPolite, kinds, configuration, send }) {
    super();
    Object.assign(this, { isPolite, send, found: [] });
    this.pc = new RTCPeerConnection(configuration);
    this.pc.onnegotiationneeded = () => this.offer();
    this.pc.onicecandidate = ({ candidate }) => candidate && this.gather(candidate);
    this.pc.onconnectionstatechange = () => this.dispatchEvent(new Event("state"));
    this.pc.ontrack = ({ track }) => {
      this.remote.addTrack(track);
      this.dispatchEvent(new Event("tracks"));
    };
    if (!isPolite) for (const kind of kinds) this.pc.addTransceiver(kind, { direction: "sendrecv" });
  }

  get isConnected() {
    return this.pc.connectionState === "connected";
  }

  // Sends a track of this kind from now on; null: none.
  carry(kind, track) {
    this.sent[kind] = track;
    for (const lane of this.lanes(kind)) if (lane.sender.track !== track) lane.sender.replaceTrack(track).catch(() => {});
  }

  lanes(kind) {
    return this.pc.getTransceivers().filter((lane) => lane.receiver.track.kind === kind && !lane.stopped);
  }

  // Looks for a way anew; what the other side never got is said again.
  again(configuration) {
    this.hasAWay = false;
    if (this.pc.signalingState === "have-local-offer") this.describe();
    else {
      this.pc.setConfiguration(configuration);
      this.pc.restartIce();
    }
  }

  close() {
    clearTimeout(this.timer);
    this.pc.onconnectionstatechange = this.pc.onnegotiationneeded = this.pc.onicecandidate = this.pc.ontrack = null;
    this.pc.close();
  }

  // --- what the other page says

  async hear(word) {
    try {
      if (word.type === "describe") await this.hearDescription({ type: word.kind, sdp: word.sdp });
      else for (const candidate of word.found) await this.pc.addIceCandidate(candidate);
    } catch (error) {
      // Candidates of an offer that was passed over fit nothing; whatever else it is, the connection is tried again.
      if (!this.passedOver && this.pc.signalingState !== "closed") console.info("the call:", error.message);
    }
  }

  async hearDescription(description) {
    const isReady = !this.isOffering && (this.pc.signalingState === "stable" || this.isTakingAnswer);
    this.passedOver = !this.isPolite && description.type === "offer" && !isReady;
    if (this.passedOver) return;
    this.isTakingAnswer = description.type === "answer";
    await this.pc.setRemoteDescription(description).finally(() => (this.isTakingAnswer = false));
    if (description.type !== "offer") return;
    await this.useLanes();
    await this.pc.setLocalDescription();
    this.describe();
  }

  // The polite side sends on the lanes that it was offered.
  async useLanes() {
    if (!this.isPolite) return;
    for (const lane of this.pc.getTransceivers()) {
      lane.direction = "sendrecv";
      await lane.sender.replaceTrack(this.sent[lane.receiver.track.kind] ?? null);
    }
  }

  // --- what this page says

  async offer() {
    try {
      this.isOffering = true;
      await this.pc.setLocalDescription();
      this.describe();
    } catch {
      // closed meanwhile
    } finally {
      this.isOffering = false;
    }
  }

  describe() {
    const { type, sdp } = this.pc.localDescription ?? {};
    if (sdp) this.send({ type: "describe", kind: type, sdp });
  }

  gather(candidate) {
    this.hasAWay = true;
    this.found.push(candidate.toJSON());
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.send({ type: "candidates", found: this.found.splice(0) });
    }, GATHER_FOR);
  }
}

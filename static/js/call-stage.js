// <call-stage viewer="user id" role-name="customer|mechanic" key="session id" relay="..." voice="..."> is the call of a room as people see
// and operate it. Who is in it and how the two browsers find each other is call-line.js; camera, microphone, screen are call-devices.js.
//
// What there is to do here comes with room:state: {call: "test" | "ask" | "voice" | "video"}, nothing for a room without a call. `state`
// says what is shown: "none", "unsupported", "test", "ask", "lobby", "elsewhere" or "joined"; elements with data-part="lobby joined" are
// there in those states only.
//
// A still: document event still:wanted {client_id}. On the mechanic's page it goes to the customer's as a word; there the camera takes
// it, and files:send {files, source: "still", client_id} has it sent.
import "./call-question.js";
import "./own-picture.js";
import { ask } from "./ask.js";
import { devices } from "./call-devices.js";
import { CallLine } from "./call-line.js";
import { CallQuality } from "./call-quality.js";
import { still } from "./call-still.js";
import { wordsOf } from "./call-words.js";
import { facesUser } from "./device-test.js";
import { toast } from "./toast-region.js";
import { attempt } from "./attempt.js";
import { newName } from "./new-name.js";

const KINDS = { video: ["audio", "video"], voice: ["audio"] };
const LOOK_EVERY = 2; // seconds

class CallStage extends HTMLElement {
  connectedCallback() {
    this.words = wordsOf(this);
    this.side = this.getAttribute("role-name");
    this.question = this.querySelector("call-question");
    this.store = `mechanichub.call.${this.getAttribute("key")}`;
    this.allowed = new Set(); // what the mechanic need not ask for again
    devices.facing = this.side === "customer" ? "environment" : "user";
    devices.addEventListener("change", this.onDevices);
    this.addEventListener("click", this.onClick);
    document.addEventListener("room:state", this.onRoom);
    document.addEventListener("live:relay", this.onRelay);
    document.addEventListener("live:open", this.onOpen);
    document.addEventListener("live:beat", this.tick); // timers sleep in a hidden page
    document.addEventListener("still:wanted", this.onStillWanted);
    document.addEventListener("fullscreenchange", this.render);
    window.addEventListener("online", this.onNetwork);
    navigator.connection?.addEventListener?.("change", this.onKindOfNetwork);
    document.addEventListener("visibilitychange", this.stayAwake);
    window.addEventListener("pagehide", this.onLeave, { capture: true }); // before the socket is closed
    this.clock = setInterval(this.tick, 1000);
    this.follow(document.getElementById("stage")?.dataset.call);
  }

  disconnectedCallback() {
    devices.removeEventListener("change", this.onDevices);
    document.removeEventListener("room:state", this.onRoom);
    document.removeEventListener("live:relay", this.onRelay);
    document.removeEventListener("live:open", this.onOpen);
    document.removeEventListener("live:beat", this.tick);
    document.removeEventListener("still:wanted", this.onStillWanted);
    document.removeEventListener("fullscreenchange", this.render);
    window.removeEventListener("online", this.onNetwork);
    navigator.connection?.removeEventListener?.("change", this.onKindOfNetwork);
    document.removeEventListener("visibilitychange", this.stayAwake);
    window.removeEventListener("pagehide", this.onLeave, { capture: true });
    clearInterval(this.clock);
  }

  get connection() {
    return this.line?.connection;
  }

  get state() {
    if (!this.offer) return "none";
    if (!window.RTCPeerConnection) return "unsupported";
    if (!this.line) return this.offer;
    if (this.line.isJoined) return "joined";
    return this.isTaken ? "elsewhere" : "lobby";
  }

  get other() {
    return this.line?.other?.name ?? document.querySelector("#stage-who .person-name")?.firstChild.textContent.trim() ?? "";
  }

  say = (word) => Boolean(document.querySelector("live-socket")?.relay?.(word));

  // --- what the room offers

  onRoom = ({ detail }) => this.follow(detail.call);

  follow(offer = "") {
    if (offer !== this.offer) {
      this.offer = offer;
      this.setAttribute("offer", offer);
      if (this.line && !KINDS[offer]) this.hangUp("the-end");
      if (!this.line && KINDS[offer] && window.RTCPeerConnection) this.openLine();
    }
    this.render();
  }

  openLine() {
    this.line = new CallLine({
      viewer: this.getAttribute("viewer"),
      isPolite: this.side === "customer",
      kinds: KINDS[this.offer],
      relay: this.getAttribute("relay"),
      say: this.say,
    });
    this.line.addEventListener("other", this.onOther);
    this.line.addEventListener("connection", this.onConnection);
    this.line.addEventListener("state", this.onState);
    this.line.addEventListener("taken", this.onTaken);
    this.say({ type: "hello" }); // who is in the call already says so
    if (this.askedForVoice || this.recall()) this.join();
  }

  // --- coming and going

  async join() {
    if (!this.line || this.line.isJoined || this.isJoining) return;
    const wasPressed = this.contains(document.activeElement); // else it joins by itself, and somebody may be writing
    this.isJoining = true;
    this.render();
    this.isTaken = this.askedForVoice = false;
    const before = this.recall();
    const wanted = this.offer === "voice" ? ["microphone"] : ["camera", "microphone"].filter((kind) => before?.[kind] !== false);
    if (before) devices.isMuted = before.isMuted;
    await devices.open(...wanted);
    this.share();
    await this.line?.join();
    this.isJoining = false;
    this.announce(this.line?.other ? "you-joined" : "you-wait");
    this.remember();
    this.render();
    this.stayAwake();
    if (wasPressed) this.querySelector("[data-do=mic]").focus({ preventScroll: true });
  }

  hangUp(word = "you-left") {
    this.line?.leave();
    if (!KINDS[this.offer]) this.line = null;
    this.forget();
    this.question.answer(false);
    if (document.fullscreenElement) document.exitFullscreen();
    devices.shut("camera", "microphone", "screen");
    this.announce(word);
    const wasPressed = this.contains(document.activeElement);
    this.render();
    this.stayAwake();
    if (wasPressed) this.querySelector("[data-part=lobby] [data-do=join]").focus({ preventScroll: true });
  }

  // A phone that lies under the hood does not go dark in the middle of a call. It forgets this whenever the page is hidden.
  stayAwake = async () => {
    if (!navigator.wakeLock || document.visibilityState !== "visible") return;
    this.wakeLock?.release();
    this.wakeLock = this.line?.isJoined ? await navigator.wakeLock.request("screen").catch(() => null) : null;
  };

  // A reload joins again by itself; the other side need not wait until it notices that this page is gone.
  onLeave = () => this.line?.isJoined && this.say({ type: "out-of-call", seat: this.line.seat });

  remember() {
    if (!this.line?.isJoined) return;
    const choice = { camera: Boolean(devices.camera) || undefined, isMuted: devices.isMuted };
    if (this.isDark) choice.camera = false;
    attempt(() => sessionStorage.setItem(this.store, JSON.stringify(choice)));
  }

  recall() {
    return attempt(() => JSON.parse(sessionStorage.getItem(this.store)));
  }

  forget() {
    attempt(() => sessionStorage.removeItem(this.store));
  }

  // --- what is heard

  onRelay = ({ detail: { sender, data } }) => {
    this.line?.hear(sender, data);
    if (!sender || sender.id === this.getAttribute("viewer")) return;
    if (data.type === "hello" && this.isAskingForVoice) this.say({ type: "ask", what: "voice" });
    if (data.type === "ask") this.hearAsk(sender.name, data.what);
    if (data.type === "answer") this.hearAnswer(sender.name, data);
    if (data.type === "freeze" && this.side === "customer") this.takeStill(data.client_id);
    if (data.type === "frozen") toast(this.words(`still-${data.how}`, { who: sender.name }), data.how === "sent" ? "ok" : "warn");
  };

  onOpen = () => this.line?.reopened();
  onNetwork = () => this.line?.networkChanged();
  // This changes with every estimate of the speed; only another kind of network is news.
  onKindOfNetwork = () => {
    const { type } = navigator.connection;
    if (this.kindOfNetwork && type !== this.kindOfNetwork) this.onNetwork();
    this.kindOfNetwork = type;
  };

  onOther = ({ detail: { came, left } }) => {
    if (came) this.announce(this.line.isJoined ? "other-joined" : "other-waits", { who: this.other });
    if (left) this.announce("other-left", { who: left });
    this.render();
  };

  onConnection = () => {
    this.quality = new CallQuality();
    this.hasBeenConnected = false;
    const remote = this.querySelector("[data-remote]");
    remote.srcObject = this.connection?.remote ?? null;
    this.connection?.addEventListener("tracks", () => this.play());
    this.render();
  };

  onState = () => {
    if (this.line.isConnected) {
      if (!this.hasBeenConnected || this.isLost) this.announce(this.isLost ? "found-again" : "connected", { who: this.other });
      this.hasBeenConnected = true;
      this.isLost = false;
      this.play();
    } else if (this.hasBeenConnected && !this.isLost) {
      this.isLost = true;
      this.announce("lost");
    }
    this.render();
  };

  onTaken = () => {
    this.isTaken = true;
    this.forget();
    devices.shut("camera", "microphone", "screen");
    this.announce("taken");
    this.render();
  };

  // A browser may refuse to play sound that nobody asked for; then a press is asked for.
  async play() {
    const remote = this.querySelector("[data-remote]");
    const refusal = await remote.play().then(
      () => null,
      (error) => error.name,
    );
    this.querySelector("[data-do=hear]").hidden = refusal !== "NotAllowedError";
  }

  tick = () => {
    if (!this.line) return;
    this.line.tick();
    this.second = (this.second ?? 0) + 1;
    if (this.second % LOOK_EVERY === 0) this.lookAtQuality();
  };

  async lookAtQuality() {
    const connection = this.connection;
    const found = connection && (await this.quality.look(connection.pc));
    if (!found || connection !== this.connection) return;
    const badge = this.querySelector("[data-quality]");
    badge.dataset.quality = this.hasBeenConnected ? found.word : "connecting";
    badge.querySelector("span").textContent = this.words(`quality-${badge.dataset.quality}`);
    this.querySelector("[data-numbers]").textContent = this.words("numbers", { ...found, loss: (found.loss * 100).toFixed(1) });
  }

  // --- what this page shows

  onDevices = () => {
    if (this.line?.isJoined) this.share();
    this.remember();
    this.render();
  };

  // Hands tracks and state on to the other side.
  share() {
    const { torch, zoom } = devices.abilities;
    const can = [devices.camera && "still", torch && "torch", zoom && "zoom", devices.torch && "lit"].filter(Boolean);
    const picture = this.offer === "voice" || !devices.picture ? "none" : devices.screen ? "screen" : "camera";
    this.line.show({ mic: Boolean(devices.microphone) && !devices.isMuted, picture, can });
    this.line.carry({ audio: devices.microphone, video: this.offer === "voice" ? null : devices.picture });
  }

  // --- what is pressed

  onClick = (event) => {
    const name = event.target.closest("[data-do]")?.dataset.do;
    const actions = {
      join: () => this.join(),
      leave: () => this.hangUp(),
      mic: () => this.switchMicrophone(),
      camera: () => this.switchOwnCamera(),
      flip: () => devices.switchCamera(),
      screen: () => (devices.screen ? devices.stopSharing() : devices.share()),
      hear: () => this.play(),
      torch: () => (this.side === "customer" ? devices.setTorch(!devices.torch) : this.wish(this.theirs("lit") ? "torch-off" : "torch-on")),
      closer: () => (this.side === "customer" ? devices.zoom(true) : this.wish("closer")),
      farther: () => (this.side === "customer" ? devices.zoom(false) : this.wish("farther")),
      freeze: () => this.freeze(newName()),
      small: () => this.floatPicture(),
      large: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
      "ask-voice": () => this.askForVoice(),
      "dismiss-problems": () => (this.problemsSeen = this.problems()),
    };
    if (!actions[name]) return;
    actions[name]();
    this.render();
  };

  async switchMicrophone() {
    if (devices.microphone) devices.mute(!devices.isMuted);
    else {
      devices.isMuted = false;
      await devices.open("microphone");
    }
  }

  switchOwnCamera() {
    this.isDark = Boolean(devices.camera);
    return this.isDark ? devices.shut("camera") : devices.open("camera");
  }

  async floatPicture() {
    const remote = this.querySelector("[data-remote]");
    await (document.pictureInPictureElement ? document.exitPictureInPicture() : remote.requestPictureInPicture()).catch(() => {});
  }

  // --- asking each other

  theirs(ability) {
    return Boolean(this.line?.other?.can.includes(ability));
  }

  wish(what) {
    if (this.say({ type: "ask", what })) this.announce("asked", { who: this.other });
  }

  askForVoice() {
    this.isAskingForVoice = true;
    this.say({ type: "ask", what: "voice" });
  }

  async hearAsk(who, what) {
    if (what === "voice") return this.offer === "ask" && this.answerForVoice(who);
    const thing = what.startsWith("torch") ? "torch" : "zoom";
    if (this.side !== "customer" || !devices.camera || !WISHES[what]) return;
    if (!this.allowed.has(thing) && !(await this.question.ask(this.words(`may-${thing}`, { who })))) {
      return this.say({ type: "answer", what, yes: false });
    }
    this.allowed.add(thing);
    await WISHES[what]();
    this.say({ type: "answer", what, yes: true });
    this.announce(`did-${what}`, { who });
  }

  async answerForVoice(who) {
    const yes = await this.question.ask(this.words("may-voice", { who }));
    if (yes) this.askedForVoice = true; // so that this page joins when the room offers the call
    const isAgreed = yes && (await ask(this.getAttribute("voice"), {})).status === 204;
    if (!isAgreed) this.askedForVoice = false;
    this.say({ type: "answer", what: "voice", yes: isAgreed });
  }

  hearAnswer(who, { what, yes }) {
    if (what === "voice") {
      if (yes && this.isAskingForVoice && this.line) this.join();
      this.askedForVoice = yes && this.isAskingForVoice && !this.line;
      this.isAskingForVoice = false;
    }
    if (!yes) {
      this.announce("not-now", { who });
      toast(this.words("not-now", { who }));
    }
    this.render();
  }

  // --- stills

  onStillWanted = ({ detail }) => (this.side === "customer" ? this.takeStill(detail.client_id) : this.freeze(detail.client_id));

  freeze(client_id) {
    const went = this.theirs("still") && this.say({ type: "freeze", client_id });
    if (went) this.announce("still-asked");
    else toast(this.words("still-no-camera", { who: this.other }), "warn");
  }

  async takeStill(client_id) {
    const how = await this.sendStill(client_id);
    this.say({ type: "frozen", client_id, how });
  }

  async sendStill(client_id) {
    if (!this.line?.isJoined || !devices.camera) return "no-camera";
    try {
      const files = [await still(devices.camera)];
      document.dispatchEvent(new CustomEvent("files:send", { detail: { files, source: "still", client_id } }));
    } catch {
      return "failed";
    }
    toast(this.words("still-taken", { who: this.other }));
    this.querySelector("[data-self]").animate?.([{ opacity: 0 }, { opacity: 1 }], 400);
    return "sent";
  }

  // --- what one sees

  announce(word, values) {
    const line = this.querySelector("[data-announce]");
    line.textContent = this.words(word, values);
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => line.classList.add("call-news-old"), 5000);
    line.classList.remove("call-news-old");
  }

  problems() {
    const kinds = this.offer === "voice" ? ["microphone"] : ["camera", "microphone"];
    const said = kinds.map((kind) => this.words(`${kind}-${devices.problems[kind]}`)).filter(Boolean);
    const left = said.length && this.words(devices.microphone ? "left-voice" : devices.camera ? "left-picture" : "left-chat");
    return [...said, left || ""].join(" ").trim();
  }

  render = () => {
    const { state } = this;
    const isNews = state !== this.getAttribute("state");
    this.setAttribute("state", state);
    this.hidden = state === "none";
    for (const part of this.querySelectorAll("[data-part]")) part.hidden = !part.dataset.part.split(" ").includes(state);
    this.querySelector("device-test").setAttribute("kinds", this.offer === "voice" ? "microphone" : "camera microphone");
    if (state === "ask") this.renderAsk();
    if (state === "lobby") this.renderLobby();
    if (state === "joined") this.renderCall();
    if (isNews) this.querySelector("device-test").show(); // it listens to the microphone only while it is seen
  };

  renderAsk() {
    const button = this.querySelector("[data-do=ask-voice]");
    button.disabled = Boolean(this.isAskingForVoice);
    this.querySelector("[data-asking]").textContent = this.isAskingForVoice ? this.words("asked", { who: this.other }) : "";
  }

  renderLobby() {
    const who = this.line.other?.name;
    this.querySelector("[data-who]").textContent = this.isJoining ? this.words("joining") : who ? this.words("other-waits", { who }) : this.words("nobody-yet");
    this.querySelector("[data-do=join]").setAttribute("aria-busy", String(Boolean(this.isJoining)));
    this.toggleAttribute("ringing", Boolean(who));
  }

  renderCall() {
    const { other, isConnected } = this.line;
    const isSeen = isConnected && (other?.picture ?? "none") !== "none";
    this.toggleAttribute("seen", isSeen);
    this.setAttribute("picture", other?.picture ?? "none");
    this.querySelector("[data-name]").textContent = this.other;
    this.querySelector("[data-initials]").textContent = this.other.slice(0, 1);
    this.querySelector("[data-why-dark]").textContent = this.whyDark(other, isConnected);
    this.querySelector("[data-their-mic]").hidden = !other || other.mic;
    this.querySelector("[data-quality]").hidden = !other;
    const self = this.querySelector("[data-self]");
    const picture = devices.picture;
    if (self.srcObject?.getTracks()[0] !== (picture ?? undefined)) self.srcObject = picture ? new MediaStream([picture]) : null;
    self.classList.toggle("call-mirrored", !devices.screen && facesUser(devices.camera));
    this.toggleAttribute("filming", Boolean(picture));
    this.renderBar();
    const problems = this.problems();
    const banner = this.querySelector("[data-problems-of-call]");
    banner.hidden = !problems || problems === this.problemsSeen;
    banner.querySelector("p").textContent = problems;
  }

  whyDark(other, isConnected) {
    if (!other) return this.words("you-wait");
    if (!isConnected) return this.words(this.hasBeenConnected ? "lost" : "connecting");
    return this.words(this.offer === "voice" ? "talking" : "their-camera-off", { who: other.name });
  }

  renderBar() {
    const isCustomer = this.side === "customer";
    const own = devices.abilities;
    const light = isCustomer ? own.torch : this.theirs("torch");
    const zoom = isCustomer ? Boolean(own.zoom) : this.theirs("zoom");
    const press = (name, isOn) => this.querySelector(`[data-do=${name}]`).setAttribute("aria-pressed", String(isOn));
    const offer = (name, isThere) => (this.querySelector(`[data-do=${name}]`).hidden = !isThere);
    const hasPictures = this.offer !== "voice";
    press("mic", Boolean(devices.microphone) && !devices.isMuted);
    press("camera", Boolean(devices.camera));
    press("screen", Boolean(devices.screen));
    press("torch", isCustomer ? devices.torch : this.theirs("lit"));
    press("large", Boolean(document.fullscreenElement));
    offer("camera", hasPictures);
    offer("screen", hasPictures && devices.canShare);
    offer("torch", light);
    offer("closer", zoom);
    offer("farther", zoom);
    offer("freeze", !isCustomer && hasPictures);
    offer("small", hasPictures && document.pictureInPictureEnabled);
    offer("large", hasPictures && document.fullscreenEnabled);
    this.querySelector("[data-do=freeze]").setAttribute("aria-disabled", String(!this.theirs("still")));
    this.offerFlip(hasPictures);
  }

  async offerFlip(hasPictures) {
    const cameras = hasPictures && devices.camera ? (await devices.list()).camera.length : 0;
    this.querySelector("[data-do=flip]").hidden = cameras < 2;
  }
}

const WISHES = {
  "torch-on": () => devices.setTorch(true),
  "torch-off": () => devices.setTorch(false),
  closer: () => devices.zoom(true),
  farther: () => devices.zoom(false),
};

customElements.define("call-stage", CallStage);

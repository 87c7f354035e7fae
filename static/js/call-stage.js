// <call-stage viewer="user id" role-name="customer|mechanic" key="session id" relay="..." voice="..."> is the call of a room as people see
// and operate it. Who is in it and how the two browsers find each other is call-line.js; camera, microphone, screen are call-devices.js;
// what one sees is call-view.js; what the two ask each other is call-consent.js, call-wishes.js and call-freeze.js.
//
// What there is to do here comes with room:state: {call: "test" | "ask" | "voice" | "video"}, nothing for a room without a call. `state`
// says what is shown: "none", "unsupported", "test", "ask", "lobby", "elsewhere" or "joined"; elements with data-part="lobby joined" are
// there in those states only.
import "./call-question.js";
import "./own-picture.js";
import { CallConsent } from "./call-consent.js";
import { devices } from "./call-devices.js";
import { CallFreeze } from "./call-freeze.js";
import { CallLine } from "./call-line.js";
import { CallMemory } from "./call-memory.js";
import { CallView } from "./call-view.js";
import { CallWishes } from "./call-wishes.js";
import { wordsOf } from "./call-words.js";
import { newName } from "./new-name.js";
import { toast } from "./toast-region.js";

const KINDS = { video: ["audio", "video"], voice: ["audio"] };
const LOOK_EVERY = 2; // seconds

class CallStage extends HTMLElement {
  connectedCallback() {
    this.words = wordsOf(this);
    this.side = this.getAttribute("role-name");
    this.question = this.querySelector("call-question");
    this.remote = this.querySelector("[data-remote]");
    this.memory = new CallMemory(this.getAttribute("key"));
    this.consent = new CallConsent(this);
    this.wishes = new CallWishes(this);
    this.freeze = new CallFreeze(this);
    this.view = new CallView(this);
    devices.facing = this.side === "customer" ? "environment" : "user";
    this.listen();
    this.clock = setInterval(this.tick, 1000);
    this.follow(document.getElementById("stage")?.dataset.call);
  }

  disconnectedCallback() {
    this.gone.abort();
    clearInterval(this.clock);
  }

  listen() {
    this.gone = new AbortController();
    const on = (target, name, heard, options) => target?.addEventListener?.(name, heard, { signal: this.gone.signal, ...options });
    on(this, "click", this.onClick);
    on(devices, "change", this.onDevices);
    on(document, "room:state", this.onRoom);
    on(document, "live:relay", this.onRelay);
    on(document, "live:open", this.onOpen);
    on(document, "live:beat", this.tick); // timers sleep in a hidden page
    on(document, "still:wanted", this.onStillWanted);
    on(document, "fullscreenchange", this.render);
    on(document, "visibilitychange", this.stayAwake);
    on(window, "online", this.onNetwork);
    on(window, "pagehide", this.onLeave, { capture: true }); // before the socket is closed
    on(navigator.connection, "change", this.onKindOfNetwork);
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

  // What the other page can do when it is asked.
  theirs(ability) {
    return Boolean(this.line?.other?.can.includes(ability));
  }

  say = (word) => Boolean(document.querySelector("live-socket")?.relay?.(word));

  announce(word, values) {
    this.view.announce(this.words(word, values));
  }

  render = () => this.view.show();

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
    if (this.consent.isAgreed || this.memory.recall()) this.join();
  }

  // --- coming and going

  async join() {
    if (!this.line || this.line.isJoined || this.isJoining) return;
    const wasPressed = this.contains(document.activeElement); // else it joins by itself, and somebody may be writing
    this.isJoining = true;
    this.render();
    this.isTaken = this.consent.isAgreed = false;
    const before = this.memory.recall();
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
    this.end(word);
    if (document.fullscreenElement) document.exitFullscreen();
    const wasPressed = this.contains(document.activeElement);
    this.render();
    this.stayAwake();
    if (wasPressed) this.querySelector("[data-part=lobby] [data-do=join]").focus({ preventScroll: true });
  }

  onTaken = () => {
    this.isTaken = true;
    this.end("taken");
    this.render();
  };

  // The call is over for this page.
  end(word) {
    this.memory.forget();
    this.wishes.forget();
    this.question.dismiss();
    devices.shut("camera", "microphone", "screen");
    this.announce(word);
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
    const camera = this.isDark ? false : Boolean(devices.camera) || undefined;
    this.memory.keep({ camera, isMuted: devices.isMuted });
  }

  // --- what is heard

  onRelay = ({ detail: { sender, data } }) => {
    this.line?.hear(sender, data);
    if (sender && sender.id !== this.getAttribute("viewer")) this.hear(sender.name, data);
  };

  hear(who, data) {
    const isVoice = data.what === "voice";
    switch (data.type) {
      case "hello":
        return this.consent.repeat();
      case "ask":
        return isVoice ? this.offer === "ask" && this.consent.hear(who) : this.wishes.hear(who, data.what);
      case "answer":
        return this.hearAnswer(who, data, isVoice ? this.consent : this.wishes);
      case "cannot":
        return this.wishes.hearCannot(who);
      case "freeze":
        return this.freeze.hear(data);
      case "frozen":
        return this.freeze.hearFrozen(who, data);
    }
  }

  hearAnswer(who, answer, asker) {
    asker.hearAnswer(who, answer);
    if (!answer.yes) {
      this.announce("not-now", { who });
      toast(this.words("not-now", { who }));
    }
    this.render();
  }

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
    this.view.measureAnew();
    this.hasBeenConnected = false;
    this.remote.srcObject = this.connection?.remote ?? null;
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

  // A browser may refuse to play sound that nobody asked for: then there are pictures without it, and a key that is pressed for it.
  async play() {
    if ((await this.played()) !== "NotAllowedError" || this.remote.muted) return;
    this.isSilent = this.remote.muted = true;
    this.render();
    await this.played();
  }

  played() {
    return this.remote.play().then(
      () => "",
      (error) => error.name,
    );
  }

  unmute() {
    this.isSilent = this.remote.muted = false;
    this.querySelector("[data-do=mic]").focus({ preventScroll: true }); // the key that was pressed goes away
    return this.play();
  }

  tick = () => {
    if (!this.line) return;
    this.line.tick();
    this.second = (this.second ?? 0) + 1;
    if (this.second % LOOK_EVERY) return;
    this.view.showQuality();
    if (this.line.isJoined) this.share(); // some cameras say what they can only after a while
  };

  // --- what this page shows

  onDevices = () => {
    if (this.line?.isJoined) this.share();
    this.remember();
    this.render();
  };

  // Hands tracks and state on to the other side.
  share() {
    const hasPicture = this.offer !== "voice" && devices.picture;
    const picture = !hasPicture ? "none" : devices.screen ? "screen" : "camera";
    const can = [devices.camera && "still", ...this.wishes.granted].filter(Boolean);
    this.line.show({ mic: Boolean(devices.microphone) && !devices.isMuted, picture, can });
    this.line.carry({ audio: devices.microphone, video: hasPicture ? devices.picture : null });
  }

  // --- what is pressed

  onClick = (event) => {
    const key = event.target.closest("[data-do]");
    const actions = {
      join: () => this.join(),
      leave: () => this.hangUp(),
      mic: () => this.switchMicrophone(),
      camera: () => this.switchOwnCamera(),
      flip: () => devices.switchCamera(),
      screen: () => (devices.screen ? devices.stopSharing() : devices.share()),
      hear: () => this.unmute(),
      torch: () => this.wishes.want(this.wishes.offered.isLit ? "torch-off" : "torch-on"),
      closer: () => this.wishes.want("closer"),
      farther: () => this.wishes.want("farther"),
      freeze: () => this.freeze.want(newName()),
      small: () => this.floatPicture(),
      large: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()),
      "ask-voice": () => this.consent.want(),
      "dismiss-problems": () => this.view.dismissProblems(),
    };
    if (!actions[key?.dataset.do]) return;
    actions[key.dataset.do]();
    this.render();
  };

  onStillWanted = ({ detail }) => this.freeze.want(detail.client_id);

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
    await (document.pictureInPictureElement ? document.exitPictureInPicture() : this.remote.requestPictureInPicture()).catch(() => {});
  }
}

customElements.define("call-stage", CallStage);

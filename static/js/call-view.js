// What one sees of a call: which part of <call-stage> is there, the pictures with what is said about them, and the keys. It reads the
// stage and changes nothing but the page.
import { devices } from "./call-devices.js";
import { CallQuality } from "./call-quality.js";
import { facesUser } from "./device-test.js";

const NEWS_STAY = 5000; // milliseconds

export class CallView {
  constructor(stage) {
    this.stage = stage;
    this.find = (name) => stage.querySelector(`[data-${name}]`);
    this.key = (name) => stage.querySelector(`[data-do=${name}]`);
  }

  show() {
    const { stage } = this;
    const { state } = stage;
    const isNews = state !== stage.getAttribute("state");
    const test = stage.querySelector("device-test");
    stage.setAttribute("state", state);
    stage.hidden = state === "none";
    for (const part of stage.querySelectorAll("[data-part]")) part.hidden = !part.dataset.part.split(" ").includes(state);
    test.setAttribute("kinds", stage.offer === "voice" ? "microphone" : "camera microphone");
    if (state === "ask") this.showAsk();
    if (state === "lobby") this.showLobby();
    if (state === "joined") this.showCall();
    if (isNews) test.show(); // it listens to the microphone only while it is seen
  }

  // --- before the call

  showAsk() {
    const { isAsking } = this.stage.consent;
    this.key("ask-voice").disabled = isAsking;
    this.find("asking").textContent = isAsking ? this.stage.words("asked", { who: this.stage.other }) : "";
  }

  showLobby() {
    const { isJoining, line, words } = this.stage;
    const who = line.other?.name;
    this.find("who").textContent = isJoining ? words("joining") : who ? words("other-waits", { who }) : words("nobody-yet");
    this.key("join").setAttribute("aria-busy", String(Boolean(isJoining)));
    this.stage.toggleAttribute("ringing", Boolean(who));
  }

  // --- in it

  showCall() {
    this.showOther();
    this.showSelf();
    this.showKeys();
    this.showProblems();
  }

  showOther() {
    const { stage } = this;
    const { other, isConnected } = stage.line;
    const picture = other?.picture ?? "none";
    stage.toggleAttribute("seen", isConnected && picture !== "none");
    stage.setAttribute("picture", picture);
    this.find("name").textContent = stage.other;
    this.find("initials").textContent = stage.other.slice(0, 1);
    this.find("why-dark").textContent = this.whyDark(other, isConnected);
    this.find("their-mic").hidden = !other || other.mic;
    this.find("quality").hidden = !other;
    this.key("hear").hidden = !stage.isSilent;
  }

  whyDark(other, isConnected) {
    const { words, hasBeenConnected, offer } = this.stage;
    if (!other) return words("you-wait");
    if (!isConnected) return words(hasBeenConnected ? "lost" : "connecting");
    return words(offer === "voice" ? "talking" : "their-camera-off", { who: other.name });
  }

  showSelf() {
    const self = this.find("self");
    const { picture } = devices;
    if (self.srcObject?.getTracks()[0] !== (picture ?? undefined)) self.srcObject = picture ? new MediaStream([picture]) : null;
    self.classList.toggle("call-mirrored", !devices.screen && facesUser(devices.camera));
    this.stage.toggleAttribute("filming", Boolean(picture));
  }

  showKeys() {
    const { stage } = this;
    const hasPictures = stage.offer !== "voice";
    const { torch, zoom, closer, farther, isLit } = stage.wishes.offered;
    this.offer({
      camera: hasPictures,
      screen: hasPictures && devices.canShare,
      torch,
      closer: zoom,
      farther: zoom,
      freeze: hasPictures && stage.side === "mechanic",
      small: hasPictures && document.pictureInPictureEnabled,
      large: hasPictures && document.fullscreenEnabled,
    });
    this.press({
      mic: Boolean(devices.microphone) && !devices.isMuted,
      camera: Boolean(devices.camera),
      screen: Boolean(devices.screen),
      torch: isLit,
      large: Boolean(document.fullscreenElement),
    });
    this.allow({ freeze: stage.theirs("still"), closer, farther });
    this.offerFlip(hasPictures);
  }

  offer(keys) {
    for (const [name, isThere] of Object.entries(keys)) this.key(name).hidden = !isThere;
  }

  press(keys) {
    for (const [name, isOn] of Object.entries(keys)) this.key(name).setAttribute("aria-pressed", String(isOn));
  }

  allow(keys) {
    for (const [name, isOpen] of Object.entries(keys)) this.key(name).setAttribute("aria-disabled", String(!isOpen));
  }

  async offerFlip(hasPictures) {
    const cameras = hasPictures && devices.camera ? (await devices.list()).camera.length : 0;
    this.offer({ flip: cameras > 1 });
  }

  // --- what is wrong with camera and microphone here, until somebody has read it

  problems() {
    const { words, offer } = this.stage;
    const kinds = offer === "voice" ? ["microphone"] : ["camera", "microphone"];
    const said = kinds.map((kind) => words(`${kind}-${devices.problems[kind]}`)).filter(Boolean);
    const left = said.length && words(devices.microphone ? "left-voice" : devices.camera ? "left-picture" : "left-chat");
    return [...said, left || ""].join(" ").trim();
  }

  showProblems() {
    const problems = this.problems();
    const banner = this.find("problems-of-call");
    banner.hidden = !problems || problems === this.problemsSeen;
    banner.querySelector("p").textContent = problems;
  }

  dismissProblems() {
    this.problemsSeen = this.problems();
  }

  // --- news, and the quality of the line

  announce(text) {
    const line = this.find("announce");
    line.textContent = text;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => line.classList.add("call-news-old"), NEWS_STAY);
    line.classList.remove("call-news-old");
  }

  // A new connection is measured from its beginning.
  measureAnew() {
    this.quality = new CallQuality();
  }

  async showQuality() {
    const { connection, words, hasBeenConnected } = this.stage;
    const found = connection && (await this.quality.look(connection.pc));
    if (!found || connection !== this.stage.connection) return;
    const badge = this.find("quality");
    badge.dataset.quality = hasBeenConnected ? found.word : "connecting";
    badge.querySelector("span").textContent = words(`quality-${badge.dataset.quality}`);
    this.find("numbers").textContent = words("numbers", { ...found, loss: (found.loss * 100).toFixed(1) });
  }
}

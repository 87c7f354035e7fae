// The camera, the microphone and the screen of this page, at most one of each. Whoever shows or sends them listens to "change".
//
// Nothing here fails: a device that cannot be had stays null, and `problems` says why: "refused", "missing", "busy" or "insecure"
// (browsers give no camera to a page without https).
const STORE = "mechanichub.devices";
const MEDIA = { camera: "video", microphone: "audio" };
const PROBLEMS = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", NotReadableError: "busy", AbortError: "busy" };
const ZOOM_STEP = 1.5;

class Devices extends EventTarget {
  camera = null;
  microphone = null;
  screen = null;
  problems = {};
  chosen = recalled(); // camera, microphone -> the id of a device
  facing = "user"; // or "environment": which camera of a phone
  isMuted = false;
  work = Promise.resolve();

  get works() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  // What the other side is to see.
  get picture() {
    return this.screen ?? this.camera;
  }

  // Turns these on, as far as they can be had: open("camera", "microphone").
  open(...kinds) {
    return this.inTurn(async () => {
      const wanted = kinds.filter((kind) => !this[kind]);
      if (!wanted.length) return;
      // One question for both; when that fails, each by itself, so that a refused camera does not cost the voice.
      if (!(await this.take(wanted)) && wanted.length > 1) for (const kind of wanted.reverse()) await this.take([kind]);
      this.changed();
    });
  }

  // Turns it off, so that its lamp goes out.
  shut(...kinds) {
    return this.inTurn(() => {
      for (const kind of kinds) this.drop(kind);
      this.changed();
    });
  }

  mute(isMuted) {
    this.isMuted = isMuted;
    if (this.microphone) this.microphone.enabled = !isMuted;
    this.changed();
  }

  async choose(kind, id) {
    this.chosen[kind] = id;
    remember(this.chosen);
    if (this[kind]) await this.reopen(kind);
  }

  // On a phone from front to back, elsewhere to the next one.
  async switchCamera() {
    const cameras = (await this.list()).camera;
    const { deviceId, facingMode } = this.camera?.getSettings() ?? {};
    if (facingMode) {
      this.facing = facingMode === "environment" ? "user" : "environment";
      this.chosen.camera = "";
    } else {
      const place = cameras.findIndex((camera) => camera.deviceId === deviceId);
      this.chosen.camera = cameras[(place + 1) % cameras.length]?.deviceId ?? "";
    }
    remember(this.chosen);
    await this.reopen("camera");
  }

  // Some phones cannot open one camera while the other is on: first off, then on.
  async reopen(kind) {
    await this.inTurn(() => this.drop(kind));
    await this.open(kind);
  }

  // {camera: [...], microphone: [...]}; they have names only after one of them was allowed.
  async list() {
    const all = this.works ? await navigator.mediaDevices.enumerateDevices().catch(() => []) : [];
    return {
      camera: all.filter((device) => device.kind === "videoinput" && device.deviceId),
      microphone: all.filter((device) => device.kind === "audioinput" && device.deviceId),
    };
  }

  // --- the screen

  get canShare() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  // False when the person thought better of it.
  async share() {
    try {
      const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true })).getVideoTracks();
      track.contentHint = "detail";
      track.onended = () => this.stopSharing();
      this.screen = track;
      this.changed();
      return true;
    } catch {
      return false;
    }
  }

  stopSharing() {
    this.drop("screen");
    this.changed();
  }

  // --- light and zoom, where the camera has them

  // {torch, zoom, closer, farther}: `zoom` is its range, the last two say where it may still go.
  get abilities() {
    const { torch, zoom } = this.camera?.getCapabilities?.() ?? {};
    const range = zoom && zoom.max > zoom.min ? zoom : null;
    const now = range && this.zoomed(range);
    return { torch: Boolean(torch), zoom: range, closer: Boolean(range) && now < range.max, farther: Boolean(range) && now > range.min };
  }

  get torch() {
    return Boolean(this.camera?.getSettings().torch);
  }

  // True when the camera did it.
  async setTorch(on) {
    return this.adjust({ torch: on });
  }

  // One step; true when the camera did it, or stands at the end already.
  async zoom(closer) {
    const { zoom } = this.abilities;
    if (!zoom) return false;
    const now = this.zoomed(zoom);
    return this.adjust({ zoom: Math.min(zoom.max, Math.max(zoom.min, closer ? now * ZOOM_STEP : now / ZOOM_STEP)) });
  }

  zoomed(range) {
    return this.camera.getSettings().zoom ?? range.min;
  }

  // What a camera cannot do it passes over in silence (`advanced` is a wish), so it is asked what it has done.
  async adjust(setting) {
    const camera = this.camera;
    try {
      await camera.applyConstraints({ advanced: [setting] });
    } catch {
      return false; // it is off by now
    }
    this.changed();
    const { torch, zoom } = { ...setting, ...camera.getSettings() };
    return "torch" in setting ? torch === setting.torch : Math.abs(zoom - setting.zoom) <= (camera.getCapabilities().zoom.step ?? 0);
  }

  // --- inside

  async take(kinds) {
    try {
      if (!this.works) throw new DOMException("", "Insecure");
      const wanted = Object.fromEntries(kinds.map((kind) => [MEDIA[kind], this.wish(kind)]));
      for (const track of (await navigator.mediaDevices.getUserMedia(wanted)).getTracks()) this.keep(track);
      return true;
    } catch (error) {
      for (const kind of kinds) this.problems[kind] = error.name === "Insecure" ? "insecure" : (PROBLEMS[error.name] ?? "missing");
      return false;
    }
  }

  wish(kind) {
    const which = this.chosen[kind] ? { deviceId: { ideal: this.chosen[kind] } } : {};
    if (kind === "microphone") return { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...which };
    return { width: { ideal: 1280 }, height: { ideal: 720 }, ...(this.chosen[kind] ? which : { facingMode: { ideal: this.facing } }) };
  }

  keep(track) {
    const kind = track.kind === "video" ? "camera" : "microphone";
    delete this.problems[kind];
    this[kind] = track;
    if (kind === "microphone") track.enabled = !this.isMuted;
    track.onended = () => this.lost(kind); // unplugged, or taken away in the browser's bar
  }

  lost(kind) {
    this[kind] = null;
    this.problems[kind] = "missing";
    this.changed();
    this.open(kind); // another one may be there
  }

  drop(kind) {
    if (this[kind]) this[kind].onended = null;
    this[kind]?.stop();
    this[kind] = null;
  }

  inTurn(action) {
    this.work = this.work.then(action, action);
    return this.work;
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

// A browser may refuse to store anything; then the choice lasts as long as the page.
function recalled() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

function remember(chosen) {
  try {
    localStorage.setItem(STORE, JSON.stringify(chosen));
  } catch {
    // see above
  }
}

export const devices = new Devices();
navigator.mediaDevices?.addEventListener?.("devicechange", () => devices.changed());

// <photo-drawing viewer="user id"> inside <photo-viewer>: its tools, and what everybody has drawn on the photo
// that is shown. Own strokes stand there at once and are sent one after the other, each by a name that it has from here, so that one
// that is sent twice is one; what others draw comes over the socket, and all of it is read when the photo opens and after every gap.
//
// Without a pointer: a tool shows a cross, which the arrow keys move; Enter sets what begins, turns or ends there.
import { ask, isOutage, wordsOf } from "./ask.js";
import { drawn, rounded, simplified } from "./stroke.js";
import { newName } from "./new-name.js";

const TRY_AGAIN = 2000; // milliseconds
const WITHOUT_SOCKET = 5000;
const NOTE_STAYS = 6000;
const TINY = 6; // pixels of the window: shorter than that it was a tap
const BY_TAP = 0.12; // of the photo's mean side: the length of an arrow, and the diameter of a circle
const CROSS_STEP = 0.01; // of the photo, when all of it is shown; five times that with Shift
const TOOL_KEYS = { v: "", h: "", a: "arrow", c: "circle", o: "circle", n: "number", l: "line" };

class PhotoDrawing extends HTMLElement {
  connectedCallback() {
    this.viewer = this.closest("photo-viewer");
    this.me = this.getAttribute("viewer");
    this.svg = this.viewer.querySelector("svg.photo-viewer-strokes");
    this.cross = this.viewer.querySelector(".photo-viewer-cross");
    this.strokes = new Map(); // by name, in the order they were drawn
    this.waiting = []; // what the server has not heard of yet
    this.taken = []; // what was taken back here, to be put back
    this.tool = "";
    this.viewer.addEventListener("photo:shown", this.onShown);
    this.viewer.addEventListener("photo:hidden", this.onHidden);
    this.viewer.addEventListener("photo:moved", () => this.placeCross());
    this.viewer.addEventListener("click", this.onButton);
    document.addEventListener("live:relay", this.onRelay);
    document.addEventListener("live:open", this.onOpen);
    document.addEventListener("live:changed", this.onChanged);
    this.clock = setInterval(() => this.isCutOff && this.read(), WITHOUT_SOCKET);
  }

  disconnectedCallback() {
    clearInterval(this.clock);
    document.removeEventListener("live:relay", this.onRelay);
    document.removeEventListener("live:open", this.onOpen);
    document.removeEventListener("live:changed", this.onChanged);
  }

  // --- the photo

  onShown = ({ detail }) => {
    this.photo = detail;
    this.svg.setAttribute("viewBox", `0 0 ${detail.width} ${detail.height}`);
    this.svg.replaceChildren();
    this.strokes.clear();
    this.taken = [];
    this.spot = null;
    this.follow();
    this.read();
  };

  onHidden = () => {
    this.cancel();
    this.photo = null;
  };

  // --- what is drawn on it

  onOpen = ({ detail: { waitFor } }) => waitFor(this.read());
  onChanged = ({ detail: { name } }) => name === "session" && this.read();

  onRelay = ({ detail: { data } }) => {
    if (data.type !== "drawing") return;
    const by = data.stroke?.by ?? data.by;
    if (by !== this.me) this.countOn(data.file, data.stroke ? 1 : -data.gone.length); // one's own are counted already
    if (data.file !== this.photo?.file) return;
    if (this.reading) this.again = true; // what is being read may be older
    if (data.stroke) this.take(data.stroke);
    else this.drop(data.gone);
  };

  get isCutOff() {
    return this.photo && document.querySelector("live-socket")?.state === "offline";
  }

  read = () => {
    this.again = true;
    this.reading ??= this.readUntilCurrent().finally(() => (this.reading = null));
    return this.reading;
  };

  async readUntilCurrent() {
    clearTimeout(this.retry);
    while (this.again && this.photo) {
      this.again = false;
      const { url } = this.photo;
      const answer = await ask(url);
      if (url !== this.photo?.url) this.again = true;
      else if (answer.status === 200 && !this.again) this.takeAll(JSON.parse(answer.text));
      else if (isOutage(answer.status)) this.retry = setTimeout(this.read, TRY_AGAIN);
    }
  }

  // Own strokes that are still on their way are not known there yet.
  takeAll({ strokes, role, may_draw: mayDraw }) {
    const unsent = this.waiting.filter(({ stroke, url }) => stroke && url === this.photo.url).map(({ stroke }) => stroke);
    const removed = this.waiting.flatMap(({ gone }) => gone ?? []);
    const all = [...strokes.filter(({ id }) => !removed.includes(id)), ...unsent];
    this.strokes = new Map(all.map((stroke) => [stroke.id, stroke]));
    this.svg.replaceChildren(...[...this.strokes.values()].map((stroke) => this.paint(stroke)));
    Object.assign(this, { mayDraw, side: role }); // `role` of an element is ARIA's
    this.viewer.dialog.dataset.side = role;
    if (!mayDraw) this.choose("");
    this.follow();
  }

  take(stroke) {
    const isNew = !this.strokes.has(stroke.id);
    if (isNew && this.waiting.some(({ gone }) => gone?.includes(stroke.id))) return;
    const element = this.paint(stroke);
    const standing = this.elementOf(stroke.id);
    this.strokes.set(stroke.id, stroke);
    if (standing) standing.replaceWith(element);
    else this.svg.append(element);
    if (isNew && stroke.by !== this.me) {
      element.classList.add("is-new");
      this.say(`${stroke.name}: ${this.called(stroke)}`);
    }
    this.follow();
  }

  drop(ids) {
    for (const id of ids) {
      const stroke = this.strokes.get(id);
      this.strokes.delete(id);
      this.elementOf(id)?.remove();
      if (stroke && stroke.by !== this.me) this.say(this.dataset.gone.replace("{name}", stroke.name).replace("{what}", this.called(stroke)));
    }
    this.follow();
  }

  paint(stroke) {
    return drawn(stroke, this.photo.width, this.photo.height);
  }

  elementOf(id) {
    return this.svg.querySelector(`[data-stroke="${CSS.escape(id)}"]`);
  }

  called({ shape, label }) {
    const words = this.querySelector(`[data-tool="${shape}"]`).getAttribute("aria-label");
    return label ? `${words} ${label}` : words;
  }

  get own() {
    return [...this.strokes.values()].filter(({ by }) => by === this.me);
  }

  // The small pictures of the page say how much is drawn on them.
  countOn(file, more, from) {
    for (const { dataset } of document.querySelectorAll(`a[data-photo="${CSS.escape(file)}"]`)) {
      dataset.strokes = String(Math.max(0, from ?? Number(dataset.strokes ?? 0) + more));
    }
  }

  // Whatever else shows something of the strokes.
  follow() {
    const all = [...this.strokes.values()];
    const people = new Map(all.map(({ by, name, role }) => [by, { name: by === this.me ? this.dataset.you : name, role }]));
    const legend = this.viewer.querySelector("[data-legend]");
    legend.replaceChildren(...[...people.values()].map(badge));
    this.viewer.dialog.dataset.draws = { true: "yes", false: "no" }[this.mayDraw] ?? "unknown";
    this.viewer.querySelector("[data-hide]").hidden = !all.length;
    for (const name of ["undo", "clear"]) this.querySelector(`[data-${name}]`).setAttribute("aria-disabled", String(!this.own.length));
    if (this.photo) this.countOn(this.photo.file, 0, all.length);
  }

  // --- tools

  onButton = (event) => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const isByKey = event.detail === 0;
    if ("tool" in button.dataset) this.choose(button.dataset.tool, isByKey);
    if ("undo" in button.dataset) this.undo();
    if ("clear" in button.dataset) this.clear();
    if ("putBack" in button.dataset) this.putBack();
    if ("hide" in button.dataset) this.hide(button.getAttribute("aria-pressed") === "false");
  };

  choose(tool, isByKey = false) {
    this.cancel();
    this.tool = this.mayDraw ? tool : "";
    this.viewer.dialog.dataset.tool = this.tool || "hand";
    for (const button of this.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === this.tool));
    if (this.tool) this.hide(false);
    if (this.tool && isByKey) this.showCross();
    else this.hideCross();
  }

  hide(isHidden) {
    this.viewer.querySelector("[data-hide]").setAttribute("aria-pressed", String(isHidden));
    this.viewer.dialog.dataset.strokes = isHidden ? "hidden" : "shown";
  }

  undo() {
    const last = this.own.at(-1);
    if (last) this.takeBack([last], `${this.photo.url}undo/`, { client_id: last.id });
  }

  clear() {
    const own = this.own;
    if (!own.length) return;
    this.takeBack(own, `${this.photo.url}clear/`, {});
    this.note(this.dataset.cleared, true);
  }

  takeBack(strokes, url, fields) {
    this.taken.push(strokes);
    const gone = strokes.map(({ id }) => id);
    this.drop(gone);
    this.send({ url, fields, gone });
  }

  putBack() {
    this.note("");
    for (const stroke of this.taken.pop() ?? []) this.add(stroke);
  }

  // --- by a pointer: what <photo-viewer> hands on

  begin(event) {
    this.hideCross();
    const point = this.pointOf(event);
    this.from = [event.clientX, event.clientY];
    this.draft = this.fresh([point, point]);
    this.sketch();
  }

  drag(event) {
    if (!this.draft) return;
    const { shape, points } = this.draft;
    if (shape === "line") points.push(...coalesced(event).map((each) => this.pointOf(each)));
    else points[1] = event.shiftKey ? this.even(points[0], this.pointOf(event)) : this.pointOf(event);
    this.sketch();
  }

  end(event) {
    if (!this.draft) return;
    const { shape, points } = this.draft;
    const isTap = Math.hypot(event.clientX - this.from[0], event.clientY - this.from[1]) < TINY;
    if (isTap && ["arrow", "circle"].includes(shape)) this.draft.points = this.byTap(points[1]);
    if (isTap && shape === "line" && points.length < 8) this.cancel();
    else this.finish();
  }

  cancel() {
    this.draft = null;
    this.sketch();
  }

  // --- by keys: true when the key was for drawing

  takesKey(event) {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (event.altKey || ((event.ctrlKey || event.metaKey) && !isUndo)) return false;
    const act = isUndo ? () => (event.shiftKey ? this.putBack() : this.undo()) : this.actionFor(event);
    if (!act || !this.mayDraw) return false;
    event.preventDefault();
    act();
    return true;
  }

  actionFor({ key, shiftKey, target }) {
    const name = key.toLowerCase();
    if (Object.hasOwn(TOOL_KEYS, name)) return () => this.choose(TOOL_KEYS[name], true);
    if (!this.tool) return null;
    if (key === "Escape") return this.draft ? () => this.cancel() : () => this.choose("");
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (way) return () => this.moveCross(way, shiftKey ? 5 : 1);
    return ["Enter", " "].includes(key) && !target.closest("button") ? () => this.set() : null;
  }

  showCross() {
    this.spot ??= this.inSight();
    this.cross.hidden = false;
    this.viewer.stage.focus();
    this.placeCross();
    this.say(this.dataset.cross);
  }

  hideCross() {
    this.cross.hidden = true;
  }

  moveCross([across, down], times) {
    if (this.cross.hidden) this.showCross();
    const step = (CROSS_STEP * times) / this.viewer.view.scale;
    this.spot = this.spot.map((each, axis) => Math.min(1, Math.max(0, each + [across, down][axis] * step)));
    this.keepInSight();
    this.placeCross();
    this.say(this.dataset.spot.replace("{across}", Math.round(this.spot[0] * 100)).replace("{down}", Math.round(this.spot[1] * 100)));
    if (!this.draft) return;
    if (this.draft.shape === "line") this.draft.points.push(this.spot);
    else this.draft.points[1] = this.spot;
    this.sketch();
  }

  // Enter: a number stands at once, everything else begins here and ends with the next Enter. Twice in one place is a tap.
  set() {
    if (this.cross.hidden) this.showCross();
    if (!this.draft) this.draft = this.fresh([this.spot, this.spot]);
    else if (this.draft.points.some((point) => point !== this.draft.points[0])) return this.finish();
    else if (this.draft.shape !== "line") this.draft.points = this.byTap(this.spot);
    if (this.draft.shape === "number" || this.draft.isTap) this.finish();
    else this.say(this.dataset.begun);
  }

  placeCross() {
    if (this.cross.hidden || !this.spot) return;
    const [x, y] = this.onScreen(this.spot);
    const stage = this.viewer.stage.getBoundingClientRect();
    this.cross.style.setProperty("transform", `translate(${x - stage.left}px, ${y - stage.top}px)`);
  }

  keepInSight() {
    const [x, y] = this.onScreen(this.spot);
    const stage = this.viewer.stage.getBoundingClientRect();
    const out = (at, least, most) => Math.min(0, most - 40 - at) + Math.max(0, least + 40 - at);
    this.viewer.pan(out(x, stage.left, stage.right), out(y, stage.top, stage.bottom));
  }

  // --- a stroke, from its first point to the server

  fresh(points) {
    const label = this.tool === "number" ? this.nextNumber() : "";
    return { id: "sketch", by: this.me, name: "", role: this.side, shape: this.tool, points, label };
  }

  // The server has the last word about it.
  nextNumber() {
    const numbers = [...this.strokes.values()].map(({ label }) => Number(label));
    return String(Math.max(0, ...numbers) + 1);
  }

  sketch() {
    this.svg.querySelector(".is-sketch")?.remove();
    if (!this.draft || !this.photo) return;
    const points = this.draft.shape === "number" ? [this.draft.points.at(-1)] : this.draft.points;
    if (this.draft.shape !== "number" && this.lengthOf(points) < TINY / 2) return;
    const element = this.paint({ ...this.draft, points });
    element.classList.add("is-sketch");
    this.svg.append(element);
  }

  finish() {
    const { draft } = this;
    this.cancel();
    const { width, height } = this.photo;
    if (draft.shape === "line") draft.points = simplified(draft.points, width, height);
    else draft.points = (draft.shape === "number" ? draft.points.slice(-1) : draft.points).map(rounded);
    this.taken = [];
    this.add(draft);
  }

  add(draft) {
    const stroke = { ...draft, id: newName() };
    if (stroke.shape === "number") stroke.label = this.nextNumber();
    this.take(stroke);
    this.say(this.called(stroke));
    const { id, shape, points } = stroke;
    this.send({ url: this.photo.url, stroke, fields: { client_id: id, shape, points: JSON.stringify(points) } });
  }

  async send(word) {
    this.waiting.push(word);
    if (this.waiting.length > 1) return; // it goes out after those before it
    while (this.waiting.length) {
      const { url, fields } = this.waiting[0];
      const answer = await ask(url, fields);
      if (isOutage(answer.status)) await this.pause();
      else this.sent(this.waiting.shift(), answer);
    }
  }

  async pause() {
    this.note(this.dataset.later);
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN));
  }

  sent({ url, stroke }, { status, text }) {
    const isShown = url.startsWith(this.photo?.url);
    if (status === 201 && isShown && this.strokes.has(stroke.id)) this.take(JSON.parse(text));
    if (status < 400) return this.note("", false, this.dataset.later);
    this.note(status === 401 ? this.dataset.signIn : wordsOf(text));
    if (isShown && stroke) this.drop([stroke.id]);
    if (isShown) this.read();
  }

  // --- where things are

  // In fractions of the photo, also for a place beside it.
  pointOf({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height].map((each) => Math.min(1, Math.max(0, each)));
  }

  onScreen([x, y]) {
    const box = this.svg.getBoundingClientRect();
    return [box.left + x * box.width, box.top + y * box.height];
  }

  // The middle of what can be seen of the photo.
  inSight() {
    const [clientX, clientY] = this.viewer.middle;
    return this.pointOf({ clientX, clientY });
  }

  lengthOf(points) {
    const [start, ...rest] = points.map((point) => this.onScreen(point));
    return Math.max(...rest.map(([x, y]) => Math.hypot(x - start[0], y - start[1])));
  }

  // An arrow that points there, from where the middle of the photo is; a circle around it.
  byTap([x, y]) {
    const { width, height } = this.photo;
    const length = ((width + height) / 2) * BY_TAP;
    const [across, down] = [length / width, length / height];
    this.draft.isTap = true;
    if (this.draft.shape === "arrow") return [[x + (x < 0.5 ? across : -across) * 0.7, y + (y < 0.3 ? down : -down) * 0.7], [x, y]];
    return [
      [x - across / 2, y - down / 2],
      [x + across / 2, y + down / 2],
    ];
  }

  // With Shift a circle is round, and an arrow lies in one of eight directions.
  even([x1, y1], [x2, y2]) {
    const { width, height } = this.photo;
    const [dx, dy] = [(x2 - x1) * width, (y2 - y1) * height];
    const angle = Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) * (Math.PI / 4);
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    const [across, down] =
      this.draft.shape === "circle"
        ? [Math.sign(dx) * side, Math.sign(dy) * side]
        : [Math.cos(angle) * Math.hypot(dx, dy), Math.sin(angle) * Math.hypot(dx, dy)];
    return [x1 + across / width, y1 + down / height];
  }

  // --- words

  say(text) {
    this.viewer.querySelector("[data-announce]").textContent = text;
  }

  // `instead`: only when this is what stands there.
  note(text, canPutBack = false, instead = null) {
    const note = this.viewer.querySelector(".photo-viewer-note");
    const words = note.querySelector("[data-words]");
    if (instead !== null && words.textContent !== instead) return;
    clearTimeout(this.noted);
    words.textContent = text;
    note.hidden = !text;
    note.querySelector("[data-put-back]").hidden = !canPutBack;
    if (text) this.noted = setTimeout(() => (note.hidden = true), NOTE_STAYS);
  }
}

function badge({ name, role }) {
  const element = document.createElement("span");
  element.className = `photo-viewer-person photo-viewer-person-${role}`;
  element.textContent = name;
  return element;
}

// A fast finger is seen more often than the screen is drawn.
function coalesced(event) {
  const events = event.getCoalescedEvents?.() ?? [];
  return events.length ? events : [event];
}

customElements.define("photo-drawing", PhotoDrawing);

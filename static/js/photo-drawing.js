// <photo-drawing viewer="user id"> inside <photo-viewer>: its tools, and what everybody has drawn on the photo
// that is shown. Own strokes stand there at once and are sent one after the other, each by a name that it has from here, so that one
// that is sent twice is one; what others draw comes over the socket, and all of it is read when the photo opens and after every gap.
//
// Without a pointer: a tool shows a cross, which the arrow keys move; Enter sets what begins, turns or ends there.
import { ask, isOutage, wordsOf } from "./ask.js";
import { newName } from "./new-name.js";
import { PhotoCross } from "./photo-cross.js";
import { PhotoStrokes } from "./photo-strokes.js";
import { Rereading } from "./rereading.js";
import { rounded, simplified } from "./stroke.js";
import { StrokePost } from "./stroke-post.js";
import { byTap, even } from "./stroke-shapes.js";

const TRY_AGAIN = 2000; // milliseconds
const WITHOUT_SOCKET = 5000;
const NOTE_STAYS = 6000;
const TINY = 6; // pixels of the window: shorter than that it was a tap
const FAR = 5; // steps of the cross with Shift
const TOOL_KEYS = { v: "", h: "", a: "arrow", c: "circle", o: "circle", n: "number", l: "line" };
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class PhotoDrawing extends HTMLElement {
  connectedCallback() {
    this.viewer = this.closest("photo-viewer");
    this.me = this.getAttribute("viewer");
    this.strokes = new PhotoStrokes(this.viewer.querySelector("svg.photo-viewer-strokes"), this.me);
    this.cross = new PhotoCross(this.viewer, this.strokes);
    this.post = new StrokePost({ late: () => this.note(this.dataset.later), answered: this.answered });
    this.rereading = new Rereading(() => this.readOnce(), () => this.photo);
    this.taken = []; // what was taken back here, to be put back
    this.tool = "";
    this.viewer.addEventListener("photo:shown", this.onShown);
    this.viewer.addEventListener("photo:hidden", this.onHidden);
    this.viewer.addEventListener("photo:moved", () => this.cross.place());
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
    this.strokes.begin(detail);
    this.cross.spot = null;
    this.taken = [];
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
    this.rereading.overtake();
    if (data.stroke) this.take(data.stroke);
    else this.drop(data.gone);
  };

  get isCutOff() {
    return this.photo && document.querySelector("live-socket")?.state === "offline";
  }

  read = () => {
    clearTimeout(this.retry);
    return this.rereading.read();
  };

  async readOnce() {
    const { url } = this.photo;
    const answer = await ask(url);
    if (url !== this.photo?.url) this.rereading.overtake();
    else if (answer.status === 200 && !this.rereading.isOvertaken) this.takeAll(JSON.parse(answer.text));
    else if (isOutage(answer.status)) this.retry = setTimeout(this.read, TRY_AGAIN);
  }

  // Own strokes that are still on their way are not known there yet.
  takeAll({ strokes, role, may_draw: mayDraw }) {
    const standing = strokes.filter(({ id }) => !this.post.isTakingBack(id));
    this.strokes.putAll([...standing, ...this.post.unsent(this.photo.url)]);
    Object.assign(this, { mayDraw, side: role }); // `role` of an element is ARIA's
    this.viewer.dialog.dataset.side = role;
    if (!mayDraw) this.choose("");
    this.follow();
  }

  take(stroke) {
    const isNew = !this.strokes.all.has(stroke.id);
    if (isNew && this.post.isTakingBack(stroke.id)) return;
    const element = this.strokes.put(stroke);
    if (isNew && stroke.by !== this.me) {
      element.classList.add("is-new");
      this.say(`${stroke.name}: ${this.called(stroke)}`);
    }
    this.follow();
  }

  drop(ids) {
    for (const id of ids) {
      const stroke = this.strokes.remove(id);
      if (stroke && stroke.by !== this.me) this.say(this.dataset.gone.replace("{name}", stroke.name).replace("{what}", this.called(stroke)));
    }
    this.follow();
  }

  called({ shape, label }) {
    const words = this.querySelector(`[data-tool="${shape}"]`).getAttribute("aria-label");
    return label ? `${words} ${label}` : words;
  }

  // The small pictures of the page say how much is drawn on them.
  countOn(file, more, from) {
    for (const { dataset } of document.querySelectorAll(`a[data-photo="${CSS.escape(file)}"]`)) {
      dataset.strokes = String(Math.max(0, from ?? Number(dataset.strokes ?? 0) + more));
    }
  }

  // Whatever else shows something of the strokes.
  follow() {
    const all = this.strokes.list;
    const people = new Map(all.map(({ by, name, role }) => [by, { name: by === this.me ? this.dataset.you : name, role }]));
    const legend = this.viewer.querySelector("[data-legend]");
    legend.replaceChildren(...[...people.values()].map(badge));
    this.viewer.dialog.dataset.draws = { true: "yes", false: "no" }[this.mayDraw] ?? "unknown";
    this.viewer.querySelector("[data-hide]").hidden = !all.length;
    for (const name of ["undo", "clear"]) this.querySelector(`[data-${name}]`).setAttribute("aria-disabled", String(!this.strokes.own.length));
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
    else this.cross.hide();
  }

  hide(isHidden) {
    this.viewer.querySelector("[data-hide]").setAttribute("aria-pressed", String(isHidden));
    this.viewer.dialog.dataset.strokes = isHidden ? "hidden" : "shown";
  }

  undo() {
    const last = this.strokes.own.at(-1);
    if (last) this.takeBack([last], `${this.photo.url}undo/`, { client_id: last.id });
  }

  clear() {
    const { own } = this.strokes;
    if (!own.length) return;
    this.takeBack(own, `${this.photo.url}clear/`, {});
    this.note(this.dataset.cleared, true);
  }

  takeBack(strokes, url, fields) {
    this.taken.push(strokes);
    const gone = strokes.map(({ id }) => id);
    this.drop(gone);
    this.post.send({ url, fields, gone });
  }

  putBack() {
    this.note("");
    for (const stroke of this.taken.pop() ?? []) this.add(stroke);
  }

  // --- by a pointer: what <photo-viewer> hands on

  begin(event) {
    this.cross.hide();
    const point = this.strokes.pointOf(event);
    this.from = [event.clientX, event.clientY];
    this.draft = this.fresh([point, point]);
    this.sketch();
  }

  drag(event) {
    if (!this.draft) return;
    const { shape, points } = this.draft;
    const point = this.strokes.pointOf(event);
    if (shape === "line") points.push(...coalesced(event).map((each) => this.strokes.pointOf(each)));
    else points[1] = event.shiftKey ? even(shape, points[0], point, this.photo) : point;
    this.sketch();
  }

  end(event) {
    if (!this.draft) return;
    const { shape, points } = this.draft;
    const isTap = Math.hypot(event.clientX - this.from[0], event.clientY - this.from[1]) < TINY;
    if (isTap && ["arrow", "circle"].includes(shape)) this.draft.points = byTap(shape, points[1], this.photo);
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
    if (Object.hasOwn(WAYS, key)) return () => this.moveCross(WAYS[key], shiftKey ? FAR : 1);
    return ["Enter", " "].includes(key) && !target.closest("button") ? () => this.set() : null;
  }

  showCross() {
    this.cross.show();
    this.say(this.dataset.cross);
  }

  moveCross(way, times) {
    if (!this.cross.isShown) this.showCross();
    this.cross.move(way, times);
    const { spot } = this.cross;
    this.say(this.dataset.spot.replace("{across}", Math.round(spot[0] * 100)).replace("{down}", Math.round(spot[1] * 100)));
    if (!this.draft) return;
    if (this.draft.shape === "line") this.draft.points.push(spot);
    else this.draft.points[1] = spot;
    this.sketch();
  }

  // Enter: a number stands at once, everything else begins here and ends with the next Enter. Twice in one place is a tap.
  set() {
    if (!this.cross.isShown) this.showCross();
    const { spot } = this.cross;
    const isBegun = Boolean(this.draft);
    this.draft ??= this.fresh([spot, spot]);
    const { shape, points } = this.draft;
    const hasMoved = points.some((point) => point !== points[0]);
    const isTap = isBegun && !hasMoved && shape !== "line";
    if (isTap) this.draft.points = byTap(shape, spot, this.photo);
    if (hasMoved || isTap || shape === "number") this.finish();
    else this.say(this.dataset.begun);
  }

  // --- a stroke, from its first point to the server

  fresh(points) {
    const label = this.tool === "number" ? this.strokes.nextNumber : "";
    return { id: "sketch", by: this.me, name: "", role: this.side, shape: this.tool, points, label };
  }

  sketch() {
    this.strokes.sketch(this.draft);
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
    if (stroke.shape === "number") stroke.label = this.strokes.nextNumber;
    this.take(stroke);
    this.say(this.called(stroke));
    const { id, shape, points } = stroke;
    this.post.send({ url: this.photo.url, stroke, fields: { client_id: id, shape, points: JSON.stringify(points) } });
  }

  answered = ({ url, stroke }, { status, text }) => {
    const isShown = url.startsWith(this.photo?.url);
    if (status === 201 && isShown && this.strokes.all.has(stroke.id)) this.take(JSON.parse(text));
    if (status < 400) return this.note("", false, this.dataset.later);
    this.note(status === 401 ? this.dataset.signIn : wordsOf(text));
    if (isShown && stroke) this.drop([stroke.id]);
    if (isShown) this.read();
  };

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

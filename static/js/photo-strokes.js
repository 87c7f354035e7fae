// The strokes of the photo that is shown, by name and in the order they were drawn, and as they stand in its <svg>. All points are in
// fractions of the photo.
import { drawn } from "./stroke.js";

const TINY = 3; // pixels of the window: a sketch that is shorter is not shown yet

export class PhotoStrokes {
  all = new Map();

  constructor(svg, me) {
    Object.assign(this, { svg, me });
  }

  // Another photo: {width, height}.
  begin(photo) {
    this.photo = photo;
    this.svg.setAttribute("viewBox", `0 0 ${photo.width} ${photo.height}`);
    this.putAll([]);
  }

  putAll(strokes) {
    this.all = new Map(strokes.map((stroke) => [stroke.id, stroke]));
    this.svg.replaceChildren(...strokes.map((stroke) => this.paint(stroke)));
  }

  // Puts a stroke there, or over itself; its element.
  put(stroke) {
    const element = this.paint(stroke);
    const standing = this.elementOf(stroke.id);
    this.all.set(stroke.id, stroke);
    if (standing) standing.replaceWith(element);
    else this.svg.append(element);
    return element;
  }

  // Takes one off; the stroke, when it stood there.
  remove(id) {
    const stroke = this.all.get(id);
    this.all.delete(id);
    this.elementOf(id)?.remove();
    return stroke;
  }

  // What is being drawn just now, in place of what was; null: nothing.
  sketch(draft) {
    this.svg.querySelector(".is-sketch")?.remove();
    if (!draft || !this.photo) return;
    const points = draft.shape === "number" ? [draft.points.at(-1)] : draft.points;
    if (draft.shape !== "number" && this.lengthOf(points) < TINY) return;
    const element = this.paint({ ...draft, points });
    element.classList.add("is-sketch");
    this.svg.append(element);
  }

  paint(stroke) {
    return drawn(stroke, this.photo.width, this.photo.height);
  }

  elementOf(id) {
    return this.svg.querySelector(`[data-stroke="${CSS.escape(id)}"]`);
  }

  // --- whose they are

  get list() {
    return [...this.all.values()];
  }

  get own() {
    return this.list.filter(({ by }) => by === this.me);
  }

  // The server has the last word about it.
  get nextNumber() {
    return String(Math.max(0, ...this.list.map(({ label }) => Number(label))) + 1);
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

  lengthOf(points) {
    const [start, ...rest] = points.map((point) => this.onScreen(point));
    return Math.max(...rest.map(([x, y]) => Math.hypot(x - start[0], y - start[1])));
  }
}

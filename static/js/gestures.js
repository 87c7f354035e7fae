// Pointers on an element, told apart: new Gestures(element, who) calls of `who`
//   onBegin(event)   onDrag(event, by, total)   onEnd(event, total)   one finger, or the main button of a mouse
//   onCancel()                                                         it was not meant: a second finger has come, or the browser took it
//   onPinch(middle, by, times)                                         two fingers
//   onMiddleDrag(by)                                                   the middle button
//   onDoubleTap(point)
// Points and distances are [x, y] in pixels of the window.
const DOUBLE = 320; // milliseconds between two taps
const NEAR = 24; // pixels between them
const STILL = 8; // pixels that a finger moves while it means to stay

export class Gestures {
  constructor(element, who) {
    this.element = element;
    this.who = who;
    this.pointers = new Map(); // id -> where it is
    this.lastTap = { at: 0, point: [0, 0] };
    element.addEventListener("pointerdown", this.onDown);
    element.addEventListener("pointermove", this.onMove);
    element.addEventListener("pointerup", this.onUp);
    element.addEventListener("pointercancel", this.onLost);
    element.addEventListener("lostpointercapture", this.onLost);
  }

  onDown = (event) => {
    if (event.button > 1 || event.target.closest("button")) return;
    event.preventDefault(); // no scrolling by the middle button, no selection
    this.element.focus({ preventScroll: true });
    // A finger is captured by itself; where a script captures it, Chromium loses the first tap after a flick.
    if (event.pointerType !== "touch") this.element.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, pointOf(event));
    if (this.pointers.size === 1) this.begin(event);
    else this.cancel();
  };

  begin(event) {
    this.start = pointOf(event);
    this.single = event.button === 1 ? "middle" : "main";
    if (this.single === "main") this.who.onBegin(event);
  }

  cancel() {
    if (this.single === "main") this.who.onCancel();
    this.single = null;
  }

  onMove = (event) => {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const two = this.pointers.size === 2 && this.spread();
    const now = pointOf(event);
    this.pointers.set(event.pointerId, now);
    if (this.single === "main") this.who.onDrag(event, minus(now, before), minus(now, this.start));
    else if (this.single === "middle") this.who.onMiddleDrag(minus(now, before));
    else if (two) this.pinch(two);
  };

  pinch(before) {
    const now = this.spread();
    this.who.onPinch(now.middle, minus(now.middle, before.middle), before.distance ? now.distance / before.distance : 1);
  }

  onUp = (event) => {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.single === "main") this.end(event);
    this.single = null;
  };

  end(event) {
    const point = pointOf(event);
    this.who.onEnd(event, minus(point, this.start));
    if (distance(point, this.start) > STILL) return;
    const isDouble = event.timeStamp - this.lastTap.at < DOUBLE && distance(point, this.lastTap.point) < NEAR;
    this.lastTap = { at: isDouble ? 0 : event.timeStamp, point };
    if (isDouble) this.who.onDoubleTap(point);
  }

  onLost = (event) => {
    if (this.pointers.delete(event.pointerId)) this.cancel();
  };

  spread() {
    const [one, other] = [...this.pointers.values()];
    return { middle: one.map((each, axis) => (each + other[axis]) / 2), distance: distance(one, other) };
  }
}

function pointOf({ clientX, clientY }) {
  return [clientX, clientY];
}

function minus(point, other) {
  return point.map((each, axis) => each - other[axis]);
}

function distance(point, other) {
  return Math.hypot(...minus(point, other));
}

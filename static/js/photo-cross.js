// A cross on the photo, for whoever draws without a pointer. `spot` is where it is, in fractions of the photo.
const STEP = 0.01; // of the photo, when all of it is shown
const FROM_THE_EDGE = 40; // pixels of the window: the photo moves along before the cross leaves

export class PhotoCross {
  spot = null;

  constructor(viewer, strokes) {
    Object.assign(this, { viewer, strokes, element: viewer.querySelector(".photo-viewer-cross") });
  }

  get isShown() {
    return !this.element.hidden;
  }

  // Where it was, or in the middle of what can be seen of the photo.
  show() {
    const [clientX, clientY] = this.viewer.middle;
    this.spot ??= this.strokes.pointOf({ clientX, clientY });
    this.element.hidden = false;
    this.viewer.stage.focus();
    this.place();
  }

  hide() {
    this.element.hidden = true;
  }

  move(way, times) {
    const step = (STEP * times) / this.viewer.view.scale;
    this.spot = this.spot.map((each, axis) => Math.min(1, Math.max(0, each + way[axis] * step)));
    this.keepInSight();
    this.place();
  }

  place() {
    if (!this.isShown || !this.spot) return;
    const [x, y] = this.strokes.onScreen(this.spot);
    const stage = this.viewer.stage.getBoundingClientRect();
    this.element.style.setProperty("transform", `translate(${x - stage.left}px, ${y - stage.top}px)`);
  }

  keepInSight() {
    const [x, y] = this.strokes.onScreen(this.spot);
    const stage = this.viewer.stage.getBoundingClientRect();
    const out = (at, least, most) => Math.min(0, most - FROM_THE_EDGE - at) + Math.max(0, least + FROM_THE_EDGE - at);
    this.viewer.pan(out(x, stage.left, stage.right), out(y, stage.top, stage.bottom));
  }
}

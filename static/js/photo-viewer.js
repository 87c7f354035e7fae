// <photo-viewer> around a <dialog>: a link marked data-photo (the id of a photo) opens there large, with the other photos of the page
// beside it. Without JavaScript the link leads to the photo itself; when it leads to a copy, data-original says where the photo is.
//
// Zoom by wheel, two fingers, double click or tap, + and - (0: all of it); move by dragging and by the arrow keys; another photo by the
// buttons, Page Up and Page Down, and the arrow keys or a swipe while all of it is shown. <photo-drawing> inside takes over what a
// pointer and the arrow keys do while one of its tools is chosen; it is told by
//   photo:shown {file, url, width, height}   photo:hidden   photo:moved
import { Gestures } from "./gestures.js";

const LARGEST = 2; // screen pixels for one of the photo's
const AT_LEAST = 4; // times the fitting size, however small the photo is
const STEP = 1.5;
const CLOSE_UP = 2.5;
const PAN = 80; // pixels by one press of a key
const SMALL = 2; // a small photo is not made larger than so many times itself

class PhotoViewer extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.stage = this.querySelector(".photo-viewer-stage");
    this.frame = this.querySelector(".photo-viewer-photo");
    this.drawing = this.querySelector("photo-drawing");
    this.gestures = new Gestures(this.stage, this);
    this.size = new ResizeObserver(() => this.file && this.measure(this.view));
    this.size.observe(this.stage);
    document.addEventListener("click", this.onLink);
    this.addEventListener("click", this.onButton);
    this.dialog.addEventListener("keydown", this.onKey);
    this.dialog.addEventListener("close", this.onClose);
    this.stage.addEventListener("wheel", this.onWheel, { passive: false });
  }

  disconnectedCallback() {
    this.size.disconnect();
    document.removeEventListener("click", this.onLink);
  }

  // --- which photo

  onLink = (event) => {
    const link = event.target.closest("a[data-photo]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.open(link);
  };

  open(link) {
    this.dialog.showModal();
    this.stage.focus();
    this.show(link);
  }

  // The photos of the page, each once: one may stand in the talk as well as in the list.
  get links() {
    const links = [...document.querySelectorAll(".photos a[data-photo]"), ...document.querySelectorAll("a[data-photo]")];
    return [...new Map(links.reverse().map((link) => [link.dataset.photo, link])).values()].reverse();
  }

  go(steps) {
    const links = this.links;
    const place = links.findIndex((link) => link.dataset.photo === this.file);
    if (links.length > 1) this.show(links.at((place + steps + links.length) % links.length));
  }

  async show(link) {
    const { photo, width, height, original: address = link.href } = link.dataset;
    const thumbnail = link.querySelector("img");
    const picture = new Image();
    this.leave();
    Object.assign(this, { file: photo, width: Number(width), height: Number(height) });
    this.name(thumbnail?.alt || link.textContent.trim());
    picture.alt = this.label;
    picture.className = "photo-viewer-picture";
    picture.src = address;
    for (const before of this.frame.querySelectorAll("img")) before.remove();
    this.frame.prepend(this.under(thumbnail), picture);
    this.fit();
    this.tell("photo:shown", { file: photo, url: new URL("drawing/", new URL(address, location.href)).href, width: this.width, height: this.height });
    await this.appear(picture, photo);
  }

  // Large photos are decoded before they are shown, so that nothing stutters; until then the small one stands there.
  async appear(picture, file) {
    this.dialog.dataset.state = "loading";
    try {
      await picture.decode();
      picture.classList.add("is-shown");
      if (file === this.file) this.dialog.dataset.state = "shown";
    } catch {
      if (file === this.file) this.dialog.dataset.state = "missing";
    }
  }

  // The small picture of the page, blurred.
  under(thumbnail) {
    const small = thumbnail?.cloneNode() ?? new Image();
    for (const name of ["id", "width", "height", "data-missing"]) small.removeAttribute(name);
    return Object.assign(small, { className: "photo-viewer-under", alt: "" });
  }

  name(label) {
    const links = this.links;
    const place = links.findIndex((link) => link.dataset.photo === this.file) + 1;
    this.label = label;
    this.querySelector("[data-name]").textContent = label;
    this.querySelector("[data-place]").textContent = this.dataset.place.replace("{place}", place).replace("{count}", links.length);
    for (const button of this.querySelectorAll("[data-go]")) button.hidden = links.length < 2;
  }

  // --- its place: `scale` 1 shows all of it, `x` and `y` are how far its middle is from the middle of the stage

  fit() {
    this.measure({ scale: 1, x: 0, y: 0 });
  }

  measure(view) {
    const { clientWidth, clientHeight } = this.stage;
    if (!clientWidth) return;
    const fitting = Math.min(clientWidth / this.width, clientHeight / this.height, SMALL);
    this.fitting = { width: this.width * fitting, height: this.height * fitting };
    for (const side of ["width", "height"]) this.frame.style.setProperty(side, `${this.fitting[side]}px`);
    this.most = Math.max(AT_LEAST, LARGEST / fitting / devicePixelRatio);
    this.place(view);
  }

  get isWhole() {
    return this.view.scale === 1;
  }

  place({ scale, x, y }) {
    const room = (side, all) => Math.max(0, (this.fitting[side] * scale - all) / 2);
    const [across, down] = [room("width", this.stage.clientWidth), room("height", this.stage.clientHeight)];
    this.view = { scale, x: between(-across, x, across), y: between(-down, y, down) };
    this.frame.style.setProperty("transform", `translate(${this.view.x}px, ${this.view.y}px) scale(${scale})`);
    this.querySelector("[data-percent]").textContent = `${Math.round(scale * 100)} %`;
    this.dialog.dataset.zoomed = this.isWhole ? "no" : "yes";
    for (const [way, end] of [["in", this.most], ["out", 1]]) {
      this.querySelector(`[data-zoom=${way}]`).setAttribute("aria-disabled", String(scale === end));
    }
    this.tell("photo:moved");
  }

  // What is at this place of the window stays there.
  zoomAt(point, times) {
    const scale = between(1, this.view.scale * times, this.most);
    const grown = scale / this.view.scale;
    const [x, y] = this.fromMiddle(point);
    this.place({ scale, x: x - (x - this.view.x) * grown, y: y - (y - this.view.y) * grown });
  }

  zoom(times) {
    this.glide(() => this.zoomAt(this.middle, times));
  }

  pan(x, y) {
    this.place({ ...this.view, x: this.view.x + x, y: this.view.y + y });
  }

  whole() {
    this.glide(() => this.place({ scale: 1, x: 0, y: 0 }));
  }

  toggle(point) {
    if (this.isWhole) this.glide(() => this.zoomAt(point, CLOSE_UP));
    else this.whole();
  }

  // By a key or a button the photo glides to its new place; under a finger it is there at once.
  glide(change) {
    this.frame.classList.add("is-gliding");
    change();
    clearTimeout(this.glided);
    this.glided = setTimeout(() => this.rest(), 250);
  }

  rest() {
    this.frame.classList.remove("is-gliding");
    this.tell("photo:moved");
  }

  get middle() {
    const box = this.stage.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  }

  fromMiddle(point) {
    return point.map((each, axis) => each - this.middle[axis]);
  }

  // --- what pointers do (gestures.js)

  get isDrawing() {
    return Boolean(this.drawing?.tool);
  }

  onBegin(event) {
    this.rest();
    if (this.isDrawing) this.drawing.begin(event);
  }

  onDrag(event, by, total) {
    if (this.isDrawing) this.drawing.drag(event);
    else if (this.isWhole) this.slide(total);
    else this.pan(...by);
  }

  onEnd(event, total) {
    if (this.isDrawing) this.drawing.end(event);
    else if (this.isWhole) this.swipe(event, total);
  }

  // A second finger has come: whatever the first one began was not meant.
  onCancel() {
    if (this.isDrawing) this.drawing.cancel();
    this.slide([0, 0]);
  }

  onPinch(middle, by, times) {
    this.pan(...by);
    this.zoomAt(middle, times);
  }

  onMiddleDrag(by) {
    this.pan(...by);
  }

  onDoubleTap(point) {
    if (!this.isDrawing) this.toggle(point);
  }

  slide([x]) {
    if (this.links.length > 1) this.frame.style.setProperty("translate", x ? `${x}px` : "none");
  }

  swipe(event, [x, y]) {
    this.slide([0, 0]);
    if (event.pointerType !== "mouse" && Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) this.go(x < 0 ? 1 : -1);
  }

  onWheel = (event) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.rest();
    this.zoomAt([event.clientX, event.clientY], Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 400)));
  };

  // --- what buttons and keys do

  onButton = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { zoom, go } = button.dataset;
    if (zoom) this.zoom(zoom === "in" ? STEP : 1 / STEP);
    if (go) this.go(Number(go));
    if ("whole" in button.dataset) this.whole();
    if ("close" in button.dataset) this.dialog.close();
  };

  onKey = (event) => {
    if (this.drawing?.takesKey(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.actionFor(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  };

  actionFor(key) {
    const actions = {
      "+": () => this.zoom(STEP),
      "=": () => this.zoom(STEP),
      "-": () => this.zoom(1 / STEP),
      0: () => this.whole(),
      PageUp: () => this.go(-1),
      PageDown: () => this.go(1),
      ArrowLeft: () => (this.isWhole ? this.go(-1) : this.glide(() => this.pan(PAN, 0))),
      ArrowRight: () => (this.isWhole ? this.go(1) : this.glide(() => this.pan(-PAN, 0))),
      ArrowUp: () => this.glide(() => this.pan(0, PAN)),
      ArrowDown: () => this.glide(() => this.pan(0, -PAN)),
    };
    return Object.hasOwn(actions, key) && actions[key];
  }

  // The dialog gives the focus back by itself, but the list may have read itself again meanwhile.
  onClose = () => {
    const file = this.file;
    this.leave();
    for (const picture of this.frame.querySelectorAll("img")) picture.remove();
    if (document.activeElement === document.body) document.querySelector(`a[data-photo="${CSS.escape(file)}"]`)?.focus();
    this.file = null;
  };

  leave() {
    if (this.file) this.tell("photo:hidden");
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function between(least, value, most) {
  return Math.min(most, Math.max(least, value));
}

customElements.define("photo-viewer", PhotoViewer);

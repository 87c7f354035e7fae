// <level-meter> around a <meter min="0" max="1">: how loud a track is. Set `track`; null: silence.
const FLOOR = -60; // decibels: what a quiet room has

class LevelMeter extends HTMLElement {
  #track = null;

  get track() {
    return this.#track;
  }

  set track(track) {
    if (track === this.#track) return;
    this.stop();
    this.#track = track;
    if (track) this.start();
  }

  disconnectedCallback() {
    this.track = null;
  }

  start() {
    this.context = new AudioContext();
    this.context.resume().catch(() => {}); // a browser may want a press first
    this.analyser = Object.assign(this.context.createAnalyser(), { fftSize: 1024 });
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(new MediaStream([this.track])).connect(this.analyser);
    this.timer = setInterval(() => this.show(), 100);
  }

  stop() {
    clearInterval(this.timer);
    this.context?.close();
    this.context = null;
    this.querySelector("meter").value = 0;
  }

  show() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((total, sample) => total + sample * sample, 0) / this.samples.length;
    const decibels = 10 * Math.log10(power || 1e-12);
    this.querySelector("meter").value = Math.min(1, Math.max(0, 1 - decibels / FLOOR));
  }
}

customElements.define("level-meter", LevelMeter);

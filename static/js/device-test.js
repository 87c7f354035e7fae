// <device-test kinds="camera microphone">: one's own picture, how loud one is, and which devices to use. What is on here stays on when
// the call begins. Each control is optional: [data-start], <video>, [data-off], <level-meter>, select[data-choose], [data-problems].
import "./level-meter.js";
import { devices } from "./call-devices.js";
import { wordsOf } from "./call-words.js";

class DeviceTest extends HTMLElement {
  static observedAttributes = ["kinds"];

  connectedCallback() {
    this.words = wordsOf(this);
    this.querySelector("[data-start]").addEventListener("click", () => this.start());
    this.addEventListener("change", this.onChoose);
    devices.addEventListener("change", this.show);
    this.show();
  }

  disconnectedCallback() {
    devices.removeEventListener("change", this.show);
  }

  attributeChangedCallback() {
    if (this.words) this.show();
  }

  get kinds() {
    return this.getAttribute("kinds").split(" ");
  }

  async start() {
    const button = this.querySelector("[data-start]");
    button.setAttribute("aria-busy", "true");
    await devices.open(...this.kinds);
    button.removeAttribute("aria-busy");
    this.querySelector("select:not(:disabled)")?.focus();
  }

  onChoose = ({ target }) => target.dataset.choose && devices.choose(target.dataset.choose, target.value);

  show = () => {
    const { camera, microphone } = devices;
    const isOn = Boolean(camera || microphone);
    const video = this.querySelector("video");
    const stream = camera ? new MediaStream([camera]) : null;
    if (video.srcObject?.getTracks()[0] !== stream?.getTracks()[0]) video.srcObject = stream;
    video.classList.toggle("call-mirrored", facesUser(camera));
    this.toggleAttribute("testing", isOn);
    this.toggleAttribute("filming", Boolean(camera));
    this.querySelector("[data-start]").hidden = isOn;
    this.querySelector("level-meter").track = this.isConnected && this.checkVisibility() ? microphone : null;
    this.querySelector("[data-off]").textContent = camera ? "" : this.words(devices.problems.camera ? "no-picture" : "not-tested");
    this.showProblems();
    this.listDevices();
  };

  showProblems() {
    const said = this.kinds.map((kind) => this.words(`${kind}-${devices.problems[kind]}`)).filter(Boolean);
    const place = this.querySelector("[data-problems]");
    if (place.textContent !== said.join(" ")) place.textContent = said.join(" ");
  }

  async listDevices() {
    const there = await devices.list();
    for (const select of this.querySelectorAll("select[data-choose]")) {
      const kind = select.dataset.choose;
      const used = devices[kind]?.getSettings().deviceId ?? devices.chosen[kind];
      const options = there[kind].map(({ deviceId, label }, place) => new Option(label || `${place + 1}`, deviceId, false, deviceId === used));
      if (listed(select.options) !== listed(options)) select.replaceChildren(...options);
      select.disabled = !options.length || !devices[kind];
      select.closest("label").hidden = !this.kinds.includes(kind) || !devices[kind];
    }
  }
}

// One sees oneself as in a mirror, but not what a camera at the back sees.
export function facesUser(camera) {
  return Boolean(camera) && camera.getSettings().facingMode !== "environment";
}

function listed(options) {
  return [...options].map((option) => `${option.value} ${option.text} ${option.selected}`).join("\n");
}

customElements.define("device-test", DeviceTest);

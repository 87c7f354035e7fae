// <toast-region>: short news at the edge of the page. Anyone may add one:
//   document.dispatchEvent(new CustomEvent("toast", {detail: {text: "...", level: "ok"}}))   level: ok, info, warn, danger
// and a response may, with the header  HX-Trigger: {"toast": {"text": "...", "level": "ok"}}.
const STAYS = 7000; // milliseconds; warnings stay until they are closed

class ToastRegion extends HTMLElement {
  connectedCallback() {
    document.addEventListener("toast", this.onToast);
    this.addEventListener("click", (event) => event.target.closest("[data-close]")?.closest(".toast")?.remove());
    for (const toast of this.querySelectorAll(".toast")) this.keep(toast);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.onToast);
  }

  onToast = (event) => this.add(event.detail.text, event.detail.level ?? "info");

  add(text, level) {
    const toast = this.querySelector("template").content.firstElementChild.cloneNode(true);
    toast.className = `toast toast-${level}`;
    toast.querySelector(".toast-text").textContent = text;
    this.append(toast);
    this.keep(toast);
    return toast;
  }

  // News go by themselves, but never while somebody points at them or stands on their button.
  keep(toast) {
    if (toast.matches(".toast-warn, .toast-danger")) return;
    let timer = setTimeout(() => toast.remove(), STAYS);
    const hold = () => clearTimeout(timer);
    const go = () => (timer = setTimeout(() => toast.remove(), STAYS));
    toast.addEventListener("pointerenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("pointerleave", go);
    toast.addEventListener("focusout", go);
  }
}

export function toast(text, level = "info") {
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, level } }));
}

customElements.define("toast-region", ToastRegion);

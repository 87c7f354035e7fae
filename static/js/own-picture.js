// <own-picture corner="bottom-end"> around one's own <video>: lies over the large picture, in a corner. It can be drawn to another one,
// and a press on its [data-move] button puts it into the next.
const CORNERS = ["bottom-end", "bottom-start", "top-start", "top-end"];

class OwnPicture extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-move]").addEventListener("click", () => this.next());
    this.addEventListener("pointerdown", this.grasp);
  }

  next() {
    this.setAttribute("corner", CORNERS[(CORNERS.indexOf(this.getAttribute("corner")) + 1) % CORNERS.length]);
  }

  grasp = (event) => {
    if (event.target.closest("button")) return;
    const [x, y] = [event.clientX, event.clientY];
    const move = (moved) => this.style.setProperty("translate", `${moved.clientX - x}px ${moved.clientY - y}px`);
    const drop = () => {
      this.settle();
      this.removeEventListener("pointermove", move);
    };
    this.setPointerCapture(event.pointerId);
    this.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) this.addEventListener(end, drop, { once: true });
  };

  // Into the corner that is nearest.
  settle() {
    const [own, all] = [this.getBoundingClientRect(), this.parentElement.getBoundingClientRect()];
    const isLow = own.top + own.height / 2 > all.top + all.height / 2;
    const isRight = own.left + own.width / 2 > all.left + all.width / 2;
    const isEnd = isRight === (getComputedStyle(this).direction === "ltr");
    this.style.removeProperty("translate");
    this.setAttribute("corner", `${isLow ? "bottom" : "top"}-${isEnd ? "end" : "start"}`);
  }
}

customElements.define("own-picture", OwnPicture);

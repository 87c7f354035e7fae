// <view-tabs for="room" view="chat"> around buttons with data-view: shows one part of #room at a time on a narrow screen.
// The chosen part stands in #room[data-view]; room.css does the hiding.
class ViewTabs extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-view]");
      if (button) this.choose(button.dataset.view);
    });
    this.choose(this.getAttribute("view"));
  }

  choose(view) {
    document.getElementById(this.getAttribute("for")).dataset.view = view;
    for (const button of this.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

customElements.define("view-tabs", ViewTabs);

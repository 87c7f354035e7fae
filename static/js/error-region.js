// <error-region id="errors">: htmx puts what went wrong here (see htmx-config in base.html). It empties when the next attempt starts,
// and says so itself when no answer came at all.
class ErrorRegion extends HTMLElement {
  connectedCallback() {
    document.body.addEventListener("htmx:beforeRequest", this.clear);
    document.body.addEventListener("htmx:sendError", this.noAnswer);
    document.body.addEventListener("htmx:timeout", this.noAnswer);
    document.body.addEventListener("htmx:responseError", this.broken);
  }

  clear = (event) => {
    // A region that re-reads itself in the background is nobody's attempt.
    if (event.target.closest("live-region")) return;
    this.replaceChildren();
  };

  noAnswer = () => this.say(this.dataset.noAnswer);

  broken = (event) => {
    if (event.detail.xhr.status >= 500 && event.detail.xhr.status !== 503) this.say(this.dataset.broken);
  };

  say(text) {
    const banner = document.createElement("div");
    banner.className = "banner banner-danger";
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    banner.append(paragraph);
    this.replaceChildren(banner);
  }
}

customElements.define("error-region", ErrorRegion);

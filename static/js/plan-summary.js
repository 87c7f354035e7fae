// <plan-summary for="id of the choice">: repeats the data-summary of the plan that is chosen there.
class PlanSummary extends HTMLElement {
  connectedCallback() {
    this.choice = document.getElementById(this.getAttribute("for"));
    document.addEventListener("change", this.update);
    if (this.choice) this.update();
    else document.addEventListener("DOMContentLoaded", this.update, { once: true });
  }

  disconnectedCallback() {
    document.removeEventListener("change", this.update);
  }

  update = () => {
    this.choice ??= document.getElementById(this.getAttribute("for"));
    const summary = this.choice?.querySelector("[data-summary]:has(:checked)")?.dataset.summary.trim();
    if (summary && summary !== this.textContent) this.textContent = summary;
  };
}

customElements.define("plan-summary", PlanSummary);

// <lean-form> around a form that is sent by GET: what is empty stays out of the address.
class LeanForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    });
  }
}

customElements.define("lean-form", LeanForm);

// <list-pager until="..."><a>Show more</a></list-pager> ends a list inside a <live-region>. It tells the region up to where the list was grown,
// so that the whole of it is read again when something changes.
class ListPager extends HTMLElement {
  connectedCallback() {
    const region = this.closest("live-region");
    const address = new URL(region.getAttribute("src"), location.href);
    if (this.hasAttribute("until")) address.searchParams.set("until", this.getAttribute("until"));
    else address.searchParams.delete("until");
    region.setAttribute("src", address.pathname + address.search);
  }
}

customElements.define("list-pager", ListPager);

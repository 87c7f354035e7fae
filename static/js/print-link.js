// <a data-opens-print href="..."> opens its page and prints it. Without JavaScript it opens it.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens-print]");
  const page = link && window.open(link.href);
  if (!page) return;
  event.preventDefault();
  page.addEventListener("load", () => page.print());
});

// <a href="/somewhere/" data-dialog="some-id"> opens <dialog id="some-id"> instead of going there; without JavaScript it goes there.
// A <button data-dialog-close> closes the dialog it stands in, and so does a press beside the dialog.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
});

document.addEventListener("pointerdown", (event) => {
  if (event.target.matches?.("dialog.dialog") && outside(event.target.getBoundingClientRect(), event)) event.target.close();
});

function outside(box, { clientX, clientY }) {
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

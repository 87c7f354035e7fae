// A picture or clip marked data-missing="words" that cannot be had says so in its place.
document.addEventListener("error", look, true); // it does not bubble
for (const picture of document.querySelectorAll("img[data-missing]")) if (picture.complete && !picture.naturalWidth) replace(picture);
for (const clip of document.querySelectorAll("video[data-missing]")) if (clip.error) replace(clip);

function look({ target }) {
  const broken = target.matches?.("[data-missing]") ? target : target.closest?.("video[data-missing]");
  if (broken) replace(broken);
}

function replace(picture) {
  const note = document.createElement("span");
  note.className = "file-missing";
  note.textContent = picture.dataset.missing;
  picture.closest("a[data-photo]")?.removeAttribute("data-photo");
  picture.replaceWith(note);
}

// <file-queue>: what <file-sender> is sending, a row each, with its progress, how to stop it and how to try again. A page may have several;
// they show the same.
const SIDE = 96; // pixels of a little picture

class FileQueue extends HTMLElement {
  connectedCallback() {
    this.rows ??= new Map(); // by the name of the upload
    this.list ??= this.appendChild(Object.assign(document.createElement("ul"), { className: "file-queue" }));
    this.addEventListener("click", this.onClick);
    document.addEventListener("files:queue", this.onQueue);
  }

  disconnectedCallback() {
    document.removeEventListener("files:queue", this.onQueue);
  }

  onQueue = ({ detail: { sender } }) => {
    this.sender = sender;
    for (const upload of sender.uploads) this.show(upload);
    const names = sender.uploads.map((upload) => upload.clientId);
    for (const [name, row] of [...this.rows]) if (!names.includes(name)) this.take(name, row);
  };

  onClick = ({ target }) => {
    const button = target.closest("button[data-do]");
    const upload = button && this.sender.uploads.find((other) => other.clientId === button.closest("li").dataset.name);
    if (upload) this.sender[button.dataset.do](upload);
  };

  // Who stood on a button of the row goes on to the next row, or to where files are chosen.
  take(name, row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const hadFocus = row.contains(document.activeElement);
    row.remove();
    this.rows.delete(name);
    if (hadFocus) (next?.querySelector("button:not([hidden])") ?? document.querySelector("[data-files=pick]"))?.focus();
  }

  show(upload) {
    const row = this.rows.get(upload.clientId) ?? this.newRow(upload);
    const { state, percent } = upload;
    row.dataset.state = state;
    const bar = row.querySelector("progress");
    bar.hidden = !upload.isUnderWay;
    if (bar.value !== percent) bar.value = percent;
    put(row.querySelector(".file-percent"), upload.isUnderWay && state !== "queued" ? `${percent} %` : "");
    put(row.querySelector(".file-says"), this.words(upload));
    row.querySelector("[data-do=again]").hidden = state !== "failed";
    row.querySelector("[data-do=giveUp]").hidden = state === "arrived";
  }

  newRow(upload) {
    const row = this.sender.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.name = upload.clientId;
    row.dataset.kind = upload.kind;
    put(row.querySelector(".file-name"), upload.file.name);
    put(row.querySelector(".file-size"), this.size(upload.file.size));
    row.querySelector("progress").setAttribute("aria-label", upload.file.name);
    for (const button of row.querySelectorAll("[data-do]")) button.setAttribute("aria-label", button.getAttribute("aria-label").replace("{name}", upload.file.name));
    this.rows.set(upload.clientId, row);
    this.list.append(row);
    if (upload.kind === "photo") draw(row.querySelector("canvas"), upload.file);
    return row;
  }

  words(upload) {
    const { queued, waiting, checking } = this.sender.dataset;
    if (upload.state === "failed" || upload.state === "refused") return this.sender.wordsFor(upload);
    return { queued, waiting: upload.words || waiting, arrived: checking }[upload.state] ?? "";
  }

  size(bytes) {
    const [unit, value] = bytes < 999500 ? ["kilobyte", Math.max(1, bytes / 1e3)] : ["megabyte", bytes / 1e6];
    const digits = unit === "megabyte" && value < 10 ? 1 : 0;
    return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
  }
}

// The picture itself, small; a browser that cannot read this kind leaves the symbol.
async function draw(canvas, file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = SIDE / Math.min(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    canvas.width = canvas.height = SIDE;
    canvas.getContext("2d").drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    picture.close();
    canvas.hidden = false;
  } catch {
    canvas.hidden = true;
  }
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

customElements.define("file-queue", FileQueue);

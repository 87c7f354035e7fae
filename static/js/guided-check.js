// <guided-check id="checks" src="..." step="key" kept="prefix" [writes]>: the guided check. It reads itself again when the check, the files
// or the session changed, and never takes away what is being typed: a step that somebody writes in stays, and only what stands around
// it, and the files to choose from, are renewed. Who only reads follows from one open step to the next; a step that he chose himself
// stays until the next answer, and one that he was asked about until he has shown it. Answers are sent without leaving the room; what could not be sent goes out when the
// connection is back. A photo that the customer was asked for goes through <file-sender> and is attached as soon as it has arrived.
//
// The answers also fill the report in #report-dialog, field by field, as long as nobody has written something else there.
import { ask, isOutage, parse, wordsOf } from "./ask.js";
import { isTypedInto, keepFocus } from "./keep-focus.js";
import { newName } from "./new-name.js";
import { attempt } from "./attempt.js";

const NAMES = ["checks", "files", "session"];
const STEP = "checks-step";
const RENEWED = ["checks-files", "checks-ask"]; // parts of a step that may change while somebody writes in it
const PARTS = ["checks-head", STEP, "checks-list", "checks-draft"];
const WITHOUT_SOCKET = 10000; // milliseconds
const REPORT = ["findings", "recommended_work", "severity", "safe_to_drive"];

class GuidedCheck extends HTMLElement {
  connectedCallback() {
    this.known = new Map(PARTS.map((id) => [id, lasting(this.querySelector(`#${id}`))]));
    this.answers = answersOf(this);
    this.awaited = []; // {names, address}: files on their way to a step
    this.listen("addEventListener");
    this.clock = setInterval(() => document.querySelector("live-socket")?.state === "offline" && this.read(), WITHOUT_SOCKET);
    this.fillReport();
    if (location.hash === "#checks") document.querySelector(".room-tabs [data-view=checks]")?.click();
  }

  disconnectedCallback() {
    this.listen("removeEventListener");
    clearInterval(this.clock);
  }

  listen(method) {
    this[method]("submit", this.onSubmit);
    this[method]("click", this.onClick);
    this[method]("change", this.onChange);
    document[method]("live:changed", this.onChanged);
    document[method]("live:open", this.onOpen);
    document[method]("files:shown", this.onShown);
    window[method]("online", this.sendAgain);
  }

  // --- reading

  onChanged = ({ detail: { name } }) => NAMES.includes(name) && this.read();
  onOpen = ({ detail: { waitFor } }) => {
    waitFor(this.read());
    this.sendAgain();
  };

  read = async () => {
    const step = this.place;
    const answer = await ask(this.address(step));
    if (answer.status === 200 && step === this.place) this.put(answer.text);
  };

  // The step to stay at, or "" to follow.
  get place() {
    return this.hasAttribute("writes") || this.querySelector("#checks-send[data-wished]") ? this.getAttribute("step") : (this.chosen ?? "");
  }

  address(step) {
    return step ? `${this.getAttribute("src")}?${new URLSearchParams({ step })}` : this.getAttribute("src");
  }

  async open(step) {
    const answer = await ask(this.address(step));
    if (answer.status !== 200) return this.failed(answer);
    this.turnTo(answer.text);
    this.chosen = step;
  }

  // --- putting

  // Takes over what is newer.
  put(html, { always = false } = {}) {
    const fresh = parse(html).querySelector("guided-check");
    if (!fresh) return;
    if (this.answers !== (this.answers = answersOf(fresh))) this.chosen = "";
    this.setAttribute("step", fresh.getAttribute("step"));
    this.toggleAttribute("writes", fresh.hasAttribute("writes"));
    for (const id of PARTS) this.swap(id, fresh.querySelector(`#${id}`), always);
    this.fillReport();
    window.htmx?.process(this);
  }

  swap(id, part, always) {
    const standing = this.querySelector(`#${id}`);
    const markup = lasting(part);
    if (!always && this.known.get(id) === markup) return;
    if (standing && part && !always && isInUse(standing)) return this.renew(part);
    this.known.set(id, markup);
    if (standing && part) keepFocus(this, () => standing.replaceWith(part));
    else if (standing) standing.remove();
    else if (part) this.append(part);
  }

  renew(step) {
    for (const id of RENEWED) {
      const standing = this.querySelector(`#${id}`);
      const part = step.querySelector(`#${id}`);
      if (!standing || !part || standing.contains(document.activeElement)) continue;
      for (const box of standing.querySelectorAll("[type=checkbox]")) {
        const fresh = part.querySelector(`[type=checkbox][value="${box.value}"]`);
        if (fresh && box.checked !== box.defaultChecked) fresh.checked = box.checked;
      }
      standing.replaceWith(part);
    }
  }

  // Another step, or the same one as it was saved.
  turnTo(html) {
    const fresh = parse(html).querySelector("guided-check");
    if (!fresh) return;
    const before = this.getAttribute("step");
    this.put(html, { always: true });
    this.say(this.querySelector(`#${STEP}`)?.dataset.says ?? "");
    this.placeToGoOn(before).focus({ preventScroll: true });
    this.scrollIntoView({ block: "start", behavior: "instant" });
  }

  // What is wrong, the note of a step that waits for one, or the question of the next step.
  placeToGoOn(before) {
    const note = before === this.getAttribute("step") ? this.querySelector("#check-note") : null;
    return this.querySelector("[aria-invalid=true]") ?? note ?? this.querySelector("#checks-question") ?? this;
  }

  // --- writing

  onClick = (event) => {
    const link = event.target.closest("[data-check-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.open(link.dataset.checkStep);
  };

  onChange = ({ target }) => {
    if (target.form?.hasAttribute("data-check-now")) target.form.requestSubmit();
    if (target.hasAttribute("data-check-send") && target.files.length) this.sendFiles(target);
  };

  onSubmit = (event) => {
    event.preventDefault();
    const fields = new FormData(event.target);
    fields.delete("csrfmiddlewaretoken"); // ask.js sends the one in the cookie, which is newer
    if (event.submitter?.name) fields.append(event.submitter.name, event.submitter.value);
    this.send({ address: event.target.action, fields: [...fields], step: this.getAttribute("step") });
  };

  async send(errand) {
    this.errand = null;
    this.setAttribute("aria-busy", "true");
    const answer = await ask(errand.address, errand.fields);
    this.removeAttribute("aria-busy");
    if (answer.status === 200) this.saved(errand, answer.text);
    else if (answer.status === 422 && answer.text.includes("<guided-check")) this.turnTo(answer.text);
    else this.failed(answer, errand);
  }

  saved({ step }, html) {
    this.complain("");
    this.turnTo(html);
    attempt(() => localStorage.removeItem(`${this.getAttribute("kept")}${step}`)); // after the form is gone, which keeps itself
  }

  failed(answer, errand) {
    if (isOutage(answer.status)) {
      this.errand = errand;
      this.complain(this.dataset.notSaved);
    } else if (answer.status === 401) {
      this.complain(this.dataset.signIn);
    } else {
      this.complain(wordsOf(answer.text));
      this.read();
    }
  }

  sendAgain = () => this.errand && this.send(this.errand);

  complain(words) {
    const place = this.querySelector("[data-error]");
    place.replaceChildren();
    if (!words) return;
    const banner = document.createElement("p");
    banner.className = "banner banner-danger";
    banner.textContent = words;
    place.append(banner);
  }

  say(words) {
    this.querySelector("[data-announce]").textContent = words;
  }

  // --- what the customer was asked to show

  sendFiles(input) {
    const names = [...input.files].map(() => newName());
    this.awaited.push({ names, address: input.form.action });
    [...input.files].forEach((file, number) => {
      document.dispatchEvent(new CustomEvent("files:send", { detail: { files: [file], source: "upload", client_id: names[number] } }));
    });
    input.value = "";
  }

  onShown = ({ detail: { names } }) => {
    for (const errand of this.awaited.filter((each) => each.names.every((name) => names.includes(name)))) {
      this.awaited = this.awaited.filter((each) => each !== errand);
      this.send({ address: errand.address, fields: errand.names.map((name) => ["client_ids", name]), step: this.getAttribute("step") });
    }
  };

  // --- the report

  fillReport() {
    const form = document.querySelector("#report-dialog form");
    const draft = this.querySelector("#checks-draft")?.dataset;
    if (!form || !draft) return;
    const key = `${this.getAttribute("kept")}report`;
    const filled = attempt(() => JSON.parse(sessionStorage.getItem(key))) ?? {};
    for (const name of REPORT) if (["", filled[name] ?? draft[name]].includes(valueOf(form, name))) fill(form, name, draft[name]);
    attempt(() => sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(REPORT.map((name) => [name, draft[name]])))));
    const note = form.querySelector("[data-from-checks]");
    if (note) note.hidden = !draft.findings;
  }
}

// What was answered, in one line.
function answersOf(check) {
  return [...check.querySelectorAll(".checks-bar > span")].map((step) => step.dataset.result).join();
}

// A part without what is new in every answer: the names that its forms carry.
function lasting(part) {
  const copy = part?.cloneNode(true);
  for (const hidden of copy?.querySelectorAll("[type=hidden]") ?? []) hidden.removeAttribute("value");
  return copy?.outerHTML;
}

// A box that was ticked, or a text that was begun.
function isInUse(part) {
  const boxes = [...part.querySelectorAll("[type=checkbox]")];
  return isTypedInto(part) || boxes.some((box) => box.checked !== box.defaultChecked);
}

function valueOf(form, name) {
  return form.elements[name]?.value.replaceAll("\r\n", "\n") ?? "";
}

function fill(form, name, value) {
  const control = form.elements[name];
  if (control instanceof RadioNodeList) for (const radio of control) radio.checked = radio.value === value;
  else if (control) control.value = value;
}

customElements.define("guided-check", GuidedCheck);

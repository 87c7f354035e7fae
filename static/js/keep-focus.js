// Who works with the keyboard stands somewhere. When what is there is replaced by its newer self, he should stand there still.
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex]";

// Runs `change`, which replaces `element` or what is in it, and puts the focus back where it was.
export function keepFocus(element, change) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && placeOf(focused);
  change();
  if (focused && !focused.isConnected) controlAt(place)?.focus({ preventScroll: true });
}

// True while somebody is at a field of `element`, or has left text in one that would be lost.
export function isTypedInto(element) {
  const fields = [...element.querySelectorAll("input:not([type=hidden]), textarea, select")];
  return fields.some((field) => field === document.activeElement || (field.value !== field.defaultValue && "defaultValue" in field));
}

// The first thing that one can do in `element`.
export function firstControl(element) {
  return element?.querySelector(CONTROLS) ?? null;
}

// A control without a name of its own is known by the nearest named thing around it. Never by its number in a list:
// the next "Accept" is that of another request.
function placeOf(control) {
  const owner = control.closest("[id]");
  return { id: owner?.id, index: controlsOf(owner).indexOf(control), text: control.textContent };
}

function controlAt({ id, index, text }) {
  const owner = document.getElementById(id);
  const control = index < 0 ? owner : controlsOf(owner)[index];
  return control?.textContent === text || control === owner ? control : null;
}

function controlsOf(owner) {
  return [...(owner?.querySelectorAll(CONTROLS) ?? [])];
}

// Fills <input type="hidden" data-timezone> with the time zone of this browser.
for (const input of document.querySelectorAll("input[data-timezone]")) {
  input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

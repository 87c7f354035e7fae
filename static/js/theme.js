// Runs before anything is drawn, so that a chosen appearance does not flash in late. Without a choice the device decides.
(function () {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is blocked: the device decides.
  }
})();

// Runs before anything is painted (a classic script), so that a chosen theme does not flash.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("vcam.theme");
  } catch {
    // Storage may be forbidden; the system's theme will do.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();

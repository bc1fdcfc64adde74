// Runs before the first paint, so that a chosen theme never flashes. The only script that is not a module.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("stcore.theme");
  } catch {
    theme = null; // Storage can be forbidden by the browser; the system's theme is right then.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();

// Loaded before the page is drawn, so that the remembered theme is there from the first frame.
(() => {
  const KEY = "theme";
  const root = document.documentElement;

  /** @returns {string} "light", "dark" or "system" */
  function remembered() {
    try {
      const theme = localStorage.getItem(KEY);
      return theme === "light" || theme === "dark" ? theme : "system";
    } catch {
      return "system";
    }
  }

  /** @param {string} theme */
  function remember(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage is blocked: the choice holds for this page.
    }
  }

  /** @param {string} theme */
  function apply(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  function offerChoice() {
    const select = document.getElementById("theme");
    if (!(select instanceof HTMLSelectElement)) return;
    select.value = remembered();
    select.closest("label")?.removeAttribute("hidden");
    select.addEventListener("change", () => {
      remember(select.value);
      apply(select.value);
    });
    window.addEventListener("storage", (event) => {
      if (event.key !== KEY && event.key !== null) return;
      select.value = remembered();
      apply(select.value);
    });
  }

  apply(remembered());
  document.addEventListener("DOMContentLoaded", offerChoice);
})();

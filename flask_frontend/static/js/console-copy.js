// Buttons that copy what stands beside them; a browser without a clipboard shows none.
(() => {
  /** @param {HTMLButtonElement} button */
  function offer(button) {
    const source = document.getElementById(button.dataset.copy ?? "");
    const words = button.textContent;
    if (!source || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent ?? "");
      } catch {
        getSelection()?.selectAllChildren(source); // forbidden here: the person can copy it
        return;
      }
      button.textContent = button.dataset.copied ?? words;
      setTimeout(() => {
        button.textContent = words;
      }, 3000);
    });
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    if (button instanceof HTMLButtonElement) offer(button);
  }
})();

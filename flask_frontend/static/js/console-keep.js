// What was typed into a form is not lost by accident, and long texts show how long they are.
(() => {
  const AGAIN_AFTER_MS = 5000;
  /* How long a second press of a button is taken for the same one: the answer is on its way. */

  /** @param {HTMLFormElement} form @returns {string} all that stands in it */
  function contents(form) {
    const fields = [...new FormData(form)].map(([name, value]) =>
      typeof value === "string" ? [name, value] : [name, value.name],
    );
    return JSON.stringify(fields);
  }

  /** @param {HTMLFormElement} form */
  function keep(form) {
    const served = contents(form);
    let isSent = false;
    let sentAt = Number.NEGATIVE_INFINITY;
    form.addEventListener("submit", (event) => {
      isSent = !event.submitter?.hasAttribute("formtarget");
      if (!isSent) return;
      if (event.timeStamp - sentAt < AGAIN_AFTER_MS) event.preventDefault();
      else sentAt = event.timeStamp;
    });
    window.addEventListener("pageshow", () => {
      isSent = false;
      sentAt = Number.NEGATIVE_INFINITY;
    });
    window.addEventListener("beforeunload", (event) => {
      if (!isSent && ("unsaved" in form.dataset || contents(form) !== served)) event.preventDefault();
    });
  }

  /** @param {HTMLElement} shown @param {HTMLTextAreaElement} field */
  function count(shown, field) {
    const { locale, words } = JSON.parse(document.getElementById("words")?.textContent ?? "");
    const number = new Intl.NumberFormat(locale, { useGrouping: "min2" });
    field.addEventListener("input", () => {
      const sentence = words["console-agents"].count.replace("{count}", number.format(field.value.length));
      shown.textContent = sentence.replace("{most}", number.format(Number(shown.dataset.most)));
    });
  }

  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (form instanceof HTMLFormElement) keep(form);
  }
  for (const shown of document.querySelectorAll("[data-count]")) {
    const field = shown instanceof HTMLElement && document.getElementById(shown.dataset.count ?? "");
    if (shown instanceof HTMLElement && field instanceof HTMLTextAreaElement) count(shown, field);
  }
})();

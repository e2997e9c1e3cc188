// The server writes times in UTC; here they become the reader's own, in the language of the page.
(() => {
  const { locale, words } = JSON.parse(document.getElementById("words")?.textContent ?? "");
  const TIME = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  const CLOCK = new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const DAY = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
  const FULL = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });

  /** @param {Date} at @param {boolean} isWithin whether it stands within a sentence @returns {string} */
  function when(at, isWithin) {
    const today = new Date();
    const yesterday = new Date();
    yesterday.setDate(today.getDate() - 1);
    const near = [today, yesterday].findIndex((each) => each.toDateString() === at.toDateString());
    const told = words.site[["today", "yesterday"][near] ?? "day"];
    const sentence = isWithin && near >= 0 ? told.charAt(0).toLocaleLowerCase(locale) + told.slice(1) : told;
    return sentence.replace("{date}", DAY.format(at)).replace("{time}", TIME.format(at));
  }

  for (const element of document.querySelectorAll("time[data-show]")) {
    if (!(element instanceof HTMLTimeElement)) continue;
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.textContent = element.dataset.show === "clock" ? CLOCK.format(at) : when(at, element.dataset.show === "within");
  }
  // The whole time is written once it is pointed at: a page of an hour has thousands.
  document.addEventListener("pointerover", ({ target }) => {
    if (!(target instanceof HTMLTimeElement) || target.title || !target.dataset.show) return;
    const at = new Date(target.dateTime);
    if (!Number.isNaN(at.getTime())) target.title = FULL.format(at);
  });
})();

// The server writes times in UTC; here they become the reader's own.
(() => {
  const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const CLOCK = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

  /** @param {Date} at @returns {string} */
  function day(at) {
    const today = new Date();
    const yesterday = new Date();
    yesterday.setDate(today.getDate() - 1);
    if (at.toDateString() === today.toDateString()) return "Today";
    if (at.toDateString() === yesterday.toDateString()) return "Yesterday";
    return DAY.format(at);
  }

  for (const element of document.querySelectorAll("time[data-show]")) {
    if (!(element instanceof HTMLTimeElement)) continue;
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const clock = element.dataset.show === "clock";
    element.textContent = clock ? CLOCK.format(at) : `${day(at)}, ${TIME.format(at)}`;
    element.title = FULL.format(at);
  }
})();

// The days of lists are the reader's own: the site learns from a cookie in which time zone they are.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store API
  document.cookie = `console_zone=${encodeURIComponent(zone)}; path=/console; max-age=31536000; samesite=lax${secure}`;
})();

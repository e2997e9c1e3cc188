import { setFormatted } from "./views/formatted/formatted.js";

/** Shows the agent's words in a session's page as they were shown while one talked. */
for (const words of document.querySelectorAll('.entry[data-role="agent"] .words'))
  if (words instanceof HTMLElement) setFormatted(words, words.textContent ?? "");

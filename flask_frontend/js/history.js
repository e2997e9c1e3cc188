import { setFormatted } from "./views/formatted/formatted.js";
import { Heard } from "./views/heard/heard.js";
import { showWait } from "./views/wait.js";

/** Shows the agent's words, and how long one waited for them, in a session's page as while one talked. */
for (const entry of document.querySelectorAll('.entry[data-role="agent"]')) {
  const words = entry.querySelector(".words");
  if (words instanceof HTMLElement) setFormatted(words, words.textContent ?? "");
  if (entry instanceof HTMLElement && entry.dataset.times) showWait(entry, JSON.parse(entry.dataset.times));
}

if (document.getElementById("heard")) new Heard().connect();

import { make } from "../base/dom.js";
import {
  longest,
  NOT_COUNTED,
  partsOf,
  reasonWords,
  seconds,
  waited,
  waitLabel,
} from "../words/turn-times.js";

/** @typedef {import("../words/turn-times.js").TurnTimes} TurnTimes */

/**
 * Shows beside who spoke how long a person waited for it, and below its words, once that is pressed, why.
 * @param {Element} entry an element with the class "entry", whose first child tells who spoke
 * @param {TurnTimes|undefined} times what is shown once is not changed any more
 */
export function showWait(entry, times) {
  if (!times || entry.querySelector(".waited")) return;
  const figure = /** @type {HTMLButtonElement} */ (make("button", "waited", seconds(times.wait_ms)));
  const reason = newReason(times);
  reason.id = `wait-${times.segment}`;
  figure.type = "button";
  figure.setAttribute("aria-label", waitLabel(times));
  figure.setAttribute("aria-controls", reason.id);
  figure.setAttribute("aria-expanded", "false");
  figure.addEventListener("click", () => {
    reason.hidden = !reason.hidden;
    figure.setAttribute("aria-expanded", String(!reason.hidden));
    if (!reason.hidden) reason.scrollIntoView({ block: "nearest" });
  });
  entry.firstElementChild?.after(figure);
  entry.append(reason);
}

/** A bar of the wait's parts, their lengths, and what would help. @param {TurnTimes} times */
function newReason(times) {
  const parts = partsOf(times);
  const most = longest(parts);
  const root = make("div", "wait");
  const bar = make("div", "wait-bar");
  const lengths = make("p", "wait-parts", `${waited(times)}: `);
  bar.setAttribute("aria-hidden", "true");
  parts.forEach((part, place) => {
    const piece = make("span", "");
    const length = make(part === most ? "strong" : "span", "", `${part.name} ${seconds(part.ms)}`);
    piece.style.flexGrow = String(part.ms);
    if (part === most) piece.dataset.longest = "true";
    bar.append(piece);
    lengths.append(place ? " · " : "", length);
  });
  root.hidden = true;
  root.append(bar, lengths, make("p", "", `${reasonWords(times)} ${NOT_COUNTED}`));
  return root;
}

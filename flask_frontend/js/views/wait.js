import { make } from "../base/dom.js";
import { word } from "../words/catalogue.js";
import { longest, partsOf, reasonWords, waited, waitLabel } from "../words/turn-times.js";
import { seconds } from "../words/units.js";

/** @typedef {import("../words/turn-times.js").TurnTimes} TurnTimes */

/**
 * Shows beside who spoke how long a person waited for it, and below its words, once that is pressed, why. The
 * reason is made by the first press: a page of an hour has a thousand waits, and few are looked into.
 * @param {Element} entry an element with the class "entry", whose first child tells who spoke
 * @param {TurnTimes|undefined} times what is shown once is not changed any more
 */
export function showWait(entry, times) {
  if (!times || entry.querySelector(".waited")) return;
  const figure = /** @type {HTMLButtonElement} */ (make("button", "waited", seconds(times.wait_ms)));
  /** @type {HTMLElement|undefined} */
  let reason;
  figure.type = "button";
  figure.setAttribute("aria-label", waitLabel(times));
  figure.setAttribute("aria-controls", idOf(times));
  figure.setAttribute("aria-expanded", "false");
  figure.addEventListener("click", () => {
    reason ??= addReason(entry, times);
    reason.hidden = !reason.hidden;
    figure.setAttribute("aria-expanded", String(!reason.hidden));
    if (!reason.hidden) reason.scrollIntoView({ block: "nearest" });
  });
  entry.firstElementChild?.after(figure);
}

/** @param {TurnTimes} times */
function idOf({ segment }) {
  return `wait-${segment}`;
}

/** @param {Element} entry @param {TurnTimes} times */
function addReason(entry, times) {
  const reason = newReason(times);
  reason.id = idOf(times);
  reason.hidden = true;
  entry.append(reason);
  return reason;
}

/** A bar of the wait's parts that can be seen, their lengths, and what would help. @param {TurnTimes} times */
function newReason(times) {
  const parts = partsOf(times);
  const most = longest(parts);
  const root = make("div", "wait");
  const bar = make("div", "wait-bar");
  const lengths = make("p", "wait-parts", `${waited(times)} `);
  bar.setAttribute("aria-hidden", "true");
  parts.forEach((part, place) => {
    const piece = make("span", "");
    const values = { name: part.name, time: seconds(part.ms) };
    const length = make(part === most ? "strong" : "span", "", word("turn-times.part", values));
    piece.style.flexGrow = String(part.ms);
    if (part === most) piece.dataset.longest = "true";
    bar.append(piece);
    lengths.append(place ? " · " : "", length);
  });
  if (most) root.append(bar, lengths);
  root.append(make("p", "", `${reasonWords(times)} ${word("turn-times.without")}`));
  return root;
}

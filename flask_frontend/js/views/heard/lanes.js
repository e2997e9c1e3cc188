import { make } from "../../base/dom.js";
import { clock } from "../../words/insight.js";
import { longest, partsOf } from "../../words/turn-times.js";
import { ticks } from "./scale.js";

/** @typedef {import("./marks.js").Mark} Mark */

/**
 * The times below the lanes.
 * @param {HTMLElement} ruler
 * @param {number} seconds
 * @param {number} level pixels for a second
 */
export function fillRuler(ruler, seconds, level) {
  const times = ticks(seconds, level).map((second) => {
    const tick = make("span", "tick", clock(second));
    tick.style.setProperty("--at", String(second));
    return tick;
  });
  ruler.replaceChildren(...times);
}

/** A button for the mark, which is not in the order of Tab. @param {Mark} mark */
export function markButton(mark) {
  const button = /** @type {HTMLButtonElement} */ (make("button", "mark"));
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.kind = mark.kind;
  button.ariaLabel = mark.name;
  button.style.setProperty("--at", mark.at.toFixed(3));
  button.style.setProperty("--for", (mark.until - mark.at).toFixed(3));
  if (mark.kind === "wait" && mark.line?.times) button.style.backgroundImage = partsImage(mark.line.times);
  return button;
}

/**
 * The parts of a wait next to each other; the one that took longest stands out.
 * @param {import("../../words/turn-times.js").TurnTimes} times
 */
function partsImage(times) {
  const parts = partsOf(times);
  const most = longest(parts);
  const all = parts.reduce((sum, { ms }) => sum + ms, 0);
  let passed = 0;
  const stops = parts.map((part) => {
    const from = `calc(${percent(passed, all)} + 1px)`;
    passed += part.ms;
    const to = percent(passed, all);
    const colour = part === most ? "var(--longest)" : "var(--edge)";
    return `${colour} ${from} ${to}, transparent ${to} calc(${to} + 1px)`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** @param {number} part @param {number} all */
function percent(part, all) {
  return `${((part / all) * 100).toFixed(1)}%`;
}

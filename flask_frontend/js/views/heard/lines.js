import { make } from "../../base/dom.js";
import { word } from "../../words/catalogue.js";

/** @typedef {import("../../words/turn-times.js").TurnTimes} TurnTimes */

/**
 * A line of the transcript, and from when to when it was said, in seconds of the time line.
 * @typedef {Object} Line
 * @property {HTMLElement} element
 * @property {"user"|"agent"} role
 * @property {boolean} typed
 * @property {string} text
 * @property {number} at
 * @property {number} until
 * @property {TurnTimes} [times] how long one waited for it
 * @property {HTMLButtonElement} [button] plays it
 */

/** Seconds before a line's own time: it is noted when somebody is known to speak. */
const LEAD = { user: 0.3, agent: 0.05 };
const LETTERS_A_SECOND = 14;
const SHORTEST = 0.5;

/**
 * The lines of the transcript in the order in which they were said.
 * @param {ParentNode} root
 * @param {number} began when the time line begins, in milliseconds since 1970
 * @returns {Line[]}
 */
export function linesOf(root, began) {
  const lines = [...root.querySelectorAll(".entry")].flatMap((element) => {
    const line = element instanceof HTMLElement ? lineOf(element, began) : null;
    return line ? [line] : [];
  });
  return withEnds(lines.sort((one, other) => one.at - other.at));
}

/**
 * Gives each line that lies in the recording a button that plays it.
 * @param {Line[]} lines
 * @param {number} seconds how long the recording is
 * @param {(line: Line) => void} onPress
 */
export function addHearButtons(lines, seconds, onPress) {
  for (const line of lines.filter(({ at }) => at < seconds)) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "link hear", word("session.hear")));
    button.type = "button";
    const time = line.element.querySelector("time")?.textContent ?? "";
    button.ariaLabel = word("session.hear_from", { time });
    button.addEventListener("click", () => onPress(line));
    line.element.querySelector(".by")?.append(" ", button);
    line.button = button;
  }
}

/**
 * The line that is being said at that second, if any was before it.
 * @template {{at: number}} T
 * @param {T[]} lines
 * @param {number} second
 */
export function lineAt(lines, second) {
  return lines.findLast(({ at }) => at <= second + 0.05);
}

/**
 * The same lines with an end each: of those without one it is guessed by their letters, at most until the next.
 * @template {{at: number, until: number, text: string, typed: boolean}} T
 * @param {T[]} lines by when they began
 * @returns {T[]}
 */
export function withEnds(lines) {
  return lines.map((line, place) => {
    if (line.typed) return { ...line, until: line.at };
    const next = lines[place + 1]?.at ?? Infinity;
    const guessed = Math.min(line.at + line.text.length / LETTERS_A_SECOND, next);
    return { ...line, until: Math.max(line.until || guessed, line.at + SHORTEST) };
  });
}

/**
 * @param {HTMLElement} element
 * @param {number} began
 * @returns {?Line}
 */
function lineOf(element, began) {
  const { role: said, until, times, typed } = element.dataset;
  const role = said === "user" ? "user" : "agent";
  const secondsOf = (/** @type {string|undefined} */ time) => (Date.parse(time ?? "") - began) / 1000;
  const at = secondsOf(element.querySelector("time")?.dateTime) - LEAD[role];
  if (Number.isNaN(at)) return null;
  return {
    element,
    role,
    typed: typed !== undefined,
    text: element.querySelector(".words")?.textContent ?? "",
    at: Math.max(at, 0),
    until: secondsOf(until),
    times: times ? JSON.parse(times) : undefined,
  };
}

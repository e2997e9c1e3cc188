import { word } from "./catalogue.js";
import { seconds } from "./units.js";

/**
 * @typedef {"takeover_ms"|"text_ms"|"decision_ms"|"tools_ms"|"token_ms"|"sound_ms"|"heard_ms"|"way_ms"} PartName
 * @typedef {{segment: string, wait_ms: number, guess?: "hit"|"missed"|"none"}
 *   & Partial<Record<PartName, number>>} TurnTimes what one reply took, as docs/socket.md has it
 * @typedef {{part: PartName, name: string, ms: number}} Part
 */

/** In the order in which they follow each other. */
const PARTS = /** @type {const} */ ([
  "takeover_ms",
  "text_ms",
  "decision_ms",
  "tools_ms",
  "token_ms",
  "sound_ms",
  "heard_ms",
  "way_ms",
]);
const SHOWN_FROM_MS = 50;

/** What the button beside a reply is called. @param {TurnTimes} times */
export function waitLabel({ wait_ms }) {
  return word("turn-times.label", { time: seconds(wait_ms) });
}

/** How long a person waited, in words. @param {TurnTimes} times */
export function waited({ wait_ms }) {
  return word("turn-times.of", { time: seconds(wait_ms) });
}

/**
 * The parts of a wait that can be seen, in order; what the tools took is none of the language service's.
 * @param {TurnTimes} times
 * @returns {Part[]}
 */
export function partsOf(times) {
  return PARTS.map((part) => ({
    part,
    name: word(`turn-times.parts.${part}.name`),
    ms: lengthOf(times, part),
  })).filter(({ ms }) => ms >= SHOWN_FROM_MS);
}

/** The part that took longest; none where none can be seen. @param {Part[]} parts */
export function longest(parts) {
  return parts.reduce(
    (most, part) => (!most || part.ms > most.ms ? part : most),
    /** @type {?Part} */ (null),
  );
}

/** What took longest, and what would help, in one line. @param {TurnTimes} times */
export function reasonWords(times) {
  const most = longest(partsOf(times));
  if (!most) return "";
  const part = `turn-times.parts.${most.part}`;
  const took = word(`${part}.took`, { time: seconds(most.ms) });
  const guess = times.guess && most.part === "decision_ms" ? word(`turn-times.guess.${times.guess}`) : "";
  return [took, guess, word(`${part}.helps`)].filter(Boolean).join(" ");
}

/** What takes most of all these waits. @param {TurnTimes[]} all */
export function mostWords(all) {
  const sums = PARTS.map((part) => ({
    part,
    name: "",
    ms: all.reduce((sum, times) => sum + lengthOf(times, part), 0),
  }));
  const most = longest(sums);
  return most?.ms ? word(`turn-times.parts.${most.part}.most`) : "";
}

/**
 * The middle and the longest of these waits, in milliseconds; null where there are none.
 * @param {TurnTimes[]} all
 */
export function middleAndLongest(all) {
  if (all.length === 0) return null;
  const waits = all.map(({ wait_ms }) => wait_ms).sort((a, b) => a - b);
  const half = Math.floor(waits.length / 2);
  const median = waits.length % 2 ? waits[half] : (waits[half - 1] + waits[half]) / 2;
  return { median, slowest: waits[waits.length - 1] };
}

/**
 * @param {TurnTimes} times
 * @param {PartName} part
 */
function lengthOf(times, part) {
  const tools = Math.min(times.tools_ms ?? 0, times.token_ms ?? 0);
  if (part === "tools_ms") return tools;
  return (times[part] ?? 0) - (part === "token_ms" ? tools : 0);
}

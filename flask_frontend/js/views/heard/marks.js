import { eventWords, lineWords, toolsWords, waitWords } from "../../words/insight.js";
import { partsOf } from "../../words/turn-times.js";

/**
 * @typedef {import("./lines.js").Line} Line
 * @typedef {import("../../words/insight.js").OtherEvent} OtherEvent
 * @typedef {"person"|"agent"|"events"} Lane
 *
 * What stands on the time line at its place.
 * @typedef {Object} Mark
 * @property {"line"|"wait"|"wordless"|"failure"|"event"} kind
 * @property {Lane} lane
 * @property {number} at in seconds of the time line
 * @property {number} until the same second where it has no length
 * @property {string} name in words, with its time and length; made when it is asked for
 * @property {Line} [line] of the transcript
 */

/** From top to bottom. @type {readonly Lane[]} */
export const LANES = Object.freeze(["person", "agent", "events"]);

/**
 * All that happened, by when it began.
 * @param {Line[]} lines
 * @param {OtherEvent[]} events in the order in which they happened
 * @param {number} began when the time line begins, in milliseconds since 1970
 * @returns {Mark[]}
 */
export function marksOf(lines, events, began) {
  const hasTools = events.some(({ event }) => event.startsWith("tool_"));
  const said = lines.flatMap((line) => [lineMark(line), ...waitMarks(line, hasTools)]);
  const marks = [...said, ...eventMarks(events, began)];
  return marks.sort((one, other) => one.at - other.at);
}

/**
 * The mark to which a key leads from another one; none where the key leads nowhere.
 * @param {Mark[]} marks by when they began
 * @param {Mark} from
 * @param {string} key
 * @returns {Mark|undefined}
 */
export function markBy(marks, from, key) {
  const place = marks.indexOf(from);
  if (key === "ArrowRight") return marks[place + 1];
  if (key === "ArrowLeft") return marks[place - 1];
  if (key === "Home") return marks[0];
  if (key === "End") return marks[marks.length - 1];
  const lanes = LANES.slice();
  if (key === "ArrowUp") lanes.reverse();
  else if (key !== "ArrowDown") return undefined;
  const further = lanes.slice(lanes.indexOf(from.lane) + 1);
  const lane = further.find((name) => marks.some((mark) => mark.lane === name));
  return nearest(
    marks.filter((mark) => mark.lane === lane),
    from.at,
  );
}

/** @param {Line} line @returns {Mark} */
function lineMark(line) {
  const lane = line.role === "user" ? "person" : "agent";
  const { at, until } = line;
  return named({ kind: "line", lane, at, until, line }, () => lineWords(line));
}

/**
 * How long one waited for a line, and what tools had of it.
 * @param {Line} line
 * @param {boolean} hasTools the tools have events of their own
 * @returns {Mark[]}
 */
function waitMarks(line, hasTools) {
  if (!line.times) return [];
  const span = { at: Math.max(line.at - line.times.wait_ms / 1000, 0), until: line.at };
  /** @type {Mark[]} */
  const marks = [named({ kind: "wait", lane: "agent", ...span, line }, () => waitWords(span))];
  if (!line.times.tools_ms || hasTools) return marks;
  const parts = partsOf(line.times);
  const place = parts.findIndex(({ part }) => part === "tools_ms");
  if (place >= 0) {
    const at = parts.slice(0, place).reduce((second, { ms }) => second + ms / 1000, span.at);
    const tools = { at, until: at + parts[place].ms / 1000 };
    marks.push(named({ kind: "event", lane: "events", ...tools, line }, () => toolsWords(tools)));
  }
  return marks;
}

/**
 * A mark for each event; what started and ended is one.
 * @param {OtherEvent[]} events
 * @param {number} began
 * @returns {Mark[]}
 */
function eventMarks(events, began) {
  /** @type {Map<string, {event: OtherEvent, at: number, until: number}>} */
  const open = new Map();
  const found = [];
  for (const event of events) {
    const at = Math.max((Date.parse(event.at) - began) / 1000, 0);
    const [, kind, edge] = /^(?!session_)(.+)_(started|ended)$/.exec(event.event) ?? [];
    const key = `${kind} ${event.segment ?? event.call ?? event.id ?? event.name ?? ""}`;
    const begun = edge === "ended" ? open.get(key) : undefined;
    open.delete(key);
    if (begun) {
      begun.until = at;
      continue;
    }
    const mark = { event, at, until: at };
    if (edge === "started") open.set(key, mark);
    found.push(mark);
  }
  return found.map(eventMark);
}

/** @param {{event: OtherEvent, at: number, until: number}} found @returns {Mark} */
function eventMark({ event, at, until }) {
  const words = () => eventWords(event, { at, until });
  if (event.event === "speech_started")
    return named({ kind: "wordless", lane: event.role === "user" ? "person" : "agent", at, until }, words);
  return named({ kind: event.event === "error" ? "failure" : "event", lane: "events", at, until }, words);
}

/**
 * The mark with its name: of thousands in an hour, few are ever near what is seen.
 * @param {Omit<Mark, "name">} mark
 * @param {() => string} words
 * @returns {Mark}
 */
function named(mark, words) {
  return Object.defineProperty(/** @type {Mark} */ (mark), "name", { get: words, enumerable: true });
}

/** @param {Mark[]} marks @param {number} at */
function nearest(marks, at) {
  return marks.reduce(
    (best, mark) => (best && Math.abs(best.at - at) <= Math.abs(mark.at - at) ? best : mark),
    /** @type {Mark|undefined} */ (undefined),
  );
}

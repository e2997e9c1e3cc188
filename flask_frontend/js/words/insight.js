import { has, word } from "./catalogue.js";
import { seconds } from "./units.js";
import { failureWords, switchWords } from "./words.js";

/**
 * An event of the log that is no words, as docs/socket.md has it; kinds that are not known here come too.
 * @typedef {{event: string, at: string, role?: string, segment?: string, code?: string, message?: string,
 *   reason?: string, service?: string, to?: string, name?: string, id?: string, call?: string}} OtherEvent
 * @typedef {{at: number, until: number}} Span from when to when, in seconds of the time line
 */

const MOST_LETTERS = 80;

/** A place on a time line, such as "02:14" or "1:02:14". @param {number} second */
export function clock(second) {
  const whole = Math.max(0, Math.floor(second));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

/**
 * What a line is called on the time line.
 * @param {Span & {role: string, typed: boolean, text: string}} line
 */
export function lineWords(line) {
  const said = line.text.replace(/\s+/g, " ").trim();
  const words = said.length > MOST_LETTERS ? `${said.slice(0, MOST_LETTERS).trimEnd()}…` : said;
  const spoken = line.role === "user" ? "user" : "agent";
  return markWords(line.typed ? "typed" : spoken, line, { words });
}

/** @param {Span} span */
export function waitWords(span) {
  return markWords("wait", span);
}

/** @param {Span} span */
export function toolsWords(span) {
  return markWords("tools", span);
}

/**
 * What an event is called; one of a kind that nobody has words for by the name of its kind.
 * @param {OtherEvent} event
 * @param {Span} span
 */
export function eventWords(event, span) {
  switch (event.event) {
    case "error":
      return markWords(event.code === "agent_lost" ? "lost" : "failure", span, { message: failureOf(event) });
    case "speech_started":
      return markWords(event.role === "user" ? "wordlessUser" : "wordlessAgent", span);
    case "service_switched":
      return markWords("switched", span, { message: switchWords(event) });
    case "session_started":
      return markWords("began", span);
    case "session_ended":
      return markWords("over", span, { message: endingOf(event) });
    default:
      return markWords(span.until > span.at ? "span" : "moment", span, { kind: kindOf(event) });
  }
}

/** @param {OtherEvent} event */
function failureOf({ code = "", message = "" }) {
  return failureWords({ code, message });
}

/** @param {OtherEvent} event */
function endingOf({ reason }) {
  return has(`endings.${reason}`) ? word(`endings.${reason}`) : word("endings.other");
}

/** Such as "tool: find_table" for the event "tool_started" of that name. @param {OtherEvent} event */
function kindOf({ event, name }) {
  const kind = event.replace(/_(started|ended)$/, "").replaceAll("_", " ");
  return name ? `${kind}: ${name}` : kind;
}

/**
 * @param {string} mark
 * @param {Span} span
 * @param {Record<string, string>} [more]
 */
function markWords(mark, { at, until }, more = {}) {
  const told = { time: clock(at), end: clock(until), length: seconds((until - at) * 1000), ...more };
  return word(`insight.marks.${mark}`, told);
}

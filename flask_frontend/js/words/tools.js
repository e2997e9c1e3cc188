import { word } from "./catalogue.js";
import { shortTime } from "./units.js";

/**
 * @typedef {{call: string, name: string, seq: number, arguments: Record<string, unknown>,
 *   state: "running"|"done"|"failed"|"unfinished", milliseconds: number, summary: string}} ToolUse
 */

const OWN = /** @type {Record<string, string>} */ ({ note: "tools.noted", end_session: "tools.ended" });
const STATES = {
  running: "tools.using",
  done: "tools.used",
  failed: "tools.failed",
  unfinished: "tools.unfinished",
};

/** What an agent did with a tool, in a few words. @param {ToolUse} use */
export function toolWords({ name, state, milliseconds }) {
  if (state === "done" && OWN[name]) return word(OWN[name]);
  return word(STATES[state], { name, time: shortTime(milliseconds) });
}

/** A value that a tool was given, as people read it. @param {unknown} value */
export function givenWords(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

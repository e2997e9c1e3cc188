import { filled, group, word } from "../catalogue.js";
import { LINE_WORDS, words } from "./lines.js";

/**
 * @typedef {"waiting"|"running"|"good"|"warning"|"failed"|"skipped"} OutcomeState
 * @typedef {"listen"|"record"|"play"|"yes"|"no"} Act what a person can press on a line
 *
 * @typedef {Object} Outcome how a line of the check stands
 * @property {OutcomeState} state
 * @property {string} verdict
 * @property {string} [fix] what to do, where something is wrong
 * @property {string} [detail] small print that may be in the report
 * @property {string} [device] small print that is not in the report: a name may tell whose it is
 * @property {string} [figure] the one number of the line, with its unit
 * @property {string} [requestId] for the log of the service
 * @property {Act[]} [acts]
 * @property {boolean} [byPerson] it runs because a person pressed something
 *
 * @typedef {Partial<Pick<Outcome, "detail"|"device"|"figure"|"requestId"|"acts"|"byPerson">>} Extras
 */

/** The state in one word, for a report and for whoever does not see the dot. @type {Readonly<Record<OutcomeState, string>>} */
export const STATES = Object.freeze(group("check.states"));

/**
 * An outcome in the words of `key` in LINE_WORDS.
 * @param {OutcomeState} state
 * @param {string} key
 * @param {Extras & {values?: Record<string, string|number>}} [extras]
 * @returns {Outcome}
 */
export function outcome(state, key, { values = {}, ...extras } = {}) {
  const { verdict, fix = "" } = LINE_WORDS[key];
  return { state, verdict: filled(verdict, values), fix: filled(fix, values), ...extras };
}

/**
 * The failure that a trouble tells of, in the words that the page where one talks has for it.
 * @param {import("../trouble.js").Trouble} trouble
 * @returns {Outcome}
 */
export function failure({ code, message, requestId }) {
  return { state: "failed", ...words(code), detail: message, requestId };
}

/** @param {string} because the line without which this one cannot be checked @returns {Outcome} */
export function skipped(because) {
  return { state: "skipped", verdict: word("check.skipped", { because }) };
}

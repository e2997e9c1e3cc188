import { has, word } from "./catalogue.js";

/** How much one typed line may hold. */
export const MOST = 2_000;
/** From how many characters on the page counts. */
const NEAR = 1_800;

/** Whether a text is too long or has nothing in it. @param {string} text */
export function cannotSend(text) {
  return !text || lengthOf(text) > MOST;
}

/** How many characters a text has, as the service counts them: an emoji is one. @param {string} text */
function lengthOf(text) {
  return text.length > 2 * MOST ? text.length : [...text].length;
}

/** How full the field is, once that matters. @param {string} draft */
export function counterWords(draft) {
  const length = lengthOf(draft.trim());
  if (length < NEAR) return "";
  const values = { length, most: MOST, over: length - MOST };
  return word(`talk.composer.${length <= MOST ? "count" : "too_long"}`, values);
}

/** Why a line was not sent. @param {import("./trouble.js").Trouble} trouble */
export function notSentWords({ code }) {
  const key = `talk.not_sent.${code}`;
  return word(has(key) ? key : "talk.not_sent.other");
}

/**
 * What became of a line that was sent into a session that is over.
 * @param {import("./trouble.js").Trouble} trouble
 */
export function leftWords({ code }) {
  const key = `talk.not_taken.${code}`;
  return word(has(key) ? key : "talk.not_taken.other");
}

import { has, word } from "./catalogue.js";

/**
 * @typedef {{lead: string, tail: string}} Notice the line above the page: before its link, and after it
 * @typedef {{name: string, what: string, why: string, helps: string, percent: number|null, amount: string}} HeadRow
 *   the language model on the page behind the notice; `percent` is null where nothing is being fetched
 */

/**
 * What is said where the local language changes hands; "" where the model replies from the beginning.
 * @param {{by: string, reason: string}} told
 * @param {boolean} isFirst
 */
export function repliesWords({ by, reason }, isFirst) {
  if (by === "model") return isFirst ? "" : word("local-voice.replies.model");
  const because = `local-voice.head.${reason}.because`;
  return has(because)
    ? word("local-voice.replies.script_because", { because: word(because) })
    : word("local-voice.replies.script");
}

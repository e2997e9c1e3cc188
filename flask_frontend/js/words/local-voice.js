import words from "./local-voice.json" with { type: "json" };

/**
 * @typedef {{lead: string, tail: string}} Notice the line above the page: before its link, and after it
 * @typedef {{name: string, what: string, why: string, helps: string, percent: number|null, amount: string}} HeadRow
 *   the language model on the page behind the notice; `percent` is null where nothing is being fetched
 */

/** Why the script replies, by its code. @type {Readonly<Record<string, {because: string, helps: string}>>} */
const HEAD = words.head;

/**
 * What is said where the local language changes hands; "" where the model replies from the beginning.
 * @param {{by: string, reason: string}} told
 * @param {boolean} isFirst
 */
export function repliesWords({ by, reason }, isFirst) {
  if (by === "model") return isFirst ? "" : "From here on the language model replies.";
  const because = Object.hasOwn(HEAD, reason) ? HEAD[reason].because : "";
  return because
    ? `Scripted replies in this conversation: ${because}.`
    : "Scripted replies in this conversation.";
}

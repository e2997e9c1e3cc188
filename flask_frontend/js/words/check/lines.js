import { group } from "../catalogue.js";
import { TROUBLES } from "../trouble-words.js";

/**
 * What a line of the set-up check says in one outcome: the verdict, and where something is wrong what to do.
 * `{…}` in a sentence is filled in with the outcome's values.
 * @typedef {{verdict: string, fix?: string}} LineWords
 */

/** What each line is about, while it waits or runs. @type {Readonly<Record<string, string>>} */
export const TITLES = Object.freeze(group("check.titles"));

/** What each line says, by its name and the outcome. @type {Readonly<Record<string, LineWords>>} */
export const LINE_WORDS = Object.freeze({
  ...Object.fromEntries(
    Object.entries(group("check.lines")).flatMap(([line, outcomes]) =>
      Object.entries(outcomes).map(([name, words]) => [`${line}.${name}`, words]),
    ),
  ),
  "secure.insecure": words("insecure_origin"),
});

/** The words of a trouble that the page where one talks has too. @param {string} code @returns {LineWords} */
export function words(code) {
  const { headline, help } = TROUBLES[code] ?? TROUBLES.unexpected;
  return { verdict: headline, fix: help };
}

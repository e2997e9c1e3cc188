/**
 * A text with `{name}`s to fill in, the forms of a plural, or a group of these.
 * @typedef {string|{[name: string]: Words}} Words
 */

/** The words of this page's language, which the page brings along as data. @type {{locale: string, words: Words}} */
const TOLD = JSON.parse(document.getElementById("words")?.textContent ?? "");

/** The language and region for everything that the browser formats, such as "en-GB". */
export const LOCALE = TOLD.locale;

const PLURAL = new Intl.PluralRules(LOCALE);
const NUMBER = new Intl.NumberFormat(LOCALE, { useGrouping: "min2" });

/** What stands under a key such as "talk.mute"; undefined where nothing does. @param {string} key */
function found(key) {
  return key
    .split(".")
    .reduce(
      (words, name) => (typeof words === "object" && Object.hasOwn(words, name) ? words[name] : undefined),
      /** @type {Words|undefined} */ (TOLD.words),
    );
}

/** A group of the catalogue. @param {string} key @returns {any} */
export function group(key) {
  return found(key);
}

/** Whether a key has words, or a group of them. @param {string} key */
export function has(key) {
  return found(key) !== undefined;
}

/**
 * The words of a key, its `{name}`s filled in; `count` chooses among forms of a plural. Numbers are written
 * as the language writes them. A key without words is its own text.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function word(key, values = {}) {
  const words = found(key);
  const text =
    typeof words === "object" ? (words[PLURAL.select(Number(values.count))] ?? words.other) : words;
  return typeof text === "string" ? filled(text, values) : key;
}

/**
 * A sentence with its `{name}`s filled in.
 * @param {string} sentence
 * @param {Record<string, string|number>} values
 */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (hole, name) => shown(values[name] ?? hole));
}

/** How numbers are written, by their digits after the point; making one takes longer than using it. */
const FORMATS = [0, 1].map((digits) => {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
  return new Intl.NumberFormat(LOCALE, options);
});

/** A number with so many digits after its point. @param {number} value @param {0|1} [digits] */
export function number(value, digits = 0) {
  return FORMATS[digits].format(value);
}

/** @param {string|number} value */
function shown(value) {
  return typeof value === "number" ? NUMBER.format(value) : value;
}

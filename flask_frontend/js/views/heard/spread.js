/**
 * How loud a voice is, 0 to 255, in steps of so many seconds.
 * @typedef {{loudness: number[], step: number}} Voice
 */

/** Steps that are longer than this many seconds hide the pauses between words. */
const FINE = 0.5;
const SILENT = 3;
const QUIET = 0.08;
const WIDE = /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff]|[\ud840-\ud87f][\udc00-\udfff]/g;

/** How many more letters a digit is when it is said. */
const SAID_DIGIT = 4;

/**
 * About how long a word takes to say, counted in letters, with the gap after it.
 * @param {string} word
 */
export function weightOf(word) {
  const digits = word.match(/\d/g)?.length ?? 0;
  return word.length + 1 + SAID_DIGIT * digits + 1.5 * (word.match(WIDE)?.length ?? 0);
}

/**
 * How much of a line has been said at that second, 0 to 1; null before and after it. The voice is where it
 * is loud: a pause in the middle takes no words.
 * @param {Voice} voice
 * @param {{at: number, until: number}} line
 * @param {number} second
 */
export function shareAt({ loudness, step }, { at, until }, second) {
  if (second < at || second > until || until <= at) return null;
  const even = (second - at) / (until - at);
  if (!(step <= FINE)) return even;
  const first = Math.floor(at / step);
  const heard = loudness.slice(first, Math.ceil(until / step));
  const least = Math.max(SILENT, QUIET * Math.max(0, ...heard));
  const loud = heard.map((each) => Number(each > least));
  const all = sum(loud);
  if (!all) return even;
  const place = second / step - first;
  const whole = Math.floor(place);
  return (sum(loud.slice(0, whole)) + (loud[whole] ?? 0) * (place - whole)) / all;
}

/**
 * The place of the word that is said when that share of all has been; -1 without words.
 * @param {number[]} weights of the words
 * @param {number} share
 */
export function wordAt(weights, share) {
  const wanted = share * sum(weights) - 1e-9;
  let passed = 0;
  const place = weights.findIndex((weight) => {
    passed += weight;
    return passed >= wanted;
  });
  return place < 0 ? weights.length - 1 : place;
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((all, each) => all + each, 0);
}

import { shareAt, weightOf, wordAt } from "./spread.js";

/**
 * @typedef {import("./lines.js").Line} Line
 * @typedef {import("./spread.js").Voice} Voice
 * @typedef {{node: Text, start: number, end: number, weight: number}} Word
 */

/** The name under which the style lights up the word that is heard. */
const LIT = "heard";
const NOT_SAID = "pre";

/**
 * Lights up the word that is heard, by the browser's own highlights; without those nothing is lit. The
 * record has no times of words: a line's words are spread over its voice by their letters.
 */
export class WordLight {
  #voices;
  /** @type {WeakMap<HTMLElement, Word[]>} */
  #words = new WeakMap();
  /** @type {Word|undefined} */
  #lit;

  /** @param {{user: Voice, agent: Voice}} voices */
  constructor(voices) {
    this.#voices = voices;
  }

  /**
   * @param {Line|undefined} line the one that is heard
   * @param {number} second
   */
  show(line, second) {
    const word = line && !line.typed ? this.#wordAt(line, second) : undefined;
    if (word === this.#lit) return;
    this.#lit = word;
    const highlights = globalThis.CSS?.highlights;
    if (!highlights) return;
    if (word) highlights.set(LIT, new Highlight(rangeOf(word)));
    else highlights.delete(LIT);
  }

  /** @param {Line} line @param {number} second */
  #wordAt(line, second) {
    const share = shareAt(this.#voices[line.role], line, second);
    if (share === null) return undefined;
    const words = this.#words.get(line.element) ?? wordsOf(line.element);
    this.#words.set(line.element, words);
    return words[
      wordAt(
        words.map(({ weight }) => weight),
        share,
      )
    ];
  }
}

/** What is said of a line, word by word. @param {HTMLElement} element @returns {Word[]} */
function wordsOf(element) {
  const shown = element.querySelector(".words");
  if (!shown) return [];
  const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    if (node.parentElement?.closest(NOT_SAID)) continue;
    for (const { 0: word, index } of node.data.matchAll(/\S+/g))
      words.push({ node, start: index, end: index + word.length, weight: weightOf(word) });
  }
  return words;
}

/** @param {Word} word */
function rangeOf({ node, start, end }) {
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  return range;
}

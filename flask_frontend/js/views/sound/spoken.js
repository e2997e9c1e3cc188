/** The name under which the style lights up what is being spoken. */
const LIT = "spoken";

/** What was shown of each entry before, by its element. @type {WeakMap<HTMLElement, string>} */
const before = new WeakMap();

/**
 * Lights up the words that came last. The agent's text arrives word by word in step with its voice, so these
 * are the ones that are being spoken; what it will say is not known here. A browser without highlights of
 * its own shows them like the others.
 * @param {HTMLElement} element the words of an entry of the agent, as they are shown
 * @param {boolean} isSpoken whether the entry is still being spoken
 */
export function lightUp(element, isSpoken) {
  const highlights = globalThis.CSS?.highlights;
  if (!highlights) return;
  const text = element.textContent ?? "";
  if (!isSpoken) {
    if (before.delete(element)) highlights.delete(LIT);
    return;
  }
  if (text === before.get(element)) return;
  const known = before.get(element) ?? "";
  before.set(element, text);
  const range = lastWords(element, text.startsWith(known) ? known.length : text.lastIndexOf(" ") + 1);
  if (range) highlights.set(LIT, new Highlight(range));
}

/**
 * Everything from a place in the text to its end.
 * @param {HTMLElement} element
 * @param {number} from
 */
function lastWords(element, from) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let passed = 0;
  while (walker.nextNode()) {
    const { length } = /** @type {Text} */ (walker.currentNode);
    if (passed + length > from) {
      const range = document.createRange();
      range.setStart(walker.currentNode, Math.max(0, from - passed));
      range.setEndAfter(/** @type {Node} */ (element.lastChild));
      return range;
    }
    passed += length;
  }
  return null;
}

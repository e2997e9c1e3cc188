/**
 * The element of that id within `root`; a page without it is a defect.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {ParentNode} [root]
 * @returns {T}
 */
export function byId(id, root = document) {
  const element = root.querySelector(`#${id}`);
  if (!element) throw new Error(`The page has no #${id}`);
  return /** @type {T} */ (element);
}

/**
 * A new element with a class and text.
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/**
 * Changes an element's text, and nothing where it says that already.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Shows `text` in an element that is hidden while there is none.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function say(element, text) {
  setText(element, text);
  element.hidden = !text;
}

/**
 * The element of that id; a page without it is a defect.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const element = document.getElementById(id);
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
  element.className = className;
  element.textContent = text;
  return element;
}

/**
 * Shows `text` in an element that is hidden while there is none.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}

/** Listeners that are all removed together. */
export class Listeners {
  /** @type {AbortController} */
  #abort = new AbortController();

  /**
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => void} handler
   */
  on(target, type, handler) {
    target.addEventListener(type, handler, { signal: this.#abort.signal });
  }

  clear() {
    this.#abort.abort();
    this.#abort = new AbortController();
  }
}

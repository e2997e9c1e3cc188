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

  /**
   * The second half of a double click does nothing: another button may have taken the place of this one.
   * @param {EventTarget} button
   * @param {() => void} action
   */
  onPress(button, action) {
    this.on(button, "click", ({ detail }) => detail > 1 || action());
  }

  clear() {
    this.#abort.abort();
    this.#abort = new AbortController();
  }
}

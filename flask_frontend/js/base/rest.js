/** A wait that can be cut short. */
export class Rest {
  #wake = () => {};

  /** @param {number} wait in milliseconds */
  async take(wait) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => (clearTimeout(timer), resolve(undefined));
    });
  }

  /** Ends the wait that is being taken, if one is. */
  end() {
    this.#wake();
  }
}

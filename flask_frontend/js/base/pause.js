/** @param {number} milliseconds */
export const pause = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds)).then(() => {});

/** A pause that can be cut short. */
export class Pause {
  #wake = () => {};

  /** @param {number} milliseconds */
  async take(milliseconds) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  /** Ends the pause that is being taken, if one is. */
  end() {
    this.#wake();
  }
}

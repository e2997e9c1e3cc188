import { firstState } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** All that the page shows, in one place; it fires "change" whenever that changed. */
export class Store extends EventTarget {
  #state = firstState();

  get state() {
    return this.#state;
  }

  /** @param {Partial<State>} patch */
  update(patch) {
    this.#state = { ...this.#state, ...patch };
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Partial<import("./state.js").MicrophoneState>} patch */
  updateMicrophone(patch) {
    this.update({ microphone: { ...this.#state.microphone, ...patch } });
  }
}

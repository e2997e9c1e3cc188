import { byId } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";

/** What the browser does with the microphone's sound, each with a switch. */
export class ProcessingView {
  #root = byId("processing");
  #switches = /** @type {HTMLInputElement[]} */ ([...this.#root.querySelectorAll("input")]);
  #listeners = new Listeners();
  #actions;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(this.#root, "change", ({ target }) =>
      this.#actions.process({ [target.name]: target.checked }),
    );
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render({ microphone }) {
    for (const each of this.#switches) {
      each.checked = microphone.processing[/** @type {"echoCancellation"} */ (each.name)];
    }
  }
}

import { byId } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";

/** The choice whether the next sessions are recorded, where this site asks for it. */
export class RecordingView {
  #root = byId("recording");
  #agreed = /** @type {HTMLInputElement} */ (byId("record-agreed", this.#root));
  #listeners = new Listeners();
  #actions;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(this.#agreed, "change", () => this.#actions.agreeToRecording(this.#agreed.checked));
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render({ recording: { asks, agreed } }) {
    this.#root.hidden = !asks;
    this.#agreed.checked = agreed === true;
  }
}

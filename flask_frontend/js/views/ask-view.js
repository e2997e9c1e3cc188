import { byId } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";

/** The question whether a session may be recorded, before it begins. */
export class AskView {
  #root = /** @type {HTMLDialogElement} */ (byId("ask-recording"));
  #yes = byId("record-yes", this.#root);
  #no = byId("record-no", this.#root);
  #listeners = new Listeners();
  #actions;

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.onPress(this.#yes, () => this.#actions.answerRecording(true));
    this.#listeners.onPress(this.#no, () => this.#actions.answerRecording(false));
    this.#listeners.on(this.#root, "close", () => this.#actions.cancelRecording());
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("./view.js").State} state */
  render({ recording: { asking } }) {
    if (asking === this.#root.open) return;
    if (asking) this.#root.showModal();
    else this.#root.close();
  }
}

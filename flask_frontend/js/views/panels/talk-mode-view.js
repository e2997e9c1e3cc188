import { byId } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";

/** The choice between talking hands-free and by a button. */
export class TalkModeView {
  #root = byId("talk-mode");
  #choices = /** @type {HTMLInputElement[]} */ ([...this.#root.querySelectorAll("input")]);
  #help = byId("talk-mode-help", this.#root);
  #listeners = new Listeners();
  #actions;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(this.#root, "change", ({ target }) => this.#actions.talk.choose(target.value));
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render({ talk }) {
    for (const choice of this.#choices) choice.checked = choice.value === talk.mode;
    this.#help.hidden = talk.mode !== "hold";
  }
}

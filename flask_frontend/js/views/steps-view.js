import { byId, say, setText } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { word } from "../words/catalogue.js";

/**
 * @typedef {import("./view.js").State} State
 * @typedef {import("../session/state.js").Step} Step
 */

/** @type {Step[]} */
const ORDER = ["microphone", "room", "agent"];

/** How far the start of a session has come. */
export class StepsView {
  #root = byId("steps");
  #slow = byId("slow", this.#root);
  #slowWords = byId("slow-words", this.#root);
  #cancel = byId("slow-cancel", this.#root);
  #listeners = new Listeners();
  #actions;

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.onPress(this.#cancel, () => this.#actions.stop());
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {State} state */
  render({ phase, step, slow, session, microphone }) {
    this.#root.hidden = phase !== "connecting";
    const reached = ORDER.indexOf(step);
    for (const [place, name] of ORDER.entries()) this.#show(name, place - reached, session?.room ?? "");
    const leftOut = `✓ ${word("talk.steps.microphone.left_out")}`;
    if (microphone.leftOut) setText(byId("step-microphone", this.#root), leftOut);
    say(this.#slowWords, word(`talk.steps.${step}.slow`));
    this.#slow.hidden = !slow;
  }

  /**
   * @param {Step} name
   * @param {number} ahead how many steps it is after the one that is being waited for
   * @param {string} room
   */
  #show(name, ahead, room) {
    const item = /** @type {HTMLElement} */ (this.#root.querySelector(`[data-step=${name}]`));
    item.dataset.state = ahead < 0 ? "done" : ahead === 0 ? "waiting" : "later";
    const words = word(`talk.steps.${name}.${ahead < 0 ? "done" : "waiting"}`, { room });
    item.textContent = `${ahead < 0 ? "✓" : "…"} ${words}`;
  }
}

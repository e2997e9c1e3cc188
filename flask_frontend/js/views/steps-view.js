import { byId, say } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { STEPS } from "../words/words.js";

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
  render({ phase, step, slow, session }) {
    this.#root.hidden = phase !== "connecting";
    const reached = ORDER.indexOf(step);
    for (const [place, name] of ORDER.entries()) this.#show(name, place - reached, session?.room ?? "");
    say(this.#slowWords, STEPS[step].slow);
    this.#slow.hidden = !slow;
  }

  /**
   * @param {Step} name
   * @param {number} ahead how many steps it is after the one that is being waited for
   * @param {string} room
   */
  #show(name, ahead, room) {
    const item = /** @type {HTMLElement} */ (this.#root.querySelector(`[data-step=${name}]`));
    const { waiting, done } = STEPS[name];
    item.dataset.state = ahead < 0 ? "done" : ahead === 0 ? "waiting" : "later";
    const where = name === "room" ? ` ${room}` : "";
    item.textContent = ahead < 0 ? `✓ ${done}${where}` : `… ${waiting}`;
  }
}

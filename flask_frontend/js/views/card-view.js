import { byId, say } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { hasWords } from "../session/reading.js";
import { endingWords, LINES, restoring } from "../words/words.js";

/** @typedef {import("./view.js").State} State */

/** The card around everything that is talked: its phase, and the calm lines at its edges. */
export class CardView {
  #root = byId("card");
  #line = byId("line", this.#root);
  #ending = byId("ending", this.#root);
  #blocked = byId("sound-blocked", this.#root);
  #unlock = byId("unlock", this.#root);
  #listeners = new Listeners();
  #actions;

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.onPress(this.#unlock, () => this.#actions.unlockSound());
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {State} state */
  render(state) {
    const { phase, ending, soundBlocked, panel, transcript } = state;
    this.#root.dataset.phase = phase;
    this.#root.dataset.log = hasWords(transcript) ? "filled" : "empty";
    this.#root.inert = panel === "open";
    say(this.#line, lineWords(state));
    say(this.#ending, phase === "ended" ? endingWords(ending) : "");
    this.#blocked.hidden = !(phase === "live" && soundBlocked);
  }
}

/** @param {State} state */
function lineWords({ lines, phase, microphone }) {
  return restoring(lines) || (microphone.silent && phase === "live" ? LINES.microphone : "");
}

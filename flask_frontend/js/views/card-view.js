import { byId, say } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { hasWords } from "../session/reading.js";
import { isByButton } from "../session/state.js";
import { deviceWords, microphoneWords } from "../words/sound.js";
import { endingWords, restoring } from "../words/words.js";

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
    const { phase, ending, soundBlocked, panel } = state;
    this.#root.dataset.phase = phase;
    this.#root.dataset.log = hasWords(state) ? "filled" : "empty";
    this.#root.inert = panel === "open";
    say(this.#line, lineWords(state));
    say(this.#ending, phase === "ended" ? endingWords(ending) : "");
    this.#blocked.hidden = !(phase === "live" && soundBlocked);
  }
}

/** @param {State} state */
function lineWords(state) {
  const { lines, phase, microphone, deviceNews } = state;
  if (restoring(lines)) return restoring(lines);
  const microphoneLine = phase === "live" ? microphoneWords(microphone, isByButton(state)) : "";
  if (microphoneLine) return microphoneLine;
  return deviceNews ? deviceWords(deviceNews) : "";
}

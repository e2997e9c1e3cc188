import { byId, setText } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { isByButton } from "../../session/state.js";
import { word } from "../../words/catalogue.js";
import { takeFocus } from "../view.js";

/** Where the space bar has a meaning of its own. */
const KEEPS_SPACE = "input, textarea, select, button, summary, a[href], [contenteditable]";

/** The button that is held while one talks, and the space bar, which does the same. */
export class TalkButtonView {
  #button = byId("talk");
  #listeners = new Listeners();
  #actions;
  #isUsed = false;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    const { talk } = this.#actions;
    this.#listeners.on(this.#button, "pointerdown", (event) => this.#pressed(event));
    this.#listeners.on(this.#button, "pointerup", () => talk.release());
    this.#listeners.on(this.#button, "pointercancel", () => talk.cancel());
    this.#listeners.on(this.#button, "contextmenu", (event) => event.preventDefault());
    this.#listeners.on(this.#button, "click", ({ detail }) => detail === 0 && talk.toggle());
    this.#listeners.on(document, "keydown", (event) => this.#keyDown(event));
    this.#listeners.on(document, "keyup", (event) => this.#keyUp(event));
    this.#listeners.on(window, "blur", () => talk.cancel());
    this.#listeners.on(document, "visibilitychange", () => document.hidden && talk.cancel());
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render(state) {
    const { phase, talk } = state;
    const isUsed = phase === "live" && isByButton(state);
    this.#button.hidden = !isUsed;
    this.#button.dataset.button = talk.button;
    this.#button.ariaPressed = String(talk.button !== "up");
    setText(this.#button, word(`talk.talk_button.${talk.button}`));
    if (isUsed && !this.#isUsed) takeFocus(this.#button);
    this.#isUsed = isUsed;
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    if (event.button !== 0) return;
    this.#button.setPointerCapture(event.pointerId);
    this.#actions.talk.press();
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (!this.#isOurs(event)) return;
    event.preventDefault();
    if (!event.repeat) this.#actions.talk.press();
  }

  /** Wherever the focus is by now: a key that went down here comes up. @param {KeyboardEvent} event */
  #keyUp(event) {
    if (event.key !== " " || !this.#isUsed) return;
    if (event.target === this.#button) event.preventDefault();
    this.#actions.talk.release();
  }

  /** @param {KeyboardEvent} event */
  #isOurs(event) {
    const target = event.target instanceof Element ? event.target : null;
    const isElsewhere = target !== this.#button && target?.closest(KEEPS_SPACE);
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    return this.#isUsed && event.key === " " && isPlain && !isElsewhere;
  }
}

import { byId, say, setText } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { isMicrophoneOn } from "../session/state.js";
import { takeFocus } from "./view.js";

/** @typedef {import("./view.js").State} State */

/** What is seen before a session: what to expect, and the button that begins it. */
export class WelcomeView {
  #root = byId("welcome");
  #headline = byId("welcome-headline", this.#root);
  #help = byId("welcome-help", this.#root);
  #continue = byId("continue", this.#root);
  #start = /** @type {HTMLButtonElement} */ (byId("start", this.#root));
  #instead = byId("welcome-instead", this.#root);
  #hint = byId("welcome-hint", this.#root);
  #listeners = new Listeners();
  #actions;
  #phase = "";

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.onPress(this.#start, () => this.#actions.start());
    this.#listeners.onPress(this.#continue, () => this.#actions.continue());
    this.#start.disabled = false;
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {State} state */
  render(state) {
    const { phase, continuable } = state;
    const isFurther = Boolean(state.fields.continues) && !continuable;
    this.#root.hidden = phase !== "ready";
    setText(this.#headline, headlineWords(state));
    setText(this.#help, helpWords(state));
    this.#continue.hidden = !continuable;
    this.#instead.hidden = !isFurther;
    setText(this.#start, isFurther ? "Go on talking" : "Start talking");
    this.#start.classList.toggle("main", !continuable);
    say(this.#hint, hintWords(state));
    if (phase === "ready" && this.#phase && this.#phase !== phase) takeFocus(this.#start);
    this.#phase = phase;
  }
}

/** @param {State} state */
function headlineWords({ continuable, fields }) {
  if (continuable) return "Your session is still going on";
  return fields.continues ? "Go on where you stopped" : "Talk with the agent";
}

/** @param {State} state */
function helpWords({ continuable, fields }) {
  if (!continuable && fields.continues) return "The agent knows what was said in that conversation.";
  if (!continuable) return "It greets you first. Speak as you would to a person; you can interrupt it.";
  return `You are in room ${continuable.room} as ${continuable.identity}. Go back in, or start another session.`;
}

/** @param {State} state */
function hintWords(state) {
  if (!isMicrophoneOn(state)) return "";
  return state.microphone.heard ? "Your microphone hears you." : "Say something: the bars below should move.";
}

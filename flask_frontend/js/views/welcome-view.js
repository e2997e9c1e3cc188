import { byId, say, setText } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { isMicrophoneOn } from "../session/state.js";
import { word } from "../words/catalogue.js";
import { isolated } from "../words/words.js";
import { takeFocus } from "./view.js";

/** @typedef {import("./view.js").State} State */

/** What is seen before a session: what to expect, and the button that begins it. */
export class WelcomeView {
  #root = byId("welcome");
  #headline = byId("welcome-headline", this.#root);
  #about = byId("welcome-about", this.#root);
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
    this.#about.hidden = Boolean(continuable) || !this.#about.textContent;
    setText(this.#help, helpWords(state));
    this.#continue.hidden = !continuable;
    this.#instead.hidden = !isFurther;
    setText(this.#start, word(isFurther ? "talk.start_further" : "talk.start"));
    this.#start.classList.toggle("main", !continuable);
    say(this.#hint, hintWords(state));
    if (phase === "ready" && this.#phase && this.#phase !== phase) takeFocus(this.#start);
    this.#phase = phase;
  }
}

/** @param {State} state */
function headlineWords({ continuable, fields, agent }) {
  if (continuable) return named("talk.headline_going_on", "talk.headline_going_on_with", continuable.agent);
  if (fields.continues) return word("talk.headline_further");
  return named("talk.headline", "talk.headline_named", agent);
}

/**
 * Words with an agent's name where it has one, and those without.
 * @param {string} without
 * @param {string} withName
 * @param {{name: string}} [agent]
 */
function named(without, withName, agent) {
  return agent?.name ? word(withName, { name: isolated(agent.name) }) : word(without);
}

/** @param {State} state */
function helpWords({ continuable, fields, agent }) {
  if (!continuable && fields.continues) return named("talk.help_further", "talk.help_further_named", agent);
  if (!continuable) return word(agent.name ? "talk.help_named" : "talk.help");
  const { room, identity } = continuable;
  return word("talk.help_going_on", { room, identity });
}

/** @param {State} state */
function hintWords(state) {
  if (!isMicrophoneOn(state)) return "";
  return word(state.microphone.heard ? "talk.hears_you" : "talk.say_something");
}

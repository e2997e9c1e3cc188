import { DELAYS } from "../base/delays.js";
import { byId, setText } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { word } from "../words/catalogue.js";
import { troubleWords } from "../words/trouble-words.js";
import { takeFocus } from "./view.js";

/** @typedef {import("../words/trouble.js").Trouble} Trouble */

/** Troubles after which a person can still type. */
const NO_MICROPHONE = new Set([
  "microphone_denied",
  "microphone_missing",
  "microphone_busy",
  "microphone_failed",
  "insecure_origin",
]);

/** One trouble in words, with its one main button and the small print to copy. */
export class TroubleView {
  #root = byId("trouble");
  #headline = byId("trouble-headline", this.#root);
  #help = byId("trouble-help", this.#root);
  #action = /** @type {HTMLButtonElement} */ (byId("trouble-action", this.#root));
  #type = byId("trouble-type", this.#root);
  #technical = byId("trouble-technical", this.#root);
  #copy = byId("trouble-copy", this.#root);
  #listeners = new Listeners();
  #actions;
  /** @type {any} */
  #timer;
  /** @type {Trouble|null} */
  #shown = null;
  #phase = "";

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.onPress(this.#action, () => this.#pressed());
    this.#listeners.onPress(this.#type, () => this.#actions.goOnWithoutMicrophone());
    this.#listeners.on(this.#copy, "click", () => void this.#copyTechnical());
  }

  disconnect() {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  /** @param {import("./view.js").State} state */
  render({ phase, trouble }) {
    this.#root.hidden = phase !== "trouble";
    if (trouble !== this.#shown) this.#show(trouble);
    if (phase === "trouble" && this.#phase && this.#phase !== phase) takeFocus(this.#action);
    this.#phase = phase;
  }

  /** @param {Trouble|null} trouble */
  #show(trouble) {
    this.#shown = trouble;
    clearTimeout(this.#timer);
    this.#type.hidden = !NO_MICROPHONE.has(trouble?.code ?? "");
    this.#root.dataset.code = trouble?.code ?? "";
    if (!trouble) return;
    const { headline, help } = troubleWords(trouble);
    setText(this.#headline, headline);
    setText(this.#help, help);
    const request = trouble.requestId ? word("site.request", { id: trouble.requestId }) : "";
    setText(this.#technical, [trouble.message, request].filter(Boolean).join(" · "));
    setText(this.#copy, word("talk.copy"));
    this.#countDown(trouble, trouble.retryAfter);
  }

  /**
   * The button says how long the service asked to wait; it keeps its place in the tab order meanwhile.
   * @param {Trouble} trouble
   * @param {number} seconds
   */
  #countDown(trouble, seconds) {
    const { action } = troubleWords(trouble);
    this.#action.textContent = seconds > 0 ? word("troubles.later", { action, seconds }) : action;
    this.#action.ariaLabel = action; // or a screen reader tells every second
    this.#action.ariaDisabled = String(seconds > 0);
    if (seconds > 0) this.#timer = setTimeout(() => this.#countDown(trouble, seconds - 1), DELAYS.clockTick);
  }

  #pressed() {
    if (this.#shown && this.#action.ariaDisabled !== "true") this.#actions.wayOut(this.#shown);
  }

  async #copyTechnical() {
    try {
      await navigator.clipboard.writeText(this.#technical.textContent ?? "");
      setText(this.#copy, word("talk.copied"));
    } catch {
      getSelection()?.selectAllChildren(this.#technical);
    }
  }
}

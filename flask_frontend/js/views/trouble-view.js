import { DELAYS } from "../base/delays.js";
import { Listeners, byId } from "../base/dom.js";
import { troubleWords } from "../words/trouble-words.js";

/** @typedef {import("../words/trouble.js").Trouble} Trouble */

/** One trouble in words, with its one main button and the small print to copy. */
export class TroubleView {
  #root = byId("trouble");
  #action = /** @type {HTMLButtonElement} */ (byId("trouble-action"));
  #technical = byId("trouble-technical");
  #copy = byId("trouble-copy");
  #listeners = new Listeners();
  #act;
  /** @type {any} */
  #timer;

  /** @param {(trouble: Trouble) => void} act does what the main button says */
  constructor(act) {
    this.#act = act;
  }

  /** @type {Trouble|null} */
  #shown = null;

  connect() {
    this.#listeners.on(this.#action, "click", ({ detail }) => detail > 1 || this.#pressed());
    this.#listeners.on(this.#copy, "click", () => void this.#copyTechnical());
  }

  disconnect() {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  /** @param {Trouble|null} trouble */
  render(trouble) {
    if (trouble === this.#shown) return;
    this.#shown = trouble;
    clearTimeout(this.#timer);
    this.#root.dataset.code = trouble?.code ?? "";
    if (!trouble) return;
    const { headline, help } = troubleWords(trouble);
    byId("trouble-headline").textContent = headline;
    byId("trouble-help").textContent = help;
    const request = trouble.requestId ? `request ${trouble.requestId}` : "";
    this.#technical.textContent = [trouble.message, request].filter(Boolean).join(" · ");
    this.#copy.textContent = "Copy";
    this.#countDown(trouble, trouble.retryAfter);
  }

  /**
   * The button says how long the service asked to wait; it keeps its place in the tab order meanwhile.
   * @param {Trouble} trouble
   * @param {number} seconds
   */
  #countDown(trouble, seconds) {
    const { action } = troubleWords(trouble);
    this.#action.textContent = seconds > 0 ? `${action} in ${seconds} s` : action;
    this.#action.ariaLabel = action; // or a screen reader tells every second
    this.#action.ariaDisabled = String(seconds > 0);
    if (seconds > 0) this.#timer = setTimeout(() => this.#countDown(trouble, seconds - 1), DELAYS.clockTick);
  }

  #pressed() {
    if (this.#shown && this.#action.ariaDisabled !== "true") this.#act(this.#shown);
  }

  async #copyTechnical() {
    try {
      await navigator.clipboard.writeText(this.#technical.textContent ?? "");
      this.#copy.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(this.#technical);
    }
  }
}

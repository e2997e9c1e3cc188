import { byId, say } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { cannotSend, counterWords, notSentWords } from "../words/typing.js";

/** The field in which a person types instead of speaking: Enter sends, Shift and Enter break the line. */
export class ComposerView {
  #root = /** @type {HTMLFormElement} */ (byId("composer"));
  #field = /** @type {HTMLTextAreaElement} */ (byId("typed", this.#root));
  #send = /** @type {HTMLButtonElement} */ (byId("typed-send", this.#root));
  #count = byId("typed-count", this.#root);
  #error = byId("typed-error", this.#root);
  #listeners = new Listeners();
  #actions;

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(this.#field, "input", () => this.#actions.editDraft(this.#field.value));
    this.#listeners.on(this.#field, "keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)));
    this.#listeners.on(this.#root, "submit", (event) => this.#submit(event));
    const seen = window.visualViewport;
    if (seen) this.#listeners.on(seen, "resize", () => fit(seen));
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("./view.js").State} state */
  render({ phase, typed }) {
    this.#root.hidden = phase !== "live";
    if (this.#field.value !== typed.draft) this.#field.value = typed.draft;
    this.#send.hidden = !typed.draft.trim();
    this.#send.ariaDisabled = String(cannotSend(typed.draft.trim()));
    say(this.#count, counterWords(typed.draft));
    say(this.#error, typed.trouble ? notSentWords(typed.trouble) : "");
    this.#field.ariaInvalid = String(typed.draft.trim().length > 0 && cannotSend(typed.draft.trim()));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    if (!event.repeat) this.#actions.sendDraft();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    if (this.#actions.sendDraft()) this.#field.focus();
  }
}

/** Whether the key ends a word of an input method; Safari tells that by its code. @param {KeyboardEvent} event */
function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

/** Keeps the dock above a keyboard that covers the page. @param {VisualViewport} seen */
function fit(seen) {
  const covered = window.innerHeight - seen.height > 1 && seen.scale === 1;
  document.documentElement.style.setProperty("--seen-height", covered ? `${seen.height}px` : "100dvh");
}

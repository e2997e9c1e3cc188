import { byId, say } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { FIELD_NAMES } from "../../words/fields.js";

/** The fields of the next session, each with its error beside it. */
export class FieldForm {
  #root = byId("fields");
  /** Some sites keep to themselves what the agent should be. */
  #names = FIELD_NAMES.filter((name) => this.#root.querySelector(`#${name}`));
  #inputs = this.#names.map((name) => /** @type {HTMLInputElement} */ (byId(name, this.#root)));
  #errors = this.#names.map((name) => byId(`${name}-error`, this.#root));
  #listeners = new Listeners();
  #actions;
  #refusals = 0;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(this.#root, "submit", (event) => {
      event.preventDefault();
      this.#actions.start();
    });
    this.#names.forEach((name, place) => {
      const input = this.#inputs[place];
      this.#listeners.on(input, "input", () => this.#actions.editField(name, input.value.trim()));
      this.#listeners.on(input, "change", () => this.#actions.checkField(name));
    });
    this.#keepPrompt();
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render({ fields, fieldErrors, refusals }) {
    for (const [place, name] of this.#names.entries()) {
      this.#show(place, fields[name] ?? "", fieldErrors[name] ?? "");
    }
    if (refusals !== this.#refusals) this.#inputs.find(({ ariaInvalid }) => ariaInvalid === "true")?.focus();
    this.#refusals = refusals;
  }

  /** A browser may have kept, over a reload, what was typed there. */
  #keepPrompt() {
    const place = this.#names.indexOf("system_prompt");
    if (place >= 0) this.#actions.editField("system_prompt", this.#inputs[place].value.trim());
  }

  /**
   * @param {number} place
   * @param {string} value
   * @param {string} error
   */
  #show(place, value, error) {
    const input = this.#inputs[place];
    if (input.value.trim() !== value) input.value = value;
    input.ariaInvalid = error ? "true" : "false";
    say(this.#errors[place], error);
  }
}

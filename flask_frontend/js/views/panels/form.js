import { Listeners, byId, say } from "../../base/dom.js";
import { fieldErrors, freshIdentity, freshRoom } from "../../words/fields.js";

/** @typedef {import("../../words/fields.js").Fields} Fields */

const NAMES = /** @type {const} */ (["room", "identity", "system_prompt"]);

/** What visitors may fill in here: some sites keep to themselves what the agent should be. */
const present = () => NAMES.filter((name) => document.getElementById(name));

/** The fields of the next session, each with its error beside it. */
export class FieldForm {
  #form = /** @type {HTMLFormElement} */ (byId("fields"));
  #listeners = new Listeners();
  #memory;
  #changed;
  #names = present();
  #defaultRoom = freshRoom();

  /**
   * @param {import("../../links/storage.js").Memory} memory
   * @param {{changed: () => void, submitted: () => void}} listener
   */
  constructor(memory, { changed, submitted }) {
    this.#memory = memory;
    this.#changed = changed;
    this.#listeners.on(this.#form, "submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      submitted();
    });
  }

  connect() {
    this.#input("room").value = this.#defaultRoom;
    this.#input("identity").value = this.#memory.identity || freshIdentity();
    for (const name of this.#names) {
      this.#listeners.on(this.#input(name), "input", () => this.#edited(name));
      this.#listeners.on(this.#input(name), "change", () => this.#check(name));
    }
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @returns {Fields} */
  get fields() {
    const values = this.#names.map((name) => [name, this.#input(name).value.trim()]);
    return Object.fromEntries(values);
  }

  /** The fields when all are well, or null and the errors are shown. */
  validated() {
    const errors = fieldErrors(this.fields);
    this.show(errors);
    if (Object.keys(errors).length) return null;
    this.#memory.identity = this.fields.identity;
    return this.fields;
  }

  /** Shows errors beside their fields. @param {Partial<Record<keyof Fields, string>>} errors */
  show(errors) {
    for (const name of this.#names) this.#complain(name, errors[name] ?? "");
  }

  /** Puts the cursor into the first field with an error. */
  focusError() {
    this.#names.map((name) => this.#input(name)).find((input) => input.ariaInvalid === "true")?.focus();
  }

  /** A room name for another session, unless the person chose one. */
  renewRoom({ always = false } = {}) {
    const input = this.#input("room");
    if (!always && input.value !== this.#defaultRoom) return;
    this.#defaultRoom = input.value = freshRoom();
    this.#complain("room", "");
  }

  /**
   * @param {keyof Fields} name
   * @returns {HTMLInputElement}
   */
  #input(name) {
    return byId(name);
  }

  /** An error goes away as soon as it is mended. @param {keyof Fields} name */
  #edited(name) {
    if (!fieldErrors(this.fields)[name]) this.#complain(name, "");
    this.#changed();
  }

  /** @param {keyof Fields} name */
  #check(name) {
    this.#complain(name, fieldErrors(this.fields)[name] ?? "");
  }

  /**
   * @param {keyof Fields} name
   * @param {string} error
   */
  #complain(name, error) {
    this.#input(name).ariaInvalid = error ? "true" : "false";
    say(byId(`${name}-error`), error);
  }
}

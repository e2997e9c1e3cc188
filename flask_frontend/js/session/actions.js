import { fromAnything } from "../words/trouble.js";
import { troubleWords } from "../words/trouble-words.js";
import { isBusy } from "./state.js";

/**
 * @typedef {import("../words/trouble.js").Trouble} Trouble
 *
 * @typedef {Object} Parts
 * @property {import("./store.js").Store} store
 * @property {import("./session.js").SessionControl} control
 * @property {import("./sound.js").Sound} sound
 * @property {import("./next-session.js").NextSession} next
 * @property {() => void} [reload]
 */

/** Everything that a person can do on the page. */
export class Actions {
  #store;
  #control;
  #sound;
  #next;
  #reload;
  /** @type {Trouble|null} what the last check of the microphone ran into */
  #microphoneTrouble = null;

  /** @param {Parts} parts */
  constructor({ store, control, sound, next, reload = () => location.reload() }) {
    this.#store = store;
    this.#control = control;
    this.#sound = sound;
    this.#next = next;
    this.#reload = reload;
  }

  start() {
    if (isBusy(this.#store.state)) return;
    const fields = this.#next.validated();
    if (fields) void this.#control.start(fields);
  }

  continue() {
    void this.#control.continue();
  }

  stop() {
    this.#control.stop();
  }

  /** What a trouble's main button does. @param {Trouble} trouble */
  wayOut(trouble) {
    const { verb } = troubleWords(trouble);
    if (trouble === this.#microphoneTrouble) return void this.checkMicrophone();
    if (verb === "reload") return this.#reload();
    if (verb === "continue") return this.continue();
    if (verb === "fresh") this.#next.renewRoom({ always: true });
    const fields = this.#next.validated();
    if (fields) void this.#control.retry(fields);
  }

  async checkMicrophone() {
    try {
      await this.#sound.check();
      if (this.#microphoneTrouble) this.#control.clearTrouble(this.#microphoneTrouble);
      this.#microphoneTrouble = null;
    } catch (error) {
      this.#microphoneTrouble = fromAnything(error);
      this.#control.showTrouble(this.#microphoneTrouble);
    }
  }

  toggleMute() {
    if (isBusy(this.#store.state)) this.#sound.toggleMute();
  }

  /** @param {string} deviceId */
  pickMicrophone(deviceId) {
    void this.#sound.pick(deviceId);
  }

  /** @param {number} volume between 0 and 1 */
  setVolume(volume) {
    this.#sound.setVolume(volume);
    this.#control.setVolume(volume);
  }

  /** Plays sound that the browser held back; works inside a gesture. */
  unlockSound() {
    void this.#control.unlockSound();
  }

  /** Whether the microphone's loudness can be read. @param {boolean} read */
  setRead(read) {
    this.#sound.setRead(read);
  }

  /** Something loud came from the microphone. */
  hear() {
    this.#sound.hear();
  }

  /**
   * @param {keyof import("../words/fields.js").Fields} name
   * @param {string} value
   */
  editField(name, value) {
    this.#next.edit(name, value);
  }

  /** @param {keyof import("../words/fields.js").Fields} name */
  checkField(name) {
    this.#next.check(name);
  }

  openPanel() {
    if (this.#store.state.panel === "closed") this.#store.update({ panel: "open" });
  }

  closePanel() {
    if (this.#store.state.panel === "open") this.#store.update({ panel: "closed" });
  }

  /** Whether there is room for the panel beside the card. @param {boolean} isBeside */
  placePanel(isBeside) {
    if (isBeside === (this.#store.state.panel === "beside")) return;
    this.#store.update({ panel: isBeside ? "beside" : "closed" });
  }

  /** The network is back. */
  hurry() {
    this.#control.hurry();
  }
}

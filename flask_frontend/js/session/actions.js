import { fromAnything } from "../words/trouble.js";
import { troubleWords } from "../words/trouble-words.js";
import { isBusy, isByButton } from "./state.js";

/**
 * @typedef {import("../words/trouble.js").Trouble} Trouble
 *
 * @typedef {Object} Parts
 * @property {import("./store.js").Store} store
 * @property {import("./session.js").SessionControl} control
 * @property {import("./sound.js").Sound} sound
 * @property {import("./next-session.js").NextSession} next
 * @property {import("./talking/push-to-talk.js").PushToTalk} talk
 * @property {import("./talking/output.js").Output} output
 * @property {import("./typing.js").Typing} typing
 * @property {() => void} [reload]
 *
 * @typedef {(request: import("../links/backend.js").SessionRequest) => Promise<void>} Begin
 */

/** Everything that a person can do on the page. */
export class Actions {
  #store;
  #control;
  #sound;
  #next;
  #typing;
  #reload;
  /** @type {Trouble|null} what the last check of the microphone ran into */
  #microphoneTrouble = null;
  /** @type {Begin|null} what goes on when the person has said whether they may be recorded */
  #unanswered = null;

  /** @param {Parts} parts */
  constructor({ store, control, sound, next, talk, output, typing, reload = () => location.reload() }) {
    this.#store = store;
    this.#control = control;
    this.#sound = sound;
    this.#next = next;
    this.talk = talk;
    this.output = output;
    this.#typing = typing;
    this.#reload = reload;
  }

  start() {
    if (isBusy(this.#store.state)) return;
    this.#sound.leaveOut(false);
    this.#begin((request) => this.#control.start(request));
  }

  /** Whether this and the next sessions are recorded; what waited for the answer goes on. @param {boolean} agreed */
  answerRecording(agreed) {
    this.#next.agree(agreed);
    if (this.#unanswered) this.#begin(this.#unanswered);
  }

  /** Whether the next sessions are recorded. @param {boolean} agreed */
  agreeToRecording(agreed) {
    this.#next.agree(agreed);
  }

  cancelRecording() {
    this.#next.cancelAsking();
  }

  /** Goes into the session, or starts one, in which the person only types and hears. */
  goOnWithoutMicrophone() {
    if (isBusy(this.#store.state)) return;
    this.#sound.leaveOut(true);
    this.#begin((request) => this.#control.retry(request));
  }

  /** @param {string} text */
  editDraft(text) {
    this.#typing.edit(text);
  }

  /** Sends what was typed; whether it could be. */
  sendDraft() {
    return this.#typing.send();
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
    this.#sound.leaveOut(false);
    this.#begin((request) => this.#control.retry(request));
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
    const { state } = this.#store;
    if (!isBusy(state) || state.microphone.leftOut) return;
    if (isByButton(state)) this.talk.toggle();
    else this.#sound.toggleMute();
  }

  /** @param {string} deviceId */
  pickMicrophone(deviceId) {
    void this.#sound.pick(deviceId);
  }

  /** @param {Partial<import("../links/storage.js").Processing>} some */
  process(some) {
    void this.#sound.process(some);
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

  /** Begins with what a session is asked for with, when all is well and nothing is being asked. @param {Begin} begin */
  #begin(begin) {
    const request = this.#next.request();
    this.#unanswered = request ? null : begin;
    if (request) void begin(request);
  }
}

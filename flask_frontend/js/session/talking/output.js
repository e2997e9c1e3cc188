import { Listeners } from "../../base/listeners.js";

/** Where the agent's voice is played, as part of the state and in the room. */
export class Output {
  #speaker;
  #store;
  #control;
  #listeners = new Listeners();

  /**
   * @param {import("../../links/speaker.js").Speaker} speaker
   * @param {import("../store.js").Store} store
   * @param {import("../session.js").SessionControl} control
   */
  constructor(speaker, store, control) {
    this.#speaker = speaker;
    this.#store = store;
    this.#control = control;
  }

  connect() {
    this.#listeners.on(this.#speaker, "change", () => this.#changed());
    this.#speaker.connect();
    this.#changed();
  }

  disconnect() {
    this.#listeners.clear();
    this.#speaker.disconnect();
  }

  /** @param {string} deviceId */
  pick(deviceId) {
    this.#speaker.pick(deviceId);
  }

  /** Lets the person choose in the browser's own picker. */
  ask() {
    return this.#speaker.ask();
  }

  #changed() {
    const { canChoose, canAsk, devices, deviceId } = this.#speaker;
    this.#store.update({ speaker: { canChoose, canAsk, devices, deviceId } });
    void this.#control.media?.setSpeaker(deviceId);
  }
}

import { Listeners } from "../base/listeners.js";
import { fromMicrophone } from "../words/trouble.js";

/** @typedef {import("../links/storage.js").Processing} Processing */

/** The person's microphone and the agent's volume, as part of the state. */
export class Sound {
  #microphone;
  #memory;
  #store;
  #listeners = new Listeners();

  /**
   * @param {import("../links/optional-microphone.js").OptionalMicrophone} microphone
   * @param {import("../links/storage.js").Memory} memory
   * @param {import("./store.js").Store} store
   */
  constructor(microphone, memory, store) {
    this.#microphone = microphone;
    this.#memory = memory;
    this.#store = store;
  }

  connect() {
    this.#listeners.on(this.#microphone, "change", () => this.#changed());
    this.#microphone.connect();
    this.#store.update({ volume: this.#memory.volume });
    this.#changed();
  }

  disconnect() {
    this.#listeners.clear();
    this.#microphone.disconnect();
  }

  /** Opens the microphone, unmuted, to see that it works. Fails with a Trouble. */
  async check() {
    this.#microphone.leaveOut(false);
    await this.#microphone.mute(false);
    await this.#microphone.open();
    this.#store.updateMicrophone({ trouble: null });
  }

  /** Whether the next session goes on without a microphone. @param {boolean} leftOut */
  leaveOut(leftOut) {
    this.#microphone.leaveOut(leftOut);
  }

  toggleMute() {
    void this.#microphone.mute(!this.#microphone.muted);
  }

  /** Goes over to another device; one that cannot be used says why. @param {string} deviceId */
  async pick(deviceId) {
    try {
      await this.#microphone.pick(deviceId);
      this.#store.updateMicrophone({ trouble: null });
    } catch (error) {
      this.#store.updateMicrophone({ trouble: fromMicrophone(error) });
    }
  }

  /** Switches some of what the browser does with the sound; shown at once. @param {Partial<Processing>} some */
  async process(some) {
    const isDone = this.#microphone.process({ ...this.#memory.processing, ...some });
    this.#changed();
    try {
      await isDone;
      this.#store.updateMicrophone({ trouble: null });
    } catch (error) {
      this.#store.updateMicrophone({ trouble: fromMicrophone(error) });
    }
  }

  /** @param {number} volume between 0 and 1 */
  setVolume(volume) {
    this.#memory.volume = volume;
    this.#store.update({ volume });
  }

  /** Whether the microphone's loudness can be read. @param {boolean} read */
  setRead(read) {
    this.#store.updateMicrophone({ read });
  }

  /** Something loud came from the microphone. */
  hear() {
    if (!this.#store.state.microphone.heard) this.#store.updateMicrophone({ heard: true });
  }

  #changed() {
    const { capture, muted, isSilent: silent, isTaken: taken, deviceId, leftOut } = this.#microphone;
    const { processing } = this.#memory;
    const { microphone } = this.#store.state;
    const read = microphone.read && capture === microphone.capture;
    const heard = microphone.heard && capture !== null;
    this.#store.updateMicrophone({
      capture,
      muted,
      silent,
      taken,
      processing,
      deviceId,
      read,
      heard,
      leftOut,
    });
    void this.#list();
  }

  async #list() {
    this.#store.updateMicrophone({ devices: await this.#microphone.devices() });
  }
}

import { DELAYS } from "../../base/delays.js";
import { Listeners } from "../../base/listeners.js";

/** @typedef {import("../state.js").DeviceNews} DeviceNews */

/** Tells for a while which device took the place of another, or is back. */
export class Plugging {
  #devices;
  #store;
  #listeners = new Listeners();
  /** @type {any} */
  #timer;

  /**
   * @param {EventTarget[]} devices each fires "device" with the news in its detail
   * @param {import("../store.js").Store} store
   */
  constructor(devices, store) {
    this.#devices = devices;
    this.#store = store;
  }

  connect() {
    for (const device of this.#devices) {
      this.#listeners.on(device, "device", ({ detail }) => this.#tell(detail));
    }
  }

  disconnect() {
    this.#listeners.clear();
    clearTimeout(this.#timer);
  }

  /** @param {DeviceNews} deviceNews */
  #tell(deviceNews) {
    clearTimeout(this.#timer);
    this.#store.update({ deviceNews });
    this.#timer = setTimeout(() => this.#store.update({ deviceNews: null }), DELAYS.news);
  }
}

import { Level } from "../../base/level.js";

/** Reads the loudness of one track at a time. */
export class Meter {
  /** @type {Level|null} */
  #level = null;
  #onRead;

  /** @param {(isRead: boolean) => void} onRead told whether it can be read; some browsers wait for a gesture */
  constructor(onRead) {
    this.#onRead = onRead;
  }

  /** Reads that track from now on. @param {MediaStreamTrack} track */
  follow(track) {
    this.release();
    this.#level = new Level(track, this.#onRead);
  }

  /** Works inside a gesture where the browser asks for one. */
  async resume() {
    await this.#level?.resume();
  }

  release() {
    this.#level?.close();
    this.#level = null;
  }

  /** Between 0 (silence) and 1 (loud speech); 0 without a track. */
  get loudness() {
    return this.#level ? loudnessOf(this.#level.decibels) : 0;
  }
}

/** Between 0 (silence) and 1 (loud speech), on a scale that follows the ear. @param {number} decibels of full scale */
export function loudnessOf(decibels) {
  return Math.min(1, Math.max(0, (decibels + 55) / 45));
}

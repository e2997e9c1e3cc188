import { DELAYS } from "../base/delays.js";
import { Level } from "../base/level.js";
import { pause } from "../base/pause.js";

/** Louder than this is somebody who speaks, in dB of full scale: a quiet room is below -60. */
const SPEECH = -46;
/** For so many looks, or a click of the mouse would do. */
const LOOKS = 3;

/** The microphone while somebody here needs it, and how loud it is; then it is closed. */
export class Ears {
  #microphone;
  #onLevel;
  #users = 0;

  /**
   * @param {import("../links/microphone.js").Microphone} microphone
   * @param {(decibels: number|null) => void} onLevel each look at the level; null when nobody listens
   */
  constructor(microphone, onLevel) {
    this.#microphone = microphone;
    this.#onLevel = onLevel;
  }

  isAllowed() {
    return this.#microphone.isAllowed();
  }

  /**
   * Opens it for as long as `use` runs. Fails with a Trouble.
   * @template T
   * @param {(track: MediaStreamTrack) => Promise<T>} use
   */
  async with(use) {
    this.#users++;
    try {
      const { mediaStreamTrack } = await this.#microphone.open();
      return await use(mediaStreamTrack);
    } finally {
      if (--this.#users === 0) this.#microphone.close();
    }
  }

  /**
   * Looks at the level until `isEnough` says so of what was found; returns that, or null where the browser
   * lets nobody read it.
   * @param {MediaStreamTrack} track
   * @param {(found: {peak: number, heard: boolean, milliseconds: number}) => boolean} isEnough
   */
  async listen(track, isEnough) {
    const level = new Level(track);
    const began = performance.now();
    const found = { peak: -100, heard: false, milliseconds: 0 };
    let looks = 0;
    try {
      if (!(await level.isRead())) return null;
      while (!isEnough(found) && track.readyState === "live") {
        await pause(DELAYS.levelSample);
        const now = level.decibels;
        looks = now > SPEECH ? looks + 1 : 0;
        found.peak = Math.max(found.peak, now);
        found.heard ||= looks >= LOOKS;
        found.milliseconds = performance.now() - began;
        this.#onLevel(now);
      }
      return found;
    } finally {
      this.#onLevel(null);
      level.close();
    }
  }
}

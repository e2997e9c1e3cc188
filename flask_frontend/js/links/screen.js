import { Listeners } from "../base/listeners.js";

/** Keeps a phone's screen awake while that is wanted; the browser lets go whenever the page is hidden. */
export class Screen {
  #listeners = new Listeners();
  #isWanted = false;
  /** @type {WakeLockSentinel|null} */
  #lock = null;

  /** Whether it is a device that is held in the hand and falls asleep there. */
  get isOfPhone() {
    return "wakeLock" in navigator && matchMedia("(pointer: coarse)").matches;
  }

  keepAwake() {
    this.#isWanted = true;
    this.#listeners.on(document, "visibilitychange", () => void this.#ask());
    void this.#ask();
  }

  letSleep() {
    this.#isWanted = false;
    this.#listeners.clear();
    this.#hold(null);
  }

  /** A phone that is low on power may refuse. An answer may come when another one is there, or none is wanted. */
  async #ask() {
    if (document.visibilityState !== "visible") return;
    const lock = await navigator.wakeLock.request("screen").catch(() => null);
    if (this.#isWanted) this.#hold(lock ?? this.#lock);
    else void lock?.release();
  }

  /** @param {WakeLockSentinel|null} lock */
  #hold(lock) {
    if (lock !== this.#lock) void this.#lock?.release();
    this.#lock = lock;
  }
}

import { Listeners } from "../../base/listeners.js";
import { word } from "../../words/catalogue.js";

/**
 * @typedef {Object} Parts
 * @property {import("../../links/screen.js").Screen} screen
 * @property {import("../../links/lock-screen.js").LockScreen} lockScreen
 * @property {import("../../links/microphone.js").Microphone} microphone
 * @property {import("../store.js").Store} store
 * @property {import("../session.js").SessionControl} control
 */

/** A session on a phone: its screen, its lock screen, and the page's way back from the background. */
export class Phone {
  #parts;
  #document;
  #listeners = new Listeners();
  #isLive = false;
  /** @type {boolean|null} whether the lock screen was told that the person is muted */
  #told = null;
  #wasTaken = false;

  /**
   * @param {Parts} parts
   * @param {Document} page
   */
  constructor(parts, page = document) {
    this.#parts = parts;
    this.#document = page;
  }

  connect() {
    this.#listeners.on(this.#parts.store, "change", () => this.#follow());
    this.#listeners.on(this.#document, "visibilitychange", () => this.#shown());
  }

  disconnect() {
    this.#listeners.clear();
    if (this.#isLive) this.#end();
  }

  #follow() {
    const { store, control } = this.#parts;
    const { phase, microphone } = store.state;
    const isLive = phase === "live";
    if (isLive && !this.#isLive) this.#begin();
    if (!isLive && this.#isLive) this.#end();
    this.#isLive = isLive;
    const isBack = this.#wasTaken && !microphone.taken;
    this.#wasTaken = microphone.taken;
    if (isLive && isBack) void control.unlockSound(); // a call stops what the page plays, too
    if (!isLive || microphone.muted === this.#told) return;
    this.#told = microphone.muted;
    this.#parts.lockScreen.tell(microphone.muted);
  }

  #begin() {
    const { screen, lockScreen, control } = this.#parts;
    if (screen.isOfPhone) screen.keepAwake();
    lockScreen.show(word("talk.lock_screen"), {
      mute: (muted) => this.#mute(muted),
      stop: () => control.stop(),
    });
  }

  #end() {
    this.#told = null;
    this.#parts.screen.letSleep();
    this.#parts.lockScreen.clear();
  }

  /** Of a button, the lock screen's key is the one that locks it. @param {boolean} muted */
  #mute(muted) {
    const { store, microphone } = this.#parts;
    const { talk } = store.state;
    if (store.state.microphone.leftOut) return;
    if (talk.mode === "hold") store.update({ talk: { ...talk, button: muted ? "up" : "locked" } });
    void microphone.mute(muted);
  }

  /** What the system ended meanwhile is begun again; what cannot be is said by the microphone's own line. */
  #shown() {
    if (!this.#isLive || this.#document.visibilityState !== "visible") return;
    const { control, microphone } = this.#parts;
    control.hurry();
    void control.unlockSound();
    void microphone.revive();
  }
}

import { DELAYS } from "../../base/delays.js";
import { Listeners } from "../../base/listeners.js";
import { isByButton } from "../state.js";

/**
 * @typedef {import("../state.js").TalkMode} TalkMode
 * @typedef {import("../state.js").Button} Button
 *
 * @typedef {Object} Parts
 * @property {import("../../links/microphone.js").Microphone} microphone
 * @property {import("../../links/storage.js").Memory} memory
 * @property {import("../store.js").Store} store
 * @property {import("../session.js").SessionControl} control
 */

/** Whether the person talks hands-free or by a button, and what that button does to the microphone. */
export class PushToTalk {
  #parts;
  #now;
  #listeners = new Listeners();
  #pressedAt = 0;
  #phase = "";

  /**
   * @param {Parts} parts
   * @param {() => number} now milliseconds
   */
  constructor(parts, now = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
  }

  connect() {
    const { store, memory } = this.#parts;
    this.#phase = store.state.phase;
    this.#listeners.on(store, "change", () => this.#follow());
    store.update({ talk: { mode: memory.talkMode, button: "up" } });
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** Remembers how the person talks; in a session the agent is told at once. @param {TalkMode} mode */
  choose(mode) {
    const { store, memory, control, microphone } = this.#parts;
    if (mode === this.#talk.mode) return;
    memory.talkMode = mode;
    store.update({ talk: { mode, button: "up" } });
    if (!this.#isInSession || store.state.microphone.leftOut) return;
    void microphone.mute(mode === "hold");
    void control.media?.rejoin();
  }

  /** The button goes down: the agent hears. One that is locked is let go. */
  press() {
    if (!this.#canTalk) return;
    if (this.#talk.button === "locked") return this.#set("up");
    this.#pressedAt = this.#now();
    this.#set("held");
  }

  /** The button comes up: that ends the turn, unless it was a tap, which locks it. */
  release() {
    if (this.#talk.button !== "held") return;
    if (this.#now() - this.#pressedAt < DELAYS.tap) this.#show("locked");
    else this.#set("up");
  }

  /** The button is let go, however short it was held: the page lost its keys or its pointer. */
  cancel() {
    if (this.#talk.button === "held") this.#set("up");
  }

  /** What a key does that cannot be held. */
  toggle() {
    if (this.#canTalk) this.#set(this.#talk.button === "up" ? "locked" : "up");
  }

  get #talk() {
    return this.#parts.store.state.talk;
  }

  get #isInSession() {
    return this.#phase === "connecting" || this.#phase === "live";
  }

  get #canTalk() {
    return isByButton(this.#parts.store.state) && this.#phase === "live";
  }

  /** Nobody goes into a session with an open microphone who talks by a button. */
  #follow() {
    const { phase } = this.#parts.store.state;
    if (phase === this.#phase) return;
    this.#phase = phase;
    if (this.#talk.mode !== "hold") return;
    if (phase === "connecting") this.#set("up");
    else if (phase !== "live") this.#show("up");
  }

  /** @param {Button} button */
  #set(button) {
    this.#show(button);
    void this.#parts.microphone.mute(button === "up");
  }

  /** @param {Button} button */
  #show(button) {
    if (button !== this.#talk.button) this.#parts.store.update({ talk: { ...this.#talk, button } });
  }
}

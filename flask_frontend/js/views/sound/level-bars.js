import { DELAYS } from "../../base/delays.js";
import { byId } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { isMicrophoneOn } from "../../session/state.js";
import { Bars } from "./bars.js";
import { Meter } from "./meter.js";

const HEARD = 0.06;

/** The microphone's loudness over the last seconds, drawn at the display's rate from the real signal. */
export class LevelBars {
  #canvas = /** @type {HTMLCanvasElement} */ (byId("bars"));
  #bars = new Bars(this.#canvas, { pitch: 9, width: 6, least: 4 });
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #meter = new Meter((isRead) => this.#actions.setRead(isRead));
  /** @type {MediaStreamTrack|null} */
  #track = null;
  #peak = 0;
  #sampledAt = 0;
  #frame = 0;
  #listeners = new Listeners();
  #actions;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(document, "pointerdown", () => void this.#meter.resume());
    this.#listeners.on(document, "keydown", () => void this.#meter.resume());
  }

  disconnect() {
    this.#listeners.clear();
    this.#release();
  }

  /** @param {import("../view.js").State} state */
  render(state) {
    this.#canvas.hidden = !isMicrophoneOn(state);
    this.#canvas.dataset.muted = String(state.microphone.muted);
    void this.#follow(state.microphone.capture);
  }

  /** Listens to a track, or to none. @param {MediaStreamTrack|null} track */
  async #follow(track) {
    if (track === this.#track) return this.#meter.resume();
    this.#release();
    this.#track = track;
    if (!track) return;
    this.#meter.follow(track);
    this.#frame = requestAnimationFrame((now) => this.#draw(now));
    await this.#meter.resume();
  }

  #release() {
    cancelAnimationFrame(this.#frame);
    this.#meter.release();
    this.#track = null;
    this.#bars.clear();
  }

  /** @param {number} now */
  #draw(now) {
    this.#frame = requestAnimationFrame((next) => this.#draw(next));
    this.#peak = Math.max(this.#peak, this.#meter.loudness);
    if (now - this.#sampledAt >= DELAYS.levelSample) this.#sample(now);
    if (this.#still.matches) this.#bars.clear();
    this.#bars.draw(Math.min(1, (now - this.#sampledAt) / DELAYS.levelSample));
  }

  /** @param {number} now */
  #sample(now) {
    if (this.#peak > HEARD) this.#actions.hear();
    this.#bars.add(this.#peak);
    this.#peak = 0;
    this.#sampledAt = now;
  }
}

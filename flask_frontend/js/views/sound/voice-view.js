import { DELAYS } from "../../base/delays.js";
import { byId } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { Bars } from "./bars.js";
import { Meter } from "./meter.js";

/** The agent's voice in its badge, drawn from the sound that is received. */
export class VoiceView {
  #bars = new Bars(/** @type {HTMLCanvasElement} */ (byId("voice")), { pitch: 5, width: 3, least: 3 });
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #meter = new Meter(() => {});
  #listeners = new Listeners();
  /** @type {MediaStreamTrack|null} */
  #voice = null;
  #peak = 0;
  #sampledAt = 0;
  #frame = 0;

  connect() {
    this.#listeners.on(document, "pointerdown", () => void this.#meter.resume());
    this.#listeners.on(document, "keydown", () => void this.#meter.resume());
  }

  disconnect() {
    this.#listeners.clear();
    this.#follow(null);
  }

  /** @param {import("../view.js").State} state */
  render({ voice }) {
    if (voice !== this.#voice) this.#follow(voice);
  }

  /** @param {MediaStreamTrack|null} voice */
  #follow(voice) {
    this.#voice = voice;
    this.#bars.clear();
    cancelAnimationFrame(this.#frame);
    if (!voice) return this.#meter.release();
    this.#meter.follow(voice);
    this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  /** @param {number} now */
  #draw(now) {
    this.#frame = requestAnimationFrame((next) => this.#draw(next));
    this.#peak = Math.max(this.#peak, this.#meter.loudness);
    if (now - this.#sampledAt < DELAYS.levelSample) return;
    this.#bars.add(this.#still.matches ? 0 : this.#peak);
    this.#peak = 0;
    this.#sampledAt = now;
    this.#bars.draw();
  }
}

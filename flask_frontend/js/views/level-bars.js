import { DELAYS } from "../base/delays.js";
import { byId } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { isMicrophoneOn } from "../session/state.js";

const PITCH = 9;
const WIDTH = 6;
const LEAST = 4;
const HEARD = 0.06;

/** The microphone's loudness over the last seconds, drawn at the display's rate from the real signal. */
export class LevelBars {
  #canvas = /** @type {HTMLCanvasElement} */ (byId("bars"));
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {AudioContext|null} */
  #context = null;
  /** @type {AnalyserNode|null} */
  #analyser = null;
  /** @type {MediaStreamAudioSourceNode|null} */
  #source = null;
  /** @type {MediaStreamTrack|null} */
  #track = null;
  /** @type {number[]} */
  #levels = [];
  #peak = 0;
  #sampledAt = 0;
  #frame = 0;
  #listeners = new Listeners();
  #actions;

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(document, "pointerdown", () => void this.#resume());
    this.#listeners.on(document, "keydown", () => void this.#resume());
  }

  disconnect() {
    this.#listeners.clear();
    this.#release();
  }

  /** @param {import("./view.js").State} state */
  render(state) {
    this.#canvas.hidden = !isMicrophoneOn(state);
    this.#canvas.dataset.muted = String(state.microphone.muted);
    void this.#follow(state.microphone.capture);
  }

  /** Listens to a track, or to none. @param {MediaStreamTrack|null} track */
  async #follow(track) {
    if (track === this.#track) return this.#resume();
    this.#release();
    this.#track = track;
    if (!track) return;
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    this.#context.onstatechange = () => this.#actions.setRead(this.#context?.state === "running");
    this.#frame = requestAnimationFrame((now) => this.#draw(now));
    await this.#resume();
  }

  /** Works inside a gesture where the browser asks for one. */
  async #resume() {
    if (this.#context?.state === "suspended") await this.#context.resume();
  }

  #release() {
    cancelAnimationFrame(this.#frame);
    this.#source?.disconnect();
    if (this.#context) this.#context.onstatechange = null;
    void this.#context?.close();
    this.#context = this.#analyser = this.#source = this.#track = null;
    this.#levels = [];
  }

  /** @param {number} now */
  #draw(now) {
    this.#frame = requestAnimationFrame((next) => this.#draw(next));
    if (!this.#analyser) return;
    this.#peak = Math.max(this.#peak, loudness(this.#analyser));
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const count = Math.max(1, Math.floor(width / PITCH));
    if (now - this.#sampledAt >= DELAYS.levelSample) this.#sample(now, count);
    const shift = this.#still.matches ? 0 : Math.min(1, (now - this.#sampledAt) / DELAYS.levelSample);
    this.#paint(width, height, count, shift);
  }

  /**
   * @param {number} now
   * @param {number} count
   */
  #sample(now, count) {
    if (this.#peak > HEARD) this.#actions.hear();
    this.#levels.push(this.#peak);
    this.#levels.splice(0, this.#levels.length - count - 2);
    this.#peak = 0;
    this.#sampledAt = now;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {number} count
   * @param {number} shift how far the newest bar has come in
   */
  #paint(width, height, count, shift) {
    const ratio = devicePixelRatio;
    if (
      this.#canvas.width !== Math.round(width * ratio) ||
      this.#canvas.height !== Math.round(height * ratio)
    ) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    const pen = this.#canvas.getContext("2d");
    if (!pen) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(this.#canvas).color;
    pen.beginPath();
    for (let place = 0; place <= count; place++) {
      const level = this.#still.matches ? 0 : (this.#levels[this.#levels.length - 1 - place] ?? 0);
      const size = LEAST + level * (height - LEAST);
      const x = width - WIDTH - (place - 1 + shift) * PITCH;
      pen.roundRect(x, (height - size) / 2, WIDTH, size, WIDTH / 3);
    }
    pen.fill();
  }
}

/** Between 0 (silence) and 1 (loud speech), on a scale that follows the ear. @param {AnalyserNode} analyser */
function loudness(analyser) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power + 1e-10);
  return Math.min(1, Math.max(0, (decibels + 55) / 45));
}

import { DELAYS } from "./delays.js";
import { pause } from "./pause.js";

const QUIETEST = -100;

/** How loud a track is, read again and again. */
export class Level {
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #source;
  #samples;

  /**
   * @param {MediaStreamTrack} track
   * @param {(isRead: boolean) => void} [onRead] told whether it can be read; some browsers wait for a gesture
   */
  constructor(track, onRead = () => {}) {
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    this.#context.onstatechange = () => onRead(this.#context.state === "running");
  }

  /** Whether the browser lets the level be read; some wait for a press first. */
  isRead() {
    return isRunning(this.#context);
  }

  /** Works inside a gesture where the browser asks for one. */
  async resume() {
    if (this.#context.state === "running") return;
    await this.#context.resume().catch(() => {}); // during a call it cannot be
  }

  /** The loudness of the last 40 ms in dB of full scale. */
  get decibels() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.max(QUIETEST, 10 * Math.log10(power + 1e-10));
  }

  close() {
    this.#context.onstatechange = null;
    this.#source.disconnect();
    void this.#context.close();
  }
}

/** Whether it runs, which some browsers allow only after a press. @param {AudioContext} context */
export async function isRunning(context) {
  await Promise.race([context.resume(), pause(DELAYS.soundStart)]);
  return context.state === "running";
}

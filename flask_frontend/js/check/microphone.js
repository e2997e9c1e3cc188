import { DELAYS } from "../base/delays.js";
import { canRecord, playBack, record } from "../links/check/recorder.js";
import { failure, outcome } from "../words/check/outcome.js";
import { fromMicrophone } from "../words/trouble.js";
import { loudness } from "../words/units.js";

/** @typedef {import("./checks.js").Show} Show */

/** Whether the microphone opens and hears; nobody is asked for it before they press. */
export class MicrophoneLine {
  #ears;

  /** @param {import("./ears.js").Ears} ears */
  constructor(ears) {
    this.#ears = ears;
  }

  /** @param {Show} show */
  async run(show) {
    if (await this.#ears.isAllowed()) return this.#check(show);
    return outcome("waiting", "microphone.ask", { acts: ["listen"] });
  }

  /** @param {string} _act @param {Show} show */
  act(_act, show) {
    return this.#check(show);
  }

  /** @param {Show} show @returns {Promise<import("./checks.js").Outcome>} */
  async #check(show) {
    show(outcome("running", "microphone.opening"));
    try {
      return await this.#ears.with((track) => this.#listen(track, show));
    } catch (error) {
      return { ...failure(fromMicrophone(error)), acts: ["listen"] };
    }
  }

  /** @param {MediaStreamTrack} track @param {Show} show */
  async #listen(track, show) {
    const device = track.label;
    show(outcome("running", "microphone.listening", { device }));
    let heardAt = 0;
    let isWarned = false;
    const found = await this.#ears.listen(track, ({ heard, peak, milliseconds }) => {
      if (heard && !heardAt) {
        heardAt = milliseconds;
        show(outcome("good", "microphone.heard", { device, figure: loudness(peak) }));
      }
      if (!heard && !isWarned && milliseconds > DELAYS.listening) {
        isWarned = true;
        show(outcome("warning", "microphone.silent", { device }));
      }
      return milliseconds > (heardAt ? heardAt + DELAYS.listeningAfter : DELAYS.listeningOn);
    });
    if (!found) return outcome("waiting", "microphone.press", { device, acts: ["listen"] });
    const figure = loudness(found.peak);
    if (found.heard) return outcome("good", "microphone.heard", { device, figure });
    return outcome("warning", "microphone.silent", { device, figure, acts: ["listen"] });
  }
}

/** Two seconds of the person, played back to them. */
export class RecordingLine {
  #ears;
  #isSilent = false;

  /** @param {import("./ears.js").Ears} ears */
  constructor(ears) {
    this.#ears = ears;
  }

  async run() {
    if (!canRecord()) return outcome("skipped", "recording.lacking");
    return outcome("waiting", "recording.ask", { acts: ["record"] });
  }

  /** @param {string} act @param {Show} show @returns {Promise<import("./checks.js").Outcome>} */
  async act(act, show) {
    if (act === "yes") return outcome("good", "recording.good", { acts: ["record"] });
    if (act === "no") return outcome("failed", "recording.unheard", { acts: ["record"] });
    try {
      return await this.#hear(show);
    } catch (error) {
      return { ...failure(fromMicrophone(error)), acts: ["record"] };
    }
  }

  /** @param {Show} show */
  async #hear(show) {
    const recording = await this.#ears.with(async (track) => {
      show(outcome("running", "recording.running", { byPerson: true }));
      const isOver = (/** @type {{milliseconds: number}} */ { milliseconds }) =>
        milliseconds > DELAYS.recording;
      const [recorded, found] = await Promise.all([
        record(track, DELAYS.recording),
        this.#ears.listen(track, isOver),
      ]);
      this.#isSilent = found?.heard === false;
      return recorded;
    });
    if (this.#isSilent) return outcome("warning", "recording.silent", { acts: ["record"] });
    show(outcome("running", "recording.playing", { byPerson: true }));
    await playBack(recording);
    return outcome("waiting", "recording.question", { acts: ["yes", "no", "record"] });
  }
}

import { pause } from "../base/pause.js";
import { TITLES } from "../words/check/lines.js";
import { failure, outcome, skipped } from "../words/check/outcome.js";
import { fromAnything } from "../words/trouble.js";

/**
 * @typedef {import("../words/check/outcome.js").Outcome} Outcome
 * @typedef {import("../words/check/outcome.js").Act} Act
 * @typedef {(outcome: Outcome) => void} Show shows how far it is
 *
 * @typedef {Object} Line one thing that is checked
 * @property {string} id
 * @property {string[]} [needs] lines without which this one cannot be checked
 * @property {string[]} [after] lines that have to be over first
 * @property {() => boolean} [isHere] asked after those: whether this one is there at all
 * @property {number} seconds after which it counts as wrong
 * @property {(show: Show) => Promise<Outcome>} run
 * @property {(act: Act, show: Show) => Promise<Outcome>} [act] what happens when a person presses something
 */

/** All lines, and how each stands; every line has an end, however it goes. */
export class Checks {
  #lines;
  #changed;
  /** @type {Map<string, Outcome>} */
  #outcomes = new Map();
  /** Grows with each start, so that what an earlier one brings is left out. */
  #starts = 0;

  /**
   * @param {Line[]} lines in the order in which they are shown
   * @param {(id: string) => void} changed a line stands otherwise, or is there now
   */
  constructor(lines, changed) {
    this.#lines = lines;
    this.#changed = changed;
  }

  /** The lines that are there, in their order. */
  get shown() {
    return this.#lines.flatMap(({ id }) => {
      const outcome = this.#outcomes.get(id);
      return outcome ? [{ id, title: TITLES[id], outcome }] : [];
    });
  }

  /** Checks everything anew; returns when all that runs by itself is over. */
  async start() {
    this.#starts++;
    this.#outcomes.clear();
    /** @type {Map<string, Promise<void>>} */
    const over = new Map();
    for (const line of this.#lines) {
      const { id, isHere, needs = [], after = [] } = line;
      if (!isHere) this.#outcomes.set(id, { state: "waiting", verdict: TITLES[id] });
      const before = Promise.all([...needs, ...after].map((each) => over.get(each)));
      over.set(
        id,
        before.then(() => this.#check(line)),
      );
    }
    this.#changed("");
    await Promise.all(over.values());
  }

  /** A person pressed something on a line. @param {string} id @param {Act} act */
  async act(id, act) {
    const line = this.#lines.find((each) => each.id === id);
    const show = this.#showing(id);
    show(await line?.act?.(act, show).catch((error) => failure(fromAnything(error))));
  }

  /** @param {Line} line */
  async #check({ id, needs = [], isHere, seconds, run }) {
    const show = this.#showing(id);
    if (isHere && !isHere()) return;
    const missing = needs.find((each) => !isFine(this.#outcomes.get(each)));
    if (missing) return show(skipped(this.#outcomes.get(missing)?.verdict ?? TITLES[missing]));
    show({ state: "running", verdict: TITLES[id] });
    const late = pause(seconds * 1000).then(() => outcome("failed", "late.over", { values: { seconds } }));
    show(await Promise.race([run(show), late]).catch((error) => failure(fromAnything(error))));
  }

  /** @param {string} id */
  #showing(id) {
    const start = this.#starts;
    return (/** @type {Outcome|undefined} */ outcome) => {
      if (!outcome || start !== this.#starts) return;
      this.#outcomes.set(id, outcome);
      this.#changed(id);
    };
  }
}

/** @param {Outcome|undefined} outcome */
function isFine(outcome) {
  return outcome?.state === "good" || outcome?.state === "warning";
}

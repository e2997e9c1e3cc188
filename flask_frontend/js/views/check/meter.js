import { make } from "../../base/dom.js";
import { Bars } from "../sound/bars.js";
import { loudnessOf } from "../sound/meter.js";

/** The loudness of the last seconds on a line of the check, while somebody listens there. */
export class LineMeter {
  element = /** @type {HTMLCanvasElement} */ (make("canvas", "meter"));
  #bars = new Bars(this.element, { pitch: 9, width: 6, least: 4 });

  constructor() {
    this.element.ariaHidden = "true";
    this.element.hidden = true;
  }

  /** @param {number|null} decibels null when nobody listens any more */
  show(decibels) {
    this.element.hidden = decibels === null;
    if (decibels === null) return this.#bars.clear();
    this.#bars.add(loudnessOf(decibels));
    this.#bars.draw();
  }
}

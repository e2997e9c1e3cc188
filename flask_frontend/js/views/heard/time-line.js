import { byId, setText } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { fillRuler } from "./lanes.js";
import { MarkButtons } from "./mark-buttons.js";
import { markBy } from "./marks.js";
import { readable, zooms } from "./scale.js";

/**
 * @typedef {import("./marks.js").Mark} Mark
 *
 * @typedef {Object} Shown
 * @property {Mark[]} marks by when they began
 * @property {number} seconds how long it is
 * @property {import("./waveform.js").Waveform|undefined} waveform
 * @property {(mark: Mark) => void} onPress a mark
 * @property {(second: number) => void} onSeek where there is no mark
 */

const MARGIN = 24;
const LEFT_OF_IT = 0.1;

/** Everything that happened, on lanes below each other; it scrolls sideways where it is long. */
export class TimeLine {
  #root = byId("time-line");
  #lanes = byId("lanes", this.#root);
  #inside = byId("lanes-inside", this.#root);
  #ruler = byId("ruler", this.#root);
  #playhead = byId("playhead", this.#root);
  #told = byId("mark-told");
  #out = /** @type {HTMLButtonElement} */ (byId("zoom-out"));
  #in = /** @type {HTMLButtonElement} */ (byId("zoom-in"));
  #listeners = new Listeners();
  #shown;
  #buttons;
  #place = -1;
  #level = 1;
  #second = 0;

  /** @param {Shown} shown */
  constructor(shown) {
    this.#shown = shown;
    this.#buttons = new MarkButtons(this.#inside, shown.marks);
  }

  connect() {
    this.#root.hidden = false;
    this.#told.hidden = false;
    this.#inside.style.setProperty("--seconds", String(this.#shown.seconds));
    this.#listeners.on(this.#inside, "click", (event) => this.#press(event));
    this.#listeners.on(this.#inside, "keydown", (event) => this.#key(event));
    this.#listeners.on(this.#inside, "focusin", ({ target }) => this.#reach(target));
    for (const type of ["focusin", "pointerover"])
      this.#listeners.on(this.#inside, type, ({ target }) => this.#tell(target));
    this.#listeners.on(this.#lanes, "scroll", () => this.#followScroll());
    this.#listeners.on(this.#out, "click", () => this.#zoom(this.#place - 1));
    this.#listeners.on(this.#in, "click", () => this.#zoom(this.#place + 1));
    new ResizeObserver(() => this.#zoom(this.#place)).observe(this.#lanes);
  }

  /**
   * Shows where one is.
   * @param {number} second
   * @param {boolean} isSought it was gone to, and is not just what comes next
   */
  moveTo(second, isSought) {
    const before = this.#second * this.#level;
    const { scrollLeft, clientWidth } = this.#lanes;
    const wasSeen = before >= scrollLeft && before <= scrollLeft + clientWidth;
    const pixels = second * this.#level;
    const isSeen = pixels >= scrollLeft && pixels <= scrollLeft + clientWidth - MARGIN;
    this.#second = second;
    this.#playhead.style.transform = `translateX(${pixels.toFixed(1)}px)`;
    if (!isSeen && (wasSeen || isSought)) this.#lanes.scrollLeft = pixels - clientWidth * LEFT_OF_IT;
  }

  /** Marks the one of this line as being heard. @param {import("./lines.js").Line|undefined} line */
  light(line) {
    this.#buttons.light(this.#shown.marks.find((mark) => mark.kind === "line" && mark.line === line));
  }

  /** @param {number} place of a zoom; before the first one, the first at which lines can be told apart */
  #zoom(place) {
    const width = this.#lanes.clientWidth;
    const levels = zooms(this.#shown.seconds, width);
    this.#place = place < 0 ? readable(levels) : Math.min(place, levels.length - 1);
    const level = levels[this.#place];
    const middle = this.#middle();
    this.#level = level;
    this.#inside.style.setProperty("--view", `${width}px`);
    this.#inside.style.setProperty("--level", `${level}px`);
    fillRuler(this.#ruler, this.#shown.seconds, level);
    this.#shown.waveform?.zoom(level);
    this.#lanes.scrollLeft = middle * level - width / 2;
    this.#shown.waveform?.scrollTo(this.#lanes.scrollLeft);
    this.moveTo(this.#second, false);
    this.#buttons.show(...this.#seen()); // last: what is read after it has the whole page laid out again
    this.#out.disabled = this.#place === 0;
    this.#in.disabled = this.#place === levels.length - 1;
  }

  /** The second in the middle of what is seen; where one is, if that is seen. */
  #middle() {
    const { scrollLeft, clientWidth } = this.#lanes;
    const pixels = this.#second * this.#level;
    const isSeen = pixels >= scrollLeft && pixels <= scrollLeft + clientWidth;
    return isSeen ? this.#second : (scrollLeft + clientWidth / 2) / this.#level;
  }

  /** From which second to which one sees. @returns {[number, number]} */
  #seen() {
    const { scrollLeft, clientWidth } = this.#lanes;
    return [scrollLeft / this.#level, (scrollLeft + clientWidth) / this.#level];
  }

  #followScroll() {
    this.#shown.waveform?.scrollTo(this.#lanes.scrollLeft);
    this.#buttons.follow(...this.#seen());
  }

  /** @param {MouseEvent} event */
  #press({ target, clientX }) {
    const mark = this.#buttons.markOf(target);
    this.#reach(target);
    if (mark) this.#shown.onPress(mark);
    else this.#shown.onSeek((clientX - this.#inside.getBoundingClientRect().left) / this.#level);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const from = this.#buttons.markOf(event.target);
    if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = markBy(this.#shown.marks, from, event.key);
    if (next) this.#buttons.reach(next)?.focus();
    if (next || event.key.startsWith("Arrow")) event.preventDefault();
  }

  /** @param {?EventTarget} target */
  #reach(target) {
    const mark = this.#buttons.markOf(target);
    if (mark) this.#buttons.reach(mark);
  }

  /** @param {?EventTarget} target */
  #tell(target) {
    const mark = this.#buttons.markOf(target);
    if (mark) setText(this.#told, mark.name);
  }
}

import { markButton } from "./lanes.js";
import { LANES } from "./marks.js";

/** @typedef {import("./marks.js").Mark} Mark */

/**
 * Buttons of the marks that are near what is seen, in their lanes. One more is kept wherever it is: the one
 * in the order of Tab.
 */
export class MarkButtons {
  #root;
  #marks;
  /** Those in the lanes. @type {Map<Mark, HTMLElement>} */
  #buttons = new Map();
  /** @type {WeakMap<EventTarget, Mark>} */
  #marksOf = new WeakMap();
  #from = 0;
  #until = 0;
  /** @type {Mark|undefined} */
  #reached;
  /** @type {Mark|undefined} */
  #lit;

  /**
   * @param {HTMLElement} root which has the lanes
   * @param {Mark[]} marks by when they began
   */
  constructor(root, marks) {
    this.#root = root;
    this.#marks = marks;
    this.#reached = marks[0];
  }

  /** The mark of that button. @param {?EventTarget} target */
  markOf(target) {
    return target ? this.#marksOf.get(target) : undefined;
  }

  /**
   * Has the buttons of what is seen, and of as much on each side of it.
   * @param {number} from in seconds of the time line
   * @param {number} until
   */
  show(from, until) {
    const length = until - from;
    this.#from = from - length;
    this.#until = until + length;
    this.#draw();
  }

  /** Does the same if less than that is there. @param {number} from @param {number} until */
  follow(from, until) {
    if (from < this.#from || until > this.#until) this.show(from, until);
  }

  /** Makes this mark the one in the order of Tab. @param {Mark} mark */
  reach(mark) {
    const before = this.#reached && this.#buttons.get(this.#reached);
    if (before) before.tabIndex = -1;
    this.#reached = mark;
    this.#draw();
    return this.#buttons.get(mark);
  }

  /** Marks it as being heard. @param {Mark|undefined} mark */
  light(mark) {
    const before = this.#lit && this.#buttons.get(this.#lit);
    before?.removeAttribute("aria-current");
    this.#lit = mark;
    if (mark) this.#buttons.get(mark)?.setAttribute("aria-current", "true");
  }

  #draw() {
    const wanted = this.#marks.filter((mark) => this.#isWanted(mark));
    const left = new Set(wanted);
    for (const [mark, button] of this.#buttons) if (!left.has(mark)) this.#remove(mark, button);
    for (const lane of LANES) this.#fill(lane, wanted);
    const reached = this.#reached && this.#buttons.get(this.#reached);
    if (reached) reached.tabIndex = 0;
  }

  /** @param {Mark} mark */
  #isWanted(mark) {
    return mark === this.#reached || (mark.until >= this.#from && mark.at <= this.#until);
  }

  /** @param {Mark} mark @param {HTMLElement} button */
  #remove(mark, button) {
    button.remove();
    this.#buttons.delete(mark);
  }

  /**
   * Adds what is not there yet between what is, so that all stand in their order.
   * @param {import("./marks.js").Lane} name
   * @param {Mark[]} wanted
   */
  #fill(name, wanted) {
    const lane = this.#root.querySelector(`[data-lane="${name}"]`);
    let next = lane?.firstElementChild ?? null;
    for (const mark of wanted.filter((each) => each.lane === name)) {
      const there = this.#buttons.get(mark);
      if (there) next = there.nextElementSibling;
      else lane?.insertBefore(this.#make(mark), next);
    }
  }

  /** @param {Mark} mark */
  #make(mark) {
    const button = markButton(mark);
    if (mark === this.#lit) button.setAttribute("aria-current", "true");
    this.#buttons.set(mark, button);
    this.#marksOf.set(button, mark);
    return button;
  }
}

import { make, say, setText } from "../../base/dom.js";
import { word } from "../../words/catalogue.js";
import { STATES } from "../../words/check/outcome.js";
import { LineMeter } from "./meter.js";

/**
 * @typedef {import("../../words/check/outcome.js").Outcome} Outcome
 * @typedef {import("../../words/check/outcome.js").Act} Act
 */

/** One line of the check: how it stands, what to do, and what can be pressed. */
export class LineView {
  element = make("li", "check");
  #state = make("span", "unseen");
  #verdict = make("span", "");
  #fix = make("p", "check-fix");
  #detail = make("p", "check-detail");
  #acts = make("div", "deeds check-acts");
  #figure = make("span", "check-figure");
  #meter = new LineMeter();
  #pressed;
  #shownActs = "";

  /** @param {string} id @param {(act: Act) => void} pressed */
  constructor(id, pressed) {
    this.#pressed = pressed;
    this.element.dataset.line = id;
    const dot = make("span", "dot");
    dot.ariaHidden = "true";
    const verdict = make("p", "check-verdict");
    verdict.append(this.#state, this.#verdict);
    const words = make("div", "");
    words.append(verdict, this.#fix, this.#detail, this.#meter.element, this.#acts);
    this.element.append(dot, words, this.#figure);
  }

  /** @param {Outcome} outcome */
  render({ state, verdict, fix = "", detail = "", device = "", figure = "", requestId = "", acts = [] }) {
    this.element.dataset.state = state;
    setText(this.#state, word("check.state", { state: STATES[state] }));
    setText(this.#verdict, verdict);
    say(this.#fix, state === "good" ? "" : fix);
    say(
      this.#detail,
      [device, detail, requestId && word("site.request", { id: requestId })].filter(Boolean).join(" · "),
    );
    setText(this.#figure, figure);
    this.#renderActs(acts);
  }

  /** @param {number|null} decibels */
  hear(decibels) {
    this.#meter.show(decibels);
  }

  /** Whoever pressed a button that went is at the next one. @param {Act[]} acts */
  #renderActs(acts) {
    if (acts.join() === this.#shownActs) return;
    const hadFocus = this.#acts.contains(document.activeElement);
    this.#shownActs = acts.join();
    this.#acts.hidden = !acts.length;
    this.#acts.replaceChildren(...acts.map((act, place) => this.#button(act, place)));
    if (hadFocus) (this.#acts.querySelector("button") ?? this.#focusable()).focus();
  }

  /** The line itself keeps the focus while it has no button. */
  #focusable() {
    this.element.tabIndex = -1;
    return this.element;
  }

  /** @param {Act} act @param {number} place */
  #button(act, place) {
    const button = make(
      "button",
      "button small",
      word(`check.acts.${place && act === "record" ? "again" : act}`),
    );
    button.setAttribute("type", "button");
    button.dataset.act = act;
    button.addEventListener("click", ({ detail }) => detail > 1 || this.#pressed(act));
    return button;
  }
}

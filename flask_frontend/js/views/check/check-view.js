import { byId, setText } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { word } from "../../words/catalogue.js";
import { report, summary } from "../../words/check/summary.js";
import { LineView } from "./line-view.js";

/** @typedef {import("../../check/checks.js").Checks} Checks */

/** The page of the check: what it comes to, its lines, and the report to copy. */
export class CheckView {
  #headline = byId("check-headline");
  #line = byId("check-line");
  #list = byId("check-lines");
  #deeds = byId("check-deeds");
  #again = /** @type {HTMLButtonElement} */ (byId("check-again"));
  #copy = byId("check-copy");
  #report = /** @type {HTMLTextAreaElement} */ (byId("check-report"));
  #listeners = new Listeners();
  /** @type {Map<string, LineView>} */
  #views = new Map();
  #checks;
  #browser;

  /** @param {{checks: Checks, browser: string}} parts */
  constructor({ checks, browser }) {
    this.#checks = checks;
    this.#browser = browser;
  }

  connect() {
    this.#listeners.onPress(this.#again, () => void this.#start());
    this.#listeners.onPress(this.#copy, () => void this.#copyReport());
    this.#deeds.hidden = this.#list.hidden = false;
    void this.#start();
  }

  disconnect() {
    this.#listeners.clear();
  }

  render() {
    const { shown } = this.#checks;
    const { headline, line } = summary(shown.map(({ outcome }) => outcome));
    setText(this.#headline, headline);
    setText(this.#line, line);
    for (const { id, outcome } of shown) this.#viewOf(id).render(outcome);
    const elements = shown.map(({ id }) => this.#viewOf(id).element);
    if (elements.some((element, place) => this.#list.children[place] !== element)) {
      this.#list.replaceChildren(...elements);
    }
    while (this.#list.children.length > elements.length) this.#list.lastElementChild?.remove();
    setText(this.#copy, word("check.copy"));
  }

  /** How loud it is, on the line that listens. @param {number|null} decibels */
  hear(decibels) {
    const [microphone, recording] = ["microphone", "recording"].map((id) => this.#viewOf(id));
    const isRecording = recording.element.dataset.state === "running";
    microphone.hear(isRecording ? null : decibels);
    recording.hear(isRecording ? decibels : null);
  }

  async #start() {
    if (this.#again.ariaDisabled === "true") return;
    this.#report.hidden = true;
    this.#again.ariaDisabled = "true";
    await this.#checks.start();
    this.#again.ariaDisabled = "false";
  }

  /** @param {string} id */
  #viewOf(id) {
    const known = this.#views.get(id);
    if (known) return known;
    const view = new LineView(id, (act) => void this.#checks.act(id, act));
    this.#views.set(id, view);
    return view;
  }

  async #copyReport() {
    const { origin } = location;
    const text = report({ when: new Date(), origin, browser: this.#browser, lines: this.#checks.shown });
    try {
      await navigator.clipboard.writeText(text);
      setText(this.#copy, word("check.copied"));
    } catch {
      this.#report.value = text;
      this.#report.hidden = false;
      this.#report.select();
    }
  }
}

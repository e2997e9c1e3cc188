import { byId, make, say, setText } from "../base/dom.js";

/** @typedef {import("../words/local-voice.js").HeadRow} HeadRow */

/** The row of the language model on the page behind the notice. */
export class LocalVoiceView {
  #root = byId("local-voice");
  #name = byId("head-name", this.#root);
  #what = byId("head-what", this.#root);
  #why = byId("head-why", this.#root);
  #progress = byId("head-progress", this.#root);
  #percent = /** @type {HTMLProgressElement} */ (byId("head-percent", this.#root));
  #amount = byId("head-amount", this.#root);
  #helps = byId("head-helps", this.#root);

  /** Whether the page shows a model at all. */
  static isShown() {
    return document.getElementById("head-name") !== null;
  }

  get again() {
    return Number(this.#root.dataset.again);
  }

  /** @param {HeadRow|null} head */
  render(head) {
    if (!head) return;
    setText(this.#name, head.name);
    setText(this.#what, head.what);
    say(this.#why, head.why);
    this.#progress.hidden = head.percent === null;
    this.#percent.value = head.percent ?? 0;
    setText(this.#amount, head.amount);
    this.#helps.hidden = !head.helps;
    this.#helps.replaceChildren(...withCode(head.helps));
  }
}

/** What stands between backticks is code, as the server shows it. @param {string} text */
function withCode(text) {
  return text.split("`").map((part, place) => (place % 2 ? make("code", "", part) : part));
}

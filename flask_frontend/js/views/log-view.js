import { byId, make, setText } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { hasWords, inOrder } from "../session/reading.js";
import { repliesWords } from "../words/local-voice.js";
import { setFormatted } from "./formatted/formatted.js";
import { showWait } from "./wait.js";

/**
 * @typedef {import("../session/transcript.js").Entry} Entry
 * @typedef {import("../session/transcript.js").Failure} Failure
 * @typedef {import("../session/transcript.js").LocalLanguage} LocalLanguage
 * @typedef {import("../session/transcript.js").Transcript} Transcript
 */

const NAMES = Object.freeze({ user: "You", agent: "Agent" });
const NEAR_THE_END = 48;
const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** The transcript as a list that changes in place and stays at its newest line. */
export class LogView {
  #root = byId("transcript");
  #scroller = byId("scroller", this.#root);
  #log = byId("log", this.#root);
  #newest = byId("newest", this.#root);
  #listeners = new Listeners();
  #resize = new ResizeObserver(() => this.#stick());
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();
  #isSticking = true;
  /** @type {import("./view.js").State|null} */
  #shown = null;

  connect() {
    this.#listeners.on(this.#scroller, "scroll", () => this.#scrolled());
    this.#listeners.on(this.#newest, "click", () => this.#toNewest());
    this.#resize.observe(this.#scroller);
  }

  disconnect() {
    this.#listeners.clear();
    this.#resize.disconnect();
  }

  /** @param {import("./view.js").State} state */
  render(state) {
    const { phase, transcript } = state;
    const isWithWords = phase === "ended" || phase === "trouble";
    this.#root.hidden = !(phase === "live" || (isWithWords && hasWords(transcript)));
    if (transcript !== this.#shown?.transcript || phase !== this.#shown?.phase) this.#list(transcript);
    this.#shown = state;
  }

  /** @param {Transcript} transcript */
  #list(transcript) {
    const { times } = transcript;
    const items = [
      ...inOrder(transcript).map((entry) => ({
        order: entry.order ?? Infinity,
        item: this.#entry(entry, times),
      })),
      ...transcript.failures.map((failure) => ({ order: failure.seq, item: this.#failure(failure) })),
      ...transcript.localLanguage.flatMap((told, place) => this.#replies(told, place === 0)),
    ].sort((a, b) => a.order - b.order || 0);
    this.#arrange(items.map(({ item }) => item));
    if (items.length === 0) this.#isSticking = true;
    this.#stick();
  }

  /** Puts the items in place and moves none that is there already. @param {HTMLElement[]} items */
  #arrange(items) {
    const kept = new Set(items);
    for (const [key, item] of this.#items) {
      if (kept.has(item)) continue;
      item.remove();
      this.#items.delete(key);
    }
    items.forEach((item, place) => {
      if (this.#log.children[place] !== item) this.#log.insertBefore(item, this.#log.children[place] ?? null);
    });
  }

  /**
   * @param {Entry} entry
   * @param {Transcript["times"]} times
   */
  #entry(entry, times) {
    const item = this.#item(`entry ${entry.segment}`, newEntry);
    const [by, words, note] = partsOf(item);
    item.dataset.role = entry.role;
    item.dataset.segment = entry.segment;
    item.dataset.final = String(entry.final);
    setText(
      by,
      entry.final ? `${NAMES[entry.role]} · ${CLOCK.format(new Date(entry.at))}` : NAMES[entry.role],
    );
    if (entry.role === "agent") setFormatted(words, entry.text);
    else setText(words, entry.text);
    note.hidden = !entry.interrupted;
    showWait(item, times[entry.segment]);
    return item;
  }

  /** @param {Failure} failure */
  #failure(failure) {
    const item = this.#item(`error ${failure.seq}`, newFailure);
    item.dataset.role = "error";
    item.dataset.code = failure.code;
    setText(item, failure.message);
    return item;
  }

  /**
   * Who replies from here on, where that is to be said.
   * @param {LocalLanguage} told
   * @param {boolean} isFirst
   */
  #replies(told, isFirst) {
    const words = repliesWords(told, isFirst);
    if (!words) return [];
    const item = this.#item(`replies ${told.seq}`, newFailure);
    item.dataset.role = "replies";
    setText(item, words);
    return [{ order: told.seq, item }];
  }

  /**
   * @param {string} key
   * @param {() => HTMLElement} create
   */
  #item(key, create) {
    const item = this.#items.get(key) ?? create();
    this.#items.set(key, item);
    return item;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#isSticking = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    this.#newest.hidden = this.#isSticking;
  }

  #stick() {
    if (this.#isSticking) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #toNewest() {
    this.#isSticking = true;
    this.#newest.hidden = true;
    this.#scroller.focus({ preventScroll: true });
    this.#stick();
  }
}

/** Who spoke, the words, and the note below them. @param {HTMLElement} item */
function partsOf(item) {
  const parts = /** @type {HTMLElement[]} */ ([...item.children]);
  return ["by", "words", "note"].map(
    (name) => /** @type {HTMLElement} */ (parts.find(({ className }) => className === name)),
  );
}

function newFailure() {
  const item = make("li", "failure");
  item.dir = "auto";
  return item;
}

function newEntry() {
  const item = make("li", "entry");
  const note = make("p", "note", "interrupted here");
  note.hidden = true;
  const words = make("div", "words");
  words.dir = "auto"; // each entry in the direction of its own script, as in the history
  item.append(make("p", "by"), words, note);
  return item;
}

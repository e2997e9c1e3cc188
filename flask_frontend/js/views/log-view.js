import { byId } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { hasWords, inOrder, unconfirmed } from "../session/reading.js";
import { repliesWords } from "../words/local-voice.js";
import { failureWords, switchWords } from "../words/words.js";
import { newEntry, newNotice, showEntry, showNotice, showTyped } from "./log-items.js";
import { newTool, showTool } from "./tools/tool-line.js";
import { showWait } from "./wait.js";

/**
 * @typedef {import("../session/transcript.js").Entry} Entry
 * @typedef {import("../session/transcript.js").Failure} Failure
 * @typedef {import("../session/transcript.js").LocalLanguage} LocalLanguage
 * @typedef {import("../session/transcript.js").Transcript} Transcript
 * @typedef {import("../session/transcript.js").TurnTimes} TurnTimes
 */

const NEAR_THE_END = 48;
const GESTURES = /** @type {const} */ (["wheel", "touchmove", "pointerdown", "keydown"]);

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
  /** What each entry's item shows. @type {WeakMap<HTMLElement, [Entry, TurnTimes|undefined]>} */
  #told = new WeakMap();
  #isSticking = true;
  #isMoved = false;
  /** @type {import("./view.js").State|null} */
  #shown = null;

  connect() {
    this.#listeners.on(this.#scroller, "scroll", () => this.#scrolled());
    for (const gesture of GESTURES)
      this.#listeners.on(document, gesture, () => {
        this.#isMoved = true;
      });
    this.#listeners.on(this.#newest, "click", () => this.#toNewest());
    this.#resize.observe(this.#scroller);
    this.#resize.observe(this.#log); // it grows when lines that were out of sight are laid out
  }

  disconnect() {
    this.#listeners.clear();
    this.#resize.disconnect();
  }

  /** @param {import("./view.js").State} state */
  render(state) {
    const { phase, transcript, typed } = state;
    const isWithWords = phase === "ended" || phase === "trouble";
    this.#root.hidden = !(phase === "live" || (isWithWords && hasWords(state)));
    const isNews = transcript !== this.#shown?.transcript || typed.sending !== this.#shown?.typed.sending;
    if (isNews || phase !== this.#shown?.phase)
      this.#list(transcript, unconfirmed(typed.sending, transcript));
    this.#shown = state;
  }

  /**
   * @param {Transcript} transcript
   * @param {import("../session/state.js").Line[]} sending
   */
  #list(transcript, sending) {
    const { times } = transcript;
    const items = [
      ...inOrder(transcript).map((entry) => ({
        order: entry.order ?? Infinity,
        item: this.#entry(entry, times),
      })),
      ...transcript.failures.map((failure) => ({ order: failure.seq, item: this.#failure(failure) })),
      ...transcript.localLanguage.flatMap((told, place) => this.#replies(told, place === 0)),
      ...transcript.switches.map((told) => ({
        order: told.seq,
        item: this.#notice(told.seq, switchWords(told)),
      })),
      ...Object.values(transcript.tools).map((use) => ({ order: use.seq, item: this.#tool(use) })),
      ...sending.map((line) => ({ order: Infinity, item: this.#sending(line) })),
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
    const [told, took] = this.#told.get(item) ?? [];
    if (told === entry && took === times[entry.segment]) return item;
    this.#told.set(item, [entry, times[entry.segment]]);
    showEntry(item, entry);
    showWait(item, times[entry.segment]);
    return item;
  }

  /** What was typed and sent; the same item shows it once it is in the transcript. @param {import("../session/state.js").Line} line */
  #sending(line) {
    const item = this.#item(`entry typed.${line.id}`, newEntry);
    showTyped(item, line);
    return item;
  }

  /** @param {Failure} failure */
  #failure(failure) {
    const item = this.#item(`error ${failure.seq}`, newNotice);
    item.dataset.code = failure.code;
    return showNotice(item, "error", failureWords(failure));
  }

  /** @param {import("../words/tools.js").ToolUse} use */
  #tool(use) {
    return showTool(this.#item(`tool ${use.call}`, newTool), use);
  }

  /**
   * Who replies from here on, where that is to be said.
   * @param {LocalLanguage} told
   * @param {boolean} isFirst
   */
  #replies(told, isFirst) {
    const words = repliesWords(told, isFirst);
    return words ? [{ order: told.seq, item: this.#notice(told.seq, words) }] : [];
  }

  /**
   * @param {number} seq
   * @param {string} words
   */
  #notice(seq, words) {
    return showNotice(this.#item(`notice ${seq}`, newNotice), "replies", words);
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

  /** Only a person leaves the newest line; lines that grow or shrink while they are laid out do not. */
  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
    this.#isSticking = isNear || (this.#isSticking && !this.#isMoved);
    this.#newest.hidden = this.#isSticking;
  }

  #stick() {
    if (!this.#isSticking) return;
    this.#isMoved = false;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #toNewest() {
    this.#isSticking = true;
    this.#newest.hidden = true;
    this.#scroller.focus({ preventScroll: true });
    this.#stick();
  }
}

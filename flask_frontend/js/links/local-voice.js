import { Listeners } from "../base/listeners.js";

/**
 * @typedef {import("../words/local-voice.js").Notice} Notice
 * @typedef {import("../words/local-voice.js").HeadRow} HeadRow
 * @typedef {{again: number, notice: Notice|null, head: HeadRow|null}} LocalVoice what the site tells of it
 */

const SITE = "/local-voice.json";
const RETRY_SECONDS = 10;

/** What the site tells of the local voice, asked for again when it says so, while the page is seen. */
export class LocalVoiceLink {
  #listener;
  #fetch;
  #timers;
  #listeners = new Listeners();
  /** @type {any} */
  #timer = null;
  #isDue = false;

  /**
   * @param {{listener: (told: LocalVoice) => void, fetch?: (url: string) => Promise<Response>,
   *   timers?: {setTimeout: (then: () => void, milliseconds: number) => any, clearTimeout: (timer: any) => void}}} options
   */
  constructor({ listener, fetch: ask = (url) => fetch(url), timers }) {
    this.#listener = listener;
    this.#fetch = ask;
    this.#timers = timers ?? {
      setTimeout: (then, milliseconds) => setTimeout(then, milliseconds),
      clearTimeout: (timer) => clearTimeout(timer),
    };
  }

  /** @param {number} again in how many seconds to ask, 0 for never */
  connect(again) {
    this.#listeners.on(document, "visibilitychange", () => this.#seen());
    this.#wait(again);
  }

  disconnect() {
    this.#listeners.clear();
    this.#timers.clearTimeout(this.#timer);
    this.#isDue = false;
  }

  /** @param {number} seconds */
  #wait(seconds) {
    if (seconds) this.#timer = this.#timers.setTimeout(() => this.#due(), seconds * 1000);
  }

  #due() {
    this.#isDue = document.hidden;
    if (!this.#isDue) return this.#ask();
  }

  #seen() {
    if (this.#isDue) return this.#due();
  }

  async #ask() {
    try {
      const response = await this.#fetch(SITE);
      if (!response.ok) throw new Error(`${SITE} answered ${response.status}`);
      /** @type {LocalVoice} */
      const told = await response.json();
      this.#listener(told);
      this.#wait(told.again);
    } catch {
      this.#wait(RETRY_SECONDS); // the site is away: what is shown stays
    }
  }
}

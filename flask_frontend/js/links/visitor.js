import { DELAYS } from "../base/delays.js";
import { Trouble, technicalWords } from "../words/trouble.js";

/** The visitor's token, renewed before it expires and once after the server refused it. */
export class VisitorToken {
  #token;
  #expiresAt;
  #fetch;
  #now;
  /** @type {Promise<string>|null} */
  #renewal = null;

  /**
   * @param {{token: string, expiresAt: string, fetch?: typeof fetch, now?: () => number}} options
   */
  constructor({ token, expiresAt, fetch: send = (url, options) => fetch(url, options), now = Date.now }) {
    this.#token = token;
    this.#expiresAt = Date.parse(expiresAt);
    this.#fetch = send;
    this.#now = now;
  }

  /** A token that is good for at least another minute. */
  async current() {
    const left = this.#expiresAt - this.#now();
    return this.#token && left > DELAYS.renewTokenBefore ? this.#token : this.renew();
  }

  /** A new token; requests that ask at the same time share one. */
  renew() {
    this.#renewal ??= this.#ask().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #ask() {
    try {
      const response = await this.#fetch("/visitor-token", {
        method: "POST",
        credentials: "same-origin",
        signal: AbortSignal.timeout(DELAYS.request),
      });
      if (!response.ok) throw new Error(`/visitor-token answered ${response.status}`);
      const { token, expires_at } = await response.json();
      this.#token = token;
      this.#expiresAt = Date.parse(expires_at);
      return this.#token;
    } catch (error) {
      throw new Trouble("backend_unreachable", { technical: technicalWords(error) });
    }
  }
}

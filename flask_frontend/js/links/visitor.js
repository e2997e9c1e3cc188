import { DELAYS } from "../base/delays.js";
import { Trouble, technicalWords } from "../words/trouble.js";

/**
 * The visitor's token, renewed before it expires and once after the server refused it. How long it is good
 * is counted from when it was asked for, not compared with the computer's clock, which may be wrong.
 */
export class VisitorToken {
  #token;
  #expiresAt;
  #renewAt;
  #fetch;
  #now;
  /** @type {Promise<string>|null} */
  #renewal = null;

  /**
   * The page's own token was asked for when the page was, which is when `now` began.
   * @param {{token: string, expiresIn: number, renewAt?: string, fetch?: typeof fetch, now?: () => number}} options
   *   `expiresIn` in seconds, `now` in milliseconds; `renewAt` is where the token itself says whose it is,
   *   without it a cookie does
   */
  constructor({
    token,
    expiresIn,
    renewAt = "",
    fetch: send = (url, options) => fetch(url, options),
    now = () => performance.now(),
  }) {
    this.#token = token;
    this.#expiresAt = expiresIn * 1000;
    this.#renewAt = renewAt;
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
    const asked = this.#now();
    try {
      const place = this.#renewAt || "/visitor-token";
      const response = await this.#fetch(place, {
        method: "POST",
        credentials: this.#renewAt ? "omit" : "same-origin",
        ...(this.#renewAt && { headers: { Authorization: `Bearer ${this.#token}` } }),
        signal: AbortSignal.timeout(DELAYS.request),
      });
      if (!response.ok) throw new Error(`${place} answered ${response.status}`);
      const { token, expires_in } = await response.json();
      this.#token = token;
      this.#expiresAt = asked + expires_in * 1000;
      return this.#token;
    } catch (error) {
      throw new Trouble("backend_unreachable", { technical: technicalWords(error) });
    }
  }
}

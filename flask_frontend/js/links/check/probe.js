import { DELAYS } from "../../base/delays.js";
import { fromProblem, Trouble, technicalWords } from "../../words/trouble.js";
import { SUBPROTOCOL } from "../socket.js";

/** A visitor's number of requests for the round trip; the middle one counts. */
const ROUNDS = 5;
/** No session has this id, so the service closes the socket with a code of its own, and nothing is read. */
const NO_SESSION = "check";
const NOT_REACHED = 1006;

/** @typedef {{status: string, checks?: Record<string, {status: string}>,
 *   speech?: Record<string, {offline: boolean}>,
 *   seats?: {all: number, free: number, workers: number|null}}} Ready what the service tells of itself */

/** Single requests to service and site, each sent once and timed; each fails with a Trouble. */
export class Probe {
  #base;
  #visitor;
  #fetch;
  #open;
  #now;

  /**
   * @param {{base: string, visitor: import("../visitor.js").VisitorToken, fetch?: typeof fetch,
   *   open?: (url: string, protocols: string[]) => WebSocket, now?: () => number}} options
   */
  constructor({
    base,
    visitor,
    fetch: send = (url, options) => fetch(url, options),
    open = (url, protocols) => new WebSocket(url, protocols),
    now = () => performance.now(),
  }) {
    this.#base = base.replace(/\/$/, "");
    this.#visitor = visitor;
    this.#fetch = send;
    this.#open = open;
    this.#now = now;
  }

  /** The milliseconds of the middle one of a few requests of this visitor's, one after another. */
  async roundTrip() {
    const times = [];
    for (let round = 0; round < ROUNDS; round++) {
      const Authorization = `Bearer ${await this.#visitor.current()}`;
      const began = this.#now();
      await this.#ask("/sessions?limit=1", { headers: { Authorization } });
      times.push(this.#now() - began);
    }
    return times.sort((one, other) => one - other)[ROUNDS >> 1];
  }

  /** Staff learn more here, by the cookie of their sign-in. @returns {Promise<Ready>} */
  async ready() {
    const response = await this.#send(`${this.#base}/ready`, { credentials: "same-origin" });
    const told = await response.json().catch(() => null);
    if (typeof told?.status === "string" && told.speech) return told;
    throw fromProblem(response, told, "");
  }

  /**
   * One real request to a service of speech or language; for staff alone.
   * @param {string} service @param {number} patience in milliseconds
   * @returns {Promise<{milliseconds: number, reason: string, problem: string}>}
   */
  async tryService(service, patience) {
    const body = JSON.stringify({ service });
    const headers = { "Content-Type": "application/json" };
    const options = { method: "POST", credentials: /** @type {const} */ ("same-origin"), headers, body };
    return (await this.#ask("/ready/services", options, patience)).json();
  }

  /** How far the browser's clock is ahead of the site's, in milliseconds; exact to about a second. */
  async clockAhead() {
    const sent = Date.now();
    const response = await this.#send("/health", { cache: "no-store" });
    const here = (sent + Date.now()) / 2;
    const there = Date.parse(response.headers.get("Date") ?? "");
    if (Number.isNaN(there)) throw new Trouble("backend_unreachable", { technical: "no Date" });
    return here - (there + 500); // the header leaves the fraction of its second out
  }

  /** How long the service's socket took to answer, and with which code it closed; 1006 for not at all. */
  async socket() {
    const token = await this.#visitor.current();
    const url = new URL(`${this.#base}/ws/transcript/${NO_SESSION}?after=0`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const began = this.#now();
    const code = await this.#closeCode(url.href, token);
    return { milliseconds: this.#now() - began, code };
  }

  /**
   * @param {string} url
   * @param {string} token
   * @returns {Promise<number>}
   */
  #closeCode(url, token) {
    return new Promise((resolve) => {
      const socket = this.#open(url, [SUBPROTOCOL, token]);
      const timer = setTimeout(() => done(NOT_REACHED), DELAYS.probe);
      const done = (/** @type {number} */ code) => {
        clearTimeout(timer);
        socket.onclose = null;
        socket.close();
        resolve(code);
      };
      socket.onclose = ({ code }) => done(code);
    });
  }

  /**
   * @param {string} path
   * @param {RequestInit} [options]
   * @param {number} [patience]
   */
  async #ask(path, options, patience) {
    const response = await this.#send(this.#base + path, options, patience);
    if (!response.ok) throw fromProblem(response, await response.json().catch(() => null), "");
    return response;
  }

  /**
   * @param {string} url
   * @param {RequestInit} [options]
   * @param {number} [patience] in milliseconds
   */
  #send(url, options, patience = DELAYS.probe) {
    return this.#fetch(url, { ...options, signal: AbortSignal.timeout(patience) }).catch((error) => {
      throw new Trouble("backend_unreachable", { technical: technicalWords(error) });
    });
  }
}

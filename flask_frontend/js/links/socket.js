import { DELAYS, retryDelay } from "../base/delays.js";

export const SUBPROTOCOL = "voice-agent.v1";
const RETRIED = new Set([1001, 1005, 1006, 1011, 1012, 1013]);
const OVER = 1000;
const NO_VISITOR = 4401;

/** What a close code of the service says is wrong. @type {Record<number, string>} */
export const TROUBLE_OF_CLOSE = {
  [NO_VISITOR]: "visitor_refused",
  4403: "socket_forbidden",
  4404: "session_unknown",
};

/**
 * @typedef {Object} Listener
 * @property {() => void} opened a connection stands; its backlog follows
 * @property {(event: Record<string, any>) => void} received
 * @property {() => void} lost the connection broke and is being restored
 * @property {(code: number, trouble: string) => void} closed for good; `trouble` is empty after a plain end
 *
 * @typedef {Object} Parts
 * @property {() => string} url the address to (re)connect to, asked each time: it carries `after`
 * @property {{current: () => Promise<string>, renew: () => Promise<string>}} visitor
 * @property {Listener} listener
 * @property {(url: string, protocols: string[]) => WebSocket} [open]
 * @property {{setTimeout: Function, clearTimeout: Function}} [timers]
 * @property {() => number} [random]
 */

/** One session's event stream, which reconnects by itself on the close codes that docs/socket.md names. */
export class TranscriptSocket {
  #url;
  #visitor;
  #listener;
  #open;
  #timers;
  #random;
  /** @type {WebSocket|null} */
  #socket = null;
  #isActive = false;
  #attempt = 0;
  #refused = false;
  /** @type {any} */
  #retryTimer;
  /** @type {any} */
  #pingTimer;
  /** @type {any} */
  #pongTimer;
  /** @type {any} */
  #openTimer;
  #isOpen = false;

  /** @param {Parts} parts */
  constructor({ url, visitor, listener, open, timers, random }) {
    this.#url = url;
    this.#visitor = visitor;
    this.#listener = listener;
    this.#open = open ?? ((address, protocols) => new WebSocket(address, protocols));
    this.#timers = timers ?? {
      setTimeout: (/** @type {() => void} */ job, /** @type {number} */ wait) => setTimeout(job, wait),
      clearTimeout: (/** @type {number} */ timer) => clearTimeout(timer),
    };
    this.#random = random ?? Math.random;
  }

  connect() {
    this.#isActive = true;
    return this.#join(() => this.#visitor.current());
  }

  disconnect() {
    this.#isActive = false;
    this.#timers.clearTimeout(this.#retryTimer);
    this.#release();
  }

  /** The network is back: tries at once what waits, and asks a connection whether it outlived the change. */
  hurry() {
    if (!this.#isActive) return;
    if (this.#isOpen) return this.#ping(DELAYS.hurriedPong);
    if (!this.#socket && !this.#retryTimer) return;
    this.#release();
    this.#timers.clearTimeout(this.#retryTimer);
    this.#retry();
  }

  /** @param {() => Promise<string>} token */
  async #join(token) {
    try {
      const pass = await token();
      if (!this.#isActive || this.#socket) return;
      const socket = this.#open(this.#url(), [SUBPROTOCOL, pass]);
      socket.onopen = () => this.#opened();
      socket.onmessage = ({ data }) => this.#received(data);
      socket.onclose = ({ code }) => this.#closed(code);
      this.#socket = socket;
      this.#openTimer = this.#timers.setTimeout(() => this.#closed(1006), DELAYS.opening);
    } catch {
      this.#waitAndRetry();
    }
  }

  #opened() {
    this.#isOpen = true;
    this.#timers.clearTimeout(this.#openTimer);
    this.#listener.opened();
    this.#pingLater();
  }

  /** @param {string} data */
  #received(data) {
    const event = parsed(data);
    if (!event) return;
    this.#timers.clearTimeout(this.#pongTimer);
    if (event.event === "pong") return;
    if (event.event === "caught_up") {
      this.#attempt = 0;
      this.#refused = false;
    }
    this.#listener.received(event);
  }

  /** @param {number} code */
  #closed(code) {
    this.#release();
    if (!this.#isActive) return;
    if (RETRIED.has(code)) return this.#waitAndRetry();
    if (code === NO_VISITOR && !this.#refused) {
      this.#refused = true;
      void this.#join(() => this.#visitor.renew());
      return;
    }
    this.#isActive = false;
    this.#listener.closed(code, code === OVER ? "" : (TROUBLE_OF_CLOSE[code] ?? "socket_closed"));
  }

  #waitAndRetry() {
    if (!this.#isActive) return;
    this.#listener.lost();
    this.#timers.clearTimeout(this.#retryTimer);
    const wait = retryDelay(this.#attempt++, this.#random);
    this.#retryTimer = this.#timers.setTimeout(() => this.#retry(), wait);
  }

  #retry() {
    this.#retryTimer = undefined;
    void this.#join(() => this.#visitor.current());
  }

  #pingLater() {
    this.#pingTimer = this.#timers.setTimeout(() => {
      this.#ping(DELAYS.pong);
      this.#pingLater();
    }, DELAYS.ping);
  }

  /** A connection that says nothing for `patience` after a ping is lost. @param {number} patience */
  #ping(patience) {
    this.#socket?.send("ping");
    this.#timers.clearTimeout(this.#pongTimer);
    this.#pongTimer = this.#timers.setTimeout(() => this.#closed(1006), patience);
  }

  /** Lets go of the socket without listening to how it ends. */
  #release() {
    for (const timer of [this.#pingTimer, this.#pongTimer, this.#openTimer]) this.#timers.clearTimeout(timer);
    this.#isOpen = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/**
 * The JSON object in a message, or null.
 * @param {string} data
 * @returns {Record<string, any>|null}
 */
function parsed(data) {
  try {
    const event = JSON.parse(data);
    return event && typeof event === "object" ? event : null;
  } catch {
    return null;
  }
}

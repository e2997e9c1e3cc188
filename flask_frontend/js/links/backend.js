import { DELAYS, retryDelay } from "../base/delays.js";
import { pause } from "../base/pause.js";
import { fromProblem, isProblem, Trouble, technicalWords } from "../words/trouble.js";

/** How often one request is sent: each of them may be repeated without harm. */
const TRIES = 3;

/**
 * @typedef {{token: string, server_url: string, room: string, expires_at: string}} Grant
 * @typedef {{session_id: string, state: string, room: string, identity: string, recorded?: boolean,
 *   started_at?: string|null, end_reason?: string|null, last_seq?: number,
 *   agent?: {slug: string, name: string, draft?: boolean}}} SessionRecord
 * @typedef {{room: string, identity: string, system_prompt?: string, continues?: string,
 *   recorded?: boolean, agent?: string, draft?: string}} SessionRequest
 */

/** The backend's REST calls, each repeated when nobody answers it; each fails with a Trouble. */
export class Backend {
  #base;
  #visitor;
  #fetch;
  #pause;

  /**
   * @param {{base: string, visitor: import("./visitor.js").VisitorToken, fetch?: typeof fetch,
   *   wait?: (milliseconds: number) => Promise<void>}} options `base` is empty behind one origin
   */
  constructor({ base, visitor, fetch: send = (url, options) => fetch(url, options), wait = pause }) {
    this.#base = base.replace(/\/$/, "");
    this.#visitor = visitor;
    this.#fetch = send;
    this.#pause = wait;
  }

  /** @returns {Promise<Grant>} */
  grant(/** @type {{room: string, identity: string}} */ { room, identity }, requestId = "") {
    return this.#send("GET", `/token?${new URLSearchParams({ room, identity })}`, requestId);
  }

  /** @returns {Promise<SessionRecord>} */
  startSession(/** @type {SessionRequest} */ request, requestId = "") {
    return this.#send("POST", "/session", requestId, request);
  }

  /** @returns {Promise<SessionRecord>} */
  session(/** @type {string} */ id, requestId = "") {
    return this.#send("GET", `/session/${encodeURIComponent(id)}`, requestId);
  }

  /** @returns {Promise<{stopped: boolean}>} */
  endSession(/** @type {string} */ id, requestId = "") {
    return this.#send("DELETE", `/session/${encodeURIComponent(id)}`, requestId);
  }

  /**
   * Types a message; the same id again is the same line.
   * @returns {Promise<{at: string}>} when it was stored
   */
  typeMessage(
    /** @type {string} */ sessionId,
    /** @type {{id: string, text: string}} */ { id, text },
    requestId = "",
  ) {
    return this.#send("POST", `/session/${encodeURIComponent(sessionId)}/messages`, requestId, { id, text });
  }

  /** The visitor's newest session that has not ended, or undefined; what is tried of an agent does not count. */
  async liveSession(requestId = "") {
    /** @type {{sessions: SessionRecord[]}} */
    const { sessions } = await this.#send("GET", "/sessions?limit=10", requestId);
    return sessions.find(({ state, agent }) => (state === "starting" || state === "active") && !agent?.draft);
  }

  /** The address of a session's events after `after`. */
  socketUrl(/** @type {string} */ id, /** @type {number} */ after) {
    const url = new URL(`${this.#base}/ws/transcript/${encodeURIComponent(id)}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = `after=${after}`;
    return url.href;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string} requestId
   * @param {object} [body]
   */
  async #send(method, path, requestId, body) {
    let response = await this.#persist(method, path, requestId, await this.#visitor.current(), body);
    if (response.status === 401) {
      response = await this.#persist(method, path, requestId, await this.#visitor.renew(), body);
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok || answer === null) throw fromProblem(response, answer, requestId);
    return answer;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string} requestId
   * @param {string} token
   * @param {object} [body]
   */
  async #persist(method, path, requestId, token, body) {
    for (let tried = 1; ; tried++) {
      const response = await this.#request(method, path, token, requestId, body).catch((error) => {
        if (tried < TRIES && error?.name !== "TimeoutError") return null;
        throw new Trouble("backend_unreachable", { technical: technicalWords(error), requestId });
      });
      if (response && (tried >= TRIES || !isProxyAlone(response))) return response;
      await this.#pause(retryDelay(tried));
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string} token
   * @param {string} requestId
   * @param {object} [body]
   */
  #request(method, path, token, requestId, body) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${token}`, Accept: "application/json" };
    if (requestId) headers["X-Request-ID"] = requestId;
    if (body) headers["Content-Type"] = "application/json";
    const signal = AbortSignal.timeout(DELAYS.request);
    return this.#fetch(this.#base + path, { method, headers, body: body && JSON.stringify(body), signal });
  }
}

/** What a proxy says while the backend behind it is being restarted. @param {Response} response */
function isProxyAlone(response) {
  return [502, 503].includes(response.status) && !isProblem(response);
}

import { DELAYS, retryDelay } from "../base/delays.js";
import { Pause } from "../base/pause.js";
import { freshRequestId } from "../words/fields.js";

/**
 * @typedef {import("../links/backend.js").SessionRequest} SessionRequest
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 * @typedef {import("../links/media.js").MediaListener} MediaListener
 * @typedef {import("../links/socket.js").Listener} SocketListener
 * @typedef {import("./parts.js").Parts} Parts
 *
 * @typedef {Object} Progress
 * @property {Promise<unknown>} before what must be over before the room is entered
 * @property {(step: "microphone"|"room") => void} done
 */

/** One stay of the page in one session, from asking for the microphone to letting go of everything. */
export class Run {
  requestId = freshRequestId();
  /** Whether its outcome no longer matters to the page. */
  over = false;
  /** @type {SessionRecord|null} */
  session = null;
  #parts;
  /** @type {import("../links/media.js").Media|null} */
  #media = null;
  /** @type {import("../links/socket.js").TranscriptSocket|null} */
  #socket = null;
  #isStopping = false;
  #isAbandoned = false;
  /** @type {Promise<SessionRecord>|null} */
  #finding = null;
  #settle = () => {};
  #retryPause = new Pause();

  /**
   * @param {Parts} parts
   * @param {SessionRequest} request
   * @param {SessionRecord|null} session the one to resume, or null to start one
   */
  constructor(parts, request, session = null) {
    this.#parts = parts;
    this.request = request;
    this.resumed = session;
  }

  /**
   * Opens microphone and room and finds the session; null when the run was over before that.
   * @param {MediaListener} listener
   * @param {Progress} progress
   */
  async enter(listener, { before, done }) {
    const media = (this.#media = this.#parts.makeMedia(listener));
    const [track, grant] = await Promise.all([
      this.#parts.microphone.open().then((opened) => (this.over || done("microphone"), opened)),
      this.#parts.backend.grant(this.request, this.requestId),
      before,
    ]);
    if (this.over) return null;
    await media.join(grant, this.requestId);
    if (this.over) return null;
    done("room");
    this.#finding = this.#find();
    const [session] = await Promise.all([this.#finding, media.publish(track)]);
    return this.over ? null : session;
  }

  /** A session that comes after its run was abandoned is ended again. */
  async #find() {
    const { backend } = this.#parts;
    const session = this.resumed ?? (await backend.startSession(this.request, this.requestId));
    this.session = session;
    if (this.#isAbandoned && !this.resumed) await this.#end();
    return session;
  }

  /**
   * Reads the session's events after `after()`.
   * @param {SessionRecord} session
   * @param {() => number} after
   * @param {SocketListener} listener
   */
  follow(session, after, listener) {
    this.session = session;
    const url = () => this.#parts.backend.socketUrl(session.session_id, after());
    this.#socket = this.#parts.makeSocket(url, listener);
    void this.#socket.connect();
  }

  /**
   * Goes back into the room with a fresh token, again and again; whether that came to pass in time.
   * @param {MediaListener} listener
   */
  async rejoin(listener) {
    const giveUpAt = Date.now() + DELAYS.rejoining;
    /** @type {import("../links/backend.js").Grant|undefined} */
    let grant;
    const granted = async () => (grant ??= await this.#parts.backend.grant(this.request, this.requestId));
    for (let attempt = 0; !this.over && Date.now() < giveUpAt; attempt++) {
      await this.#retryPause.take(retryDelay(attempt));
      if (await this.#reenter(listener, granted).catch(() => false)) return true;
    }
    return false;
  }

  hurry() {
    this.#socket?.hurry();
    this.#retryPause.end();
  }

  unlockSound() {
    return this.#media?.unlockSound();
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.#media?.setVolume(volume);
  }

  /** Lets go of everything here; the session itself goes on for the grace period. */
  leave() {
    this.over = true;
    this.#leaveRoom();
    this.#socket?.disconnect();
    this.#settle();
  }

  /** Makes way for another run: a session that is being stopped still gets its last words. */
  dismiss() {
    if (!this.#isStopping) this.leave();
  }

  /** Lets go of everything and leaves no session behind, not even one that is still being started. */
  async abandon() {
    this.#isAbandoned = true;
    this.leave();
    if (this.resumed) return;
    if (this.session) await this.#end();
    else await this.#finding?.catch(() => {});
  }

  /** Ends the session and waits for its last words, three seconds at most. */
  async stop() {
    this.#isStopping = true;
    this.#leaveRoom();
    void this.#end();
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, DELAYS.lastWords);
      this.#settle = () => (clearTimeout(timer), resolve(undefined));
    });
    this.leave();
  }

  /** The session is over: nothing is left to wait for. */
  settle() {
    this.#settle();
  }

  /**
   * @param {MediaListener} listener
   * @param {() => Promise<import("../links/backend.js").Grant>} granted
   */
  async #reenter(listener, granted) {
    if (this.over || this.#isStopping) return false;
    void this.#media?.leave();
    const media = (this.#media = this.#parts.makeMedia(listener));
    const [track, grant] = await Promise.all([this.#parts.microphone.open(), granted()]);
    if (this.#media !== media) return false;
    await media.join(grant, this.requestId);
    await media.publish(track);
    return this.#media === media;
  }

  /** A session that cannot be ended now ends by itself when its person stays away. */
  async #end() {
    if (!this.session) return;
    await this.#parts.backend.endSession(this.session.session_id, this.requestId).catch(() => {});
  }

  #leaveRoom() {
    if (!this.#media) return;
    this.#parts.microphone.close();
    void this.#media.leave();
    this.#media = null;
  }
}

import { DELAYS } from "../base/delays.js";
import { Pause } from "../base/pause.js";
import { freshRequestId } from "../words/fields.js";
import { Stay } from "./stay.js";

/**
 * @typedef {import("../links/backend.js").SessionRequest} SessionRequest
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 * @typedef {import("../links/media.js").MediaListener} MediaListener
 * @typedef {import("../links/socket.js").Listener} SocketListener
 * @typedef {import("./stay.js").Parts} Parts
 *
 * @typedef {Object} Progress
 * @property {Promise<unknown>} before what must be over before a token is asked for
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
  #stay;
  /** @type {import("../links/socket.js").TranscriptSocket|null} */
  #socket = null;
  #isStopping = false;
  #isAbandoned = false;
  /** @type {Promise<SessionRecord>|null} */
  #finding = null;
  #lastWords = new Pause();

  /**
   * @param {Parts} parts
   * @param {SessionRequest} request
   * @param {SessionRecord|null} session the one to resume, or null to start one
   */
  constructor(parts, request, session = null) {
    this.#parts = parts;
    this.request = request;
    this.resumed = session;
    this.#stay = new Stay(parts, this.requestId);
  }

  /**
   * Opens microphone and room and finds the session; null when the run was over before that.
   * @param {MediaListener} listener
   * @param {Progress} progress
   */
  async enter(listener, { before, done }) {
    const media = this.#stay.connect(listener);
    const [track, grant] = await Promise.all([
      this.#openMicrophone(done),
      before.then(() => (this.over ? null : this.#grant())),
    ]);
    if (this.over || !grant) return null;
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
    const socket = this.#parts.makeSocket(url, listener);
    this.#socket = socket;
    void socket.connect();
  }

  /**
   * Goes back into the room, again and again; whether that came to pass in time.
   * @param {MediaListener} listener
   */
  rejoin(listener) {
    return this.#stay.rejoin(listener, () => this.#grant());
  }

  hurry() {
    this.#socket?.hurry();
    this.#stay.hurry();
  }

  /** The connection to the room, null before and after. */
  get media() {
    return this.#stay.media;
  }

  unlockSound() {
    return this.#stay.unlockSound();
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.#stay.setVolume(volume);
  }

  /** Lets go of everything here; the session itself goes on for the grace period. */
  leave() {
    this.over = true;
    this.#stay.leave();
    this.#socket?.disconnect();
    this.sessionEnded();
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
    this.#stay.leave();
    void this.#end();
    await this.#lastWords.take(DELAYS.lastWords);
    this.leave();
  }

  /** The session is over: nothing is left to wait for. */
  sessionEnded() {
    this.#lastWords.end();
  }

  /** @param {Progress["done"]} done */
  async #openMicrophone(done) {
    const track = await this.#parts.microphone.toPublish();
    if (!this.over) done("microphone");
    return track;
  }

  #grant() {
    return this.#parts.backend.grant(this.request, this.requestId);
  }

  /** A session that cannot be ended now ends by itself when its person stays away. */
  async #end() {
    if (!this.session) return;
    await this.#parts.backend.endSession(this.session.session_id, this.requestId).catch(() => {});
  }
}

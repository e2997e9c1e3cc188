import { DELAYS, retryDelay } from "../base/delays.js";
import { Pause } from "../base/pause.js";

/**
 * @typedef {import("../links/backend.js").Grant} Grant
 * @typedef {import("../links/media.js").Media} Media
 * @typedef {import("../links/media.js").MediaListener} MediaListener
 * @typedef {import("../links/socket.js").Listener} SocketListener
 *
 * @typedef {Object} Parts the links that a session's runs work with
 * @property {import("../links/backend.js").Backend} backend
 * @property {import("../links/optional-microphone.js").OptionalMicrophone} microphone
 * @property {(listener: MediaListener) => import("../links/media.js").Media} makeMedia
 * @property {(url: () => string, listener: SocketListener) => import("../links/socket.js").TranscriptSocket} makeSocket
 */

/** A person's stay in the room of a session, whose connection may have to be made anew. */
export class Stay {
  #parts;
  #requestId;
  /** @type {Media|null} */
  #media = null;
  #isOver = false;
  #pause = new Pause();

  /**
   * @param {Parts} parts
   * @param {string} requestId
   */
  constructor(parts, requestId) {
    this.#parts = parts;
    this.#requestId = requestId;
  }

  /** A connection to the room, which is not joined yet. @param {MediaListener} listener */
  connect(listener) {
    const media = this.#parts.makeMedia(listener);
    this.#media = media;
    return media;
  }

  /**
   * Goes back into the room with a fresh token, again and again; whether that came to pass in time.
   * @param {MediaListener} listener
   * @param {() => Promise<Grant>} ask
   */
  async rejoin(listener, ask) {
    let isInTime = true;
    const giveUp = setTimeout(() => (isInTime = false), DELAYS.rejoining); // unlike Date, never jumps
    /** @type {Grant|undefined} */
    let grant;
    const granted = async () => (grant ??= await ask());
    try {
      for (let attempt = 0; !this.#isOver && isInTime; attempt++) {
        await this.#pause.take(retryDelay(attempt));
        if (await this.#reenter(listener, granted).catch(() => false)) return true;
      }
    } finally {
      clearTimeout(giveUp);
    }
    return false;
  }

  /** The network is back: what waits to rejoin need not. */
  hurry() {
    this.#pause.end();
  }

  /** The connection to the room, null before and after. */
  get media() {
    return this.#media;
  }

  unlockSound() {
    return this.#media?.unlockSound();
  }

  /** @param {number} volume between 0 and 1 */
  setVolume(volume) {
    this.#media?.setVolume(volume);
  }

  /** Leaves the room for good and lets go of the microphone. */
  leave() {
    this.#isOver = true;
    if (!this.#media) return;
    this.#parts.microphone.close();
    void this.#media.leave();
    this.#media = null;
  }

  /**
   * @param {MediaListener} listener
   * @param {() => Promise<Grant>} granted
   */
  async #reenter(listener, granted) {
    if (this.#isOver) return false;
    void this.#media?.leave();
    const media = this.connect(listener);
    const [track, grant] = await Promise.all([this.#parts.microphone.toPublish(), granted()]);
    if (this.#media !== media) return false;
    await media.join(grant, this.#requestId);
    await media.publish(track);
    return this.#media === media && !media.isOutdated;
  }
}

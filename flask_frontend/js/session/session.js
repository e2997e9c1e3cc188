import { DELAYS, pause } from "../base/delays.js";
import { Run } from "./run.js";
import { AT_REST, readySnapshot } from "./snapshot.js";
import { Stages } from "./stages.js";

/**
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 * @typedef {import("../links/backend.js").SessionRequest} SessionRequest
 * @typedef {import("../words/trouble.js").Trouble} Trouble
 */

/** Troubles after which there is nothing to go back into. */
const GONE = new Set(["session_unknown", "agent_failed"]);

/** What a person may do with a session, and the snapshot that follows from it. */
export class SessionControl {
  #parts;
  #memory;
  #stages;
  /** @type {Promise<void>} */
  #stopping = Promise.resolve();

  /**
   * @param {import("./run.js").Parts} parts
   * @param {import("../links/storage.js").Memory} memory
   * @param {(snapshot: import("./snapshot.js").Snapshot) => void} show
   */
  constructor(parts, memory, show) {
    this.#parts = parts;
    this.#memory = memory;
    this.#stages = new Stages(memory, show);
  }

  get snapshot() {
    return this.#stages.snapshot;
  }

  get isBusy() {
    return this.#stages.isBusy;
  }

  /** @param {SessionRequest} request */
  start(request) {
    void this.#parts.microphone.mute(false);
    return this.#stages.enter(new Run(this.#parts, request), this.#stopping);
  }

  /** @param {SessionRecord} session */
  resume(session) {
    const { room, identity } = session;
    return this.#stages.enter(new Run(this.#parts, { room, identity }, session), this.#stopping);
  }

  /** Does again what led to the trouble: resuming, or starting with `request`. @param {SessionRequest} request */
  retry(request) {
    const isGone = GONE.has(this.snapshot.trouble?.code ?? "");
    const resumed = isGone ? null : this.#stages.run?.resumed;
    return resumed ? this.resume(resumed) : this.start(request);
  }

  /** Goes back into the session that this page was in, or was offered. */
  continue() {
    const session = this.snapshot.continuable ?? this.#stages.run?.session;
    if (session) return this.resume(session);
  }

  /** @param {SessionRecord} session */
  offer(session) {
    if (!this.#stages.run) this.#stages.update({ continuable: session });
  }

  /** Shows a session that is over, without going into it. @param {SessionRecord} session */
  recall(session) {
    if (this.#stages.run) return;
    this.#stages.update({ stage: "ended", ending: session.end_reason ?? "", session });
    this.#stages.follow(new Run(this.#parts, session, session), session);
  }

  /** Shows a trouble that happened before a session. @param {Trouble} trouble */
  complain(trouble) {
    if (!this.isBusy) this.#stages.update({ stage: "trouble", trouble });
  }

  /** That trouble is over: the page is as before it. @param {Trouble} trouble */
  calm(trouble) {
    if (this.snapshot.trouble === trouble) this.#stages.update({ stage: "ready", trouble: null });
  }

  /** Ends the session, or gives up the start; all that was opened for it is let go. */
  stop() {
    const { run } = this.#stages;
    if (!run || !this.isBusy) return;
    this.#stages.stopWaiting();
    this.#memory.session = null;
    if (this.snapshot.stage === "live") {
      this.#stages.update({ ...AT_REST, stage: "ended", ending: "stopped" });
      this.#stopping = run.stop();
    } else {
      this.#stopping = Promise.race([run.abandon(), pause(DELAYS.lastWords)]);
      this.#stages.run = null;
      this.#stages.update(readySnapshot());
    }
    void this.#parts.microphone.mute(false);
  }

  unlockSound() {
    return this.#stages.run?.unlockSound();
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.#stages.run?.setVolume(volume);
  }

  /** The network is back: what waits to reconnect need not. */
  hurry() {
    this.#stages.run?.hurry();
  }

  /** The page goes away: everything here is let go, the session is not ended. */
  disconnect() {
    this.#stages.stopWaiting();
    this.#stages.run?.leave();
  }
}

import { DELAYS } from "../base/delays.js";
import { pause } from "../base/pause.js";
import { fromAnything } from "../words/trouble.js";
import { Phases } from "./phases.js";
import { RoomListener } from "./room-listener.js";
import { Run } from "./run.js";
import { AT_REST, isBusy, noSession } from "./state.js";
import { StreamListener } from "./stream-listener.js";

/**
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 * @typedef {import("../links/backend.js").SessionRequest} SessionRequest
 * @typedef {import("../words/trouble.js").Trouble} Trouble
 */

/** Troubles after which there is nothing to go back into. */
const GONE = new Set(["session_unknown", "agent_failed"]);

/** What a person may do with a session, and the state that follows from it. */
export class SessionControl {
  #parts;
  #memory;
  #store;
  #phases;
  /** @type {Promise<void>} */
  #stopping = Promise.resolve();

  /**
   * @param {import("./stay.js").Parts} parts
   * @param {import("../links/storage.js").Memory} memory
   * @param {import("./store.js").Store} store
   */
  constructor(parts, memory, store) {
    this.#parts = parts;
    this.#memory = memory;
    this.#store = store;
    this.#phases = new Phases(store, memory);
  }

  get state() {
    return this.#store.state;
  }

  /** @param {SessionRequest} request */
  start(request) {
    void this.#parts.microphone.mute(false);
    return this.#enter(new Run(this.#parts, request));
  }

  /** @param {SessionRecord} session */
  resume(session) {
    const { room, identity } = session;
    return this.#enter(new Run(this.#parts, { room, identity }, session));
  }

  /** Does again what led to the trouble: resuming, or starting with `request`. @param {SessionRequest} request */
  retry(request) {
    const isGone = GONE.has(this.state.trouble?.code ?? "");
    const resumed = isGone ? null : this.#phases.run?.resumed;
    return resumed ? this.resume(resumed) : this.start(request);
  }

  /** Goes back into the session that this page was in, or was offered. */
  continue() {
    const session = this.state.continuable ?? this.#phases.run?.session;
    if (session) return this.resume(session);
  }

  /** @param {SessionRecord} session */
  offer(session) {
    if (!this.#phases.run) this.#store.update({ continuable: session });
  }

  /** Shows a session that is over, without going into it. @param {SessionRecord} session */
  showEnded(session) {
    if (this.#phases.run) return;
    this.#store.update({ phase: "ended", ending: session.end_reason ?? "", session });
    const { room, identity } = session;
    const run = new Run(this.#parts, { room, identity }, session);
    this.#phases.run = run;
    this.#follow(run, session);
  }

  /** Shows a trouble that happened before a session. @param {Trouble} trouble */
  showTrouble(trouble) {
    if (!isBusy(this.state)) this.#store.update({ phase: "trouble", trouble });
  }

  /** That trouble is over: the page is as before it. @param {Trouble} trouble */
  clearTrouble(trouble) {
    if (this.state.trouble === trouble) this.#store.update({ phase: "ready", trouble: null });
  }

  /** Ends the session, or gives up the start; all that was opened for it is let go. */
  stop() {
    const { run } = this.#phases;
    if (!run || !isBusy(this.state)) return;
    this.#phases.stopWaiting();
    this.#memory.session = null;
    if (this.state.phase === "live") {
      this.#store.update({ ...AT_REST, phase: "ended", ending: "stopped" });
      this.#stopping = run.stop();
    } else {
      this.#stopping = Promise.race([run.abandon(), pause(DELAYS.lastWords)]);
      this.#phases.run = null;
      this.#store.update(noSession());
    }
    void this.#parts.microphone.mute(false);
  }

  /** The connection to the room, null or undefined where there is none. */
  get media() {
    return this.#phases.run?.media;
  }

  unlockSound() {
    return this.#phases.run?.unlockSound();
  }

  /** @param {number} volume between 0 and 1 */
  setVolume(volume) {
    this.#phases.run?.setVolume(volume);
  }

  /** The network is back: what waits to reconnect need not. */
  hurry() {
    this.#phases.run?.hurry();
  }

  /** The page goes away: everything here is let go, the session is not ended. */
  disconnect() {
    this.#phases.stopWaiting();
    this.#phases.run?.leave();
  }

  /** @param {Run} run */
  async #enter(run) {
    this.#phases.begin(run);
    try {
      const session = await run.enter(new RoomListener(run, this.#phases), {
        before: this.#stopping,
        done: (step) => this.#phases.waitFor(step === "microphone" ? "room" : "agent"),
      });
      if (session) this.#take(run, session);
    } catch (error) {
      if (!run.over) this.#phases.fail(run, fromAnything(error, run.requestId));
    }
  }

  /**
   * The session is there: it is remembered and its events are read.
   * @param {Run} run
   * @param {SessionRecord} session
   */
  #take(run, session) {
    const { session_id, room, identity, recorded = false } = session;
    this.#memory.session = { session_id, room, identity, ...(recorded && { recorded }) };
    this.#phases.update(run, { recorded });
    this.#follow(run, session);
    this.#phases.goLive(run);
  }

  /**
   * @param {Run} run
   * @param {SessionRecord} session
   */
  #follow(run, session) {
    run.follow(session, () => this.state.transcript.lastSeq, new StreamListener(run, this.#phases));
  }
}

import { DELAYS } from "../base/delays.js";
import { mediaListener, socketListener } from "./listeners.js";
import { AT_REST, readySnapshot } from "./snapshot.js";
import { Trouble, fromAnything } from "../words/trouble.js";

/**
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 * @typedef {import("./run.js").Run} Run
 * @typedef {import("./snapshot.js").Snapshot} Snapshot
 * @typedef {import("./snapshot.js").Step} Step
 */

/** Troubles that offer to continue the session that was begun. */
const CONTINUED = new Set(["media_lost", "socket_closed", "taken_over"]);
/** Troubles after which the session may still be going on, for a reload to find. */
const RESUMABLE = new Set(["media_lost", "media_unreachable", "backend_unreachable", "socket_closed", "visitor_refused"]);

/** The stages of the page, ready → connecting → live → ended or trouble, as its current run goes through them. */
export class Stages {
  snapshot = readySnapshot();
  /** @type {Run|null} */
  run = null;
  #memory;
  #show;
  /** @type {any} */
  #timer;

  /**
   * @param {import("../links/storage.js").Memory} memory
   * @param {(snapshot: Snapshot) => void} show
   */
  constructor(memory, show) {
    this.#memory = memory;
    this.#show = show;
  }

  get isBusy() {
    return this.snapshot.stage === "connecting" || this.snapshot.stage === "live";
  }

  /** @param {Partial<Snapshot>} patch */
  update(patch) {
    this.snapshot = { ...this.snapshot, ...patch };
    this.#show(this.snapshot);
  }

  /** No step is being waited for any more. */
  stopWaiting() {
    clearTimeout(this.#timer);
  }

  /**
   * Takes the page into a session.
   * @param {Run} run
   * @param {Promise<void>} before
   */
  async enter(run, before) {
    const known = this.run?.session ?? this.run?.resumed;
    const isSame = run.resumed && run.resumed.session_id === known?.session_id;
    const words = isSame ? { transcript: this.snapshot.transcript } : {};
    this.run?.dismiss();
    this.run = run;
    const { room, identity } = run.request;
    this.update({ ...readySnapshot(), ...words, stage: "connecting", session: { room, identity } });
    this.#await("microphone");
    try {
      const session = await run.enter(mediaListener(run, this.#hostFor(run)), {
        before,
        done: (step) => this.#await(step === "microphone" ? "room" : "agent"),
      });
      if (session) this.#found(run, session);
    } catch (error) {
      if (!run.over) this.#fail(run, fromAnything(error, run.requestId));
    }
  }

  /**
   * Reads a session's events onto the page.
   * @param {Run} run
   * @param {SessionRecord} session
   */
  follow(run, session) {
    this.run = run;
    run.follow(session, () => this.snapshot.transcript.lastSeq, socketListener(run, this.#hostFor(run)));
  }

  /** @param {Step} step */
  #await(step) {
    clearTimeout(this.#timer);
    this.update({ step, slow: false });
    this.#timer = setTimeout(() => this.update({ slow: true }), DELAYS.slowStep);
  }

  /**
   * @param {Run} run
   * @param {SessionRecord} session
   */
  #found(run, session) {
    const { session_id, room, identity } = session;
    this.#memory.session = { session_id, room, identity };
    this.follow(run, session);
    this.#goLive(run);
  }

  /**
   * @param {Run} run
   * @returns {import("./listeners.js").Host}
   */
  #hostFor(run) {
    const isCurrent = () => this.run === run;
    return {
      isCurrent,
      snapshot: () => this.snapshot,
      isBusy: () => this.isBusy,
      update: (patch) => isCurrent() && this.update(patch),
      live: () => isCurrent() && this.#goLive(run),
      finish: () => isCurrent() && this.#finish(run),
      fail: (code) => isCurrent() && this.isBusy && this.#fail(run, new Trouble(code, { requestId: run.requestId })),
    };
  }

  /** The agent is here or has been: talking can begin. @param {Run} run */
  #goLive(run) {
    const { stage, agentHere, transcript } = this.snapshot;
    if (stage !== "connecting" || !run.session || !(agentHere || transcript.startedAt)) return;
    this.stopWaiting();
    const startedAt = Date.parse(transcript.startedAt ?? run.resumed?.started_at ?? "");
    this.update({ stage: "live", slow: false, since: startedAt || Date.now() });
  }

  /** The server said that the session is over. @param {Run} run */
  #finish(run) {
    const { endReason, failures } = this.snapshot.transcript;
    const fatal = failures.findLast((failure) => failure.fatal);
    if (fatal) {
      const technical = `${fatal.code} · ${endReason}`;
      return this.#fail(run, new Trouble("agent_failed", { technical, help: fatal.message, requestId: run.requestId }));
    }
    this.#letGo(run);
    this.update({ stage: "ended", ending: endReason ?? "" });
  }

  /**
   * @param {Run} run
   * @param {Trouble} trouble
   */
  #fail(run, trouble) {
    const mayContinue = run.session && CONTINUED.has(trouble.code);
    if (this.snapshot.stage === "connecting" && !mayContinue) void run.abandon();
    this.#letGo(run, RESUMABLE.has(trouble.code));
    this.update({ stage: "trouble", trouble });
  }

  /**
   * @param {Run} run
   * @param {boolean} [mayResume] whether a reload may go back into the session by itself
   */
  #letGo(run, mayResume = false) {
    this.stopWaiting();
    run.leave();
    if (!mayResume) this.#memory.session = null;
    this.update(AT_REST);
  }
}

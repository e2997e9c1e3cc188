import { DELAYS } from "./delays.js";
import { Run } from "./run.js";
import { CALM, readySnapshot } from "./snapshot.js";
import { connected, reduce } from "./transcript.js";
import { Trouble, fromAnything } from "./trouble.js";
import { LINES } from "./words.js";

/**
 * @typedef {import("./backend.js").SessionRecord} SessionRecord
 * @typedef {import("./backend.js").SessionRequest} SessionRequest
 * @typedef {import("./snapshot.js").Snapshot} Snapshot
 * @typedef {import("./snapshot.js").Step} Step
 */

/** Troubles after which the session may still be going on, for a reload to find. */
const RESUMABLE = new Set(["media_lost", "media_unreachable", "backend_down", "socket_closed", "visitor_refused"]);

/** Troubles after which the session is over. */
const GONE = new Set(["session_unknown", "agent_failed"]);

/** The page's state: ready → connecting → live → ended or trouble, and what was said. */
export class SessionControl {
  snapshot = readySnapshot();
  #parts;
  #memory;
  #show;
  /** @type {Run|null} */
  #run = null;
  /** @type {Promise<void>} */
  #stopping = Promise.resolve();
  /** @type {any} */
  #timer;

  /**
   * @param {import("./run.js").Parts} parts
   * @param {import("./storage.js").Memory} memory
   * @param {(snapshot: Snapshot) => void} show
   */
  constructor(parts, memory, show) {
    this.#parts = parts;
    this.#memory = memory;
    this.#show = show;
  }

  get isBusy() {
    return this.snapshot.stage === "connecting" || this.snapshot.stage === "live";
  }

  /** @param {SessionRequest} request */
  start(request) {
    return this.#enter(new Run(this.#parts, request));
  }

  /** @param {SessionRecord} session */
  resume(session) {
    const { room, identity } = session;
    return this.#enter(new Run(this.#parts, { room, identity }, session));
  }

  /** Does again what led to the trouble: resuming, or starting with `request`. @param {SessionRequest} request */
  retry(request) {
    const isGone = GONE.has(this.snapshot.trouble?.code ?? "");
    const resumed = isGone ? null : this.#run?.resumed;
    return resumed ? this.resume(resumed) : this.start(request);
  }

  /** Goes back into the session that this page was in, or was offered. */
  continue() {
    const session = this.snapshot.continuable ?? this.#run?.session;
    if (session) return this.resume(session);
  }

  /** @param {SessionRecord} session */
  offer(session) {
    if (!this.#run) this.#update({ continuable: session });
  }

  /** Shows a session that is over, without going into it. @param {SessionRecord} session */
  recall(session) {
    if (this.#run) return;
    const run = (this.#run = new Run(this.#parts, session, session));
    this.#update({ stage: "ended", ending: session.end_reason ?? "", session });
    this.#follow(run, session);
  }

  /** Shows a trouble that happened before a session. @param {Trouble} trouble */
  complain(trouble) {
    if (!this.isBusy) this.#update({ stage: "trouble", trouble });
  }

  stop() {
    const run = this.#run;
    if (!run || !this.isBusy) return;
    clearTimeout(this.#timer);
    this.#memory.session = null;
    if (this.snapshot.stage === "connecting") {
      run.abandon();
      this.#run = null;
      return this.#update(readySnapshot());
    }
    this.#update({ stage: "ended", ending: "stopped", lines: CALM, soundBlocked: false, agentHere: false });
    this.#stopping = run.stop();
  }

  unlockSound() {
    return this.#run?.unlockSound();
  }

  /** @param {number} volume */
  setVolume(volume) {
    this.#run?.setVolume(volume);
  }

  /** The network is back. */
  hurry() {
    this.#run?.hurry();
  }

  /** The page goes away: everything here is let go, the session is not ended. */
  disconnect() {
    clearTimeout(this.#timer);
    this.#run?.leave();
  }

  /** @param {Run} run */
  async #enter(run) {
    if (this.snapshot.stage !== "ended") this.#run?.leave();
    this.#run = run;
    const { room, identity } = run.request;
    this.#update({ ...readySnapshot(), stage: "connecting", session: { room, identity } });
    this.#await("microphone");
    try {
      const session = await run.enter(this.#mediaListener(run), {
        before: this.#stopping,
        done: (step) => this.#await(step === "microphone" ? "room" : "agent"),
      });
      if (session) this.#found(run, session);
    } catch (error) {
      if (!run.over) this.#fail(run, fromAnything(error, run.requestId));
    }
  }

  /** @param {Step} step */
  #await(step) {
    clearTimeout(this.#timer);
    this.#update({ step, slow: false });
    this.#timer = setTimeout(() => this.#update({ slow: true }), DELAYS.slowStep);
  }

  /**
   * @param {Run} run
   * @param {SessionRecord} session
   */
  #found(run, session) {
    const { session_id, room, identity } = session;
    this.#memory.session = { session_id, room, identity };
    this.#follow(run, session);
    this.#goLive(run);
  }

  /** The agent is here or has been: talking can begin. @param {Run} run */
  #goLive(run) {
    const { stage, agentHere, transcript } = this.snapshot;
    if (stage !== "connecting" || !run.session || !(agentHere || transcript.startedAt)) return;
    clearTimeout(this.#timer);
    const since = Date.parse(run.resumed?.started_at ?? "") || Date.now();
    this.#update({ stage: "live", slow: false, since });
  }

  /**
   * @param {Run} run
   * @param {SessionRecord} session
   */
  #follow(run, session) {
    const update = (/** @type {Partial<Snapshot>} */ patch) => this.#run === run && this.#update(patch);
    const line = (/** @type {string} */ socket) => update({ lines: { ...this.snapshot.lines, socket } });
    run.follow(session, () => this.snapshot.transcript.lastSeq, {
      opened: () => {
        line("");
        update({ transcript: connected(this.snapshot.transcript) });
      },
      received: (event) => this.#received(run, event),
      lost: () => line(this.snapshot.stage === "ended" ? "" : LINES.socket),
      closed: (_code, trouble) => {
        if (this.#run !== run) return run.settle();
        if (trouble && this.isBusy) this.#fail(run, new Trouble(trouble, { requestId: run.requestId }));
        else this.#finish(run);
      },
    });
  }

  /**
   * @param {Run} run
   * @param {Record<string, any>} event
   */
  #received(run, event) {
    if (this.#run === run) {
      this.#update({ transcript: reduce(this.snapshot.transcript, event) });
      this.#goLive(run);
    }
    if (event.event === "session_ended" && this.isBusy && this.#run === run) this.#finish(run);
    else if (event.event === "session_ended") run.settle();
  }

  /** The server said that the session is over. @param {Run} run */
  #finish(run) {
    const { endReason, failures } = this.snapshot.transcript;
    const fatal = failures.findLast((failure) => failure.fatal);
    if (fatal && this.isBusy) {
      const technical = `${fatal.code} · ${endReason}`;
      return this.#fail(run, new Trouble("agent_failed", { technical, help: fatal.message, requestId: run.requestId }));
    }
    this.#letGo(run);
    this.#update({ stage: "ended", ending: this.snapshot.ending || endReason || "" });
  }

  /**
   * @param {Run} run
   * @param {Trouble} trouble
   */
  #fail(run, trouble) {
    if (this.#run !== run) return;
    if (this.snapshot.stage === "connecting") run.abandon();
    this.#letGo(run, RESUMABLE.has(trouble.code));
    this.#update({ stage: "trouble", trouble });
  }

  /**
   * @param {Run} run
   * @param {boolean} [mayResume] whether a reload may go back into the session by itself
   */
  #letGo(run, mayResume = false) {
    clearTimeout(this.#timer);
    run.leave();
    if (!mayResume) this.#memory.session = null;
    this.#update({ lines: CALM, soundBlocked: false, agentHere: false, slow: false });
  }

  /**
   * @param {Run} run
   * @returns {import("./media.js").MediaListener}
   */
  #mediaListener(run) {
    const update = (/** @type {Partial<Snapshot>} */ patch) => this.#run === run && this.isBusy && this.#update(patch);
    return {
      agent: (agentHere) => {
        update({ agentHere });
        this.#goLive(run);
      },
      interrupted: (yes) => update({ lines: { ...this.snapshot.lines, media: yes ? LINES.media : "" } }),
      blocked: (soundBlocked) => update({ soundBlocked }),
      lost: (takenOver) => this.#mediaLost(run, takenOver),
    };
  }

  /**
   * A room that closes may be the session's end, whose reason is still on its way.
   * @param {Run} run
   * @param {boolean} takenOver
   */
  #mediaLost(run, takenOver) {
    const fail = (/** @type {string} */ code) =>
      this.isBusy && this.#fail(run, new Trouble(code, { requestId: run.requestId }));
    if (takenOver) fail("taken_over");
    else setTimeout(() => run.over || fail("media_lost"), DELAYS.lastWords);
  }

  /** @param {Partial<Snapshot>} patch */
  #update(patch) {
    this.snapshot = { ...this.snapshot, ...patch };
    this.#show(this.snapshot);
  }
}

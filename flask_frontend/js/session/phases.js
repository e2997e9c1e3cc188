import { DELAYS } from "../base/delays.js";
import { Trouble } from "../words/trouble.js";
import { failureWords } from "../words/words.js";
import { AT_REST, isBusy, noSession } from "./state.js";

/**
 * @typedef {import("./run.js").Run} Run
 * @typedef {import("./state.js").State} State
 * @typedef {import("./state.js").Step} Step
 */

/** Troubles that offer to continue the session that was begun. */
const CONTINUED = new Set(["media_lost", "socket_closed", "taken_over"]);
/** Troubles after which the session may still be going on, for a reload to find. */
const RESUMABLE = new Set([
  "media_lost",
  "media_unreachable",
  "backend_unreachable",
  "socket_closed",
  "visitor_refused",
]);

/** The phases of the page, ready → connecting → live → ended or trouble, as its current run goes through them. */
export class Phases {
  /** @type {Run|null} what other runs tell no longer reaches the page */
  run = null;
  #store;
  #memory;
  /** @type {any} */
  #timer;

  /**
   * @param {import("./store.js").Store} store
   * @param {import("../links/storage.js").Memory} memory
   */
  constructor(store, memory) {
    this.#store = store;
    this.#memory = memory;
  }

  get state() {
    return this.#store.state;
  }

  /** Whether this run's session is being started or going on. @param {Run} run */
  isBusyWith(run) {
    return this.run === run && isBusy(this.state);
  }

  /**
   * @param {Run} run
   * @param {Partial<State>} patch
   */
  update(run, patch) {
    if (this.run === run) this.#store.update(patch);
  }

  /** The page goes into a session; the words of one that it was in before stay. @param {Run} run */
  begin(run) {
    const known = this.run?.session ?? this.run?.resumed;
    const isSame = run.resumed && run.resumed.session_id === known?.session_id;
    const words = isSame ? { transcript: this.state.transcript, since: this.state.since } : {};
    this.run?.dismiss();
    this.run = run;
    const { room, identity } = run.request;
    this.#store.update({ ...noSession(), ...words, phase: "connecting", session: { room, identity } });
    this.waitFor("microphone");
  }

  /** @param {Step} step */
  waitFor(step) {
    this.stopWaiting();
    this.#store.update({ step, slow: false });
    this.#timer = setTimeout(() => this.#store.update({ slow: true }), DELAYS.slowStep);
  }

  /** No step is being waited for any more. */
  stopWaiting() {
    clearTimeout(this.#timer);
  }

  /** The agent is here or has been: talking can begin. @param {Run} run */
  goLive(run) {
    const { phase, agentHere, transcript } = this.state;
    if (this.run !== run || phase !== "connecting") return;
    if (!run.session || !(agentHere || transcript.startedAt)) return;
    this.stopWaiting();
    this.#store.update({ phase: "live", slow: false, since: this.state.since ?? performance.now() });
  }

  /**
   * How old the session is at least, which began before this page saw it: by two times of the server,
   * whose clock may differ from the computer's.
   * @param {Run} run
   * @param {import("./transcript.js").TranscriptEvent} event
   */
  learnAge(run, { at }) {
    const age = Date.parse(at) - Date.parse(this.state.transcript.startedAt ?? "");
    if (!run.resumed || !(age >= 0)) return;
    this.update(run, { since: Math.min(this.state.since ?? Infinity, performance.now() - age) });
  }

  /** The server said that the session is over. @param {Run} run */
  finish(run) {
    const { endReason, failures } = this.state.transcript;
    const fatal = failures.findLast((failure) => failure.fatal);
    if (fatal) {
      const technical = `${fatal.code} · ${endReason}`;
      return this.fail(
        run,
        new Trouble("agent_failed", { technical, help: failureWords(fatal), requestId: run.requestId }),
      );
    }
    this.#letGo(run);
    this.#store.update({ phase: "ended", ending: endReason ?? "" });
  }

  /**
   * @param {Run} run
   * @param {Trouble} trouble
   */
  fail(run, trouble) {
    if (!this.isBusyWith(run)) return;
    const mayContinue = run.session && CONTINUED.has(trouble.code);
    if (this.state.phase === "connecting" && !mayContinue) void run.abandon();
    this.#letGo(run, RESUMABLE.has(trouble.code));
    this.#store.update({ phase: "trouble", trouble });
  }

  /**
   * @param {Run} run
   * @param {boolean} [mayResume] whether a reload may go back into the session by itself
   */
  #letGo(run, mayResume = false) {
    this.stopWaiting();
    run.leave();
    if (!mayResume) this.#memory.session = null;
    this.#store.update(AT_REST);
  }
}

import { Trouble } from "../words/trouble.js";
import { LINES } from "../words/words.js";
import { connected, reduce } from "./transcript.js";

/** What the event stream tells, brought to the page while the run is its current one. */
export class StreamListener {
  #run;
  #phases;

  /**
   * @param {import("./run.js").Run} run
   * @param {import("./phases.js").Phases} phases
   */
  constructor(run, phases) {
    this.#run = run;
    this.#phases = phases;
  }

  opened() {
    this.#line("");
    this.#phases.update(this.#run, { transcript: connected(this.#phases.state.transcript) });
  }

  /** @param {import("./transcript.js").TranscriptEvent} event */
  received(event) {
    this.#phases.update(this.#run, { transcript: reduce(this.#phases.state.transcript, event) });
    this.#phases.learnAge(this.#run, event);
    if (event.event === "session_ended") this.#ended();
    else this.#phases.goLive(this.#run);
  }

  lost() {
    if (!this.#phases.isBusyWith(this.#run)) return this.#line("");
    this.#line(this.#phases.state.phase === "live" ? LINES.socket : LINES.both);
  }

  /**
   * @param {number} _code
   * @param {string} trouble
   */
  closed(_code, trouble) {
    if (!trouble || !this.#phases.isBusyWith(this.#run)) return this.#ended();
    this.#phases.fail(this.#run, new Trouble(trouble, { requestId: this.#run.requestId }));
  }

  #ended() {
    if (this.#phases.isBusyWith(this.#run)) this.#phases.finish(this.#run);
    else this.#run.sessionEnded();
  }

  /** @param {string} socket */
  #line(socket) {
    this.#phases.update(this.#run, { lines: { ...this.#phases.state.lines, socket } });
  }
}

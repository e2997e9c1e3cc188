import { DELAYS } from "../base/delays.js";
import { Trouble } from "../words/trouble.js";
import { LINES } from "../words/words.js";

/**
 * What the room tells, brought to the page while the run is its current one.
 * @implements {MediaListener}
 * @typedef {import("../links/media.js").MediaListener} MediaListener
 */
export class RoomListener {
  #run;
  #phases;
  #isRejoining = false;

  /**
   * @param {import("./run.js").Run} run
   * @param {import("./phases.js").Phases} phases
   */
  constructor(run, phases) {
    this.#run = run;
    this.#phases = phases;
  }

  /** @param {boolean} agentHere */
  agent(agentHere) {
    this.#phases.update(this.#run, { agentHere, lossKnown: this.#phases.state.transcript.lostAt });
    this.#phases.goLive(this.#run);
  }

  /** @param {boolean} isInterrupted */
  interrupted(isInterrupted) {
    this.#line(isInterrupted ? LINES.media : "");
  }

  /** @param {MediaStreamTrack|null} voice */
  voice(voice) {
    this.#phases.update(this.#run, { voice });
  }

  /** @param {boolean} soundBlocked */
  blocked(soundBlocked) {
    this.#phases.update(this.#run, { soundBlocked });
  }

  /** @param {import("../links/media.js").Loss} why */
  lost(why) {
    if (why === "taken_over") return this.#fail("taken_over");
    if (why === "broken") return void this.#rejoin();
    // A room that closes may be the session's end, whose reason is still on its way.
    setTimeout(() => this.#giveUp(), DELAYS.lastWords);
  }

  async #rejoin() {
    if (this.#isRejoining) return;
    this.#isRejoining = true;
    this.#line(LINES.media);
    const isBack = await this.#run.rejoin(this);
    this.#isRejoining = false;
    if (isBack) this.#line("");
    else this.#giveUp();
  }

  /** @param {string} media */
  #line(media) {
    this.#phases.update(this.#run, { lines: { ...this.#phases.state.lines, media } });
  }

  #giveUp() {
    if (!this.#run.over) this.#fail("media_lost");
  }

  /** @param {string} code */
  #fail(code) {
    this.#phases.fail(this.#run, new Trouble(code, { requestId: this.#run.requestId }));
  }
}

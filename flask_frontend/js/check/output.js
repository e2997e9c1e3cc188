import { playNotes } from "../links/check/tone.js";
import { outcome } from "../words/check/outcome.js";

/** Whether the person hears the page, which only they can tell. */
export class OutputLine {
  async run() {
    return outcome("waiting", "output.ask", { acts: ["play"] });
  }

  /**
   * @param {string} act
   * @param {import("./checks.js").Show} show
   * @returns {Promise<import("./checks.js").Outcome>}
   */
  async act(act, show) {
    if (act === "yes") return outcome("good", "output.good", { acts: ["play"] });
    if (act === "no") return outcome("failed", "output.unheard", { acts: ["play"] });
    show(outcome("running", "output.running", { byPerson: true }));
    if (!(await playNotes())) return outcome("failed", "output.blocked", { acts: ["play"] });
    return outcome("waiting", "output.question", { acts: ["yes", "no", "play"] });
  }
}

import { byId, say, setText } from "../../base/dom.js";
import { middleAndLongest, mostWords } from "../../words/turn-times.js";
import { seconds } from "../../words/units.js";

/** The panel "Replies": how long a person waits for them in this session, once there is one. */
export class RepliesView {
  #root = byId("replies");
  #median = byId("replies-median", this.#root);
  #slowest = byId("replies-slowest", this.#root);
  #most = byId("replies-most", this.#root);
  /** @type {unknown} */
  #shown = null;

  connect() {}

  disconnect() {}

  /** @param {import("../view.js").State} state */
  render({ transcript }) {
    if (transcript.times === this.#shown) return;
    this.#shown = transcript.times;
    const all = Object.values(transcript.times);
    const waits = middleAndLongest(all);
    this.#root.hidden = !waits;
    if (!waits) return;
    setText(this.#median, seconds(waits.median));
    setText(this.#slowest, seconds(waits.slowest));
    say(this.#most, mostWords(all));
  }
}

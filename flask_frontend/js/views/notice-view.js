import { byId, setText } from "../base/dom.js";

/** The line above the page that says what is local; until news come it is as the server made it. */
export class NoticeView {
  #root = byId("notice");
  #lead = byId("notice-lead", this.#root);
  #tail = byId("notice-tail", this.#root);

  connect() {}

  disconnect() {}

  /** @param {import("./view.js").State} state */
  render({ notice }) {
    if (notice === undefined) return;
    this.#root.hidden = !notice;
    if (!notice) return;
    setText(this.#lead, notice.lead);
    setText(this.#tail, notice.tail);
  }
}

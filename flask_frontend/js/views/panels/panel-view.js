import { byId } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";

/** The panel beside the card, which on a phone is a sheet over it, behind one button. */
export class PanelView {
  #root = byId("side");
  #backdrop = byId("backdrop", this.#root);
  #panel = byId("panel", this.#root);
  #close = byId("panel-close", this.#root);
  #listeners = new Listeners();
  #actions;
  #shown = "";

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(this.#close, "click", () => this.#actions.closePanel());
    this.#listeners.on(this.#backdrop, "click", () => this.#actions.closePanel());
    this.#listeners.on(document, "keydown", ({ key }) => key === "Escape" && this.#actions.closePanel());
    this.#listeners.on(window, "resize", () => this.#place());
    this.#place();
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render({ panel }) {
    this.#panel.dataset.open = String(panel === "open");
    this.#backdrop.hidden = panel !== "open";
    if (panel === "open" && this.#shown === "closed") this.#close.focus();
    this.#shown = panel;
  }

  /** The style decides from which width on the panel has a place of its own. */
  #place() {
    this.#actions.placePanel(getComputedStyle(this.#panel).position !== "fixed");
  }
}

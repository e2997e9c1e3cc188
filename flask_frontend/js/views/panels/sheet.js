import { Listeners, byId } from "../../base/dom.js";

/** The side panel, which on a phone is a sheet behind one button. */
export class Sheet {
  #panel = byId("panel");
  #stage = byId("stage");
  #backdrop = byId("backdrop");
  #open = byId("panel-open");
  #close = byId("panel-close");
  #wide = matchMedia("(min-width: 821px)");
  #listeners = new Listeners();

  connect() {
    this.#listeners.on(this.#open, "click", () => this.open());
    this.#listeners.on(this.#close, "click", () => this.close());
    this.#listeners.on(this.#backdrop, "click", () => this.close());
    this.#listeners.on(this.#wide, "change", () => this.close());
  }

  disconnect() {
    this.#listeners.clear();
  }

  get isOpen() {
    return this.#panel.dataset.open === "true";
  }

  open() {
    if (this.#wide.matches) return;
    this.#show(true);
    this.#close.focus();
  }

  close() {
    if (!this.isOpen) return;
    this.#show(false);
    this.#open.focus();
  }

  /** @param {boolean} isOpen */
  #show(isOpen) {
    this.#panel.dataset.open = String(isOpen);
    this.#open.ariaExpanded = String(isOpen);
    this.#backdrop.hidden = !isOpen;
    this.#stage.inert = isOpen;
  }
}

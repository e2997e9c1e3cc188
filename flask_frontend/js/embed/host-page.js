import { Listeners } from "../base/listeners.js";

/**
 * The page of another site that shows this one in a frame. It is told of the phase, and that a person wants the
 * frame closed; it tells when the frame is shown. Nothing goes to any other site, and nothing of another counts.
 */
export class HostPage {
  #site;
  #store;
  #focus;
  #host;
  #listeners = new Listeners();
  #told = "";

  /**
   * @param {Object} options
   * @param {string} options.site the origin of the page around this one, "" where there is none
   * @param {import("../session/store.js").Store} options.store
   * @param {() => void} options.focus lets a person begin by the keyboard
   * @param {Window} [options.host]
   */
  constructor({ site, store, focus, host = parent }) {
    this.#site = site;
    this.#store = store;
    this.#focus = focus;
    this.#host = host;
  }

  connect() {
    if (!this.#site) return;
    this.#listeners.on(this.#store, "change", () => this.#tellPhase());
    this.#listeners.on(window, "message", (event) => this.#hear(event));
    this.#listeners.on(document, "keydown", (event) => this.#key(event));
    this.#tellPhase();
  }

  disconnect() {
    this.#listeners.clear();
  }

  #tellPhase() {
    const { phase } = this.#store.state;
    if (phase !== this.#told) this.#tell(phase);
    this.#told = phase;
  }

  /** @param {string} what */
  #tell(what) {
    this.#host.postMessage({ voiceAgent: what }, this.#site);
  }

  /** @param {MessageEvent} event */
  #hear({ source, origin, data }) {
    if (source === this.#host && origin === this.#site && data?.voiceAgent === "shown") this.#focus();
  }

  /** Escape closes what is open in here first. @param {KeyboardEvent} event */
  #key({ key, defaultPrevented }) {
    const isOpen = this.#store.state.panel === "open" || document.querySelector("dialog[open]");
    if (key === "Escape" && !defaultPrevented && !isOpen) this.#tell("close");
  }
}

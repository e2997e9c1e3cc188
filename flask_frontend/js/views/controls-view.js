import { byId, say, setText } from "../base/dom.js";
import { Listeners } from "../base/listeners.js";
import { isBusy, isMicrophoneOn } from "../session/state.js";
import { word } from "../words/catalogue.js";
import { takeFocus } from "./view.js";

/** @typedef {import("./view.js").State} State */

/** The row of buttons below, which is always in view. */
export class ControlsView {
  #root = byId("controls");
  #again = byId("start-again", this.#root);
  #stop = byId("stop", this.#root);
  #mute = byId("mute", this.#root);
  #check = byId("check", this.#root);
  #words = byId("controls-words", this.#root);
  #panelOpen = byId("panel-open", this.#root);
  #listeners = new Listeners();
  #actions;
  /** @type {State|null} */
  #shown = null;

  /** @param {import("../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.onPress(this.#again, () => this.#actions.start());
    this.#listeners.onPress(this.#stop, () => this.#actions.stop());
    this.#listeners.on(this.#mute, "click", () => this.#actions.toggleMute());
    this.#listeners.onPress(this.#check, () => void this.#actions.checkMicrophone());
    this.#listeners.on(this.#panelOpen, "click", () => this.#actions.openPanel());
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {State} state */
  render(state) {
    const { phase, microphone, panel, talk } = state;
    const [busy, isOn] = [isBusy(state), isMicrophoneOn(state)];
    this.#again.hidden = phase !== "ended";
    this.#stop.hidden = !busy;
    this.#mute.hidden = !busy || talk.mode === "hold" || microphone.leftOut;
    setText(this.#stop, word(phase === "connecting" ? "talk.cancel" : "talk.stop"));
    setText(this.#mute, word(microphone.muted ? "talk.unmute" : "talk.mute"));
    this.#check.hidden = phase !== "ready" || isOn;
    say(this.#words, busy || isOn || phase === "ready" ? "" : word("talk.not_connected"));
    this.#panelOpen.ariaExpanded = String(panel === "open");
    this.#moveFocus(state);
    this.#shown = state;
  }

  /** The one button that matters gets the focus that its predecessor had. @param {State} state */
  #moveFocus({ phase, panel }) {
    if (!this.#shown) return;
    if (this.#shown.panel === "open" && panel === "closed") this.#panelOpen.focus();
    if (this.#shown.phase === phase) return;
    if (phase === "ended") takeFocus(this.#again);
    if (phase === "connecting") takeFocus(this.#stop);
    if (phase === "live" && document.activeElement === document.body) this.#stop.focus();
  }
}

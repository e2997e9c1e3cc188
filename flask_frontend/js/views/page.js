import { Listeners } from "../base/listeners.js";
import { Announcer } from "./announcer.js";
import { AskView } from "./ask-view.js";
import { BadgesView } from "./badges-view.js";
import { CardView } from "./card-view.js";
import { ComposerView } from "./composer-view.js";
import { ControlsView } from "./controls-view.js";
import { LogView } from "./log-view.js";
import { NoticeView } from "./notice-view.js";
import { FactsView } from "./panels/facts-view.js";
import { FieldForm } from "./panels/form.js";
import { PanelView } from "./panels/panel-view.js";
import { ProcessingView } from "./panels/processing-view.js";
import { RecordingView } from "./panels/recording-view.js";
import { RepliesView } from "./panels/replies-view.js";
import { SoundView } from "./panels/sound-view.js";
import { TalkModeView } from "./panels/talk-mode-view.js";
import { LevelBars } from "./sound/level-bars.js";
import { TalkButtonView } from "./sound/talk-button-view.js";
import { VoiceView } from "./sound/voice-view.js";
import { StepsView } from "./steps-view.js";
import { TroubleView } from "./trouble-view.js";
import { WelcomeView } from "./welcome-view.js";

/**
 * @typedef {import("../session/actions.js").Actions} Actions
 * @typedef {import("../session/store.js").Store} Store
 * @typedef {import("./view.js").View} View
 */

/** In the order in which they are shown: the card lets the focus in again before one of them takes it. */
const VIEWS = [
  ...[CardView, PanelView, WelcomeView, StepsView, LogView, TroubleView, BadgesView, ControlsView],
  ...[ComposerView, LevelBars],
  ...[VoiceView, TalkButtonView, TalkModeView, ProcessingView, RecordingView],
  ...[FactsView, RepliesView, SoundView, FieldForm, NoticeView, Announcer, AskView],
];

/** Everything that a person sees and presses. */
export class Page {
  #store;
  #actions;
  #listeners = new Listeners();
  /** @type {View[]} */
  #views;

  /**
   * @param {Store} store
   * @param {Actions} actions
   */
  constructor(store, actions) {
    this.#store = store;
    this.#actions = actions;
    this.#views = VIEWS.map((View) => new View(actions));
  }

  connect() {
    for (const view of this.#views) view.connect();
    this.#listeners.on(this.#store, "change", () => this.#render());
    this.#listeners.on(document, "keydown", (event) => this.#key(event));
    this.#listeners.on(window, "online", () => this.#actions.hurry());
    this.#render();
  }

  disconnect() {
    this.#listeners.clear();
    for (const view of this.#views) view.disconnect();
  }

  /** What a view changes while it is shown, those after it show. */
  #render() {
    for (const view of this.#views) view.render(this.#store.state);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = event.target instanceof Element ? event.target : null;
    const isHeldDown = event.repeat && (event.key === "Enter" || event.key === " ");
    if (isHeldDown && target?.closest("button")) return event.preventDefault();
    const isTyping = target?.closest("input, textarea, select");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
    if (event.key.toLowerCase() === "m" && isPlain && !isTyping) this.#actions.toggleMute();
  }
}

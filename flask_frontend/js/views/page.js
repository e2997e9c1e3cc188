import { Announcer } from "./announcer.js";
import { BadgesView } from "./badges-view.js";
import { Listeners, byId } from "../base/dom.js";
import { FieldForm } from "./panels/form.js";
import { LevelBars } from "./level-bars.js";
import { LogView } from "./log-view.js";
import { Sheet } from "./panels/sheet.js";
import { SoundView } from "./panels/sound-view.js";
import { StageView } from "./stage-view.js";
import { TroubleView } from "./trouble-view.js";
import { fromAnything } from "../words/trouble.js";
import { troubleWords } from "../words/trouble-words.js";

/**
 * @typedef {import("../session/snapshot.js").Snapshot} Snapshot
 * @typedef {import("../session/session.js").SessionControl} SessionControl
 */

/** Everything a person sees and presses, in front of one SessionControl. */
export class Page {
  #control;
  #microphone;
  #listeners = new Listeners();
  #stage = new StageView();
  #log = new LogView();
  #badges = new BadgesView();
  #bars = new LevelBars();
  #announcer = new Announcer();
  #sheet = new Sheet();
  #trouble = new TroubleView((trouble) => this.#wayOut(trouble));
  #sound;
  #form;
  #heard = false;
  /** @type {import("../words/trouble.js").Trouble|null} what the last check of the microphone ran into */
  #complaint = null;
  /** @type {Snapshot|null} */
  #shown = null;

  /**
   * @param {SessionControl} control
   * @param {import("../links/microphone.js").Microphone} microphone
   * @param {import("../links/storage.js").Memory} memory
   */
  constructor(control, microphone, memory) {
    this.#control = control;
    this.#microphone = microphone;
    this.#sound = new SoundView(microphone, memory, (volume) => control.setVolume(volume));
    this.#form = new FieldForm(memory, { changed: () => this.render(), submitted: () => this.#start() });
  }

  connect() {
    for (const part of [this.#sound, this.#form, this.#log, this.#sheet, this.#trouble]) part.connect();
    this.#press("start", () => this.#start());
    this.#press("continue", () => this.#control.continue());
    this.#press("stop", () => this.#control.stop());
    this.#press("slow-cancel", () => this.#control.stop());
    this.#listeners.on(byId("mute"), "click", () => this.#toggleMute());
    this.#press("check", () => this.#checkMicrophone());
    this.#press("unlock", () => this.#control.unlockSound());
    this.#listeners.on(document, "keydown", (event) => this.#key(event));
    this.#listeners.on(document, "pointerdown", () => void this.#bars.resume());
    this.#listeners.on(window, "online", () => this.#control.hurry());
    this.#listeners.on(this.#microphone, "change", () => this.render());
    this.#listeners.on(this.#bars, "change", () => this.render());
    this.#listeners.on(this.#bars, "heard", () => this.#hear());
    this.render();
    /** @type {HTMLButtonElement} */ (byId("start")).disabled = false;
  }

  disconnect() {
    const parts = [this.#sound, this.#form, this.#log, this.#sheet, this.#trouble, this.#badges, this.#bars];
    for (const part of parts) part.disconnect();
    this.#listeners.clear();
  }

  /** Shows the control's snapshot. */
  render() {
    const { snapshot } = this.#control;
    const { capture, muted, isSilent: silent } = this.#microphone;
    if (!capture) this.#heard = false;
    void this.#bars.follow(capture);
    const on = Boolean(capture) && (this.#bars.isRunning || this.#control.isBusy);
    this.#stage.render(snapshot, { on, muted, heard: this.#heard, silent });
    this.#trouble.render(snapshot.trouble);
    this.#badges.render(snapshot, { muted, silent }, this.#form.fields);
    this.#announcer.render(snapshot, { muted, silent });
    if (snapshot.transcript !== this.#shown?.transcript || snapshot.stage !== this.#shown?.stage) {
      this.#log.render(snapshot.transcript);
    }
    const before = this.#shown;
    this.#shown = snapshot;
    this.#changed(before, snapshot);
  }

  /**
   * @param {Snapshot|null} before
   * @param {Snapshot} now
   */
  #changed(before, now) {
    if (now.trouble && now.trouble !== before?.trouble) {
      this.#form.show(now.trouble.fields);
      if (Object.keys(now.trouble.fields).length) this.#toFields();
    }
    const isOver = before && before.stage !== now.stage && !this.#control.isBusy;
    if (isOver && now.trouble?.code !== "bad_fields") this.#form.renewRoom();
  }

  /**
   * The second half of a double click does nothing: another button may have taken the place of this one.
   * @param {string} id
   * @param {() => void} action
   */
  #press(id, action) {
    this.#listeners.on(byId(id), "click", ({ detail }) => detail > 1 || action());
  }

  #start() {
    if (this.#control.isBusy) return;
    const fields = this.#form.validated();
    if (fields) void this.#control.start(fields);
    else this.#toFields();
  }

  #toFields() {
    this.#sheet.open();
    this.#form.focusError();
  }

  /** What a trouble's main button does. @param {import("../words/trouble.js").Trouble} trouble */
  #wayOut(trouble) {
    const { verb } = troubleWords(trouble);
    if (trouble === this.#complaint) return void this.#checkMicrophone();
    if (verb === "reload") return location.reload();
    if (verb === "continue") return void this.#control.continue();
    if (verb === "fresh") this.#form.renewRoom({ always: true });
    const fields = this.#form.validated();
    if (fields) void this.#control.retry(fields);
    else this.#toFields();
  }

  async #checkMicrophone() {
    try {
      await this.#microphone.mute(false);
      await this.#microphone.open();
      this.#sound.complain(null);
      if (this.#complaint) this.#control.calm(this.#complaint);
      this.#complaint = null;
    } catch (error) {
      this.#complaint = fromAnything(error);
      this.#control.complain(this.#complaint);
    }
  }

  #toggleMute() {
    if (this.#control.isBusy) void this.#microphone.mute(!this.#microphone.muted);
  }

  #hear() {
    if (this.#heard) return;
    this.#heard = true;
    this.render();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    void this.#bars.resume();
    const isOnButton = event.target instanceof Element && event.target.closest("button");
    if (event.repeat && event.key === "Enter" && isOnButton) return event.preventDefault();
    if (event.key === "Escape" && this.#sheet.isOpen) return this.#sheet.close();
    const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
    if (event.key.toLowerCase() === "m" && isPlain && !isTyping) this.#toggleMute();
  }
}

import { byId, say } from "../base/dom.js";
import { LINES, STEPS, endingWords, restoring } from "../words/words.js";

/**
 * @typedef {import("../session/snapshot.js").Snapshot} Snapshot
 * @typedef {import("../session/snapshot.js").Step} Step
 * @typedef {{on: boolean, muted: boolean, heard: boolean, silent: boolean}} MicrophoneState
 */

/** @type {Step[]} */
const ORDER = ["microphone", "room", "agent"];

/** The middle of the stage and its dock: which of them is seen, and what their buttons are called. */
export class StageView {
  #stage = byId("stage");
  #hero = byId("hero");
  #steps = byId("steps");
  #transcript = byId("transcript");
  #trouble = byId("trouble");
  #start = byId("start");
  #continue = byId("continue");
  #stop = byId("stop");
  #mute = byId("mute");
  #bars = byId("bars");
  #check = byId("check");
  /** @type {Snapshot["stage"]|""} */
  #shown = "";

  /**
   * @param {Snapshot} snapshot
   * @param {MicrophoneState} microphone
   */
  render(snapshot, microphone) {
    const { stage, transcript } = snapshot;
    const hasWords = Object.keys(transcript.entries).length + transcript.failures.length > 0;
    const hadFocus = this.#hasFocus();
    this.#stage.dataset.state = stage;
    this.#stage.dataset.log = hasWords ? "filled" : "empty";
    this.#hero.hidden = stage !== "ready";
    this.#steps.hidden = stage !== "connecting";
    this.#trouble.hidden = stage !== "trouble";
    this.#transcript.hidden = !(hasWords || stage === "live") || stage === "ready" || stage === "connecting";
    say(byId("line"), this.#line(snapshot, microphone));
    say(byId("ending"), stage === "ended" ? endingWords(snapshot.ending) : "");
    this.#renderHero(snapshot, microphone);
    this.#renderSteps(snapshot);
    this.#renderDock(snapshot, microphone);
    if (this.#shown !== stage) this.#moveFocus(stage, hadFocus);
    this.#shown = stage;
  }

  /**
   * @param {Snapshot} snapshot
   * @param {MicrophoneState} microphone
   */
  #line({ lines, stage }, { silent }) {
    return restoring(lines) || (silent && stage === "live" ? LINES.microphone : "");
  }

  /**
   * @param {Snapshot} snapshot
   * @param {MicrophoneState} microphone
   */
  #renderHero({ stage, continuable }, microphone) {
    byId("hero-headline").textContent = continuable ? "Your session is still going on" : "Talk with the agent";
    byId("hero-help").textContent = continuable
      ? `You are in room ${continuable.room} as ${continuable.identity}. Go back in, or start another session.`
      : "It greets you first. Speak as you would to a person; you can interrupt it.";
    this.#continue.hidden = !continuable;
    this.#start.classList.toggle("main", !continuable || stage !== "ready");
    this.#start.textContent = stage === "ended" ? "Start again" : "Start talking";
    const hint = microphone.heard ? "Your microphone hears you." : "Say something: the bars below should move.";
    say(byId("hero-hint"), microphone.on ? hint : "");
    this.#place(this.#start, stage === "ended" ? byId("dock") : byId("hero-actions"));
  }

  /** @param {Snapshot} snapshot */
  #renderSteps({ stage, step, slow, session }) {
    const reached = ORDER.indexOf(step);
    ORDER.forEach((name, place) => {
      const item = /** @type {HTMLElement} */ (this.#steps.querySelector(`[data-step=${name}]`));
      const { waiting, done } = STEPS[name];
      const isDone = place < reached;
      item.dataset.state = isDone ? "done" : place === reached ? "waiting" : "later";
      const where = name === "room" && isDone ? ` ${session?.room}` : "";
      item.textContent = isDone ? `✓ ${done}${where}` : `… ${waiting}`;
    });
    say(byId("slow-words"), STEPS[step].slow);
    byId("slow").hidden = !(slow && stage === "connecting");
  }

  /**
   * @param {Snapshot} snapshot
   * @param {MicrophoneState} microphone
   */
  #renderDock({ stage, soundBlocked }, microphone) {
    const isBusy = stage === "connecting" || stage === "live";
    this.#stop.hidden = this.#mute.hidden = !isBusy;
    this.#stop.textContent = stage === "connecting" ? "Cancel" : "Stop";
    this.#mute.textContent = microphone.muted ? "Unmute" : "Mute";
    byId("silenced").hidden = !(stage === "live" && soundBlocked);
    this.#bars.hidden = !microphone.on;
    this.#bars.dataset.muted = String(microphone.muted);
    this.#check.hidden = stage !== "ready" || microphone.on;
    say(byId("dock-words"), isBusy || microphone.on || stage === "ready" ? "" : "Not connected");
  }

  #hasFocus() {
    return document.activeElement === document.body || this.#stage.contains(document.activeElement);
  }

  /**
   * The one button that matters gets the focus that its predecessor had.
   * @param {Snapshot["stage"]} stage
   * @param {boolean} hadFocus
   */
  #moveFocus(stage, hadFocus) {
    if (!hadFocus || !this.#shown) return;
    if (stage === "connecting" || (stage === "live" && document.activeElement === document.body)) this.#stop.focus();
    if (stage === "ready" || stage === "ended") this.#start.focus();
    if (stage === "trouble") byId("trouble-action").focus();
  }

  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} place
   */
  #place(button, place) {
    if (button.parentElement !== place) place.prepend(button);
  }
}

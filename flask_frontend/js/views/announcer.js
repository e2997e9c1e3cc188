import { byId } from "../base/dom.js";
import { isAgentHere } from "../session/snapshot.js";
import { inOrder } from "../session/transcript.js";
import { troubleWords } from "../words/trouble-words.js";
import { LINES, STEPS, endingWords, restoring } from "../words/words.js";

/** @typedef {import("../session/snapshot.js").Snapshot} Snapshot */

/** Tells screen readers what was said for good and what changed, politely, and nothing twice. */
export class Announcer {
  #region = byId("announcer");
  /** @type {Set<string>} */
  #told = new Set();
  #state = "";
  #hasCaughtUp = false;

  /**
   * @param {Snapshot} snapshot
   * @param {{muted: boolean, silent: boolean}} microphone
   */
  render(snapshot, microphone) {
    const words = [this.#stateWords(snapshot, microphone), ...this.#newLines(snapshot)].filter(Boolean);
    if (words.length) this.#region.textContent = words.join(" ");
  }

  /**
   * @param {Snapshot} snapshot
   * @param {{muted: boolean, silent: boolean}} microphone
   */
  #stateWords(snapshot, microphone) {
    const state = stateWords(snapshot, microphone);
    if (state === this.#state) return "";
    this.#state = state;
    return state;
  }

  /**
   * What was said before a reload is there to be read, not read out again; what came while the connection
   * was lost is told once it is complete.
   * @param {Snapshot} snapshot
   */
  #newLines({ transcript }) {
    if (transcript.lastSeq === 0) {
      this.#told.clear();
      this.#hasCaughtUp = false;
    }
    if (this.#hasCaughtUp && !transcript.caughtUp) return [];
    this.#hasCaughtUp ||= transcript.caughtUp;
    const lines = inOrder(transcript).filter(({ final, segment }) => final && !this.#told.has(segment));
    for (const { segment } of lines) this.#told.add(segment);
    const failures = transcript.failures.filter(({ seq }) => !this.#told.has(`error ${seq}`));
    for (const { seq } of failures) this.#told.add(`error ${seq}`);
    if (!transcript.caughtUp) return [];
    return [
      ...lines.map(({ role, text }) => `${role === "user" ? "You" : "Agent"}: ${text}`),
      ...failures.map(({ message }) => message),
    ];
  }
}

/**
 * @param {Snapshot} snapshot
 * @param {{muted: boolean, silent: boolean}} microphone
 */
function stateWords(snapshot, { muted, silent }) {
  const { stage, step, slow, trouble, ending, lines, soundBlocked } = snapshot;
  if (stage === "connecting") return slow ? STEPS[step].slow : STEPS[step].waiting;
  if (stage === "ended") return endingWords(ending);
  if (stage === "trouble" && trouble) return Object.values(troubleWords(trouble)).slice(0, 2).join(". ");
  if (stage !== "live") return "";
  if (soundBlocked) return "The browser holds the sound back: press Turn on sound.";
  if (muted) return "Muted: the agent does not hear you.";
  if (silent) return LINES.microphone;
  return restoring(lines) || (isAgentHere(snapshot) ? "Connected. The agent is here." : `${STEPS.agent.waiting}.`);
}

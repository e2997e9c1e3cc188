import { byId } from "../base/dom.js";
import { inOrder } from "../session/reading.js";
import { isAgentHere, isByButton } from "../session/state.js";
import { word } from "../words/catalogue.js";
import { deviceWords, microphoneWords } from "../words/sound.js";
import { troubleWords } from "../words/trouble-words.js";
import { endingWords, failureWords, restoring } from "../words/words.js";
import { plainText } from "./formatted/blocks.js";

/** @typedef {import("./view.js").State} State */

/** Tells screen readers what was said for good and what changed, politely, and nothing twice. */
export class Announcer {
  #root = byId("announcer");
  /** @type {Set<string>} */
  #told = new Set();
  #words = "";
  #hasCaughtUp = false;

  connect() {}

  disconnect() {}

  /** @param {State} state */
  render(state) {
    const words = [this.#newWords(state), ...this.#newLines(state)].filter(Boolean);
    if (words.length) this.#root.textContent = words.join(" ");
  }

  /** @param {State} state */
  #newWords(state) {
    const words = stateWords(state);
    if (words === this.#words) return "";
    this.#words = words;
    return words;
  }

  /**
   * What was said before a reload is there to be read, not read out again; what came while the connection
   * was lost is told once it is complete.
   * @param {State} state
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
      ...lines.map(({ role, text }) =>
        word(`talk.announced.${role}`, { text: role === "user" ? text : plainText(text) }),
      ),
      ...failures.map(failureWords),
    ];
  }
}

/** @param {State} state */
function stateWords(state) {
  const { phase, step, slow, trouble, ending, lines, soundBlocked, microphone, talk, deviceNews } = state;
  if (phase === "connecting") return word(`talk.steps.${step}.${slow ? "slow" : "waiting"}`);
  if (phase === "ended") return endingWords(ending);
  if (phase === "trouble" && trouble) return announcedTrouble(trouble);
  if (phase !== "live") return "";
  if (soundBlocked) return word("talk.announced.blocked");
  if (microphone.muted && talk.mode !== "hold" && !microphone.leftOut) return word("talk.announced.muted");
  const microphoneLine = microphoneWords(microphone, isByButton(state));
  if (microphoneLine) return microphoneLine;
  if (deviceNews) return deviceWords(deviceNews);
  return restoring(lines) || word(`talk.announced.${isAgentHere(state) ? "connected" : "joining"}`);
}

/** @param {import("../words/trouble.js").Trouble} trouble */
function announcedTrouble(trouble) {
  const { headline, help } = troubleWords(trouble);
  return word("talk.announced.trouble", { headline, help });
}

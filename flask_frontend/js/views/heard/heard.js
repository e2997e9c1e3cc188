import { byId } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { addHearButtons, lineAt, linesOf } from "./lines.js";
import { marksOf } from "./marks.js";
import { Player } from "./player.js";
import { TimeLine } from "./time-line.js";
import { Waveform } from "./waveform.js";
import { WordLight } from "./word-light.js";

/**
 * @typedef {import("./lines.js").Line} Line
 * @typedef {import("./marks.js").Mark} Mark
 *
 * What there is to hear, as the backend tells it.
 * @typedef {{started_at: string, seconds: number, waveform: import("./waveform.js").Loudness}} Recording
 */

const STEP = 5;
const LINE_KEYS = new Map([
  ["ArrowUp", -1],
  ["ArrowDown", 1],
]);
const TIME_KEYS = new Map([
  ["ArrowLeft", -STEP],
  ["ArrowRight", STEP],
]);

/** An ended session on one time line, which is heard again where it was recorded. */
export class Heard {
  #root = byId("heard");
  #listeners = new Listeners();
  /** @type {?Recording} */
  #recording = JSON.parse(this.#root.dataset.recording ?? "null");
  #began = Date.parse(this.#recording?.started_at ?? this.#root.dataset.began ?? "");
  #lines = linesOf(document, this.#began);
  #marks = marksOf(this.#lines, JSON.parse(this.#root.dataset.events ?? "[]"), this.#began);
  #player = new Player(this.#seconds, (second, isSought) => this.#move(second, isSought));
  #timeLine = new TimeLine({
    marks: this.#marks,
    seconds: this.#seconds,
    waveform: this.#waveform(),
    onPress: (mark) => this.#press(mark),
    onSeek: (second) => this.#player.goTo(second),
  });
  #light = new WordLight(voicesOf(this.#recording));
  /** @type {Line|undefined} */
  #playing;

  connect() {
    this.#root.hidden = false;
    this.#player.connect();
    this.#timeLine.connect();
    if (this.#recording)
      addHearButtons(this.#lines, this.#recording.seconds, (line) => this.#player.hear(line.at));
    this.#listeners.on(document, "keydown", (event) => this.#key(event));
    byId("heard-keys").hidden = false;
  }

  /** How long the time line is: as long as the session and its recording. */
  get #seconds() {
    const ends = this.#marks.map(({ until }) => until);
    const ended = (Date.parse(this.#root.dataset.ended ?? "") - this.#began) / 1000;
    return [...ends, ended || 0, this.#recording?.seconds ?? 0].reduce((a, b) => Math.max(a, b), 1);
  }

  #waveform() {
    const { audio } = this.#player;
    if (!this.#recording || !audio) return undefined;
    const { seconds, waveform } = this.#recording;
    const container = byId("waveform", this.#root);
    return new Waveform({ container, audio, waveform, seconds, nonce: this.#root.dataset.nonce ?? "" });
  }

  /** Goes to a mark, plays from there, and shows its line. @param {Mark} mark */
  #press({ at, kind, line }) {
    this.#player.hear(at);
    if (line && !this.#player.audio) this.#show(line);
    line?.element.scrollIntoView({ block: "nearest" });
    const figure = kind === "wait" ? line?.element.querySelector('.waited[aria-expanded="false"]') : null;
    if (figure instanceof HTMLElement) figure.click();
  }

  /** @param {number} second @param {boolean} isSought */
  #move(second, isSought) {
    this.#timeLine.moveTo(second, isSought);
    const line = lineAt(this.#lines, second);
    this.#light.show(line, this.#player.audio ? second : -1);
    if (line !== this.#playing) this.#show(line);
  }

  /** Marks the line that is heard. @param {Line|undefined} line */
  #show(line) {
    this.#playing?.element.removeAttribute("aria-current");
    line?.element.setAttribute("aria-current", "true");
    this.#timeLine.light(line);
    if (this.#player.isPlaying) line?.element.scrollIntoView({ block: "nearest" });
    this.#playing = line;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target?.closest("input, select, audio, dialog, pre, .table") || !this.#recording) return;
    const seconds = TIME_KEYS.get(event.key);
    const step = LINE_KEYS.get(event.key);
    if (seconds) this.#player.goTo(this.#player.second + seconds);
    const place = this.#lines.findIndex(({ button }) => button && button === target);
    const next = step && place >= 0 ? this.#lines[place + step] : undefined;
    next?.button?.focus();
    if (next) this.#player.hear(next.at);
    if (seconds || next) event.preventDefault();
  }
}

/** @param {?Recording} recording */
function voicesOf(recording) {
  const { person, agent } = recording?.waveform ?? { person: [], agent: [] };
  const step = (recording?.seconds ?? 0) / (person.length || 1);
  return { user: { loudness: person, step }, agent: { loudness: agent, step } };
}

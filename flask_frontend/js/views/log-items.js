import { make, setText } from "../base/dom.js";
import { LOCALE, word } from "../words/catalogue.js";
import { leftWords } from "../words/typing.js";
import { setFormatted } from "./formatted/formatted.js";
import { lightUp } from "./sound/spoken.js";

const CLOCK = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** Who said it, how, and when, once it is settled. @param {import("../session/transcript.js").Entry} entry */
function byWords({ role, typed, final, at }) {
  const name = nameOf(role, typed);
  return final ? saidAt(name, at) : name;
}

/**
 * A name beside the moment, as people read it.
 * @param {string} name
 * @param {string} at
 */
function saidAt(name, at) {
  return word("talk.said_at", { name, time: CLOCK.format(new Date(at)) });
}

/** @param {string} role @param {boolean} [typed] */
function nameOf(role, typed) {
  if (role === "agent") return word("site.agent");
  return word(typed ? "site.you_typed" : "site.you");
}

/** Who spoke, the words, and the note below them. @param {HTMLElement} item */
function partsOf(item) {
  const parts = /** @type {HTMLElement[]} */ ([...item.children]);
  return ["by", "words", "note"].map(
    (name) => /** @type {HTMLElement} */ (parts.find(({ className }) => className === name)),
  );
}

/** An item for a line that nobody said: a failure, who replies, a service that took over. */
export function newNotice() {
  const item = make("li", "failure");
  item.dir = "auto";
  return item;
}

/**
 * Shows the words of a line that nobody said.
 * @param {HTMLElement} item
 * @param {"error"|"replies"} role
 * @param {string} words
 */
export function showNotice(item, role, words) {
  item.dataset.role = role;
  setText(item, words);
  return item;
}

/** An item that shows what somebody said. */
export function newEntry() {
  const item = make("li", "entry");
  const note = make("p", "note", word("site.interrupted"));
  note.hidden = true;
  const words = make("div", "words");
  words.dir = "auto"; // each entry in the direction of its own script, as in the history
  item.append(make("p", "by"), words, note);
  return item;
}

/**
 * Shows what somebody said, as far as it is known.
 * @param {HTMLElement} item
 * @param {import("../session/transcript.js").Entry} entry
 */
export function showEntry(item, entry) {
  const [by, words, note] = partsOf(item);
  item.dataset.role = entry.role;
  item.dataset.segment = entry.segment;
  item.dataset.final = String(entry.final);
  setText(by, byWords(entry));
  if (entry.role === "agent") {
    setFormatted(words, entry.text);
    lightUp(words, !entry.final);
  } else setText(words, entry.text);
  note.hidden = !entry.interrupted;
}

/**
 * Shows a typed line that the transcript does not have yet: on its way, stored, or not sent and why.
 * @param {HTMLElement} item
 * @param {import("../session/state.js").Line} line
 */
export function showTyped(item, { text, sentAt, trouble }) {
  const [by, words, note] = partsOf(item);
  Object.assign(item.dataset, { role: "user", final: String(Boolean(sentAt)), sent: trouble ? "no" : "yes" });
  const waiting = trouble ? "talk.not_sent_yet" : "talk.sending";
  setText(by, sentAt ? saidAt(nameOf("user", true), sentAt) : word(waiting));
  setText(words, text);
  note.hidden = !trouble;
  if (trouble && note.role !== "alert")
    Object.assign(note, { role: "alert", textContent: leftWords(trouble) });
}

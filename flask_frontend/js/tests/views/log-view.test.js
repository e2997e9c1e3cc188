import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { firstState } from "../../session/state.js";
import { emptyTranscript, reduce } from "../../session/transcript.js";
import { BadgesView } from "../../views/badges-view.js";
import { LogView } from "../../views/log-view.js";
import { Trouble } from "../../words/trouble.js";
import { leftWords } from "../../words/typing.js";
import { hideDocument, makeElement, showDocument } from "../support/fake-elements.js";

const AT = "2026-01-31T12:00:00.000Z";
const final = (seq, text) => ({
  role: "user",
  text,
  final: true,
  segment: `s${seq}`,
  seq,
  order: seq,
  at: AT,
});
const failure = { event: "error", seq: 3, code: "unheard_of", message: "It is slow.", fatal: false, at: AT };

const log = makeElement("ol");
const clock = makeElement("span");
const recorded = makeElement("span");

before(() => {
  const scroller = makeElement("div");
  const badge = () => Object.assign(makeElement("p"), { lastElementChild: makeElement("span") });
  showDocument({
    transcript: makeElement("section", { scroller, log, newest: makeElement("button") }),
    "card-head": makeElement("header", { "badge-user": badge(), "badge-agent": badge(), clock, recorded }),
  });
  Object.assign(globalThis, {
    ResizeObserver: class {
      observe() {}
      disconnect() {}
    },
  });
  document.createElement = /** @type {any} */ (makeElement);
});

after(() => {
  hideDocument();
  Reflect.deleteProperty(globalThis, "ResizeObserver");
});

test("each line of the live page has its own direction, as in the history", () => {
  const events = [final(1, "Hello there."), final(2, "שלום, מה שלומך?"), failure];
  const transcript = events.reduce(reduce, emptyTranscript());
  new LogView().render(/** @type {any} */ ({ ...firstState(), phase: "live", transcript }));
  const lines = log.children.map((item) => item.children.find((part) => part.className === "words") ?? item);
  assert.deepEqual(
    lines.map(({ textContent, dir }) => [textContent, dir]),
    [
      ["Hello there.", "auto"],
      ["שלום, מה שלומך?", "auto"],
      ["It is slow.", "auto"],
    ],
  );
});

test("a typed line is on its way, stored, or left behind with the reason", () => {
  log.children.length = 0;
  const trouble = new Trouble("room_in_use");
  const sending = [
    { id: "1", text: "One?" },
    { id: "2", text: "Two?", sentAt: AT },
    { id: "3", text: "Three?", trouble },
  ];
  const state = { ...firstState(), phase: "ended", typed: { draft: "", sending, trouble: null } };
  new LogView().render(/** @type {any} */ (state));
  const [onItsWay, stored, left] = log.children.map(({ dataset, children: [by, words, note] }) => [
    by.textContent.replace(/[\d:]+$/, "12:00"),
    words.textContent,
    dataset.final,
    note.hidden ? "" : note.textContent,
  ]);
  assert.deepEqual(onItsWay, ["You typed · sending…", "One?", "false", ""]);
  assert.deepEqual(stored, ["You typed · 12:00", "Two?", "true", ""]);
  assert.deepEqual(left, ["You typed · not sent", "Three?", "false", leftWords(trouble)]);
});

test("who replies is a quiet line where it was told, once", () => {
  log.children.length = 0;
  const told = (seq, by, reason = "") => ({ event: "local_language", seq, by, reason, at: AT });
  const script = told(2, "script", "loading");
  const events = [
    final(1, "Hello there."),
    script,
    { ...script, seq: 3 },
    final(4, "Bye."),
    told(5, "model"),
  ];
  const transcript = events.reduce(reduce, emptyTranscript());
  new LogView().render(/** @type {any} */ ({ ...firstState(), phase: "live", transcript }));
  const lines = log.children.map((item) => item.children.find((part) => part.className === "words") ?? item);
  assert.deepEqual(
    lines.map(({ textContent }) => textContent),
    [
      "Hello there.",
      "Scripted replies in this conversation: the language model is still being loaded.",
      "Bye.",
      "From here on the language model replies.",
    ],
  );
});

test("a service that took over, and one that is back, are quiet lines where they were told", () => {
  log.children.length = 0;
  const told = (seq, to) => ({
    event: "service_switched",
    seq,
    service: "tts",
    reason: "unreachable",
    to,
    at: AT,
  });
  const events = [final(1, "Hello there."), told(2, "fallback"), final(3, "Bye."), told(4, "first")];
  show(events);
  assert.deepEqual(linesOf(), [
    "Hello there.",
    "The voice service failed; another one is in use now.",
    "Bye.",
    "The voice service works again and is back in use.",
  ]);
  assert.deepEqual([log.children[1].dataset.role, log.children[1].dir], ["replies", "auto"]);
});

test("a tool is one line that says what becomes of it, and opens on what it got and gave", () => {
  log.children.length = 0;
  const told = { seq: 2, call: "c1", name: "find_table", at: AT };
  const began = { ...told, event: "tool_started", arguments: { day: "Friday", people: 2 } };
  const ended = {
    ...told,
    event: "tool_ended",
    seq: 3,
    ok: true,
    milliseconds: 1240,
    summary: "Two are free.",
  };
  const events = [final(1, "Hello there."), began];
  const view = show(events);
  const [, item] = log.children;
  assert.deepEqual(toolOf(item), ["Using find_table …", ["day", "Friday", "people", "2"]]);
  show([...events, ended, final(4, "Bye.")], view);
  assert.equal(log.children[1], item, "the line that was opened stays");
  assert.equal(log.children.length, 3);
  const given = ["day", "Friday", "people", "2", "Result", "Two are free."];
  assert.deepEqual(toolOf(item), ["Used find_table · 1.2 s", given]);
});

test("a tool that nobody waits for any more says so", () => {
  log.children.length = 0;
  const began = { event: "tool_started", seq: 1, call: "c1", name: "find_table", arguments: {}, at: AT };
  show([began, { event: "session_ended", seq: 2, reason: "stopped", at: AT }]);
  assert.deepEqual(toolOf(log.children[0]), ["find_table was not finished", []]);
});

/** What the live page shows after these events. @param {any[]} events */
function show(events, view = new LogView()) {
  const transcript = events.reduce(reduce, emptyTranscript());
  view.render(/** @type {any} */ ({ ...firstState(), phase: "live", transcript }));
  return view;
}

/** The text of each line. */
function linesOf() {
  const words = (item) => item.children.find((part) => part.className === "words") ?? item;
  return log.children.map((item) => words(item).textContent);
}

/** What the line of a tool says, and the words of its list. */
function toolOf(item) {
  const [details] = item.children;
  const [summary, list] = details.children;
  return [summary.textContent, list.children.map(({ textContent }) => textContent)];
}

test("the clock shows what the page counted, whatever the computer's clock does", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let year = 1990;
  t.mock.method(Date, "now", () => Date.UTC(year, 0));
  let elapsed = 10_000;
  t.mock.method(performance, "now", () => elapsed);
  const view = new BadgesView();
  view.render(/** @type {any} */ ({ ...firstState(), phase: "live", since: 5_000 }));
  assert.deepEqual([clock.textContent, clock.hidden], ["00:05", false]);
  elapsed += 60_000;
  year = 2090;
  t.mock.timers.tick(1_000);
  assert.equal(clock.textContent, "01:05");
  view.disconnect();
});

test("there is no clock before the session is live", () => {
  const view = new BadgesView();
  view.render(/** @type {any} */ ({ ...firstState(), phase: "connecting", since: 5_000 }));
  assert.equal(clock.hidden, true);
  view.render(/** @type {any} */ (firstState()));
  assert.equal(clock.hidden, true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { markBy, marksOf } from "../../views/heard/marks.js";

const BEGAN = Date.parse("2026-11-20T14:02:10.000Z");
const at = (second) => new Date(BEGAN + second * 1000).toISOString();
const line = (role, from, until, text, more = {}) =>
  /** @type {any} */ ({ role, at: from, until, text, typed: false, ...more });
const TIMES = { segment: "a", wait_ms: 3000, text_ms: 500, decision_ms: 500, token_ms: 2000, tools_ms: 800 };
const LINES = [
  line("agent", 1, 3.5, "Good evening."),
  line("user", 5, 7, "A table for two."),
  line("agent", 10.2, 14, "At eight?", { times: TIMES }),
  line("user", 16, 16, "Yes.", { typed: true }),
];
const placed = (marks) => marks.map(({ kind, lane, at: from, until }) => [kind, lane, from, until]);

test("each line stands in the lane of who spoke, and each wait before its reply", () => {
  const marks = marksOf(LINES, [], BEGAN);
  assert.deepEqual(
    placed(marks).filter(([kind]) => kind !== "event"),
    [
      ["line", "agent", 1, 3.5],
      ["line", "person", 5, 7],
      ["wait", "agent", 7.199999999999999, 10.2],
      ["line", "agent", 10.2, 14],
      ["line", "person", 16, 16],
    ],
  );
  assert.deepEqual(
    marks.map(({ name }) => name),
    [
      "Agent, 00:01, 2.5 s: Good evening.",
      "You, 00:05, 2.0 s: A table for two.",
      "Wait of 3.0 s for the reply at 00:10",
      "The agent's tools, 00:08, 0.8 s",
      "Agent, 00:10, 3.8 s: At eight?",
      "You typed, 00:16: Yes.",
    ],
  );
});

test("what failed, who took over and what was not understood have their marks", () => {
  const events = [
    { event: "session_started", at: at(0) },
    { event: "speech_started", role: "user", segment: "u", at: at(2) },
    { event: "error", code: "agent_lost", message: "The agent was lost. Another one is joining.", at: at(3) },
    { event: "speech_ended", role: "user", segment: "u", at: at(4) },
    { event: "error", code: "llm_slow", message: "The language service is slow.", at: at(65) },
    { event: "session_ended", reason: "left", at: at(3700) },
  ];
  const marks = marksOf([], events, BEGAN);
  assert.deepEqual(placed(marks), [
    ["event", "events", 0, 0],
    ["wordless", "person", 2, 4],
    ["failure", "events", 3, 3],
    ["failure", "events", 65, 65],
    ["event", "events", 3700, 3700],
  ]);
  assert.deepEqual(
    marks.map(({ name }) => name),
    [
      "The agent could hear, 00:00",
      "You spoke, 00:02, 2.0 s. No words were understood.",
      "Another agent took over, 00:03. The agent was lost. Another one is joining.",
      "Failure, 01:05. The language service does not answer in time. Please say that again in a moment.",
      "You were away for a while, so the session ended, 1:01:40",
    ],
  );
});

test("kinds that nobody has words for are shown by their name, from their start to their end", () => {
  const events = [
    { event: "tool_started", id: "1", name: "find_table", at: at(2) },
    { event: "tool_started", id: "2", name: "weather", at: at(2.5) },
    { event: "tool_ended", id: "1", at: at(4) },
    { event: "tool_ended", id: "9", at: at(5) },
    { event: "hand_off", at: at(6) },
  ];
  const marks = marksOf([], events, BEGAN);
  assert.deepEqual(
    marks.map(({ name, until }) => [name, until]),
    [
      ["tool: find_table, 00:02, 2.0 s", 4],
      ["tool: weather, 00:02", 2.5],
      ["tool, 00:05", 5],
      ["hand off, 00:06", 6],
    ],
  );
});

test("what tools took of a wait is left out where they have events of their own", () => {
  const marks = marksOf(LINES, [{ event: "tool_started", name: "weather", at: at(8) }], BEGAN);
  assert.deepEqual(
    marks.filter(({ lane }) => lane === "events").map(({ name }) => name),
    ["tool: weather, 00:08"],
  );
});

test("arrow keys go through time, and between lanes to what is nearest", () => {
  const marks = marksOf(LINES, [{ event: "hand_off", at: at(9) }], BEGAN);
  const [greeting, asked, wait, tools, handOff, reply, typed] = marks;
  assert.equal(markBy(marks, greeting, "ArrowRight"), asked);
  assert.equal(markBy(marks, asked, "ArrowLeft"), greeting);
  assert.equal(markBy(marks, greeting, "ArrowLeft"), undefined);
  assert.equal(markBy(marks, asked, "End"), typed);
  assert.equal(markBy(marks, typed, "Home"), greeting);
  assert.equal(markBy(marks, asked, "ArrowDown"), wait);
  assert.equal(markBy(marks, reply, "ArrowDown"), handOff);
  assert.equal(markBy(marks, tools, "ArrowUp"), wait);
  assert.equal(markBy(marks, asked, "ArrowUp"), undefined);
  assert.equal(markBy(marks, asked, "a"), undefined);
  assert.equal(markBy(marksOf(LINES.slice(0, 2), [], BEGAN), greeting, "ArrowDown"), undefined);
});

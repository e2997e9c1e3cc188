import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, isSpeaking } from "../../session/reading.js";
import { connected, emptyTranscript, reduce } from "../../session/transcript.js";

const AT = "2026-01-31T12:00:00.000Z";
const started = (seq, role, segment) => ({ role, event: "speech_started", segment, seq, at: AT });
const stopped = (seq, role, segment) => ({ role, event: "speech_ended", segment, seq, at: AT });
const final = (seq, role, segment, text, order = seq, more = {}) => ({
  role,
  text,
  final: true,
  segment,
  seq,
  order,
  at: AT,
  ...more,
});
const interim = (role, segment, text) => ({ role, text, final: false, segment, at: AT });
const caughtUp = (seq, recovered = true) => ({ event: "caught_up", seq, recovered });
const read = (events, from = emptyTranscript()) => events.reduce(reduce, from);
const lines = (transcript) =>
  inOrder(transcript).map(({ role, text, final: isFinal }) => `${role}${isFinal ? "" : "?"}: ${text}`);

test("interim words grow in place and become final", () => {
  const open = read([
    started(1, "user", "u1"),
    interim("user", "u1", "I would"),
    interim("user", "u1", "I would like"),
  ]);
  assert.deepEqual(lines(open), ["user?: I would like"]);
  assert.deepEqual(lines(read([final(2, "user", "u1", "I would like tea.", 1)], open)), [
    "user: I would like tea.",
  ]);
});

test("words so far that were none after all are taken back, settled ones are not", () => {
  const open = read([started(1, "user", "u1"), interim("user", "u1", "the")]);
  assert.deepEqual(lines(read([interim("user", "u1", "")], open)), []);
  const settled = read([final(2, "user", "u1", "Then."), interim("user", "u1", "")], open);
  assert.deepEqual(lines(settled), ["user: Then."]);
});

test("an interim that comes after its final is dropped", () => {
  const transcript = read([final(1, "agent", "a1", "Hello."), interim("agent", "a1", "Hel")]);
  assert.deepEqual(lines(transcript), ["agent: Hello."]);
});

test("an event that is sent again counts once", () => {
  const events = [started(1, "user", "u1"), final(2, "user", "u1", "Yes.", 1), stopped(3, "user", "u1")];
  const once = read(events);
  assert.deepEqual(read(events, once).entries, once.entries);
  assert.equal(isSpeaking(read(events, once), "user"), false);
});

test("an interrupted reply stands before the words that interrupted it, though it is settled after them", () => {
  const transcript = read([
    started(1, "agent", "a1"),
    started(2, "user", "u1"),
    final(3, "user", "u1", "Wait.", 2),
    final(4, "agent", "a1", "Certainly. A table for", 1, { interrupted: true }),
  ]);
  assert.deepEqual(lines(transcript), ["agent: Certainly. A table for", "user: Wait."]);
  assert.equal(inOrder(transcript)[0].interrupted, true);
});

test("open words stand where their segment began, and last while that is unknown", () => {
  const early = read([
    interim("user", "u1", "And"),
    started(1, "agent", "a1"),
    interim("agent", "a1", "Good"),
  ]);
  assert.deepEqual(lines(early), ["agent?: Good", "user?: And"]);
  assert.deepEqual(lines(read([started(2, "user", "u1")], early)), ["agent?: Good", "user?: And"]);
  assert.deepEqual(lines(read([final(3, "user", "u1", "And?", 2)], early)), ["agent?: Good", "user: And?"]);
});

test("speaking follows the segments of each role, thinking ends when the agent speaks", () => {
  const transcript = read([started(1, "user", "u1"), { role: "agent", event: "thinking_started", at: AT }]);
  assert.equal(isSpeaking(transcript, "user"), true);
  assert.equal(transcript.thinking, true);
  const later = read([stopped(2, "user", "u1"), started(3, "agent", "a1")], transcript);
  assert.deepEqual(
    [isSpeaking(later, "user"), isSpeaking(later, "agent"), later.thinking],
    [false, true, false],
  );
});

test("the end closes everything that was open", () => {
  const transcript = read([
    started(1, "user", "u1"),
    interim("user", "u1", "But"),
    { event: "session_ended", reason: "idle", seq: 2, at: AT },
    interim("user", "u1", "But then"),
  ]);
  assert.deepEqual(
    [lines(transcript), isSpeaking(transcript, "user"), transcript.endReason],
    [[], false, "idle"],
  );
});

test("errors are kept with their place", () => {
  const transcript = read([
    { event: "error", code: "llm_slow", message: "Slow.", fatal: false, seq: 1, at: AT },
  ]);
  assert.deepEqual(
    transcript.failures.map(({ seq, code }) => [seq, code]),
    [[1, "llm_slow"]],
  );
});

test("a server that lost our place sends everything, and only that counts", () => {
  const before = read([final(1, "user", "old", "Old."), final(2, "user", "older", "Older."), caughtUp(2)]);
  const again = read([final(1, "agent", "new", "New."), caughtUp(1, false)], connected(before));
  assert.deepEqual([lines(again), again.lastSeq, again.caughtUp], [["agent: New."], 1, true]);
});

test("a server that kept our place sends the rest, and all counts", () => {
  const before = read([final(1, "user", "u1", "One."), caughtUp(1)]);
  const after = read([final(2, "user", "u2", "Two."), caughtUp(2)], connected(before));
  assert.deepEqual([lines(after), after.lastSeq], [["user: One.", "user: Two."], 2]);
});

test("an agent that was lost thinks no more, and is lost until one speaks", () => {
  const thought = { role: "agent", event: "thinking_started", at: AT };
  const lost = read([
    thought,
    { event: "error", code: "agent_lost", message: "Lost.", fatal: false, seq: 1, at: AT },
  ]);
  assert.deepEqual([lost.lostAt, lost.thinking, lost.failures.length], [1, false, 1]);
  const other = read(
    [
      started(2, "user", "u1"),
      { event: "error", code: "llm_slow", message: "Slow.", fatal: false, seq: 3, at: AT },
    ],
    lost,
  );
  assert.equal(other.lostAt, 1);
  assert.equal(read([started(4, "agent", "a1")], other).lostAt, 0);
});

test("what an agent that was lost did not settle is gone, and what it settled stays", () => {
  const lost = { event: "error", code: "agent_lost", message: "Lost.", fatal: false, seq: 5, at: AT };
  const transcript = read([
    started(1, "user", "u1"),
    final(2, "user", "u1", "Yes.", 1),
    started(3, "agent", "a1"),
    interim("agent", "a1", "Then I"),
    stopped(4, "agent", "a1"),
    lost,
  ]);
  assert.deepEqual([lines(transcript), transcript.open], [["user: Yes."], { u1: "user" }]);
});

test("an entry is as old as its first sound, not as its last", () => {
  const events = [
    { role: "agent", event: "speech_started", segment: "a", seq: 1, at: "2026-01-01T12:00:00.000Z" },
    {
      role: "agent",
      text: "Hello.",
      final: true,
      segment: "a",
      order: 1,
      seq: 2,
      at: "2026-01-01T12:00:05.000Z",
    },
  ];
  const { entries } = events.reduce(reduce, emptyTranscript());
  assert.equal(entries.a.at, "2026-01-01T12:00:00.000Z");
});

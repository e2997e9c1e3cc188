import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TranscriptSocket } from "../../links/socket.js";
import { connected, emptyTranscript, reduce } from "../../session/transcript.js";
import { standIn } from "../support/fakes.js";

const { $defs: DECLARED } = JSON.parse(
  readFileSync(new URL("../event-schema.json", import.meta.url), "utf8"),
);
const AT = "2026-01-31T12:00:00.000Z";
const VALUES = {
  at: AT,
  code: "llm_slow",
  fatal: true,
  message: "It is slow.",
  order: 7,
  reason: "unreachable",
  recovered: true,
  seq: 7,
  segment: "s1",
  text: "Some words.",
  wait_ms: 1200,
  call: "c1",
  name: "find_tables",
  ok: true,
  milliseconds: 340,
};

/** Every message that a declaration allows, as far as its roles, kinds and reasons go. */
function messagesOf({ properties, required }) {
  return required.reduce(
    (messages, name) =>
      messages.flatMap((message) =>
        valuesOf(name, properties[name]).map((value) => ({ ...message, [name]: value })),
      ),
    [{}],
  );
}

function valuesOf(name, { enum: several, const: only }) {
  if (several) return several;
  if (only !== undefined) return [only];
  assert.ok(name in VALUES, `the server declares "${name}", which these tests do not know`);
  return [VALUES[name]];
}

/** What an event must be seen to do; it is applied while the other role speaks and the agent thinks. */
const EFFECTS = {
  interim: ({ entries }, { role, text }) =>
    entries.s1.role === role && entries.s1.text === text && !entries.s1.final,
  final: ({ entries }, { role, text, order }) =>
    entries.s1.role === role && entries.s1.text === text && entries.s1.final && entries.s1.order === order,
  speech_started: ({ open, orders }, { role, seq }) => open.s1 === role && orders.s1 === seq,
  speech_ended: ({ open }) => !("s1" in open) && "other" in open,
  thinking_started: ({ thinking }) => thinking,
  thinking_ended: ({ thinking }) => !thinking,
  session_started: ({ startedAt }) => startedAt === AT,
  session_ended: ({ endReason, open }, { reason }) => endReason === reason && Object.keys(open).length === 0,
  error: ({ failures }, { code, message, fatal }) =>
    failures.length === 1 &&
    failures[0].code === code &&
    failures[0].message === message &&
    failures[0].fatal === fatal,
  local_language: ({ localLanguage }, { by, seq }) =>
    localLanguage.length === 1 && localLanguage[0].by === by && localLanguage[0].seq === seq,
  service_switched: ({ switches }, { service, to }) =>
    switches.length === 1 && switches[0].service === service && switches[0].to === to,
  turn_times: ({ times }, { wait_ms }) => times.s1.wait_ms === wait_ms,
  tool_started: ({ tools }, { name }) => tools.c1?.name === name && tools.c1.state === "running",
  tool_ended: ({ tools }, { milliseconds }) =>
    tools.c1?.state === "done" && tools.c1.milliseconds === milliseconds,
  caught_up: ({ caughtUp }) => caughtUp,
};

/** What goes on before, so that an event which is ignored leaves it as it was. */
const BEFORE = {
  speech_ended: [{ role: "user", event: "speech_started", segment: "s1", seq: 2, at: AT }],
  thinking_ended: [{ role: "agent", event: "thinking_started", at: AT }],
};

const kindOf = ({ event, final }) => event ?? (final ? "final" : "interim");
const MESSAGES = Object.values(DECLARED).flatMap(messagesOf);

function transcriptBefore(kind) {
  const other = { role: "user", event: "speech_started", segment: "other", seq: 1, at: AT };
  return [other, ...(BEFORE[kind] ?? [])].reduce(reduce, connected(emptyTranscript()));
}

for (const message of MESSAGES.filter((message) => kindOf(message) !== "pong")) {
  const kind = kindOf(message);
  test(`the page shows ${[kind, message.role, message.reason].filter(Boolean).join(" ")}`, () => {
    assert.ok(EFFECTS[kind], `the server declares ${kind}, which these tests do not know`);
    const before = transcriptBefore(kind);
    assert.ok(!shows(kind, before, message), "seen before it came");
    const after = reduce(before, message);
    assert.ok(shows(kind, after, message));
    if (kind !== "caught_up") assert.equal(after.lastSeq, Math.max(before.lastSeq, message.seq ?? 0));
  });
}

function shows(kind, transcript, message) {
  try {
    return EFFECTS[kind](transcript, message);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

test("the server sends every kind that the page expects", () => {
  const kinds = new Set(MESSAGES.map(kindOf));
  assert.deepEqual([...kinds].sort(), [...Object.keys(EFFECTS), "pong"].sort());
});

test("an interrupted final is shown as interrupted", () => {
  assert.ok("interrupted" in DECLARED.FinalMessage.properties);
  const [final] = messagesOf(DECLARED.FinalMessage);
  assert.equal(reduce(emptyTranscript(), { ...final, interrupted: true }).entries.s1.interrupted, true);
  assert.equal(reduce(emptyTranscript(), final).entries.s1.interrupted, false);
});

test("a pong is no news to the page", async () => {
  const received = [];
  const listener = { opened() {}, received: (event) => received.push(event), lost() {}, closed() {} };
  const pipe = standIn({ close() {}, send() {} });
  const visitor = { current: async () => "token", renew: async () => "token" };
  const timers = { setTimeout: () => 1, clearTimeout() {} };
  const socket = new TranscriptSocket({ url: () => "ws://h", visitor, listener, open: () => pipe, timers });
  await socket.connect();
  for (const message of [...messagesOf(DECLARED.Pong), ...messagesOf(DECLARED.CaughtUp)])
    pipe.onmessage({ data: JSON.stringify(message) });
  socket.disconnect();
  assert.deepEqual(received.map(kindOf), ["caught_up"]);
});

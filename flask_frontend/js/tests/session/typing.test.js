import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { unconfirmed } from "../../session/reading.js";
import { Store } from "../../session/store.js";
import { emptyTranscript, reduce } from "../../session/transcript.js";
import { Typing } from "../../session/typing.js";
import { Trouble } from "../../words/trouble.js";
import { cannotSend, counterWords, leftWords, MOST } from "../../words/typing.js";
import { deferred, settled } from "../support/fakes.js";

const AT = "2026-01-31T12:00:00.000Z";

let store, memory, sent, failure, answered, backend, typing;

beforeEach(() => {
  store = new Store();
  store.update({ phase: "live" });
  memory = { draft: "kept", session: { session_id: "s" }, outgoing: [] };
  sent = [];
  failure = null;
  answered = Promise.resolve();
  backend = {
    typeMessage: async (session, line) => {
      sent.push([session, line]);
      await answered;
      if (failure) throw failure;
      return { at: AT };
    },
  };
  typing = new Typing(backend, memory, store);
  typing.connect();
});

test("a draft is kept for a reload until it is sent", () => {
  assert.equal(store.state.typed.draft, "kept");
  typing.edit("  Is there parking? ");
  assert.equal(memory.draft, "  Is there parking? ");
  assert.equal(typing.send(), true);
  assert.deepEqual([memory.draft, store.state.typed.draft], ["", ""]);
});

test("lines are sent in order and are being sent until the transcript has them", async () => {
  for (const text of ["One?", "Two?"]) {
    typing.edit(text);
    typing.send();
  }
  await settled();
  assert.deepEqual(
    sent.map(([session, { text }]) => [session, text]),
    [
      ["s", "One?"],
      ["s", "Two?"],
    ],
  );
  const { sending } = store.state.typed;
  const segment = `typed.${sending[0].id}`;
  const first = { role: "user", text: "One?", final: true, typed: true, segment, seq: 1, order: 1, at: "" };
  const transcript = reduce(emptyTranscript(), first);
  assert.equal(transcript.entries[segment].typed, true);
  assert.deepEqual(
    unconfirmed(sending, transcript).map(({ text }) => text),
    ["Two?"],
  );
});

test("what could not be sent is there again, and goes with the same id", async () => {
  failure = new Trouble("backend_unreachable");
  typing.edit("Hello");
  typing.send();
  typing.edit("and more");
  await settled();
  const { draft, sending, trouble } = store.state.typed;
  assert.deepEqual([draft, sending, trouble], ["Hello\nand more", [], failure]);
  failure = null;
  typing.edit("Hello");
  assert.equal(store.state.typed.trouble, null);
  typing.send();
  await settled();
  assert.equal(sent[0][1].id, sent[1][1].id);
});

test("a line that was stored is no longer on its way, whether or not the transcript brings it", async () => {
  typing.edit("Hello");
  typing.send();
  assert.equal(store.state.typed.sending[0].sentAt, undefined);
  store.update({ phase: "ended" });
  await settled();
  assert.deepEqual(
    store.state.typed.sending.map(({ text, sentAt, trouble }) => [text, sentAt, trouble]),
    [["Hello", AT, undefined]],
  );
  assert.equal(memory.draft, "");
});

test("a line that did not arrive before the end says why, and is in the field of the next session", async () => {
  const held = deferred();
  answered = held.promise;
  failure = new Trouble("room_in_use");
  typing.edit("Hello");
  typing.send();
  store.update({ phase: "ended" });
  held.resolve();
  await settled();
  const { draft, sending, trouble } = store.state.typed;
  assert.deepEqual([draft, memory.draft, trouble], ["Hello", "Hello", null]);
  assert.deepEqual(
    sending.map(({ text, trouble }) => [text, trouble]),
    [["Hello", failure]],
  );
  assert.match(leftWords(failure), /^The session ended before it arrived\./);
  failure = null;
  store.update({ phase: "live" });
  typing.send();
  assert.deepEqual(
    store.state.typed.sending.map(({ trouble }) => trouble),
    [undefined],
  );
});

test("a line that was on its way when the page was reloaded is sent again, with the same id", async () => {
  answered = new Promise(() => {});
  typing.edit("Hello");
  typing.send();
  const [kept] = memory.outgoing;
  assert.deepEqual(kept, { session: "s", ...store.state.typed.sending[0] });
  answered = Promise.resolve();
  memory.session = null;
  const after = new Typing(backend, memory, new Store());
  after.connect();
  await settled();
  assert.deepEqual(sent, [
    ["s", { id: kept.id, text: "Hello" }],
    ["s", { id: kept.id, text: "Hello" }],
  ]);
  assert.deepEqual(memory.outgoing, []);
});

test("what was sent in one session is not on its way in the next", () => {
  typing.edit("Hello");
  typing.send();
  store.update({ phase: "ended" });
  assert.equal(store.state.typed.sending.length, 1);
  store.update({ phase: "connecting", transcript: emptyTranscript() });
  assert.deepEqual(store.state.typed.sending, []);
});

test("nothing goes where nobody would read it, or that is too long or empty", () => {
  for (const text of ["", "  \n", "a".repeat(MOST + 1)]) {
    typing.edit(text);
    assert.equal(typing.send(), false);
  }
  typing.edit("Hello");
  store.update({ phase: "ended" });
  assert.equal(typing.send(), false);
  assert.deepEqual(sent, []);
});

test("the page counts near the limit only", () => {
  assert.equal(counterWords("a".repeat(1_799)), "");
  assert.equal(counterWords("a".repeat(MOST)), "2000 of 2000 characters");
  assert.equal(counterWords("a".repeat(MOST + 3)), "2003 of 2000 characters: shorten it by 3");
  assert.equal(counterWords("🙂".repeat(MOST)), "2000 of 2000 characters");
  assert.equal(cannotSend("🙂".repeat(MOST)), false);
  assert.equal(cannotSend("🙂".repeat(MOST + 1)), true);
});

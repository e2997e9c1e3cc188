import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory } from "../../links/storage.js";
import { FakeStorage } from "../support/fakes.js";

const SESSION = { session_id: "S", room: "r", identity: "me" };

/** @type {(local?: any, tab?: any) => Memory} */
function memoryOf(local = new FakeStorage(), tab = new FakeStorage()) {
  return new Memory(
    () => local,
    () => tab,
  );
}

test("remembers name, microphone and volume for the browser, the session for the tab", () => {
  const local = new FakeStorage();
  const memory = memoryOf(local);
  Object.assign(memory, { identity: "Ann", microphone: "mic-2", volume: 0.4, session: SESSION });
  const elsewhere = memoryOf(local);
  assert.deepEqual([elsewhere.identity, elsewhere.microphone, elsewhere.volume], ["Ann", "mic-2", 0.4]);
  assert.deepEqual([memory.session, elsewhere.session], [SESSION, null]);
});

test("forgets a session", () => {
  const memory = memoryOf();
  memory.session = SESSION;
  memory.session = null;
  assert.equal(memory.session, null);
});

for (const broken of ["{", "{}", "7", '{"session_id":"S"}']) {
  test(`takes ${broken} for no session`, () => {
    const tab = new FakeStorage();
    tab.setItem("voice-agent.session", broken);
    assert.equal(memoryOf(new FakeStorage(), tab).session, null);
  });
}

test("a volume that makes no sense is full", () => {
  const local = new FakeStorage();
  local.setItem("voice-agent.volume", "loud");
  assert.equal(memoryOf(local).volume, 1);
});

test("works where storage is forbidden", () => {
  const forbidden = () => {
    throw new DOMException("no", "SecurityError");
  };
  const memory = new Memory(forbidden, forbidden);
  memory.session = SESSION;
  memory.identity = "Ann";
  assert.deepEqual([memory.session, memory.identity, memory.volume], [null, "", 1]);
});

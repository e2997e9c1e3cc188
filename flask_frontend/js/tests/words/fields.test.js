import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldErrors, freshIdentity, freshRequestId, freshRoom, refusedFields } from "../../words/fields.js";

const good = { room: "quickstart-k4m2", identity: "Ann B.", system_prompt: "" };

test("good fields have no errors", () => {
  assert.deepEqual(fieldErrors(good), {});
  assert.deepEqual(
    fieldErrors({ room: "a".repeat(128), identity: "._- 9", system_prompt: "x".repeat(8000) }),
    {},
  );
});

for (const name of ["", "a".repeat(129), "a/b", "é", "a~b", "a\nb", "<b>"]) {
  test(`${JSON.stringify(name.slice(0, 9))} is neither a room nor an identity`, () => {
    assert.deepEqual(Object.keys(fieldErrors({ ...good, room: name })), ["room"]);
    assert.deepEqual(Object.keys(fieldErrors({ ...good, identity: name })), ["identity"]);
  });
}

test("an agent's name is not for people", () => {
  assert.match(fieldErrors({ ...good, identity: "agent-1" }).identity ?? "", /agent-/);
  assert.deepEqual(fieldErrors({ ...good, room: "agent-1" }), {});
});

test("a prompt of more than 8000 characters is too long", () => {
  assert.match(fieldErrors({ ...good, system_prompt: "x".repeat(8001) }).system_prompt ?? "", /8000.*8001/);
});

test("what the page makes up is valid and new each time", () => {
  assert.match(freshRoom(), /^quickstart-[a-z0-9]{4}$/);
  assert.match(freshIdentity(), /^guest-[a-z0-9]{4}$/);
  assert.deepEqual(fieldErrors({ ...good, room: freshRoom(), identity: freshIdentity() }), {});
  assert.match(freshRequestId(), /^[a-z0-9]{20}$/);
  assert.notEqual(freshRequestId(), freshRequestId());
});

test("what the service refused is said in the words of the page", () => {
  const refused = { room: "Nur Klartext.", identity: "No." };
  assert.deepEqual(refusedFields({ ...good, room: "a/b" }, refused), {
    room: "Only plain letters, digits, spaces and . _ -",
    identity: "The service does not accept this.",
  });
});

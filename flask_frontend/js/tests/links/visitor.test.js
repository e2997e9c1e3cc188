import assert from "node:assert/strict";
import { test } from "node:test";
import { Backend } from "../../links/backend.js";
import { VisitorToken } from "../../links/visitor.js";
import { Trouble } from "../../words/trouble.js";
import { answer, standIn } from "../support/fakes.js";

const LATER = "2026-01-31T12:10:00.000Z";
const NOW = Date.parse("2026-01-31T12:00:00.000Z");

/** @type {(now: number, options?: any) => VisitorToken} */
function tokenAt(now, { expiresAt = LATER, renewals = [], fails = false } = {}) {
  const send = async (url, { method }) => {
    renewals.push(`${method} ${url}`);
    if (fails) throw new TypeError("Failed to fetch");
    return answer(200, { token: `new-${renewals.length}`, expires_at: LATER });
  };
  return new VisitorToken({ token: "first", expiresAt, fetch: standIn(send), now: () => now });
}

test("a token that is good is used as it is", async () => {
  const renewals = [];
  assert.equal(await tokenAt(NOW, { renewals }).current(), "first");
  assert.deepEqual(renewals, []);
});

test("a token is renewed before it expires, once for all who ask", async () => {
  const renewals = [];
  const token = tokenAt(NOW, { expiresAt: "2026-01-31T12:00:59.000Z", renewals });
  assert.deepEqual(await Promise.all([token.current(), token.current()]), ["new-1", "new-1"]);
  assert.equal(await token.current(), "new-1");
  assert.deepEqual(renewals, ["POST /visitor-token"]);
});

test("a site that does not answer is a trouble with words", async () => {
  await assert.rejects(
    tokenAt(NOW, { fails: true }).renew(),
    (error) => error instanceof Trouble && error.code === "backend_unreachable",
  );
});

function backendThat(answers) {
  const requests = [];
  const send = async (url, { method, headers, body }) => {
    requests.push({ url, method, headers, body });
    return answers.shift();
  };
  const backend = new Backend({ base: "http://backend/", visitor: tokenAt(NOW), fetch: standIn(send) });
  return { backend, requests };
}

test("a refused token is renewed and the request sent once more", async () => {
  const { backend, requests } = backendThat([answer(401, {}), answer(200, { token: "t" })]);
  await backend.grant({ room: "a b", identity: "me" }, "r1");
  assert.deepEqual(
    requests.map(({ headers }) => headers.Authorization),
    ["Bearer first", "Bearer new-1"],
  );
  assert.deepEqual(
    requests.map(({ headers }) => headers["X-Request-ID"]),
    ["r1", "r1"],
  );
  assert.equal(requests[0].url, "http://backend/token?room=a+b&identity=me");
});

test("a token that is refused twice is not tried a third time", async () => {
  const { backend, requests } = backendThat([answer(401, {}), answer(401, { code: "bad_token" })]);
  await assert.rejects(backend.endSession("S"), { code: "visitor_refused" });
  assert.equal(requests.length, 2);
});

test("the newest session that has not ended is the one to continue", async () => {
  const sessions = [
    { session_id: "3", state: "ended" },
    { session_id: "2", state: "active" },
    { session_id: "1", state: "active" },
  ];
  const { backend } = backendThat([answer(200, { sessions, next: null })]);
  assert.equal((await backend.liveSession())?.session_id, "2");
});

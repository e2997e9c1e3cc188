import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Backend } from "../../links/backend.js";
import { VisitorToken } from "../../links/visitor.js";
import { Trouble } from "../../words/trouble.js";
import { answer, standIn } from "../support/fakes.js";

const SECOND = 1_000;
const LIFETIME = 600;

/** @type {(now: number | (() => number), options?: any) => VisitorToken} */
function tokenAt(now, { renewals = [], fails = false } = {}) {
  const send = async (url, { method }) => {
    renewals.push(`${method} ${url}`);
    if (fails) throw new TypeError("Failed to fetch");
    return answer(200, { token: `new-${renewals.length}`, expires_in: LIFETIME });
  };
  const clock = typeof now === "function" ? now : () => now;
  return new VisitorToken({ token: "first", expiresIn: LIFETIME, fetch: standIn(send), now: clock });
}

test("a token that is good is used as it is", async () => {
  const renewals = [];
  assert.equal(await tokenAt(539 * SECOND, { renewals }).current(), "first");
  assert.deepEqual(renewals, []);
});

test("a token is renewed before it expires, once for all who ask", async () => {
  const renewals = [];
  const token = tokenAt(541 * SECOND, { renewals });
  assert.deepEqual(await Promise.all([token.current(), token.current()]), ["new-1", "new-1"]);
  assert.equal(await token.current(), "new-1");
  assert.deepEqual(renewals, ["POST /visitor-token"]);
});

for (const year of [1990, 2090]) {
  test(`a computer that lives in ${year} asks for no more tokens`, async () => {
    mock.timers.enable({ apis: ["Date"], now: Date.UTC(year, 0) });
    const renewals = [];
    let elapsed = 0;
    const token = tokenAt(() => elapsed, { renewals });
    for (; elapsed < 3_000 * SECOND; elapsed += 10 * SECOND) {
      await token.current();
      mock.timers.setTime(Date.UTC(year + (elapsed % 3), 0));
    }
    mock.timers.reset();
    assert.equal(renewals.length, 5);
  });
}

test("a site that does not answer is a trouble with words", async () => {
  await assert.rejects(
    tokenAt(0, { fails: true }).renew(),
    (error) => error instanceof Trouble && error.code === "backend_unreachable",
  );
});

function backendThat(answers) {
  const requests = [];
  const send = async (url, { method, headers, body }) => {
    requests.push({ url, method, headers, body });
    return answers.shift();
  };
  const backend = new Backend({ base: "http://backend/", visitor: tokenAt(0), fetch: standIn(send) });
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

test("a page in another site's frame says by its token who it is, and sends no cookie", async () => {
  const asked = [];
  const send = async (url, { credentials, headers }) => {
    asked.push([url, credentials, headers.Authorization]);
    return answer(200, { token: "new", expires_in: LIFETIME });
  };
  const token = new VisitorToken({
    token: "first",
    expiresIn: 0,
    renewAt: "/embed-token",
    fetch: standIn(send),
  });
  assert.equal(await token.current(), "new");
  assert.deepEqual(asked, [["/embed-token", "omit", "Bearer first"]]);
});

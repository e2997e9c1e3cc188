import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Backend } from "../../links/backend.js";
import { answer, standIn } from "../support/fakes.js";

const REQUEST = { room: "r", identity: "me" };
const SESSION = { session_id: "S", state: "starting", ...REQUEST };
const PROBLEM = { "Content-Type": "application/problem+json", "Retry-After": "10" };

let answers, asked, waits, backend;

beforeEach(() => {
  answers = [];
  asked = [];
  waits = [];
  backend = new Backend({
    base: "http://backend",
    visitor: standIn({ current: async () => "pass", renew: async () => "renewed" }),
    fetch: standIn(async (url, { method, headers, body }) => {
      asked.push({ url, method, token: headers.Authorization, body: body && JSON.parse(body) });
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next;
    }),
    wait: async (milliseconds) => void waits.push(milliseconds),
  });
});

const offline = () => new TypeError("Failed to fetch");

for (const [what, failure] of Object.entries({
  "the network": offline,
  "a proxy's 502": () => new Response("<h1>", { status: 502 }),
  "a proxy's 503": () => new Response("", { status: 503 }),
})) {
  test(`a start that fails by ${what} is repeated, word for word`, async () => {
    answers = [failure(), failure(), answer(201, SESSION)];
    assert.deepEqual(await backend.startSession(REQUEST, "id"), SESSION);
    assert.equal(asked.length, 3);
    for (const request of asked) assert.deepEqual(request, asked[0]);
    assert.ok(waits.length === 2 && waits.every((wait) => wait >= 300 && wait <= 1000));
  });

  test(`a start that fails by ${what} three times has words`, async () => {
    answers = [failure(), failure(), failure()];
    await assert.rejects(backend.startSession(REQUEST, "id"), {
      code: "backend_unreachable",
      requestId: "id",
    });
    assert.equal(asked.length, 3);
  });
}

for (const [status, code, trouble] of [
  [503, "at_capacity", "unavailable"],
  [502, "agent_failed", "agent_not_started"],
  [404, "agent_not_found", "agent_not_found"],
]) {
  test(`the service's own ${code} is an answer, and is not asked for again`, async () => {
    answers = [answer(status, { code, detail: "Why." }, PROBLEM)];
    await assert.rejects(backend.startSession(REQUEST), { code: trouble, retryAfter: 10 });
    assert.equal(asked.length, 1);
  });
}

test("a request that took too long is not sent again", async () => {
  answers = [new DOMException("slow", "TimeoutError")];
  await assert.rejects(backend.startSession(REQUEST), { code: "backend_unreachable" });
  assert.equal(asked.length, 1);
});

test("a token that was refused is renewed once", async () => {
  answers = [answer(401, {}, PROBLEM), answer(200, SESSION)];
  assert.deepEqual(await backend.session("S"), SESSION);
  assert.deepEqual(
    asked.map(({ token }) => token),
    ["Bearer pass", "Bearer renewed"],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromMedia, fromMicrophone, fromProblem, Trouble } from "../../words/trouble.js";
import { TROUBLES, troubleWords } from "../../words/trouble-words.js";
import { endingWords, LINES, restoring } from "../../words/words.js";

test("an end whose reason is not known is an end all the same", () => {
  assert.equal(endingWords("something new"), "The session is over.");
});

test("every trouble has a headline of its own, what to do, and one way out", () => {
  const headlines = Object.values(TROUBLES).map(({ headline }) => headline);
  assert.equal(new Set(headlines).size, headlines.length);
  for (const [code, { headline, help, action, verb }] of Object.entries(TROUBLES)) {
    assert.ok(headline && headline.length < 60 && !headline.endsWith("."), code);
    assert.match(help, /\.$/, code);
    assert.ok(action, code);
    assert.ok(["retry", "fresh", "continue", "reload"].includes(verb), code);
  }
});

for (const [status, code] of /** @type {[number, string][]} */ ([
  [400, "bad_fields"],
  [401, "visitor_refused"],
  [404, "session_unknown"],
  [409, "room_in_use"],
  [429, "too_many"],
  [500, "backend_unreachable"],
  [502, "backend_unreachable"],
  [503, "backend_unreachable"],
])) {
  test(`an answer of ${status} has words`, () => {
    const trouble = fromProblem(new Response("", { status }), null, "sent");
    assert.equal(trouble.code, code);
    assert.ok(TROUBLES[code]);
  });
}

for (const [status, sent, code] of /** @type {[number, string, string][]} */ ([
  [503, "at_capacity", "unavailable"],
  [502, "agent_failed", "agent_not_started"],
  [502, "livekit_unreachable", "agent_not_started"],
  [429, "too_many_requests", "too_fast"],
  [500, "internal_error", "service_failed"],
  [503, "record_unavailable", "record_away"],
])) {
  test(`the service's own ${sent} has words`, () => {
    const trouble = fromProblem(new Response("", { status }), { code: sent }, "sent");
    assert.equal(trouble.code, code);
    assert.ok(TROUBLES[code]);
  });
}

test("what is being restored is said in one line", () => {
  assert.equal(restoring({ socket: "", media: "" }), "");
  assert.equal(restoring({ socket: LINES.socket, media: "" }), LINES.socket);
  assert.equal(restoring({ socket: "", media: LINES.media }), LINES.media);
  assert.equal(restoring({ socket: LINES.socket, media: LINES.media }), LINES.both);
});

test("a problem brings its fields, its request id and how long to wait", () => {
  const response = new Response("", { status: 429, headers: { "Retry-After": "7" } });
  const problem = {
    code: "too_many_sessions",
    detail: "Two at most.",
    request_id: "r1",
    errors: { room: ["Bad."] },
  };
  const trouble = fromProblem(response, problem, "sent");
  assert.deepEqual([trouble.requestId, trouble.retryAfter, trouble.fields], ["r1", 7, { room: "Bad." }]);
  assert.equal(trouble.message, "429 · too_many_sessions · Two at most. · Bad.");
});

test("the request id falls back to the header, then to the one that was sent", () => {
  const response = new Response("", { status: 502, headers: { "X-Request-ID": "header" } });
  assert.equal(fromProblem(response, null, "sent").requestId, "header");
  assert.equal(fromProblem(new Response("", { status: 502 }), null, "sent").requestId, "sent");
});

for (const [name, code] of [
  ["NotAllowedError", "microphone_denied"],
  ["NotFoundError", "microphone_missing"],
  ["NotReadableError", "microphone_busy"],
  ["AbortError", "microphone_failed"],
]) {
  test(`a microphone's ${name} has words`, () => {
    const trouble = fromMicrophone(new DOMException("why", name));
    assert.deepEqual([trouble.code, trouble.message], [code, `${name}: why`]);
    assert.ok(TROUBLES[code]);
  });
}

test("a media server that refuses is not one that is unreachable", () => {
  assert.equal(
    fromMedia(new Error("could not establish signal connection"), "r", "token").code,
    "media_refused",
  );
  assert.equal(
    fromMedia(new Error("could not establish signal connection"), "r", "room").code,
    "room_in_use",
  );
  assert.equal(fromMedia(new Error("could not establish pc connection"), "r").code, "media_unreachable");
});

test("the service's own sentence is what to do, and unknown codes have words too", () => {
  assert.equal(
    troubleWords(new Trouble("agent_failed", { help: "The key was refused." })).help,
    "The key was refused.",
  );
  assert.equal(troubleWords(new Trouble("never seen")), TROUBLES.unexpected);
});

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { DELAYS } from "../../base/delays.js";
import { Trouble } from "../../words/trouble.js";
import { AT, FakeParts, FIELDS, SESSION } from "../support/fake-parts.js";
import { deferred, settled } from "../support/fakes.js";

let parts, did, answers, memory, control;

beforeEach(() => {
  parts = new FakeParts();
  ({ did, answers, memory, control } = parts);
});

test("a start goes from microphone to room to session to events", async () => {
  await control.start(FIELDS);
  assert.deepEqual(did, ["microphone on", "token", "join", "POST", "publish", "socket on"]);
  assert.deepEqual([control.state.phase, control.state.step], ["connecting", "agent"]);
  assert.deepEqual(memory.session, { session_id: "S", room: "r", identity: "me" });
  parts.media.listener.agent(true);
  assert.equal(control.state.phase, "live");
});

test("a stop ends the session, lets go of the room at once and waits for the last words", async () => {
  await parts.talk();
  control.stop();
  assert.deepEqual(did, ["microphone off", "leave", "DELETE"]);
  assert.deepEqual([control.state.phase, control.state.ending, memory.session], ["ended", "stopped", null]);
  parts.says({ role: "agent", text: "Certainly. A", final: true, segment: "a1", seq: 2, interrupted: true });
  parts.says({ event: "session_ended", reason: "stopped", seq: 3 });
  await settled();
  assert.equal(did.at(-1), "socket off");
  assert.equal(control.state.transcript.entries.a1.text, "Certainly. A");
});

test("a start right after a stop asks for a token when the session is over: older ones are refused", async () => {
  await parts.talk();
  control.stop();
  const begun = control.start(FIELDS);
  await settled();
  assert.ok(did.includes("microphone on") && !did.includes("token"));
  parts.says({ event: "session_ended", reason: "stopped", seq: 3 });
  await begun;
  assert.ok(did.indexOf("token") > did.indexOf("DELETE") && did.includes("join"));
});

test("a stop does not wait for last words for ever", async () => {
  await parts.talk();
  mock.timers.enable({ apis: ["setTimeout"] });
  control.stop();
  mock.timers.tick(DELAYS.lastWords);
  mock.timers.reset();
  await settled();
  assert.equal(did.at(-1), "socket off");
});

test("a cancel while the session is being started ends it as soon as it is there", async () => {
  const post = deferred();
  answers.startSession = () => post.promise;
  void control.start(FIELDS);
  await settled();
  control.stop();
  assert.equal(control.state.phase, "ready");
  assert.ok(did.includes("leave") && did.includes("microphone off") && !did.includes("DELETE"));
  post.resolve(SESSION);
  await settled();
  assert.equal(did.at(-1), "DELETE");
  assert.equal(memory.session, null);
});

test("a cancel before the room starts nothing", async () => {
  const grant = deferred();
  answers.grant = () => grant.promise;
  void control.start(FIELDS);
  await settled();
  control.stop();
  grant.resolve({ token: "t", server_url: "ws://media" });
  await settled();
  assert.deepEqual(
    did.filter((name) => ["join", "POST", "DELETE"].includes(name)),
    [],
  );
});

test("leaving the page lets go of everything and ends nothing", async () => {
  await parts.talk();
  control.disconnect();
  await settled();
  assert.deepEqual(did.sort(), ["leave", "microphone off", "socket off"]);
  assert.equal(memory.session?.session_id, "S");
});

test("leaving the page while the session is being started ends nothing either", async () => {
  const post = deferred();
  answers.startSession = () => post.promise;
  void control.start(FIELDS);
  await settled();
  control.disconnect();
  post.resolve(SESSION);
  await settled();
  assert.ok(!did.includes("DELETE"));
});

test("a session that the server ended says why and lets go", async () => {
  await parts.talk();
  parts.says({ event: "session_ended", reason: "idle", seq: 2 });
  assert.deepEqual([control.state.phase, control.state.ending, memory.session], ["ended", "idle", null]);
  assert.deepEqual(did.sort(), ["leave", "microphone off", "socket off"]);
});

test("a fatal error is the trouble that the end shows", async () => {
  await parts.talk();
  parts.says({ event: "error", code: "llm_refused", message: "As it came.", fatal: true, seq: 2 });
  assert.equal(control.state.phase, "live");
  parts.says({ event: "session_ended", reason: "agent_failed", seq: 3 });
  assert.deepEqual(
    [control.state.phase, control.state.trouble?.help],
    ["trouble", "The language service refused the key. Whoever runs this server has to check it."],
  );
});

test("another tab takes over: this one lets go and does not come back by itself", async () => {
  await parts.talk();
  parts.media.listener.lost("taken_over");
  assert.equal(control.state.trouble?.code, "taken_over");
  assert.ok(!did.includes("DELETE"));
  assert.equal(memory.session, null);
  did.length = 0;
  await control.continue();
  assert.ok(did.includes("join") && !did.includes("POST"));
});

test("a session that another tab takes over before its agent came is not ended under it", async () => {
  await control.start(FIELDS);
  parts.media.listener.lost("taken_over");
  await settled();
  assert.equal(control.state.trouble?.code, "taken_over");
  assert.ok(!did.includes("DELETE"));
});

test("the words stay while the session is continued, also when that fails", async () => {
  await parts.talk();
  parts.says({ role: "user", final: true, text: "Hello.", segment: "u1", order: 2, seq: 2 });
  parts.media.listener.lost("taken_over");
  answers.join = async () => {
    throw new Trouble("media_unreachable");
  };
  await control.continue();
  assert.equal(control.state.trouble?.code, "media_unreachable");
  assert.equal(control.state.transcript.entries.u1?.text, "Hello.");
  answers.join = async () => {};
  await control.retry(FIELDS);
  assert.equal(parts.socket.url(), "ws://backend/S?after=2");
});

test("a check that failed and then works leaves the page ready", () => {
  const trouble = new Trouble("microphone_denied");
  control.showTrouble(trouble);
  control.clearTrouble(trouble);
  assert.deepEqual([control.state.phase, control.state.trouble], ["ready", null]);
});

test("a room that closes waits for the session's end before it is a trouble", async () => {
  await parts.talk();
  mock.timers.enable({ apis: ["setTimeout"] });
  parts.media.listener.lost("removed");
  mock.timers.tick(DELAYS.lastWords - 1);
  assert.equal(control.state.phase, "live");
  mock.timers.tick(1);
  mock.timers.reset();
  assert.equal(control.state.trouble?.code, "media_lost");
  assert.equal(memory.session?.session_id, "S");
});

test("a start that fails leaves nothing open and can be tried again", async () => {
  answers.startSession = async () => {
    throw new Trouble("agent_not_started");
  };
  await control.start(FIELDS);
  assert.equal(control.state.trouble?.code, "agent_not_started");
  assert.ok(did.includes("leave") && did.includes("microphone off"));
  answers.startSession = async () => SESSION;
  await control.retry(FIELDS);
  parts.media.listener.agent(true);
  assert.deepEqual([control.state.phase, control.state.trouble], ["live", null]);
});

test("a microphone that cannot be published ends the session that was started for it", async () => {
  const post = deferred();
  answers.startSession = () => post.promise;
  const start = control.start(FIELDS);
  parts.media.publish = async () => {
    throw new Error("refused");
  };
  await start;
  assert.equal(control.state.trouble?.code, "unexpected");
  post.resolve(SESSION);
  await settled();
  assert.equal(did.at(-1), "DELETE");
});

test("resuming joins the room and reads from the start, and starts no session", async () => {
  await control.resume({ ...SESSION, started_at: AT });
  parts.says({ event: "session_started", seq: 1 });
  assert.ok(!did.includes("POST"));
  assert.equal(parts.socket.url(), "ws://backend/S?after=1");
  assert.equal(control.state.phase, "live");
});

test("the clock of a session that this page began counts from what it saw, whatever the clocks say", async () => {
  mock.method(performance, "now", () => 5_000);
  await control.start(FIELDS);
  parts.says({ event: "session_started", seq: 1, at: "1990-01-01T00:00:00.000Z" });
  assert.deepEqual([control.state.phase, control.state.since], ["live", 5_000]);
  mock.method(performance, "now", () => 65_000);
  parts.says({
    event: "speech_started",
    role: "agent",
    segment: "a",
    seq: 2,
    at: "2090-01-01T00:00:00.000Z",
  });
  assert.equal(control.state.since, 5_000);
  mock.restoreAll();
});

test("a session that goes on is as old as its events are apart, by the server's own times", async () => {
  mock.method(performance, "now", () => 5_000);
  await control.resume({ ...SESSION, started_at: AT });
  parts.says({ event: "session_started", seq: 1, at: "1990-01-01T00:00:00.000Z" });
  parts.says({
    event: "speech_started",
    role: "agent",
    segment: "a",
    seq: 2,
    at: "1990-01-01T00:01:30.000Z",
  });
  assert.deepEqual([control.state.phase, control.state.since], ["live", 5_000 - 90_000]);
  mock.method(performance, "now", () => 15_000);
  parts.says({ event: "speech_ended", role: "agent", segment: "a", seq: 3, at: "1990-01-01T00:01:35.000Z" });
  assert.equal(control.state.since, 5_000 - 90_000);
  mock.restoreAll();
});

test("a step that takes long is said so, each step anew", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const grant = deferred();
  answers.grant = () => grant.promise;
  const start = control.start(FIELDS);
  await settled();
  mock.timers.tick(DELAYS.slowStep);
  assert.deepEqual([control.state.step, control.state.slow], ["room", true]);
  grant.resolve({ token: "t", server_url: "ws://media" });
  await start;
  assert.deepEqual([control.state.step, control.state.slow], ["agent", false]);
  mock.timers.reset();
  control.stop();
});

test("a session that is over is shown with its words and without a microphone", () => {
  control.showEnded({ ...SESSION, state: "ended", end_reason: "left" });
  parts.says({ event: "session_started", seq: 1 });
  parts.says({ role: "agent", text: "Hello.", final: true, segment: "a1", seq: 2 });
  parts.says({ event: "session_ended", reason: "left", seq: 3 });
  parts.socket.listener.closed(1000, "");
  assert.deepEqual([control.state.phase, control.state.ending], ["ended", "left"]);
  assert.equal(control.state.transcript.entries.a1.text, "Hello.");
  assert.deepEqual(did, ["socket on"]);
});

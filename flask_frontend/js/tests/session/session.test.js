import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { DELAYS } from "../../base/delays.js";
import { Trouble } from "../../words/trouble.js";
import { deferred, settled } from "../support/fakes.js";
import { AT, FIELDS, FakeHouse, SESSION } from "../support/house.js";

let house, did, answers, memory, control;

beforeEach(() => {
  house = new FakeHouse();
  ({ did, answers, memory, control } = house);
});

test("a start goes from microphone to room to session to events", async () => {
  await control.start(FIELDS);
  assert.deepEqual(did, ["microphone on", "token", "join", "POST", "publish", "socket on"]);
  assert.deepEqual([control.snapshot.stage, control.snapshot.step], ["connecting", "agent"]);
  assert.deepEqual(memory.session, { session_id: "S", room: "r", identity: "me" });
  house.media.listener.agent(true);
  assert.equal(control.snapshot.stage, "live");
});

test("a stop ends the session, lets go of the room at once and waits for the last words", async () => {
  await house.talk();
  control.stop();
  assert.deepEqual(did, ["microphone off", "leave", "DELETE"]);
  assert.deepEqual([control.snapshot.stage, control.snapshot.ending, memory.session], ["ended", "stopped", null]);
  house.says({ role: "agent", text: "Certainly. A", final: true, segment: "a1", seq: 2, interrupted: true });
  house.says({ event: "session_ended", reason: "stopped", seq: 3 });
  await settled();
  assert.equal(did.at(-1), "socket off");
  assert.equal(control.snapshot.transcript.entries.a1.text, "Certainly. A");
});

test("a stop does not wait for last words for ever", async () => {
  await house.talk();
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
  assert.equal(control.snapshot.stage, "ready");
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
  assert.deepEqual(did.filter((name) => ["join", "POST", "DELETE"].includes(name)), []);
});

test("leaving the page lets go of everything and ends nothing", async () => {
  await house.talk();
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
  await house.talk();
  house.says({ event: "session_ended", reason: "idle", seq: 2 });
  assert.deepEqual([control.snapshot.stage, control.snapshot.ending, memory.session], ["ended", "idle", null]);
  assert.deepEqual(did.sort(), ["leave", "microphone off", "socket off"]);
});

test("a fatal error is the trouble that the end shows", async () => {
  await house.talk();
  house.says({ event: "error", code: "llm_refused", message: "The key was refused.", fatal: true, seq: 2 });
  assert.equal(control.snapshot.stage, "live");
  house.says({ event: "session_ended", reason: "agent_failed", seq: 3 });
  assert.deepEqual([control.snapshot.stage, control.snapshot.trouble?.help], ["trouble", "The key was refused."]);
});

test("another tab takes over: this one lets go and does not come back by itself", async () => {
  await house.talk();
  house.media.listener.lost("taken_over");
  assert.equal(control.snapshot.trouble?.code, "taken_over");
  assert.ok(!did.includes("DELETE"));
  assert.equal(memory.session, null);
  did.length = 0;
  await control.continue();
  assert.ok(did.includes("join") && !did.includes("POST"));
});

test("a session that another tab takes over before its agent came is not ended under it", async () => {
  await control.start(FIELDS);
  house.media.listener.lost("taken_over");
  await settled();
  assert.equal(control.snapshot.trouble?.code, "taken_over");
  assert.ok(!did.includes("DELETE"));
});

test("the words stay while the session is continued, also when that fails", async () => {
  await house.talk();
  house.says({ role: "user", final: true, text: "Hello.", segment: "u1", order: 2, seq: 2 });
  house.media.listener.lost("taken_over");
  answers.join = async () => {
    throw new Trouble("media_unreachable");
  };
  await control.continue();
  assert.equal(control.snapshot.trouble?.code, "media_unreachable");
  assert.equal(control.snapshot.transcript.entries.u1?.text, "Hello.");
  answers.join = async () => {};
  await control.retry(FIELDS);
  assert.equal(house.socket.url(), "ws://backend/S?after=2");
});

test("a check that failed and then works leaves the page ready", () => {
  const trouble = new Trouble("microphone_denied");
  control.complain(trouble);
  control.calm(trouble);
  assert.deepEqual([control.snapshot.stage, control.snapshot.trouble], ["ready", null]);
});

test("a room that closes waits for the session's end before it is a trouble", async () => {
  await house.talk();
  mock.timers.enable({ apis: ["setTimeout"] });
  house.media.listener.lost("removed");
  mock.timers.tick(DELAYS.lastWords - 1);
  assert.equal(control.snapshot.stage, "live");
  mock.timers.tick(1);
  mock.timers.reset();
  assert.equal(control.snapshot.trouble?.code, "media_lost");
  assert.equal(memory.session?.session_id, "S");
});

test("a start that fails leaves nothing open and can be tried again", async () => {
  answers.startSession = async () => {
    throw new Trouble("agent_not_started");
  };
  await control.start(FIELDS);
  assert.equal(control.snapshot.trouble?.code, "agent_not_started");
  assert.ok(did.includes("leave") && did.includes("microphone off"));
  answers.startSession = async () => SESSION;
  await control.retry(FIELDS);
  house.media.listener.agent(true);
  assert.deepEqual([control.snapshot.stage, control.snapshot.trouble], ["live", null]);
});

test("a microphone that cannot be published ends the session that was started for it", async () => {
  const post = deferred();
  answers.startSession = () => post.promise;
  const start = control.start(FIELDS);
  house.media.publish = async () => {
    throw new Error("refused");
  };
  await start;
  assert.equal(control.snapshot.trouble?.code, "unexpected");
  post.resolve(SESSION);
  await settled();
  assert.equal(did.at(-1), "DELETE");
});

test("resuming joins the room and reads from the start, and starts no session", async () => {
  await control.resume({ ...SESSION, started_at: AT });
  house.says({ event: "session_started", seq: 1 });
  assert.ok(!did.includes("POST"));
  assert.equal(house.socket.url(), "ws://backend/S?after=1");
  assert.deepEqual([control.snapshot.stage, control.snapshot.since], ["live", Date.parse(AT)]);
});

test("a step that takes long is said so, each step anew", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const grant = deferred();
  answers.grant = () => grant.promise;
  const start = control.start(FIELDS);
  await settled();
  mock.timers.tick(DELAYS.slowStep);
  assert.deepEqual([control.snapshot.step, control.snapshot.slow], ["room", true]);
  grant.resolve({ token: "t", server_url: "ws://media" });
  await start;
  assert.deepEqual([control.snapshot.step, control.snapshot.slow], ["agent", false]);
  mock.timers.reset();
  control.stop();
});

test("a session that is over is shown with its words and without a microphone", () => {
  control.recall({ ...SESSION, state: "ended", end_reason: "left" });
  house.says({ event: "session_started", seq: 1 });
  house.says({ role: "agent", text: "Hello.", final: true, segment: "a1", seq: 2 });
  house.says({ event: "session_ended", reason: "left", seq: 3 });
  house.socket.listener.closed(1000, "");
  assert.deepEqual([control.snapshot.stage, control.snapshot.ending], ["ended", "left"]);
  assert.equal(control.snapshot.transcript.entries.a1.text, "Hello.");
  assert.deepEqual(did, ["socket on"]);
});

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { DELAYS } from "../../base/delays.js";
import { agentActivity } from "../../session/activity.js";
import { Trouble } from "../../words/trouble.js";
import { LINES } from "../../words/words.js";
import { FakeParts } from "../support/fake-parts.js";
import { deferred, settled } from "../support/fakes.js";

let parts, did, answers, memory, control;

beforeEach(async () => {
  parts = new FakeParts();
  ({ did, answers, memory, control } = parts);
  await parts.talk();
});

async function goOn(milliseconds) {
  for (let gone = 0; gone < milliseconds; gone += 500) {
    mock.timers.tick(500);
    await settled();
  }
}

test("a sound connection that broke is made anew with a fresh token, and said so meanwhile", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  answers.join = async () => {
    throw new Trouble("media_unreachable");
  };
  const broken = parts.media;
  broken.listener.lost("broken");
  assert.equal(control.state.lines.media, LINES.media);
  await goOn(10_000);
  assert.equal(control.state.phase, "live");
  answers.join = async () => {};
  await goOn(1_500);
  mock.timers.reset();
  assert.notEqual(parts.media, broken);
  assert.deepEqual(did.slice(-4), ["leave", "microphone on", "join", "publish"]);
  assert.equal(did.filter((name) => name === "token").length, 1);
  assert.deepEqual([control.state.phase, control.state.lines.media], ["live", ""]);
});

test("a sound connection that stays away for long is a trouble with a way back", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  answers.grant = async () => {
    throw new Trouble("backend_unreachable");
  };
  parts.media.listener.lost("broken");
  await goOn(DELAYS.rejoining - 2_000);
  assert.equal(control.state.phase, "live");
  await goOn(4_000);
  mock.timers.reset();
  assert.deepEqual([control.state.trouble?.code, memory.session?.session_id], ["media_lost", "S"]);
});

test("a choice that is taken back while the room is joined anew reaches the agent", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let joined = 0;
  answers.join = async () => {
    parts.media.isOutdated = ++joined === 1;
  };
  parts.media.listener.lost("broken");
  for (let tries = 0; tries < 2; tries++) {
    control.hurry();
    await settled();
  }
  mock.timers.reset();
  assert.deepEqual([joined, control.state.lines.media], [2, ""]);
});

test("the network's return ends the wait for another try", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  parts.media.listener.lost("broken");
  control.hurry();
  await settled();
  mock.timers.reset();
  assert.ok(did.includes("join"));
});

test("a session that ends while the sound is being restored is over, and nothing is joined again", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  parts.media.listener.lost("broken");
  parts.says({ event: "session_ended", reason: "left", seq: 2 });
  did.length = 0;
  await goOn(DELAYS.rejoining);
  mock.timers.reset();
  assert.deepEqual([control.state.phase, control.state.ending, did], ["ended", "left", []]);
});

test("a stop while the sound is being restored joins nothing any more", async () => {
  const grant = deferred();
  answers.grant = () => grant.promise;
  parts.media.listener.lost("broken");
  control.hurry();
  await settled();
  control.stop();
  grant.resolve({ token: "t", server_url: "ws://media" });
  await settled();
  assert.ok(did.includes("token") && !did.includes("join"));
  parts.says({ event: "session_ended", reason: "stopped", seq: 2 });
});

test("an agent that was lost is joining until another one is in the room", async () => {
  assert.equal(agentActivity(control.state), "listening");
  parts.says({ event: "error", code: "agent_lost", message: "The agent was lost.", fatal: false, seq: 2 });
  assert.deepEqual([control.state.phase, agentActivity(control.state)], ["live", "joining"]);
  parts.media.listener.agent(false);
  assert.equal(agentActivity(control.state), "joining");
  parts.media.listener.agent(true);
  assert.equal(agentActivity(control.state), "listening");
});

test("an agent whose loss is told after the next one came is back when that one speaks", async () => {
  parts.media.listener.agent(false);
  assert.equal(agentActivity(control.state), "joining");
  parts.media.listener.agent(true);
  parts.says({ event: "error", code: "agent_lost", message: "The agent was lost.", fatal: false, seq: 2 });
  parts.says({ role: "agent", event: "speech_started", segment: "a2", seq: 3 });
  assert.equal(agentActivity(control.state), "speaking");
});

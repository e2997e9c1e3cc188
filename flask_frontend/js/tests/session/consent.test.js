import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Actions } from "../../session/actions.js";
import { NextSession } from "../../session/next-session.js";
import { Trouble } from "../../words/trouble.js";
import { FakeParts, SESSION } from "../support/fake-parts.js";
import { settled, standIn } from "../support/fakes.js";

let parts, store, asked;

/** A page whose site asks people whether they may be recorded, unless told otherwise. */
function page({ asksToRecord = true } = {}) {
  const next = new NextSession(parts.memory, store, { asksToRecord });
  next.connect();
  const sound = standIn({ leaveOut() {} });
  const unused = { sound, talk: standIn({}), output: standIn({}), typing: standIn({}) };
  return new Actions({ store, control: parts.control, next, ...unused });
}

beforeEach(() => {
  parts = new FakeParts();
  ({ store } = parts);
  asked = [];
  parts.answers.startSession = async (request) => {
    asked.push(request.recorded);
    return { ...SESSION, recorded: request.recorded ?? false };
  };
});

test("a person is asked before anything is opened, and what they say goes along", async () => {
  const actions = page();
  actions.start();
  await settled();
  assert.deepEqual([store.state.recording.asking, parts.did], [true, []]);
  actions.answerRecording(true);
  await settled();
  assert.equal(parts.did[0], "microphone on");
  assert.deepEqual([store.state.recording.asking, asked, store.state.recorded], [false, [true], true]);
});

test("who refuses talks all the same, and nobody asks again", async () => {
  page().start();
  const actions = page();
  actions.start();
  actions.answerRecording(false);
  await settled();
  assert.deepEqual([asked, store.state.recorded], [[false], false]);
  actions.stop();
  await settled();
  page().start();
  await settled();
  assert.deepEqual([store.state.recording.asking, asked], [false, [false, false]]);
});

test("who says neither is where they were", async () => {
  const actions = page();
  actions.start();
  actions.cancelRecording();
  await settled();
  assert.deepEqual([store.state.recording.asking, store.state.phase, parts.did], [false, "ready", []]);
  assert.equal(parts.memory.recorded, null);
});

test("a trouble's way out asks too, and goes on after the answer", async () => {
  const actions = page();
  const trouble = new Trouble("at_capacity");
  store.update({ phase: "trouble", trouble });
  actions.wayOut(trouble);
  await settled();
  assert.deepEqual([store.state.recording.asking, parts.did], [true, []]);
  actions.answerRecording(true);
  await settled();
  assert.deepEqual(asked, [true]);
});

test("the answer can be changed for the next session", async () => {
  const actions = page();
  actions.agreeToRecording(true);
  actions.start();
  await settled();
  assert.deepEqual([asked, parts.memory.recorded], [[true], true]);
});

test("where a site asks nobody, nothing is said of it", async () => {
  page({ asksToRecord: false }).start();
  await settled();
  assert.deepEqual(asked, [undefined]);
});

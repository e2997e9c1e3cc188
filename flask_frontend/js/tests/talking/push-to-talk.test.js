import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PushToTalk } from "../../session/talking/push-to-talk.js";
import { FakeParts } from "../support/fake-parts.js";
import { standIn } from "../support/fakes.js";

const LONG = 900;
const TAP = 120;

let parts, store, talk, now, muted;

beforeEach(() => {
  parts = new FakeParts();
  ({ store } = parts);
  now = 0;
  muted = [];
  const microphone = standIn({ mute: async (is) => void muted.push(is) });
  const { memory, control } = parts;
  talk = new PushToTalk({ microphone, memory, store, control }, () => now);
  talk.connect();
});

const button = () => store.state.talk.button;

/** Goes into a session as somebody who talks by a button. */
async function inSession() {
  talk.choose("hold");
  await parts.talk();
  muted.length = 0;
}

test("hands-free is the usual way, and a button does nothing there", async () => {
  assert.equal(store.state.talk.mode, "hands-free");
  await parts.talk();
  talk.press();
  talk.toggle();
  assert.deepEqual([button(), muted], ["up", []]);
});

test("the choice is remembered", () => {
  talk.choose("hold");
  assert.equal(parts.memory.talkMode, "hold");
});

test("a session begins with the microphone off", async () => {
  talk.choose("hold");
  await parts.talk();
  assert.deepEqual([button(), muted], ["up", [true]]);
});

test("it is on while the button is held", async () => {
  await inSession();
  talk.press();
  assert.deepEqual([button(), muted], ["held", [false]]);
  now += LONG;
  talk.release();
  assert.deepEqual([button(), muted], ["up", [false, true]]);
});

test("a tap locks it, and the next press lets it go", async () => {
  await inSession();
  talk.press();
  now += TAP;
  talk.release();
  assert.deepEqual([button(), muted], ["locked", [false]]);
  now += LONG;
  talk.press();
  assert.deepEqual([button(), muted], ["up", [false, true]]);
  talk.release();
  assert.deepEqual([button(), muted], ["up", [false, true]], "that press is over");
});

test("a page that loses its keys lets go, and keeps what was locked", async () => {
  await inSession();
  talk.press();
  now += TAP;
  talk.cancel();
  assert.equal(button(), "up", "no tap");
  talk.toggle();
  talk.cancel();
  assert.equal(button(), "locked");
});

test("there is nothing to hold before a session and after it", async () => {
  talk.choose("hold");
  talk.press();
  assert.equal(button(), "up");
  await inSession();
  talk.toggle();
  parts.control.stop();
  assert.equal(button(), "up");
});

test("who left the microphone out has no button", async () => {
  await inSession();
  store.updateMicrophone({ leftOut: true });
  talk.press();
  talk.toggle();
  talk.choose("hands-free");
  assert.deepEqual([button(), muted, parts.did], ["up", [], []]);
});

test("a choice in a session tells the agent and switches the microphone", async () => {
  await parts.talk();
  talk.choose("hold");
  assert.deepEqual(muted, [true]);
  talk.choose("hands-free");
  assert.deepEqual(muted, [true, false]);
  assert.deepEqual(
    parts.did.filter((what) => what === "rejoin"),
    ["rejoin", "rejoin"],
  );
});

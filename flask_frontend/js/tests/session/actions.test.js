import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Actions } from "../../session/actions.js";
import { NextSession } from "../../session/next-session.js";
import { Sound } from "../../session/sound.js";
import { PushToTalk } from "../../session/talking/push-to-talk.js";
import { Typing } from "../../session/typing.js";
import { Trouble } from "../../words/trouble.js";
import { FakeParts } from "../support/fake-parts.js";
import { settled, standIn } from "../support/fakes.js";

class FakeMicrophone extends EventTarget {
  /** @type {object|null} */
  capture = null;
  muted = true;
  isSilent = false;
  deviceId = "mic-1";
  /** @type {Error|null} */
  failure = null;
  leftOut = false;
  connect() {}
  disconnect() {}
  leaveOut(leftOut) {
    this.leftOut = leftOut;
  }
  devices = async () => [{ deviceId: "mic-1", label: "Desk" }];

  async mute(muted) {
    this.muted = muted;
    this.dispatchEvent(new Event("change"));
  }

  async open() {
    if (this.failure) throw this.failure;
    this.capture = {};
    this.dispatchEvent(new Event("change"));
  }

  pick = this.open;

  async process(processing) {
    parts.memory.processing = processing;
    await settled();
    await this.open();
  }
}

let parts, store, microphone, sound, actions, reloads;

beforeEach(async () => {
  parts = new FakeParts();
  ({ store } = parts);
  microphone = new FakeMicrophone();
  sound = new Sound(microphone, parts.memory, store);
  const next = new NextSession(parts.memory, store);
  reloads = 0;
  const talk = new PushToTalk({ microphone, memory: parts.memory, store, control: parts.control });
  const typing = new Typing(parts.backend, parts.memory, store);
  actions = new Actions({
    store,
    control: parts.control,
    sound,
    next,
    talk,
    output: standIn({}),
    typing,
    reload: () => void reloads++,
  });
  next.connect();
  sound.connect();
  await settled();
});

test("the microphone is part of the state", async () => {
  assert.deepEqual(store.state.microphone.devices, [{ deviceId: "mic-1", label: "Desk" }]);
  assert.deepEqual([store.state.microphone.capture, store.state.microphone.muted], [null, true]);
  await actions.checkMicrophone();
  assert.deepEqual(
    [store.state.microphone.capture, store.state.microphone.muted],
    [microphone.capture, false],
  );
});

test("what was heard and read of a microphone holds until it is closed", async () => {
  await actions.checkMicrophone();
  actions.setRead(true);
  actions.hear();
  microphone.dispatchEvent(new Event("change"));
  assert.deepEqual([store.state.microphone.read, store.state.microphone.heard], [true, true]);
  microphone.capture = null;
  microphone.dispatchEvent(new Event("change"));
  assert.deepEqual([store.state.microphone.read, store.state.microphone.heard], [false, false]);
});

test("a check that fails is a trouble whose button checks again", async () => {
  microphone.failure = new Trouble("microphone_denied");
  await actions.checkMicrophone();
  assert.deepEqual([store.state.phase, store.state.trouble], ["trouble", microphone.failure]);
  microphone.failure = null;
  actions.wayOut(store.state.trouble);
  await settled();
  assert.deepEqual([store.state.phase, store.state.trouble, parts.did], ["ready", null, []]);
});

test("a device that cannot be used says why, until another one can", async () => {
  microphone.failure = new DOMException("in use", "NotReadableError");
  actions.pickMicrophone("mic-2");
  await settled();
  assert.equal(store.state.microphone.trouble?.code, "microphone_busy");
  microphone.failure = null;
  actions.pickMicrophone("mic-1");
  await settled();
  assert.equal(store.state.microphone.trouble, null);
});

test("a switch stays as it was pressed while the microphone follows", async () => {
  actions.process({ noiseSuppression: false });
  assert.equal(store.state.microphone.processing.noiseSuppression, false);
  microphone.failure = new DOMException("in use", "NotReadableError");
  actions.process({ noiseSuppression: true });
  await settled();
  await settled();
  assert.equal(store.state.microphone.processing.noiseSuppression, true);
  assert.equal(store.state.microphone.trouble?.code, "microphone_busy");
});

test("a trouble's button does what it says", async () => {
  actions.wayOut(new Trouble("visitor_refused"));
  assert.equal(reloads, 1);
  const room = store.state.fields.room;
  actions.wayOut(new Trouble("room_in_use"));
  await settled();
  assert.notEqual(store.state.fields.room, room);
  assert.ok(parts.did.includes("POST"));
});

test("a start with fields that are no good opens the panel where it is a sheet, and starts nothing", () => {
  actions.placePanel(false);
  actions.editField("room", "");
  actions.start();
  assert.deepEqual([store.state.panel, store.state.refusals, parts.did], ["open", 1, []]);
  actions.closePanel();
  actions.placePanel(true);
  actions.start();
  assert.deepEqual([store.state.panel, store.state.refusals], ["beside", 2]);
});

test("muting waits for a session, and for a microphone", async () => {
  actions.toggleMute();
  assert.equal(microphone.muted, true);
  store.update({ phase: "live" });
  actions.toggleMute();
  assert.equal(microphone.muted, false);
  store.updateMicrophone({ leftOut: true });
  actions.toggleMute();
  assert.equal(microphone.muted, false);
});

test("the volume is remembered and part of the state", () => {
  actions.setVolume(0.4);
  assert.deepEqual([store.state.volume, parts.memory.volume], [0.4, 0.4]);
});

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Phone } from "../../session/talking/phone.js";
import { FakeParts } from "../support/fake-parts.js";
import { standIn } from "../support/fakes.js";

let parts, phone, did, keys, page, isOfPhone;

beforeEach(() => {
  parts = new FakeParts();
  did = [];
  isOfPhone = true;
  page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const note =
    (name) =>
    (...given) =>
      void did.push([name, ...given].join(" "));
  const lockScreen = {
    show: (title, given) => {
      keys = given;
      did.push(`show ${title}`);
    },
    tell: () => {},
    clear: note("clear"),
  };
  phone = new Phone(
    standIn({
      screen: { isOfPhone, keepAwake: note("awake"), letSleep: note("asleep") },
      lockScreen,
      microphone: { mute: note("mute"), revive: note("revive") },
      store: parts.store,
      control: parts.control,
    }),
    standIn(page),
  );
  phone.connect();
});

const happened = (what) => did.includes(what);

test("a session keeps the screen awake and is on the lock screen, until it ends", async () => {
  await parts.talk();
  assert.deepEqual(did, ["awake", "show Talking with the agent"]);
  keys.stop();
  assert.equal(parts.store.state.phase, "ended");
  assert.deepEqual(did.slice(2), ["asleep", "clear"]);
});

test("the lock screen's keys mute, and lock the button of who has one", async () => {
  await parts.talk();
  keys.mute(true);
  assert.ok(did.includes("mute true"));
  parts.store.update({ talk: { mode: "hold", button: "up" } });
  keys.mute(false);
  assert.equal(parts.store.state.talk.button, "locked");
});

test("the lock screen's keys do nothing where the microphone was left out", async () => {
  await parts.talk();
  parts.store.updateMicrophone({ leftOut: true });
  keys.mute(true);
  assert.ok(!happened("mute true"));
});

test("what a call stopped is played again after it", async () => {
  let unlocked = 0;
  await parts.talk();
  parts.media.unlockSound = async () => void unlocked++;
  parts.store.updateMicrophone({ taken: true });
  assert.equal(unlocked, 0);
  parts.store.updateMicrophone({ taken: false });
  parts.store.updateMicrophone({ heard: true });
  assert.equal(unlocked, 1);
});

test("back from the background the microphone is taken up again, in a session only", async () => {
  page.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(did, []);
  await parts.talk();
  page.visibilityState = "hidden";
  page.dispatchEvent(new Event("visibilitychange"));
  assert.ok(!happened("revive"));
  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  assert.ok(happened("revive"));
});

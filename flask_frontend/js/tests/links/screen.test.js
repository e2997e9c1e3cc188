import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Screen } from "../../links/screen.js";
import { deferred, settled } from "../support/fakes.js";

let page, asked, screen;

/** A lock as the browser gives it. */
const lock = () => ({
  released: false,
  async release() {
    this.released = true;
  },
});

beforeEach(() => {
  page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  asked = [];
  const request = () => {
    const answer = deferred();
    asked.push(answer);
    return answer.promise;
  };
  Object.assign(globalThis, { document: page });
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock: { request } }, configurable: true });
  screen = new Screen();
});

afterEach(() => {
  Reflect.deleteProperty(globalThis, "document");
  Reflect.deleteProperty(globalThis, "navigator");
});

/** Whether the page is seen from now on. */
function show(visibilityState) {
  page.visibilityState = visibilityState;
  page.dispatchEvent(new Event("visibilitychange"));
}

async function given(answer, given) {
  answer.resolve(given);
  await settled();
}

test("a screen that was let go while the page was hidden is kept awake again", async () => {
  screen.keepAwake();
  const [first, second] = [lock(), lock()];
  await given(asked[0], first);
  show("hidden");
  assert.equal(asked.length, 1);
  first.released = true;
  show("visible");
  await given(asked[1], second);
  screen.letSleep();
  assert.equal(second.released, true);
  show("visible");
  assert.equal(asked.length, 2, "the session is over");
});

test("a lock that comes when the session is over is given back", async () => {
  screen.keepAwake();
  screen.letSleep();
  const late = lock();
  await given(asked[0], late);
  assert.equal(late.released, true);
});

test("of two locks one is held", async () => {
  screen.keepAwake();
  show("hidden");
  show("visible");
  const [first, second] = [lock(), lock()];
  await given(asked[1], second);
  await given(asked[0], first);
  screen.letSleep();
  assert.deepEqual([first.released, second.released], [true, true]);
});

test("a phone that refuses goes on without", async () => {
  screen.keepAwake();
  asked[0].reject(new Error("low on power"));
  await settled();
  screen.letSleep();
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { LocalVoiceLink } from "../../links/local-voice.js";

const NEWS = { again: 2, notice: { lead: "Local voice.", tail: "40 %" }, head: null };

let answers;
let told;
let asked;
let waits;
let page;
let link;

beforeEach(() => {
  [answers, told, asked, waits] = [[], [], [], []];
  page = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document: page });
  link = new LocalVoiceLink({
    listener: (news) => told.push(news),
    fetch: async (url) => {
      asked.push(url);
      const answer = answers.shift();
      if (!answer) throw new TypeError("away");
      return /** @type {any} */ ({ ok: answer !== 500, status: answer, json: async () => answer });
    },
    timers: { setTimeout: (then, after) => waits.push({ then, after }), clearTimeout() {} },
  });
});

afterEach(() => {
  link.disconnect();
  Reflect.deleteProperty(globalThis, "document");
});

const pass = () => waits.shift().then();

test("it asks when the server said, and again when the answer says", async () => {
  link.connect(2);
  assert.deepEqual([asked.length, waits[0].after], [0, 2_000]);
  answers.push(NEWS, { ...NEWS, again: 30 });
  await pass();
  assert.deepEqual([asked, told], [["/local-voice.json"], [NEWS]]);
  await pass();
  assert.equal(waits[0].after, 30_000);
});

test("where nothing is local nothing is asked", async () => {
  link.connect(0);
  assert.deepEqual(waits, []);
});

test("an answer can end the asking", async () => {
  link.connect(2);
  answers.push({ again: 0, notice: null, head: null });
  await pass();
  assert.deepEqual([told.length, waits], [1, []]);
});

for (const failure of [undefined, 500])
  test(`a site that is away (${failure}) is asked again later, and what is shown stays`, async () => {
    link.connect(2);
    answers.push(failure);
    await pass();
    assert.deepEqual([told, waits.map(({ after }) => after)], [[], [10_000]]);
  });

test("a page that nobody sees asks when it is seen again", async () => {
  link.connect(2);
  page.hidden = true;
  await pass();
  assert.deepEqual(asked, []);
  answers.push(NEWS);
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  page.dispatchEvent(new Event("visibilitychange"));
  await new Promise(setImmediate);
  assert.deepEqual([asked.length, told], [1, [NEWS]]);
});

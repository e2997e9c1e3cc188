import assert from "node:assert/strict";
import { test } from "node:test";
import { readable, ticks, zooms } from "../../views/heard/scale.js";

test("a short session is seen whole, and of an hour so much that its lines can be told apart", () => {
  const short = zooms(60, 700);
  assert.equal(readable(short), 0);
  assert.ok(Math.abs(short[0] * 60 - 700) < 1e-9);
  const long = zooms(3600, 700);
  assert.ok(Math.abs(long[0] * 3600 - 700) < 1e-9, "all of it can be seen too");
  assert.ok(long[readable(long)] >= 4 && long[readable(long)] < 8);
  assert.ok(long[long.length - 1] > 16 && long[long.length - 1] <= 32);
});

test("what has no width yet has zooms too", () => {
  assert.ok(zooms(3600, 0).length > 1);
});

test("times stand far enough from each other to be read", () => {
  for (const level of zooms(3600, 300)) {
    const [first, second] = ticks(3600, level);
    assert.equal(first, 0);
    assert.ok(second === undefined || second * level >= 72, `at ${level}`);
    assert.ok(ticks(3600, level).length <= 720);
    assert.ok((3600 - (ticks(3600, level).at(-1) ?? 0)) * level >= 44, "the last one is not cut off");
  }
});

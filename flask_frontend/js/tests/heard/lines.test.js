import assert from "node:assert/strict";
import { test } from "node:test";
import { lineAt, withEnds } from "../../views/heard/lines.js";

const LINES = /** @type {any[]} */ ([{ at: 0 }, { at: 4.2 }, { at: 9 }]);

test("the line that is heard is the last one that has begun", () => {
  assert.equal(lineAt(LINES, 0), LINES[0]);
  assert.equal(lineAt(LINES, 4.1), LINES[0]);
  assert.equal(lineAt(LINES, 4.2), LINES[1]);
  assert.equal(lineAt(LINES, 8.97), LINES[2], "a player may stand just before where it was sent");
  assert.equal(lineAt(LINES, 500), LINES[2]);
});

test("before the first line nobody is heard", () => {
  assert.equal(lineAt(LINES.slice(1), 1), undefined);
});

test("a line without an end has one by its letters, at most until the next", () => {
  const line = { at: 10, until: NaN, text: "x".repeat(42), typed: false };
  const ends = (...lines) => withEnds(lines).map(({ until }) => until);
  assert.deepEqual(ends(line), [13]);
  assert.deepEqual(ends(line, { ...line, at: 12, until: 14.5 }), [12, 14.5], "the record's own end counts");
  assert.deepEqual(ends({ ...line, typed: true }), [10], "what is typed has no length");
});

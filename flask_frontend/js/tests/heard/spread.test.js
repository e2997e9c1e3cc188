import assert from "node:assert/strict";
import { test } from "node:test";
import { shareAt, weightOf, wordAt } from "../../views/heard/spread.js";

const LINE = { at: 1, until: 3 };
const voice = (loudness) => ({ loudness, step: 0.5 });

test("words take as long as they have letters, and signs that are syllables longer", () => {
  assert.equal(weightOf("table"), 6);
  assert.ok(weightOf("東京") > weightOf("ab"));
  assert.equal(weightOf("25"), weightOf("twentyfive"), "digits are said as words");
  const weights = ["A", "table", "for", "two"].map(weightOf);
  assert.deepEqual(
    [0, 0.1, 0.2, 0.5, 0.6, 0.9, 1].map((share) => wordAt(weights, share)),
    [0, 0, 1, 1, 2, 3, 3],
  );
  assert.equal(wordAt([], 0.5), -1);
});

test("a line is said while its voice is loud, and nothing of it in a pause", () => {
  const talk = voice([0, 0, 90, 0, 0, 90, 200, 0]);
  assert.equal(shareAt(talk, LINE, 1), 0);
  assert.equal(shareAt(talk, LINE, 1.25), 0.25);
  assert.equal(shareAt(talk, LINE, 1.5), 0.5);
  assert.equal(shareAt(talk, LINE, 2.4), 0.5, "a pause");
  assert.equal(shareAt(talk, LINE, 3), 1);
});

test("before and after its line no word is heard", () => {
  const talk = voice([90, 90, 90, 90, 90, 90, 90]);
  assert.equal(shareAt(talk, LINE, 0.99), null);
  assert.equal(shareAt(talk, LINE, 3.01), null);
  assert.equal(shareAt(talk, { at: 2, until: 2 }, 2), null);
});

test("where loudness tells nothing the words are spread evenly", () => {
  assert.equal(shareAt(voice([0, 0, 1, 2, 0, 0]), LINE, 2), 0.5, "only noise");
  assert.equal(shareAt(voice([]), LINE, 1.5), 0.25);
  assert.equal(shareAt({ loudness: [90, 0, 90], step: 1.8 }, LINE, 2), 0.5, "steps longer than pauses");
});

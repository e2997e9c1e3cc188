import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { group } from "../../words/catalogue.js";
import * as words from "../../words/turn-times.js";
import { seconds } from "../../words/units.js";

const { $defs: DECLARED } = JSON.parse(
  readFileSync(new URL("../event-schema.json", import.meta.url), "utf8"),
);
const CATALOGUE = group("turn-times");
const SLOW = {
  segment: "a",
  wait_ms: 3400,
  text_ms: 300,
  decision_ms: 300,
  token_ms: 2100,
  sound_ms: 660,
  heard_ms: 40,
};

test("every part that is declared has words, and no other has", () => {
  const declared = Object.keys(DECLARED.TurnTimesMessage.properties).filter((name) => name.endsWith("_ms"));
  assert.deepEqual(Object.keys(CATALOGUE.parts).sort(), declared.filter((name) => name !== "wait_ms").sort());
});

test("every outcome of a guess has words", () => {
  const [{ enum: declared }] = DECLARED.TurnTimesMessage.properties.guess.anyOf;
  assert.deepEqual(Object.keys(CATALOGUE.guess), declared);
});

test("what took longest is said, and what would help", () => {
  assert.equal(
    words.reasonWords(SLOW),
    "The language service took 2.1 s to its first word. A smaller model or a nearer server would help.",
  );
});

test("what the tools took is not the language service's", () => {
  const times = { ...SLOW, tools_ms: 1500 };
  assert.equal(words.reasonWords(times), "The agent's tools took 1.5 s. Quicker tools would help.");
  const parts = Object.fromEntries(words.partsOf(times).map(({ part, ms }) => [part, ms]));
  assert.deepEqual(parts, { text_ms: 300, decision_ms: 300, tools_ms: 1500, token_ms: 600, sound_ms: 660 });
});

test("a reply that was begun in the pause says so where the pause took longest", () => {
  const quick = { segment: "a", wait_ms: 720, text_ms: 80, decision_ms: 540, sound_ms: 100 };
  assert.match(words.reasonWords({ ...quick, guess: "hit" }), /0\.5 s .*begun in the pause already/);
  assert.doesNotMatch(words.reasonWords({ ...quick, guess: "none" }), /begun/);
  assert.doesNotMatch(words.reasonWords({ ...SLOW, guess: "hit" }), /begun/);
});

test("a wait of which nothing is known has no reason", () => {
  assert.equal(words.reasonWords({ segment: "a", wait_ms: 900 }), "");
});

test("seconds are short", () => {
  assert.deepEqual([0, 49, 1249, 9940, 9950, 61_000].map(seconds), [
    "0.0 s",
    "0.0 s",
    "1.2 s",
    "9.9 s",
    "10 s",
    "61 s",
  ]);
});

test("the middle and the longest wait of a session", () => {
  const waits = (...all) => all.map((wait_ms) => ({ segment: "a", wait_ms }));
  assert.equal(words.middleAndLongest([]), null);
  assert.deepEqual(words.middleAndLongest(waits(3000, 1000, 1200)), { median: 1200, slowest: 3000 });
  assert.deepEqual(words.middleAndLongest(waits(1000, 2000)), { median: 1500, slowest: 2000 });
});

test("what takes most of all waits is told", () => {
  const pause = { segment: "b", wait_ms: 1000, decision_ms: 900, heard_ms: 100 };
  assert.equal(words.mostWords([pause, SLOW]), "The language service takes most of it.");
  assert.equal(words.mostWords([pause]), "The pause that ends your turn takes most of it.");
  assert.equal(words.mostWords([{ segment: "c", wait_ms: 5 }]), "");
});

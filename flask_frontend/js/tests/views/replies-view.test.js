import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { firstState } from "../../session/state.js";
import { emptyTranscript, reduce } from "../../session/transcript.js";
import { RepliesView } from "../../views/panels/replies-view.js";
import { hideDocument, makeElement, showDocument } from "../support/fake-elements.js";

const AT = "2026-01-31T12:00:00.000Z";
const parts = {
  "replies-median": makeElement("dd"),
  "replies-slowest": makeElement("dd"),
  "replies-most": makeElement("p"),
};
const root = makeElement("section", parts);
const told = (seq, wait_ms) => ({
  event: "turn_times",
  segment: `s${seq}`,
  wait_ms,
  token_ms: wait_ms,
  seq,
  at: AT,
});

before(() => showDocument({ replies: root }));
after(hideDocument);

function shown(...events) {
  const transcript = events.reduce(reduce, emptyTranscript());
  new RepliesView().render(/** @type {any} */ ({ ...firstState(), transcript }));
  return Object.values(parts).map(({ textContent }) => textContent);
}

test("the panel is not there before a reply was waited for", () => {
  shown();
  assert.equal(root.hidden, true);
});

test("it tells the middle and the longest wait, and what takes most of it", () => {
  assert.deepEqual(shown(told(1, 1200), told(2, 900), told(3, 3400)), [
    "1.2 s",
    "3.4 s",
    "The language service takes most of it.",
  ]);
  assert.equal(root.hidden, false);
});

test("a reply that is told again counts once", () => {
  assert.equal(shown(told(1, 1200), told(1, 9000))[1], "1.2 s");
});

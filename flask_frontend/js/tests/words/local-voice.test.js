import assert from "node:assert/strict";
import { test } from "node:test";
import { repliesWords } from "../../words/local-voice.js";

test("a conversation with the script says why", () => {
  assert.equal(
    repliesWords({ by: "script", reason: "no_free_slot" }, true),
    "Scripted replies in this conversation: every place of the language model is taken.",
  );
});

test("a reason without words is left out", () => {
  for (const reason of ["", "constructor", "unheard_of"])
    assert.equal(repliesWords({ by: "script", reason }, true), "Scripted replies in this conversation.");
});

test("the model is told only where it takes over from the script", () => {
  assert.equal(repliesWords({ by: "model", reason: "" }, true), "");
  assert.equal(repliesWords({ by: "model", reason: "" }, false), "From here on the language model replies.");
});

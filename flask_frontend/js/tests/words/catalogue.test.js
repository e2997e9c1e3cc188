import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { has, word } from "../../words/catalogue.js";
import { deviceWords } from "../../words/sound.js";
import { lasting, seconds, shortTime } from "../../words/units.js";
import { failureWords, trialWords } from "../../words/words.js";

const PAGE = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = readdirSync(PAGE, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith(".js") && !path.startsWith("tests"))
  .map((path) => [path, readFileSync(`${PAGE}/${path}`, "utf8")]);

test("holes are filled in by name, and numbers as the language writes them", () => {
  assert.equal(
    word("talk.fields.too_long", { most: 12_500, length: 8001 }),
    "At most 12,500 characters; these are 8001.",
  );
  assert.equal(
    word("talk.help_going_on", { room: "r" }),
    "You are in room r as {identity}. Go back in, or start another session.",
  );
});

test("the form of a plural follows the count", () => {
  assert.equal(word("check.workers", { count: 1 }), "1 worker");
  assert.equal(word("check.workers", { count: 3 }), "3 workers");
});

test("what has no words is its own key, also where it is a name of JavaScript", () => {
  for (const key of ["talk.constructor", "nothing.here", "talk"]) assert.equal(word(key), key);
  assert.equal(has("endings.constructor"), false);
});

test("every key that a script names has words", () => {
  const missing = SOURCES.flatMap(([path, text]) =>
    [...text.matchAll(/\b(?:word|group|has)\("([\w.-]+)"/g)]
      .map(([, key]) => key)
      .filter((key) => !has(key))
      .map((key) => `${path}: ${key}`),
  );
  assert.deepEqual(missing, []);
});

test("no sentence stands in a script outside the catalogue", () => {
  const sentences = SOURCES.filter(([path]) => /^(views|check|session|words)\//.test(path)).flatMap(
    ([path, text]) =>
      [...withoutComments(text).matchAll(/(["`])((?:(?!\1)[^\\\n])*)\1/g)]
        .map(([, , literal]) => literal.replace(/\$\{[^}]*\}/g, ""))
        .filter(
          (literal) =>
            !literal.startsWith("entry ") &&
            /\p{Lu}\p{Ll}+ \p{L}{2,}|\p{L}{3,} \p{L}{2,}[ .,:]/u.test(literal),
        )
        .map((literal) => `${path}: ${literal}`),
  );
  assert.deepEqual(sentences, []);
});

test("a failure has the words of its code, of its service, or the service's own", () => {
  const told = (code) => failureWords({ code, message: "As it came." });
  assert.equal(
    told("llm_refused"),
    "The language service refused the key. Whoever runs this server has to check it.",
  );
  assert.equal(told("tts_slow"), "The voice service does not answer in time. The words are on the page.");
  assert.equal(told("not_understood"), "That could not be understood. Please say it again.");
  for (const code of ["new_code", "llm_constructor", "constructor"]) assert.equal(told(code), "As it came.");
  assert.equal(trialWords("llm", "refused", ""), "The language service refused the key.");
  assert.equal(trialWords("llm", "", "As it came."), "As it came.");
});

test("times are short, and long ones in their nearest unit", () => {
  assert.equal(seconds(1249), "1.2 s");
  assert.deepEqual([shortTime(24.4), shortTime(1500)], ["24 ms", "1.5 s"]);
  assert.deepEqual(
    [lasting(301_000), lasting(7_200_000), lasting(259_200_000)],
    ["5 minutes", "2 hours", "3 days"],
  );
});

test("a device without a name has words too", () => {
  const news = { what: "replaced", kind: "speaker", was: "", now: "" };
  assert.equal(
    deviceWords(/** @type {any} */ (news)),
    "Your speaker is gone. The agent speaks through your usual speaker now.",
  );
  assert.equal(
    deviceWords({ what: "back", kind: "microphone", was: "", now: "Headset" }),
    "Headset is back and in use again.",
  );
});

/** @param {string} text */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
}

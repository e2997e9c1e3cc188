import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { firstState } from "../../session/state.js";
import { connected, emptyTranscript, reduce } from "../../session/transcript.js";
import { Announcer } from "../../views/announcer.js";
import { Trouble } from "../../words/trouble.js";
import { troubleWords } from "../../words/trouble-words.js";
import { showDocument } from "../support/fake-elements.js";

const AT = "2026-01-31T12:00:00.000Z";
const final = (seq, role, segment, text) => ({ role, text, final: true, segment, seq, order: seq, at: AT });
const failure = (seq, message) => ({
  event: "error",
  seq,
  code: "unheard_of",
  message,
  fatal: false,
  at: AT,
});
const caughtUp = (seq) => ({ event: "caught_up", seq, recovered: true });
const read = (events, from = emptyTranscript()) => events.reduce(reduce, from);
const live = (transcript, more = {}) => ({
  ...firstState(),
  phase: "live",
  agentHere: true,
  transcript,
  ...more,
});

let region;
let announcer;

beforeEach(() => {
  region = { textContent: "" };
  showDocument({ announcer: region });
  announcer = new Announcer();
});

/** What a render adds to what is told; "" when it says nothing. */
function told(state, microphone = {}) {
  region.textContent = "";
  announcer.render({ ...state, microphone: { ...state.microphone, ...microphone } });
  return region.textContent;
}

test("a state is told once, and again when it has changed and come back", () => {
  const here = live(read([caughtUp(0)]));
  assert.equal(told(here), "Connected. The agent is here.");
  assert.equal(told(here), "");
  assert.equal(told(here, { muted: true, silent: false }), "Muted: the agent does not hear you.");
  assert.equal(told(here), "Connected. The agent is here.");
});

test("a microphone without sound is told with the buttons that there are", () => {
  const silent = { silent: true, muted: true };
  assert.match(told(live(read([caughtUp(0)])), { silent: true }), /press Mute and Unmute/);
  const byButton = live(read([caughtUp(0)]), { talk: { mode: "hold", button: "up" } });
  const words = told(byButton, silent);
  assert.match(words, /gives no sound.*hold the button to talk again/);
  assert.doesNotMatch(words, /Mute/);
});

test("settled words are told with who said them, once", () => {
  const greeted = read([caughtUp(0), final(1, "agent", "a1", "Hello.")]);
  assert.equal(told(live(greeted)), "Connected. The agent is here. Agent: Hello.");
  const answered = read([final(2, "user", "u1", "Hi."), failure(3, "That takes long.")], greeted);
  assert.equal(told(live(answered)), "You: Hi. That takes long.");
  assert.equal(told(live(answered)), "");
});

test("words that were there before a reload are not read out again", () => {
  const backlog = read([final(1, "agent", "a1", "Hello.")]);
  assert.equal(told(live(backlog)), "Connected. The agent is here.");
  const complete = read([caughtUp(1)], backlog);
  assert.equal(told(live(complete)), "");
  assert.equal(told(live(read([final(2, "user", "u1", "Hi.")], complete))), "You: Hi.");
});

test("what came while the connection was lost is told once it is complete", () => {
  const before = read([caughtUp(0), final(1, "agent", "a1", "Hello.")]);
  told(live(before));
  const again = read([final(2, "user", "u1", "Hi.")], connected(before));
  assert.equal(told(live(again)), "");
  assert.equal(told(live(read([caughtUp(2)], again))), "You: Hi.");
});

test("a trouble is told by its headline and what to do", () => {
  const trouble = new Trouble("too_fast");
  const [headline, help] = Object.values(troubleWords(trouble));
  assert.equal(told({ ...firstState(), phase: "trouble", trouble }), `${headline}. ${help}`);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { restore } from "../../session/restore.js";
import { Trouble } from "../../words/trouble.js";
import { standIn } from "../support/fakes.js";

const SAVED = { session_id: "S", room: "r", identity: "me" };

/** @type {(given: any) => Promise<{did: string[], memory: {session: object|null}}>} */
async function restored({ saved = SAVED, answer, isAllowed = true, agreed = false, agent = "default" }) {
  /** @type {string[]} */
  const did = [];
  const memory = { session: saved };
  const note = (name) => (session) => void did.push(`${name} ${session?.session_id}`);
  const parts = standIn({
    memory,
    microphone: {
      isAllowed: async () => isAllowed,
      mute: async () => {},
      open: async () => did.push("microphone"),
    },
    backend: { session: async () => answer(), liveSession: async () => answer() },
    control: {
      state: { phase: "ready", recording: { agreed }, agent: { slug: agent, name: "" } },
      resume: note("resume"),
      offer: note("offer"),
      showEnded: note("showEnded"),
    },
  });
  await restore(parts);
  return { did, memory };
}

const live = () => ({ ...SAVED, state: "active" });
const fails = (code) => () => {
  throw new Trouble(code);
};

test("the microphone stays shut until the person said whether they are to be recorded", async () => {
  const nothing = { saved: null, answer: async () => undefined };
  assert.deepEqual((await restored({ ...nothing, agreed: null })).did, []);
  assert.deepEqual((await restored({ ...nothing, agreed: false })).did, ["microphone"]);
});

test("a tab goes back into its session", async () => {
  assert.deepEqual((await restored({ answer: live })).did, ["resume S"]);
});

test("a tab whose session cannot be asked for goes back into it all the same", async () => {
  const { did, memory } = await restored({ answer: fails("backend_unreachable") });
  assert.deepEqual([did, memory.session], [["resume S"], SAVED]);
});

test("a session that is not there is forgotten", async () => {
  const { did, memory } = await restored({ answer: fails("session_unknown") });
  assert.deepEqual([did, memory.session], [["microphone"], null]);
});

test("a session that ended is shown, and forgotten", async () => {
  const { did, memory } = await restored({ answer: () => ({ ...SAVED, state: "ended" }) });
  assert.deepEqual([did, memory.session], [["showEnded S"], null]);
});

test("a tab without a session offers the one that goes on", async () => {
  assert.deepEqual((await restored({ saved: null, answer: live })).did, ["offer S", "microphone"]);
});

test("a microphone that would ask first waits for a press", async () => {
  assert.deepEqual((await restored({ answer: live, isAllowed: false })).did, ["offer S"]);
});

test("a page goes back only into a session with its own agent, and offers that with another", async () => {
  const answer = () => ({ ...live(), agent: { slug: "ada", name: "Ada" } });
  assert.deepEqual((await restored({ answer, agent: "ada" })).did, ["resume S"]);
  assert.deepEqual((await restored({ answer })).did, ["offer S", "microphone"]);
});

test("what was said with another agent is not shown as this one's", async () => {
  const answer = () => ({ ...SAVED, state: "ended", agent: { slug: "ada", name: "Ada" } });
  assert.deepEqual((await restored({ answer, agent: "ada" })).did, ["showEnded S"]);
  const { did, memory } = await restored({ answer });
  assert.deepEqual([did, memory.session], [["microphone"], null]);
});

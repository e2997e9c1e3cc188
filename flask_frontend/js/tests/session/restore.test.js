import assert from "node:assert/strict";
import { test } from "node:test";
import { restore } from "../../session/restore.js";
import { Trouble } from "../../words/trouble.js";
import { standIn } from "../support/fakes.js";

const SAVED = { session_id: "S", room: "r", identity: "me" };

/** @type {(given: any) => Promise<{did: string[], memory: {session: object|null}}>} */
async function restored({ saved = SAVED, answer, isAllowed = true }) {
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
      state: { phase: "ready" },
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

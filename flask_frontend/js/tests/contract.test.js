import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TranscriptSocket } from "../links/socket.js";
import { firstState } from "../session/state.js";
import { group } from "../words/catalogue.js";
import { AGENT_PREFIX, fieldErrors, PUSH_TO_TALK_TRACK } from "../words/fields.js";
import { TROUBLES } from "../words/trouble-words.js";
import { cannotSend } from "../words/typing.js";
import { endingWords } from "../words/words.js";
import { FakeSocket, standIn } from "./support/fakes.js";

const CONTRACT = JSON.parse(readFileSync(new URL("contract.json", import.meta.url), "utf8"));
const GOOD = { room: "r", identity: "me", system_prompt: "" };

test("the page takes the names that the backend takes", () => {
  const pattern = new RegExp(`^(?:${CONTRACT.name.pattern})$`);
  for (let code = 0; code < 0x180; code++) {
    const name = `a${String.fromCharCode(code)}`;
    assert.equal(!fieldErrors({ ...GOOD, room: name }).room, pattern.test(name), JSON.stringify(name));
  }
});

test("names and prompts may be as long as in the backend", () => {
  for (const [field, { most }] of Object.entries({ room: CONTRACT.name, system_prompt: CONTRACT.prompt })) {
    assert.deepEqual(fieldErrors({ ...GOOD, [field]: "a".repeat(most) }), {});
    assert.deepEqual(Object.keys(fieldErrors({ ...GOOD, [field]: "a".repeat(most + 1) })), [field]);
  }
});

test("a typed line may be as long as in the backend", () => {
  assert.equal(cannotSend("a".repeat(CONTRACT.message.most)), false);
  assert.equal(cannotSend("a".repeat(CONTRACT.message.most + 1)), true);
});

test("the agent's names are the agent's", () => {
  assert.equal(AGENT_PREFIX, CONTRACT.agent_prefix);
  assert.ok(fieldErrors({ ...GOOD, identity: `${CONTRACT.agent_prefix}1` }).identity);
});

test("a page that is told of no agent has the default one", () => {
  assert.equal(firstState().agent.slug, CONTRACT.agent.default);
});

test("the agent knows a microphone with a button by its name", () => {
  assert.equal(PUSH_TO_TALK_TRACK, CONTRACT.push_to_talk_track);
});

test("every end reason has words of its own, and no other has", () => {
  assert.deepEqual(Object.keys(group("endings")), [...CONTRACT.end_reasons, "other", "sentence"]);
  assert.equal(new Set(CONTRACT.end_reasons.map(endingWords)).size, CONTRACT.end_reasons.length);
});

/** A socket that was opened, what it offered, and what its listener was told. */
async function opened() {
  const told = [];
  const pipes = [];
  const socket = new TranscriptSocket({
    url: () => "ws://h",
    visitor: { current: async () => "pass", renew: async () => "renewed" },
    listener: {
      opened() {},
      received() {},
      lost: () => told.push("lost"),
      closed: (_code, trouble) => told.push(trouble),
    },
    open: standIn((url, protocols) => pipes[pipes.push(new FakeSocket(url, protocols)) - 1]),
    timers: { setTimeout: () => 1, clearTimeout() {} },
  });
  await socket.connect();
  return { told, pipes };
}

test("the socket offers the protocol of the backend", async () => {
  assert.equal((await opened()).pipes[0].protocols[0], CONTRACT.subprotocol);
});

for (const [name, code] of Object.entries(CONTRACT.close_codes)) {
  test(`the page knows what ${code}, ${name}, means`, async () => {
    const { told, pipes } = await opened();
    await pipes.at(-1).closes(code);
    if (name === "no_visitor") await pipes.at(-1).closes(code);
    const [trouble] = told;
    if (name === "ended") assert.equal(trouble, "");
    else if (["failed", "too_many"].includes(name)) assert.equal(trouble, "lost");
    else assert.ok(trouble in TROUBLES && trouble !== "socket_closed", trouble);
  });
}

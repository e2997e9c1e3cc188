import assert from "node:assert/strict";
import { test } from "node:test";
import { TranscriptSocket } from "../../links/socket.js";
import { Phases } from "../../session/phases.js";
import { inOrder } from "../../session/reading.js";
import { Store } from "../../session/store.js";
import { StreamListener } from "../../session/stream-listener.js";
import { connected, emptyTranscript, reduce } from "../../session/transcript.js";
import { FakeSocket, FakeTimers, settled, standIn } from "../support/fakes.js";
import { RandomServer, RandomSession, randomFrom } from "../support/random-session.js";

const SEEDS = 300;
const STEPS = 70;

/** A page with the real socket, listener, phases and reducer, in front of a server that breaks off at random. */
class ReplayPage {
  timers = new FakeTimers();
  connections = 0;
  #store = new Store();
  /** @type {FakeSocket[]} */
  #waiting = [];

  constructor(random) {
    const phases = new Phases(this.#store, standIn({ session: null }));
    const run = standIn({ session: { session_id: "S" }, requestId: "", leave() {}, sessionEnded() {} });
    phases.run = run;
    phases.update(run, { phase: "live" });
    this.socket = new TranscriptSocket({
      url: () => `ws://backend/?after=${this.transcript.lastSeq}`,
      visitor: { current: async () => "pass", renew: async () => "renewed" },
      listener: new StreamListener(run, phases),
      open: standIn((url) => this.#waiting[this.#waiting.push(new FakeSocket(url)) - 1]),
      timers: this.timers,
      random,
    });
  }

  get transcript() {
    return this.#store.state.transcript;
  }

  /** Whether the session ended, as it was told to; a page that gave up shows another trouble. */
  get isOver() {
    const { phase, trouble } = this.#store.state;
    return phase === "ended" || trouble?.code === "agent_failed";
  }

  /** Time passes until the page has connected to the server again, if it is about to. */
  async reconnects(server) {
    for (let round = 0; round < 200; round++) {
      await settled();
      const pipe = this.#waiting.shift();
      if (pipe) {
        this.connections++;
        await server.accept(pipe);
      } else if (this.timers.waits.some((wait) => wait <= 1000)) await this.timers.advance(1000);
      else return;
    }
    assert.fail("the page reconnects for ever");
  }
}

const fresh = (record) =>
  [...record, { event: "caught_up", seq: record.length, recovered: true }].reduce(
    reduce,
    connected(emptyTranscript()),
  );

/** What a page shows for good: without words that may still change, and without what may be lost. */
function durablePart({ entries, thinking: _, ...rest }) {
  return { ...rest, entries: Object.fromEntries(Object.entries(entries).filter(([, { final }]) => final)) };
}

/** The settled words as docs/socket.md has them read, without the page's own code. */
function finalWords(record) {
  const finals = record.filter(({ final }) => final).sort((a, b) => a.order - b.order);
  return finals.map(({ text }) => text);
}

async function replay(seed) {
  const random = randomFrom(seed);
  const session = new RandomSession(random);
  const server = new RandomServer(session, random);
  const page = new ReplayPage(random);
  await page.socket.connect();
  await page.reconnects(server);
  for (let step = 0; step < STEPS && !session.isOver; step++) {
    await server.send(session.next());
    if (random() < 0.6) await page.reconnects(server);
    if (!session.isOver && random() < 0.02) await restoreOlderRecord(session, server, page, random);
  }
  await page.reconnects(server);
  assert.deepEqual(durablePart(page.transcript), durablePart(fresh(session.record)));
  await server.send(session.end());
  await page.reconnects(server);
  assert.deepEqual(page.transcript, fresh(session.record));
  assert.deepEqual(
    inOrder(page.transcript).map(({ text }) => text),
    finalWords(session.record),
  );
  assert.ok(page.isOver);
  return page;
}

/** The server loses the newest events, as from a backup: the page then knows more than the record. */
async function restoreOlderRecord(session, server, page, random) {
  await page.reconnects(server);
  session.forget(1 + Math.floor(random() * 8));
  await server.breakOff();
  await page.reconnects(server);
}

test("whatever breaks, the page ends with what a fresh one would read", async () => {
  let connections = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      connections += (await replay(seed)).connections;
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  assert.ok(connections > SEEDS * 3, `${connections} connections are too few to try anything`);
});

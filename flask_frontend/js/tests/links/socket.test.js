import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { DELAYS, retryDelay } from "../../base/delays.js";
import { TranscriptSocket } from "../../links/socket.js";
import { FakeSocket, FakeTimers, settled } from "../support/fakes.js";

let timers, sockets, told, passes, after, socket;

beforeEach(async () => {
  timers = new FakeTimers();
  sockets = [];
  told = [];
  passes = { current: 0, renewed: 0 };
  after = 0;
  socket = new TranscriptSocket({
    url: () => `ws://backend/ws/transcript/S?after=${after}`,
    visitor: {
      current: async () => `pass-${++passes.current}`,
      renew: async () => `renewed-${++passes.renewed}`,
    },
    listener: {
      opened: () => told.push("opened"),
      received: (event) => told.push(event.event ?? event.text),
      lost: () => told.push("lost"),
      closed: (code, trouble) => told.push(`closed ${code} ${trouble}`.trim()),
    },
    open: (url, protocols) => sockets[sockets.push(new FakeSocket(url, protocols)) - 1],
    timers,
    random: () => 1,
  });
  await socket.connect();
});

const last = () => sockets.at(-1);

test("offers the protocol and the visitor's token", () => {
  assert.deepEqual(last().protocols, ["voice-agent.v1", "pass-1"]);
  assert.equal(last().url, "ws://backend/ws/transcript/S?after=0");
});

for (const code of [1001, 1005, 1006, 1011, 1012, 1013]) {
  test(`comes back after ${code}, from where it was`, async () => {
    last().opens();
    after = 7;
    await last().closes(code);
    await timers.advance(DELAYS.retryMost);
    assert.equal(sockets.length, 2);
    assert.match(last().url, /after=7$/);
    assert.deepEqual(told, ["opened", "lost"]);
  });
}

for (const [code, trouble] of [
  [4403, "socket_forbidden"],
  [4404, "session_unknown"],
  [1008, "socket_closed"],
  [1009, "socket_closed"],
]) {
  test(`stays away after ${code}`, async () => {
    last().opens();
    await last().closes(code);
    await timers.advance(60_000);
    assert.equal(sockets.length, 1);
    assert.deepEqual(told, ["opened", `closed ${code} ${trouble}`]);
  });
}

test("1000 is the plain end", async () => {
  last().opens();
  await last().closes(1000);
  await timers.advance(60_000);
  assert.deepEqual([sockets.length, told], [1, ["opened", "closed 1000"]]);
});

test("4401 renews the token once and then gives up", async () => {
  last().opens();
  await last().closes(4401);
  assert.deepEqual(last().protocols, ["voice-agent.v1", "renewed-1"]);
  last().opens();
  await last().closes(4401);
  await timers.advance(60_000);
  assert.deepEqual([sockets.length, told.at(-1)], [2, "closed 4401 visitor_refused"]);
});

test("4401 may be renewed again once a connection stood", async () => {
  await last().closes(4401);
  last().opens();
  last().says({ event: "caught_up", seq: 0, recovered: true });
  await last().closes(4401);
  assert.equal(passes.renewed, 2);
});

test("waits longer each time, 1 s at most, and starts anew once it has caught up", async () => {
  const waits = [];
  for (let round = 0; round < 5; round++) {
    await last().closes(1006);
    waits.push(timers.waits[0]);
    await timers.advance(DELAYS.retryMost);
  }
  assert.deepEqual(waits, [300, 600, 1000, 1000, 1000]);
  last().opens();
  last().says({ event: "caught_up", seq: 0, recovered: true });
  await last().closes(1006);
  assert.equal(timers.waits[0], 300);
});

test("the first wait may be none, later ones are never under 0.3 s", () => {
  assert.equal(
    retryDelay(0, () => 0),
    0,
  );
  assert.equal(
    retryDelay(1, () => 0),
    300,
  );
  assert.equal(
    retryDelay(9, () => 0),
    300,
  );
  assert.equal(
    retryDelay(9, () => 0.5),
    650,
  );
});

test("a connection that does not open is given up and tried anew", async () => {
  await timers.advance(DELAYS.opening);
  assert.deepEqual([told, sockets[0].isClosed], [["lost"], true]);
  await timers.advance(DELAYS.retryMost);
  assert.equal(sockets.length, 2);
});

test("a server that was away is found again within a second of its return", async () => {
  await last().closes(1006);
  for (let away = 0; away < 30_000; away += 100) {
    await timers.advance(100);
    if (last().onclose) await last().closes(1006);
  }
  const before = sockets.length;
  await timers.advance(DELAYS.retryMost);
  assert.ok(sockets.length > before);
});

test("pings, and takes silence for a lost connection", async () => {
  last().opens();
  await timers.advance(DELAYS.ping);
  assert.deepEqual(last().sent, ["ping"]);
  await timers.advance(DELAYS.pong);
  assert.deepEqual([told.at(-1), sockets[0].isClosed], ["lost", true]);
});

test("a pong keeps the connection and is told to nobody", async () => {
  last().opens();
  for (let round = 0; round < 5; round++) {
    await timers.advance(DELAYS.ping);
    last().says({ event: "pong" });
  }
  assert.deepEqual([sockets.length, told], [1, ["opened"]]);
});

test("goes on when a message cannot be read", () => {
  last().opens();
  last().says("not JSON");
  last().says({ event: "session_started", seq: 1 });
  assert.deepEqual(told, ["opened", "session_started"]);
});

test("disconnect closes, stops waiting, and tells nothing more", async () => {
  last().opens();
  const first = last();
  socket.disconnect();
  await first.closes(1006);
  await timers.advance(60_000);
  assert.deepEqual([first.isClosed, sockets.length, told], [true, 1, ["opened"]]);
});

test("tries at once when the network is back", async () => {
  await last().closes(1006);
  socket.hurry();
  await settled();
  assert.equal(sockets.length, 2);
});

test("a connection that was being opened over the old network is opened anew", async () => {
  socket.hurry();
  await settled();
  assert.deepEqual([sockets.length, sockets[0].isClosed], [2, true]);
});

test("a connection that stands is asked whether it outlived the change of network", async () => {
  last().opens();
  socket.hurry();
  assert.deepEqual([last().sent, sockets.length], [["ping"], 1]);
  last().says({ event: "pong" });
  await timers.advance(DELAYS.hurriedPong);
  assert.deepEqual([sockets.length, told], [1, ["opened"]]);
  socket.hurry();
  await timers.advance(DELAYS.hurriedPong);
  assert.equal(told.at(-1), "lost");
  await timers.advance(DELAYS.retryMost);
  assert.equal(sockets.length, 2);
});

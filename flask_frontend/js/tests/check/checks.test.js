import assert from "node:assert/strict";
import { test } from "node:test";
import { Checks } from "../../check/checks.js";
import { browserName } from "../../check/device.js";
import { clockLine, restLine, socketLine } from "../../check/service.js";
import { StaffLines } from "../../check/staff.js";
import { mediaLine, relayLine, soundLine, tcpLine } from "../../check/ways.js";
import { relaysOf } from "../../links/check/relays.js";
import { LINE_WORDS, TITLES } from "../../words/check/lines.js";
import { outcome } from "../../words/check/outcome.js";
import { report, summary } from "../../words/check/summary.js";
import { Trouble } from "../../words/trouble.js";
import { standIn } from "../support/fakes.js";

const good = async () => outcome("good", "secure.good");
const line = (id, changes = {}) => ({ id, seconds: 5, run: good, ...changes });
const standing = (checks) => checks.shown.map(({ id, outcome: { state } }) => `${id} ${state}`);

test("what needs something that is wrong is left out, and says why", async () => {
  const wrong = async () => outcome("failed", "media.unreachable");
  const lines = [line("media", { run: wrong }), line("udp", { needs: ["media"] }), line("clock")];
  const checks = new Checks(lines, () => {});
  await checks.start();
  assert.deepEqual(standing(checks), ["media failed", "udp skipped", "clock good"]);
  assert.match(checks.shown[1].outcome.verdict, /The media server does not answer/);
});

test("a line that hangs is over at its deadline, and one that breaks has words", async () => {
  const hangs = () => new Promise(() => {});
  const breaks = async () => {
    throw new Trouble("too_fast", { requestId: "r1" });
  };
  const checks = new Checks(
    [line("media", { seconds: 0.02, run: hangs }), line("rest", { run: breaks })],
    () => {},
  );
  await checks.start();
  const [media, rest] = checks.shown.map(({ outcome }) => outcome);
  assert.equal(media.verdict, "No answer within 0.02 s");
  assert.deepEqual([rest.state, rest.verdict, rest.requestId], ["failed", "Too many requests", "r1"]);
});

test("lines that are not for this person are not there", async () => {
  const lines = [line("ready"), line("stt", { after: ["ready"], isHere: () => false })];
  const checks = new Checks(lines, () => {});
  await checks.start();
  assert.deepEqual(standing(checks), ["ready good"]);
});

test("what an earlier start brings late is left out", async () => {
  const ends = [];
  const late = () => new Promise((resolve) => ends.push(resolve));
  const checks = new Checks([line("media", { run: late })], () => {});
  const first = checks.start();
  await new Promise((resolve) => setTimeout(resolve));
  const second = checks.start();
  await new Promise((resolve) => setTimeout(resolve));
  ends[0](outcome("failed", "media.unreachable"));
  await first;
  assert.deepEqual(standing(checks), ["media running"]);
  ends[1](outcome("good", "media.good"));
  await second;
  assert.deepEqual(standing(checks), ["media good"]);
});

test("a person's press shows what comes of it", async () => {
  const act = async (pressed, show) => {
    show(outcome("running", "output.running"));
    return outcome(pressed === "yes" ? "good" : "failed", "output.good");
  };
  const seen = [];
  const checks = new Checks([line("output", { act })], () => seen.push(standing(checks).join()));
  await checks.start();
  await checks.act("output", "yes");
  assert.deepEqual(seen.slice(-2), ["output running", "output good"]);
});

const states = (...found) => found.map((state) => ({ state, verdict: "Sound goes over TCP", acts: [] }));

test("the headline says whether one can talk, in words", () => {
  assert.equal(summary(states("good", "skipped")).headline, "All is well: you can talk");
  assert.equal(summary(states("good", "waiting")).headline, "All is well so far");
  assert.equal(summary(states("good", "running")).headline, "Checking your set-up");
  assert.equal(summary(states("warning", "good")).headline, "You can talk; one thing could be better");
  const both = summary(states("failed", "failed", "warning"));
  assert.equal(both.headline, "Two things keep you from talking");
  assert.equal(both.line, "Sound goes over TCP. One more could be better.");
});

test("the report has verdicts and what to do, and no name of a device", () => {
  const heard = outcome("good", "microphone.heard", { device: "Anna's headset", figure: "−22 dB" });
  const tcp = outcome("warning", "udp.tcp", { values: { port: "port 7882" }, requestId: "r1" });
  const lines = [
    { title: TITLES.microphone, outcome: heard },
    { title: TITLES.udp, outcome: tcp },
  ];
  const told = report({ when: new Date(0), origin: "https://a.test", browser: "Firefox 140", lines });
  assert.match(told, /^Set-up check of https:\/\/a\.test\n1970-01-01T00:00:00\.000Z · Firefox 140\n/);
  assert.match(told, /\[good\] Your microphone: We hear you · −22 dB\n/);
  assert.match(
    told,
    /\[could be better\] The way of the sound: Sound goes over TCP, not UDP · request r1\n {4}.*port 7882/,
  );
  assert.doesNotMatch(told, /Anna/);
});

const VALUES = [
  ...["what", "settings", "amount", "way", "port", "name", "problem", "seconds"],
  ...["address", "transport", "working"],
];

test("every line has a title, and no sentence is filled in halfway", () => {
  for (const key of Object.keys(LINE_WORDS)) {
    const [id] = key.split(".");
    assert.ok(TITLES[id] || ["trial", "late"].includes(id), key);
    const { verdict, fix } = outcome("failed", key, {
      values: Object.fromEntries(VALUES.map((name) => [name, "x"])),
    });
    if (!key.startsWith("seats")) assert.doesNotMatch(`${verdict} ${fix}`, /\{/, key);
  }
});

const probe = (changes) => ({
  roundTrip: async () => 24,
  socket: async () => ({ code: 4404, milliseconds: 31 }),
  clockAhead: async () => 0,
  ...changes,
});

test("the service's lines tell good from slow, held back and refused", async () => {
  const of = async (run, changes) =>
    run(probe(changes)).then(({ state, verdict, figure }) => [state, verdict, figure]);
  assert.deepEqual(await of(restLine), ["good", "The service answers", "24 ms"]);
  assert.equal((await of(restLine, { roundTrip: async () => 900 }))[0], "warning");
  assert.deepEqual(await of(socketLine), ["good", "The transcript connection works", "31 ms"]);
  const closing = (code) => ({ socket: async () => ({ code, milliseconds: 1 }) });
  assert.match((await of(socketLine, closing(1006)))[1], /does not get through/);
  assert.match((await of(socketLine, closing(4403)))[1], /does not accept this address/);
  assert.equal((await of(clockLine))[1], "Your clock is right");
  assert.equal((await of(clockLine, { clockAhead: async () => 301_000 }))[1], "Your clock is 5 minutes fast");
  assert.equal(
    (await of(clockLine, { clockAhead: async () => -7_200_000 }))[1],
    "Your clock is 2 hours slow",
  );
  assert.equal((await of(clockLine, { clockAhead: () => Promise.reject(new Error()) }))[0], "failed");
});

const offer = { ports: { udp: 7882, tcp: 7881 }, addresses: ["203.0.113.5"], servers: [] };
const connection = { way: "udp", offer, roundTrip: 3, quality: { loss: 0, jitter: 2 } };
const without = (...protocols) => ({
  ...offer,
  ports: { ...offer.ports, ...Object.fromEntries(protocols.map((each) => [each, 0])) },
});

test("the ways of the sound tell which one it takes, and how well", async () => {
  const over = (changes) => ({ ...connection, ...changes });
  const of = async (changes) => soundLine(standIn({ sound: async () => over(changes) }));
  assert.deepEqual((await of({})).detail, "0 % of packets lost · jitter 2 ms");
  assert.equal(
    (await of({ quality: { loss: 0.05, jitter: 2 } })).verdict,
    "Sound goes over UDP, but the line is poor",
  );
  const tcp = await of({ way: "tcp" });
  assert.equal(tcp.verdict, "Sound goes over TCP, not UDP");
  assert.match(String(tcp.fix), /port 7882/);
  const byTcp = async (changes) => (await tcpLine(standIn({ tcp: async () => over(changes) }))).state;
  assert.equal(await byTcp({ way: "tcp" }), "good");
  assert.equal(await byTcp({ way: "" }), "warning");
  assert.equal(await byTcp({ way: "udp", offer: without("tcp") }), "skipped");
});

test("nobody's network is blamed for what the media server does not offer", async () => {
  const of = async (changes) => soundLine(standIn({ sound: async () => ({ ...connection, ...changes }) }));
  for (const way of ["tcp", "relay"]) {
    const { verdict, fix } = await of({ way, offer: without("udp") });
    assert.match(verdict, /because the media server offers no UDP/);
    assert.match(String(fix), /Nothing is wrong on your side.*rtc\.udp_port/);
  }
  assert.match(String((await of({ way: "" })).fix), /get to 203\.0\.113\.5.*port 7882.*your network/);
  const inside = await of({ way: "", offer: { ...offer, addresses: ["10.0.0.5", "fd00::5"] } });
  assert.match(String(inside.fix), /10\.0\.0\.5 alone.*inside its own network.*rtc\.node_ip/);
  const nothing = await of({ way: "", offer: { ...without("udp", "tcp"), addresses: [] } });
  assert.match(String(nothing.fix), /offers no address/);
});

test("a media server that refuses is told from one that is away and one that is held back", async () => {
  const of = (code) => mediaLine(standIn({ signal: () => Promise.reject(new Trouble(code)) }));
  assert.match((await of("media_unreachable")).verdict, /does not answer/);
  assert.match((await of("media_refused")).verdict, /refuses the pass/);
  assert.match(String((await of("media_refused")).fix), /Nothing is wrong on your side.*LIVEKIT_API_SECRET/);
  assert.match((await of("media_held")).verdict, /no WebSocket to it gets through/);
  await assert.rejects(of("too_fast"), { code: "too_fast" });
});

const relay = {
  transport: "UDP",
  address: "turn.test:3478",
  works: false,
  isReached: false,
  isRefused: false,
};

test("a relay that works, is away, refuses or leads nowhere is each told as it is", async () => {
  const of = (...relays) => relayLine(standIn({ relays: async () => relays }));
  assert.equal((await of()).state, "skipped");
  const good = await of({ ...relay, works: true });
  assert.deepEqual([good.state, good.detail], ["good", "UDP to turn.test:3478"]);
  const away = await of(relay);
  assert.deepEqual([away.state, away.verdict], ["warning", "The relay (TURN) is not reached"]);
  assert.match(String(away.fix), /turn\.test:3478 back \(UDP\)/);
  assert.match(
    (await of({ ...relay, isReached: true, isRefused: true })).verdict,
    /refuses the media server’s pass/,
  );
  assert.match((await of({ ...relay, isReached: true })).verdict, /no sound gets from it/);
  const partly = await of({ ...relay, works: true }, { ...relay, transport: "TLS" });
  assert.equal(partly.verdict, "The relay (TURN) works over UDP, but not over TLS");
  assert.match(String(partly.fix), /certificate/);
});

test("relays are taken by how they are spoken to, with their credentials", () => {
  const pass = { username: "u", credential: "c" };
  const servers = [
    { urls: ["turn:10.0.0.5:3478?transport=udp", "turns:turn.test:443?transport=tcp"], ...pass },
    { urls: "turn:[fd00::5]?transport=tcp", ...pass },
    { urls: ["stun:10.0.0.5:3478"] },
  ];
  const told = relaysOf(servers).map(({ transport, address }) => `${transport} ${address}`);
  assert.deepEqual(told, ["UDP 10.0.0.5:3478", "TLS turn.test:443", "TCP [fd00::5]:3478"]);
  assert.deepEqual(relaysOf(servers)[1].servers, [{ urls: "turns:turn.test:443?transport=tcp", ...pass }]);
});

const READY = {
  status: "ok",
  checks: { database: { status: "ok" }, livekit: { status: "ok" } },
  speech: { stt: { offline: true }, llm: { offline: false } },
  seats: { all: 8, free: 7, workers: null },
};

test("staff see what is missing, which service fails and what is free", async () => {
  const staff = async (ready, tried = {}) => {
    const lines = new StaffLines(standIn({ ready: async () => ready, tryService: async () => tried }));
    return { lines, told: await lines.ready() };
  };
  const { lines, told } = await staff(READY, { milliseconds: 90, problem: "It refused the key." });
  assert.deepEqual([told.state, lines.areHere], ["good", true]);
  assert.match(String((await lines.trial("llm")).fix), /LLM_BASE_URL, LLM_API_KEY and LLM_MODEL/);
  assert.match(String((await lines.trial("stt")).fix), /local voice/);
  assert.equal((await lines.seats()).verdict, "7 of 8 seats are free");
  const away = await staff({ ...READY, checks: { database: { status: "unreachable" } } });
  assert.equal(away.told.verdict, "Not there: the database");
  const none = await staff({ ...READY, seats: { all: 0, free: 0, workers: 0 } });
  assert.equal((await none.lines.seats()).verdict, "No worker is there");
});

test("others learn whether all is there, and nothing more", async () => {
  const lines = new StaffLines(standIn({ ready: async () => ({ status: "unavailable", speech: {} }) }));
  assert.equal((await lines.ready()).verdict, "A part that the service needs is away");
  assert.equal(lines.areHere, false);
});

test("browser and system are named, and nothing else of the machine", () => {
  const named = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox 140 on Linux",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0":
      "Edge 156 on Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1":
      "Safari 18 on iOS",
    curl: "Another browser",
  };
  for (const [agent, name] of Object.entries(named)) assert.equal(browserName(agent), name);
});

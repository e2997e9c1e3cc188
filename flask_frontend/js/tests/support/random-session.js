const AT = Date.parse("2026-01-31T12:00:00.000Z");
const CLOSES = [1001, 1006, 1011, 1012, 1013];

/** Mulberry32: the same numbers, from 0 to 1, for the same seed. */
export function randomFrom(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A session as docs/socket.md tells it, event by event: what is stored, and between that what may be lost. */
export class RandomSession {
  /** The durable events so far, as the server keeps them. */
  record = [];
  #random;
  #open = [];
  #segments = 0;

  constructor(random) {
    this.#random = random;
    this.#store({ event: "session_started" });
  }

  get isOver() {
    return this.record.at(-1)?.event === "session_ended";
  }

  /** What happens next: messages, of which those with a seq are in the record from now on. */
  next() {
    if (this.isOver) return [];
    const roll = this.#random();
    if (roll < 0.3 || this.#open.length === 0) return this.#begin();
    if (roll < 0.6) return [this.#interim()];
    if (roll < 0.82) return this.#settle(this.#pick(), {});
    if (roll < 0.9) return [this.#error("llm_slow")];
    if (roll < 0.96) return this.#loseAgent();
    return this.record.length > 20 ? this.#end() : [this.#interim()];
  }

  end() {
    return this.isOver ? [] : this.#end();
  }

  /** The record as an older copy has it; what was open then stays open. */
  forget(count) {
    this.record = this.record.slice(0, Math.max(1, this.record.length - count));
    const isOpen = ({ segment }) =>
      this.record.some((event) => event.segment === segment && event.event === "speech_started") &&
      !this.record.some((event) => event.segment === segment && event.final);
    this.#open = this.#open.filter(isOpen);
  }

  #begin() {
    const role = this.#random() < 0.5 ? "user" : "agent";
    const segment = `${role}-${++this.#segments}`;
    const early =
      this.#random() < 0.2
        ? [{ role, text: "early", final: false, segment, at: at(this.record.length) }]
        : [];
    const thought = role === "agent" ? [{ role, event: "thinking_started", at: at(this.record.length) }] : [];
    const started = this.#store({ role, event: "speech_started", segment });
    this.#open.push({ role, segment, order: started.seq, said: 0 });
    return [...thought, ...early, started];
  }

  #interim() {
    const speech = this.#pick();
    return {
      role: speech.role,
      text: words(speech, ++speech.said),
      final: false,
      segment: speech.segment,
      at: at(this.record.length),
    };
  }

  #settle(speech, more) {
    this.#open.splice(this.#open.indexOf(speech), 1);
    const { role, segment, order } = speech;
    const ended = this.#store({ role, event: "speech_ended", segment });
    if (this.#random() < 0.1) return [ended];
    const interrupted = role === "agent" && this.#random() < 0.4 ? { interrupted: true } : {};
    return [
      ended,
      this.#store({
        role,
        text: words(speech, speech.said + 1),
        final: true,
        segment,
        order,
        ...interrupted,
        ...more,
      }),
    ];
  }

  #loseAgent() {
    const agents = this.#open.filter(({ role }) => role === "agent");
    return [
      ...agents.flatMap((speech) => this.#settle(speech, { interrupted: true })),
      this.#error("agent_lost"),
    ];
  }

  #end() {
    const fatal = this.#random() < 0.3 ? [this.#error("agent_lost_for_good", true)] : [];
    const settled = [...this.#open].flatMap((speech) => this.#settle(speech, {}));
    return [
      ...fatal,
      ...settled,
      this.#store({ event: "session_ended", reason: fatal.length ? "agent_failed" : "stopped" }),
    ];
  }

  #error(code, fatal = false) {
    return this.#store({ event: "error", code, message: "A sentence.", fatal });
  }

  #pick() {
    return this.#open[Math.floor(this.#random() * this.#open.length)];
  }

  #store(event) {
    const seq = this.record.length + 1;
    this.record.push({ ...event, seq, at: at(seq) });
    return this.record.at(-1);
  }
}

/** The server's end of one page's sockets: backlog, caught_up, and what happens, until it breaks off. */
export class RandomServer {
  #session;
  #random;
  /** @type {any} */
  #pipe = null;

  constructor(session, random) {
    this.#session = session;
    this.#random = random;
  }

  /** Takes a new connection; the old one is gone. @param {import("./fakes.js").FakeSocket} pipe */
  async accept(pipe) {
    this.#pipe = pipe;
    if (this.#random() < 0.15) return this.breakOff();
    pipe.opens();
    const { record, isOver } = this.#session;
    const after = Number(new URL(pipe.url).searchParams.get("after"));
    const recovered = after <= record.length;
    for (const event of record.slice(recovered ? after : 0)) {
      if (this.#random() < 0.04) return this.breakOff();
      pipe.says(event);
    }
    pipe.says({ event: "caught_up", seq: record.length, recovered });
    if (isOver) await this.close(1000);
  }

  /** Sends what happened; transient messages are lost at times, and the connection too. */
  async send(messages) {
    for (const message of messages) {
      if (!this.#pipe?.onmessage) return;
      if (this.#random() < 0.06) return this.breakOff();
      const isLost = !message.seq && this.#random() < 0.3;
      if (!isLost) this.#pipe.says(message);
      if (message.event === "session_ended") await this.close(1000);
    }
  }

  breakOff() {
    return this.close(CLOSES[Math.floor(this.#random() * CLOSES.length)]);
  }

  async close(code) {
    await this.#pipe?.closes(code);
  }
}

const at = (seq) => new Date(AT + seq * 1000).toISOString();
const words = ({ segment }, count) =>
  Array.from({ length: count }, (_, place) => `${segment}.${place}`).join(" ");

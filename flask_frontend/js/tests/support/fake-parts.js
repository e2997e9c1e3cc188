import { Memory } from "../../links/storage.js";
import { SessionControl } from "../../session/session.js";
import { Store } from "../../session/store.js";
import { FakeStorage } from "./fakes.js";

export const FIELDS = { room: "r", identity: "me", system_prompt: "Be brief." };
export const SESSION = { session_id: "S", state: "active", room: "r", identity: "me" };
export const AT = "2026-01-31T12:00:00.000Z";

/** A session's control on fakes: what it did, and the media and the socket that it made last. */
export class FakeParts {
  did = [];
  /** @type {any} */
  media = null;
  /** @type {any} */
  socket = null;
  /** @type {Record<string, (...given: any[]) => Promise<any>>} */
  answers = {
    grant: async () => ({ token: "t", server_url: "ws://media" }),
    startSession: async () => SESSION,
    join: async () => {},
  };
  memory = memoryOf(new FakeStorage(), new FakeStorage());
  store = new Store();
  control = new SessionControl(this.#parts(), this.memory, this.store);

  /** What the event stream brings. */
  says(event) {
    this.socket.listener.received({ at: AT, ...event });
  }

  /** Goes into a session that is live; nothing of that is in `did`. */
  async talk() {
    await this.control.start(FIELDS);
    this.media.listener.agent(true);
    this.socket.listener.opened();
    this.says({ event: "session_started", seq: 1 });
    this.did.length = 0;
  }

  #note(name, answer) {
    return async (...given) => {
      this.did.push(name);
      return answer(...given);
    };
  }

  /** @returns {any} */
  #parts() {
    return {
      backend: {
        grant: this.#note("token", (...given) => this.answers.grant(...given)),
        startSession: this.#note("POST", (...given) => this.answers.startSession(...given)),
        endSession: this.#note("DELETE", async () => ({ stopped: true })),
        socketUrl: (id, after) => `ws://backend/${id}?after=${after}`,
      },
      microphone: {
        toPublish: this.#note("microphone on", async () => "track"),
        close: () => this.did.push("microphone off"),
        mute: async () => {},
      },
      makeMedia: (listener) => (this.media = this.#media(listener)),
      makeSocket: (url, listener) => (this.socket = this.#socket(url, listener)),
    };
  }

  #media(listener) {
    const join = this.#note("join", () => this.answers.join());
    const [publish, leave] = [this.#note("publish", async () => {}), this.#note("leave", async () => {})];
    const rejoin = this.#note("rejoin", async () => {});
    return { listener, join, publish, rejoin, leave, unlockSound: async () => {} };
  }

  #socket(url, listener) {
    const connect = this.#note("socket on", async () => {});
    return { url, listener, connect, disconnect: () => this.did.push("socket off"), hurry: () => {} };
  }
}

const memoryOf = (local, tab) =>
  new Memory(
    () => local,
    () => tab,
  );

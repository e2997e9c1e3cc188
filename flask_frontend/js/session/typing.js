import { Listeners } from "../base/listeners.js";
import { freshRequestId } from "../words/fields.js";
import { fromAnything } from "../words/trouble.js";
import { cannotSend } from "../words/typing.js";
import { unconfirmed } from "./reading.js";

/** @typedef {import("./state.js").Line} Line */

/**
 * What the person types: kept over a reload while it is a draft or on its way, and sent in order, each line
 * once.
 */
export class Typing {
  #backend;
  #memory;
  #store;
  #listeners = new Listeners();
  /** @type {Promise<void>} */
  #sent = Promise.resolve();
  /** @type {Pick<Line, "id"|"text">|null} what may have arrived although its answer did not: the same text goes with the same id */
  #failed = null;

  /**
   * @param {import("../links/backend.js").Backend} backend
   * @param {import("../links/storage.js").Memory} memory
   * @param {import("./store.js").Store} store
   */
  constructor(backend, memory, store) {
    this.#backend = backend;
    this.#memory = memory;
    this.#store = store;
  }

  connect() {
    this.#update({ draft: this.#memory.draft });
    for (const { session, id, text } of this.#memory.outgoing) this.#queue(session, { id, text });
    this.#listeners.on(this.#store, "change", () => this.#follow());
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {string} draft */
  edit(draft) {
    this.#memory.draft = draft;
    this.#update({ draft, trouble: null });
  }

  /** Sends the draft, which is empty afterwards; whether there was something to send. */
  send() {
    const { draft } = this.#store.state.typed;
    const session = this.#memory.session;
    const text = draft.trim();
    if (this.#store.state.phase !== "live" || !session || cannotSend(text)) return false;
    const failed = this.#failed;
    const line = failed && failed.text === text ? failed : { id: freshRequestId(), text };
    this.#failed = null;
    this.edit("");
    this.#update({ sending: [...this.#waiting().filter(({ trouble }) => !trouble), line] });
    this.#memory.outgoing = [...this.#memory.outgoing, { session: session.session_id, ...line }];
    this.#queue(session.session_id, line);
    return true;
  }

  /**
   * @param {string} sessionId
   * @param {Line} line
   */
  #queue(sessionId, line) {
    this.#sent = this.#sent.then(() => this.#deliver(sessionId, line));
  }

  /** Lines that were sent into an earlier session are not on their way in this one. */
  #follow() {
    const { phase, typed, transcript } = this.#store.state;
    if (phase === "connecting" && !transcript.lastSeq && typed.sending.length) this.#update({ sending: [] });
  }

  /**
   * @param {string} sessionId
   * @param {Line} line
   */
  async #deliver(sessionId, line) {
    try {
      const { at } = await this.#backend.typeMessage(sessionId, line);
      this.#settle(line, { sentAt: at });
    } catch (error) {
      this.#takeBack(line, fromAnything(error));
    }
  }

  /**
   * The text of a line that was not sent is there to be sent again; where the session is over, by the next
   * one, and the transcript says what became of it.
   * @param {Line} line
   * @param {import("../words/trouble.js").Trouble} trouble
   */
  #takeBack(line, trouble) {
    this.#failed = line;
    const draft = [line.text, this.#store.state.typed.draft].filter(Boolean).join("\n");
    this.#memory.draft = draft;
    const isLive = this.#store.state.phase === "live";
    this.#settle(line, isLive ? null : { trouble });
    this.#update({ draft, trouble: isLive ? trouble : null });
  }

  /**
   * What is known of a line that was on its way; null where it is in the field again. One that is not there
   * any more was sent into an earlier session.
   * @param {Line} line
   * @param {Pick<Line, "sentAt"|"trouble">|null} outcome
   */
  #settle(line, outcome) {
    this.#memory.outgoing = this.#memory.outgoing.filter(({ id }) => id !== line.id);
    const sending = this.#waiting().flatMap((each) => {
      if (each.id !== line.id) return [each];
      return outcome ? [{ ...each, ...outcome }] : [];
    });
    this.#update({ sending });
  }

  #waiting() {
    const { typed, transcript } = this.#store.state;
    return unconfirmed(typed.sending, transcript);
  }

  /** @param {Partial<import("./state.js").Typed>} patch */
  #update(patch) {
    this.#store.update({ typed: { ...this.#store.state.typed, ...patch } });
  }
}

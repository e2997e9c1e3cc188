import { Listeners } from "../base/listeners.js";
import { fieldErrors, freshIdentity, freshRoom, refusedFields } from "../words/fields.js";
import { isBusy } from "./state.js";

/**
 * @typedef {import("../words/fields.js").Fields} Fields
 * @typedef {import("../words/fields.js").FieldErrors} FieldErrors
 */

/**
 * The fields of the next session as part of the state, each with its error, with which agent it is, and whether
 * it is recorded.
 */
export class NextSession {
  #memory;
  #store;
  #listeners = new Listeners();
  #defaultRoom = freshRoom();
  #before;
  #continues;
  #onContinued;
  #asksToRecord;
  #agent;

  /**
   * @param {import("../links/storage.js").Memory} memory
   * @param {import("./store.js").Store} store
   * @param {{continues?: string, onContinued?: () => void, asksToRecord?: boolean,
   *   agent?: import("./state.js").PageAgent}} [told] the ended session to go on with, what to do when that came to
   *   pass or cannot, whether people are asked to be recorded, and with whom they talk
   */
  constructor(memory, store, { continues = "", onContinued = () => {}, asksToRecord = false, agent } = {}) {
    this.#memory = memory;
    this.#store = store;
    this.#continues = continues;
    this.#onContinued = onContinued;
    this.#asksToRecord = asksToRecord;
    this.#agent = agent ?? store.state.agent;
    this.#before = store.state;
  }

  connect() {
    this.#listeners.on(this.#store, "change", () => this.#follow());
    const identity = this.#memory.identity || freshIdentity();
    const earlier = this.#continues ? { continues: this.#continues } : {};
    this.#store.update({ fields: { ...this.#fields, room: this.#defaultRoom, identity, ...earlier } });
    const [asks, agreed] = [this.#asksToRecord, this.#asksToRecord ? this.#memory.recorded : false];
    this.#store.update({ recording: { asks, agreed, asking: false }, agent: this.#agent });
  }

  disconnect() {
    this.#listeners.clear();
  }

  /**
   * An error goes away as soon as it is mended.
   * @param {keyof Fields} name
   * @param {string} value
   */
  edit(name, value) {
    const fields = { ...this.#fields, [name]: value };
    const { [name]: error, ...others } = this.#store.state.fieldErrors;
    const isMended = !fieldErrors(fields)[name];
    this.#store.update({ fields, fieldErrors: isMended || !error ? others : { ...others, [name]: error } });
  }

  /** Says what is wrong with a field that was left. @param {keyof Fields} name */
  check(name) {
    const error = fieldErrors(this.#fields)[name];
    this.#store.update({ fieldErrors: { ...this.#store.state.fieldErrors, [name]: error } });
  }

  /** What a session is asked for with; null when a field is wrong, or the person is being asked to be recorded. */
  request() {
    const fields = this.validated();
    if (!fields) return null;
    const { slug, draft } = this.#agent;
    const request = { ...fields, ...(draft ? { draft } : { agent: slug }) };
    const { asks, agreed } = this.#store.state.recording;
    if (!asks) return request;
    if (agreed === null) this.#record({ asking: true });
    return agreed === null ? null : { ...request, recorded: agreed };
  }

  /** What the person says to being recorded holds until they say something else. @param {boolean} agreed */
  agree(agreed) {
    this.#memory.recorded = agreed;
    this.#record({ agreed, asking: false });
  }

  /** The person says neither. */
  cancelAsking() {
    this.#record({ asking: false });
  }

  /** The fields when all are well, or null and the errors are shown. */
  validated() {
    const fields = this.#fields;
    const errors = fieldErrors(fields);
    if (Object.keys(errors).length) return this.#refuse(errors);
    this.#store.update({ fieldErrors: {} });
    this.#memory.identity = fields.identity;
    return fields;
  }

  /** A room name for another session, unless the person chose one. */
  renewRoom({ always = false } = {}) {
    if (!always && this.#fields.room !== this.#defaultRoom) return;
    this.#defaultRoom = freshRoom();
    this.edit("room", this.#defaultRoom);
  }

  /** @param {Partial<import("./state.js").RecordingState>} patch */
  #record(patch) {
    this.#store.update({ recording: { ...this.#store.state.recording, ...patch } });
  }

  get #fields() {
    return this.#store.state.fields;
  }

  /** What the service did not accept is said beside its field; a session that is over leaves its room behind. */
  #follow() {
    const [before, now] = [this.#before, this.#store.state];
    this.#before = now;
    const isNews = now.trouble && now.trouble !== before.trouble;
    const isGone = now.trouble?.code === "nothing_to_continue";
    if (this.#fields.continues && (now.phase === "live" || isGone)) this.#forgetEarlier();
    if (now.trouble && isNews) this.#refuse(refusedFields(this.#fields, now.trouble.fields));
    const isOver = before.phase !== now.phase && !isBusy(now);
    if (isOver && now.trouble?.code !== "bad_fields") this.renewRoom();
  }

  /** What begins next is a conversation of its own. */
  #forgetEarlier() {
    const { continues: _, ...fields } = this.#fields;
    this.#store.update({ fields });
    this.#onContinued();
  }

  /**
   * Shows errors beside their fields.
   * @param {FieldErrors} errors
   * @returns {null}
   */
  #refuse(errors) {
    const { panel, refusals } = this.#store.state;
    const hasErrors = Object.keys(errors).length > 0;
    this.#store.update({ fieldErrors: errors });
    if (hasErrors) this.#store.update({ refusals: refusals + 1, panel: panel === "closed" ? "open" : panel });
    return null;
  }
}

/**
 * @typedef {"microphone"|"speaker"} Kind
 *
 * Tells on a target, as event "device", which device took the place of one that went away, and which is back.
 */
export class Succession {
  #target;
  #kind;
  #gone = "";

  /**
   * @param {EventTarget} target
   * @param {Kind} kind
   */
  constructor(target, kind) {
    this.#target = target;
    this.#kind = kind;
  }

  /** The device of that name went away by itself. @param {string} label */
  lost(label) {
    this.#gone = label;
  }

  /** Nobody needs to hear of a successor: the person chose for themselves. */
  forget() {
    this.#gone = "";
  }

  /** That one is in use now. @param {string} label */
  follows(label) {
    const gone = this.#gone;
    this.#gone = "";
    if (gone && label && gone !== label) this.#tell("replaced", gone, label);
  }

  /** The device that the person chose is in use again. @param {string} label */
  back(label) {
    this.#tell("back", "", label);
  }

  /**
   * @param {"replaced"|"back"} what
   * @param {string} was
   * @param {string} now
   */
  #tell(what, was, now) {
    const detail = { what, kind: this.#kind, was, now };
    this.#target.dispatchEvent(new CustomEvent("device", { detail }));
  }
}

import { Microphone } from "./microphone.js";

/** A microphone that the person may leave out of a session. */
export class OptionalMicrophone extends Microphone {
  #memory;

  /** @param {import("./storage.js").Memory} memory */
  constructor(memory) {
    super(memory);
    this.#memory = memory;
  }

  /** Whether the session goes on without it. */
  get leftOut() {
    return this.#memory.leftOut;
  }

  /** Opens nothing until it is taken in again. @param {boolean} leftOut */
  leaveOut(leftOut) {
    this.#memory.leftOut = leftOut;
    this.dispatchEvent(new Event("change"));
  }

  /** The track to publish; null where it is left out. Fails with a Trouble. */
  async toPublish() {
    return this.leftOut ? null : this.open();
  }
}

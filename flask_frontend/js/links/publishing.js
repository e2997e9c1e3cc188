import { PUSH_TO_TALK_TRACK } from "../words/fields.js";

/** The microphone as a room has it, whose name tells the agent how the person talks. */
export class Publishing {
  #talksByButton;
  /** @type {Promise<unknown>|null} */
  #published = null;
  #name = "";

  /** @param {() => boolean} talksByButton whether the microphone is on only while a button is held */
  constructor(talksByButton) {
    this.#talksByButton = talksByButton;
  }

  /**
   * @param {import("livekit-client").LocalParticipant} person
   * @param {import("livekit-client").LocalAudioTrack} track
   */
  async publish(person, track) {
    this.#name = this.#nameNow;
    this.#published = person.publishTrack(track, { name: this.#name });
    await this.#published;
  }

  /** Returns when what is being published is, or cannot be. */
  async settled() {
    await this.#published?.catch(() => {});
  }

  /** Whether the person talks in another way by now than the agent was told. */
  get isOutdated() {
    return this.#name !== "" && this.#name !== this.#nameNow;
  }

  get #nameNow() {
    return this.#talksByButton() ? PUSH_TO_TALK_TRACK : "microphone";
  }
}

import { Listeners, byId, make, say } from "../../base/dom.js";
import { Trouble, fromMicrophone } from "../../words/trouble.js";
import { troubleWords } from "../../words/trouble-words.js";

/** The microphone picker and the volume. */
export class SoundView {
  #picker = /** @type {HTMLSelectElement} */ (byId("microphone"));
  #volume = /** @type {HTMLInputElement} */ (byId("volume"));
  #error = byId("microphone-error");
  #listeners = new Listeners();
  #microphone;
  #memory;
  #setVolume;

  /**
   * @param {import("../../links/microphone.js").Microphone} microphone
   * @param {import("../../links/storage.js").Memory} memory
   * @param {(volume: number) => void} setVolume between 0 and 1
   */
  constructor(microphone, memory, setVolume) {
    this.#microphone = microphone;
    this.#memory = memory;
    this.#setVolume = setVolume;
  }

  connect() {
    this.#volume.value = String(Math.round(this.#memory.volume * 100));
    this.#listeners.on(this.#microphone, "change", () => void this.#list());
    this.#listeners.on(this.#picker, "change", () => void this.#pick());
    this.#listeners.on(this.#volume, "input", () => this.#volumeMoved());
    void this.#list();
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** Says why a microphone cannot be used, or takes it back. @param {Trouble|null} trouble */
  complain(trouble) {
    const words = trouble && troubleWords(trouble);
    say(this.#error, words ? `${words.headline}. ${words.help}` : "");
  }

  async #list() {
    const devices = await this.#microphone.devices();
    const options = devices.map(({ deviceId, label }, number) => {
      const option = /** @type {HTMLOptionElement} */ (make("option", "", label || `Microphone ${number + 1}`));
      option.value = deviceId;
      return option;
    });
    if (options.length === 0) options.push(/** @type {HTMLOptionElement} */ (make("option", "", "Your usual microphone")));
    this.#picker.replaceChildren(...options);
    this.#picker.disabled = devices.length === 0;
    if (devices.some(({ deviceId }) => deviceId === this.#microphone.deviceId)) {
      this.#picker.value = this.#microphone.deviceId;
    }
  }

  async #pick() {
    try {
      await this.#microphone.pick(this.#picker.value);
      this.complain(null);
    } catch (error) {
      this.complain(fromMicrophone(error));
    }
  }

  #volumeMoved() {
    const volume = Number(this.#volume.value) / 100;
    this.#memory.volume = volume;
    this.#setVolume(volume);
  }
}

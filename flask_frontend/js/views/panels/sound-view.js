import { byId, make, say } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { troubleWords } from "../../words/trouble-words.js";

/** @typedef {import("../../session/state.js").MicrophoneState} MicrophoneState */

/** The microphone picker and the volume. */
export class SoundView {
  #root = byId("sound");
  #picker = /** @type {HTMLSelectElement} */ (byId("microphone", this.#root));
  #volume = /** @type {HTMLInputElement} */ (byId("volume", this.#root));
  #error = byId("microphone-error", this.#root);
  #listeners = new Listeners();
  #actions;
  /** @type {MicrophoneState["devices"]|null} */
  #listed = null;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    this.#listeners.on(this.#picker, "change", () => this.#actions.pickMicrophone(this.#picker.value));
    this.#listeners.on(this.#volume, "input", () =>
      this.#actions.setVolume(Number(this.#volume.value) / 100),
    );
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render({ microphone, volume }) {
    const { devices, deviceId, trouble } = microphone;
    const words = trouble && troubleWords(trouble);
    say(this.#error, words ? `${words.headline}. ${words.help}` : "");
    this.#volume.value = String(Math.round(volume * 100));
    if (devices !== this.#listed) this.#list(devices);
    if (devices.some((device) => device.deviceId === deviceId)) this.#picker.value = deviceId;
  }

  /** @param {MicrophoneState["devices"]} devices */
  #list(devices) {
    this.#listed = devices;
    const options = devices.map(({ deviceId, label }, place) =>
      option(label || `Microphone ${place + 1}`, deviceId),
    );
    this.#picker.replaceChildren(...(options.length ? options : [option("Your usual microphone", "")]));
    this.#picker.disabled = devices.length === 0;
  }
}

/**
 * @param {string} text
 * @param {string} value
 */
function option(text, value) {
  const element = /** @type {HTMLOptionElement} */ (make("option", "", text));
  element.value = value;
  return element;
}

import { byId, say } from "../../base/dom.js";
import { Listeners } from "../../base/listeners.js";
import { word } from "../../words/catalogue.js";
import { troubleWords } from "../../words/trouble-words.js";
import { showDevices } from "./picker.js";

/** The pickers of microphone and speaker, and the volume. */
export class SoundView {
  #root = byId("sound");
  #picker = /** @type {HTMLSelectElement} */ (byId("microphone", this.#root));
  #speaker = byId("speaker-choice", this.#root);
  #speakerPicker = /** @type {HTMLSelectElement} */ (byId("speaker", this.#root));
  #ask = byId("speaker-ask", this.#root);
  #volume = /** @type {HTMLInputElement} */ (byId("volume", this.#root));
  #error = byId("microphone-error", this.#root);
  #listeners = new Listeners();
  #actions;

  /** @param {import("../../session/actions.js").Actions} actions */
  constructor(actions) {
    this.#actions = actions;
  }

  connect() {
    const { output } = this.#actions;
    this.#listeners.on(this.#picker, "change", () => this.#actions.pickMicrophone(this.#picker.value));
    this.#listeners.on(this.#speakerPicker, "change", () => output.pick(this.#speakerPicker.value));
    this.#listeners.onPress(this.#ask, () => void output.ask());
    this.#listeners.on(this.#volume, "input", () =>
      this.#actions.setVolume(Number(this.#volume.value) / 100),
    );
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** @param {import("../view.js").State} state */
  render({ microphone, speaker, volume }) {
    const words = microphone.trouble && troubleWords(microphone.trouble);
    say(this.#error, words ? word("talk.sound.trouble", { ...words }) : "");
    this.#volume.value = String(Math.round(volume * 100));
    showDevices(this.#picker, microphone.devices, microphone.deviceId, "microphone");
    this.#speaker.hidden = !speaker.canChoose;
    this.#ask.hidden = !speaker.canAsk;
    showDevices(this.#speakerPicker, speaker.devices, speaker.deviceId, "speaker");
  }
}

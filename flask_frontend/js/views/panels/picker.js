import { make } from "../../base/dom.js";
import { word } from "../../words/catalogue.js";

/** @typedef {{deviceId: string, label: string}} Device */

/** What each list shows. @type {WeakMap<HTMLSelectElement, readonly Device[]>} */
const listed = new WeakMap();

/**
 * Shows devices in a list, the one in use chosen; an empty list says what is used anyway.
 * @param {HTMLSelectElement} picker
 * @param {readonly Device[]} devices
 * @param {string} inUse
 * @param {"microphone"|"speaker"} kind
 */
export function showDevices(picker, devices, inUse, kind) {
  if (devices !== listed.get(picker)) list(picker, devices, kind);
  if (devices.some(({ deviceId }) => deviceId === inUse)) picker.value = inUse;
}

/**
 * @param {HTMLSelectElement} picker
 * @param {readonly Device[]} devices
 * @param {"microphone"|"speaker"} kind
 */
function list(picker, devices, kind) {
  listed.set(picker, devices);
  const options = devices.map(({ deviceId, label }, place) =>
    option(label || word(`talk.devices.${kind}.numbered`, { place: place + 1 }), deviceId),
  );
  const usual = option(word(`talk.devices.${kind}.usual`), "");
  picker.replaceChildren(...(options.length ? options : [usual]));
  picker.disabled = devices.length === 0;
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

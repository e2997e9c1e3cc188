import { word } from "./catalogue.js";

/**
 * The line about the microphone, or "" when it gives sound.
 * @param {{silent: boolean, taken: boolean}} microphone
 * @param {boolean} isByButton whether the person talks by a button, and has no Mute
 */
export function microphoneWords({ silent, taken }, isByButton) {
  if (silent) return word(`talk.microphone_lines.${isByButton ? "none_by_button" : "none"}`);
  return taken ? word("talk.microphone_lines.taken") : "";
}

/**
 * Which device took the place of another, or is back.
 * @param {{what: "replaced"|"back", kind: "microphone"|"speaker", was: string, now: string}} news
 */
export function deviceWords({ what, kind, was, now }) {
  if (what === "back") return word(`talk.devices.${kind}.${now ? "back" : "back_usual"}`, { now });
  const from = was ? "replaced" : "gone";
  const to = was ? "_by_usual" : "_to_usual";
  return word(`talk.devices.${kind}.${from}${now ? "" : to}`, { was, now });
}

import { isRunning } from "../../base/level.js";
import { pause } from "../../base/pause.js";

const NOTES = [523, 659, 784];
const NOTE_SECONDS = 0.4;
const LOUDNESS = 0.25;
const HELD_HERTZ = 440;

/** Plays three notes; false where the browser does not let the page make a sound. */
export async function playNotes() {
  const context = new AudioContext();
  try {
    if (!(await isRunning(context))) return false;
    NOTES.forEach((hertz, place) => {
      strike(context, hertz, context.currentTime + place * NOTE_SECONDS);
    });
    await pause(NOTES.length * NOTE_SECONDS * 1000);
    return true;
  } finally {
    void context.close();
  }
}

/** A steady tone as a track that nobody hears here; `flows` is false where the browser holds it back. */
export async function heldTone() {
  const context = new AudioContext();
  const source = new OscillatorNode(context, { frequency: HELD_HERTZ });
  const end = context.createMediaStreamDestination();
  source.connect(end);
  source.start();
  const flows = await isRunning(context);
  return { track: end.stream.getAudioTracks()[0], flows, stop: () => void context.close() };
}

/**
 * @param {AudioContext} context
 * @param {number} hertz
 * @param {number} at
 */
function strike(context, hertz, at) {
  const source = new OscillatorNode(context, { frequency: hertz });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  gain.gain.linearRampToValueAtTime(0, at + NOTE_SECONDS);
  source.connect(gain).connect(context.destination);
  source.start(at);
  source.stop(at + NOTE_SECONDS);
}

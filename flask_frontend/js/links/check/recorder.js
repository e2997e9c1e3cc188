import { pause } from "../../base/pause.js";

/** Whether this browser can record at all. */
export const canRecord = () => typeof MediaRecorder === "function";

/**
 * What a track carries for so long, kept in this page's memory alone.
 * @param {MediaStreamTrack} track
 * @param {number} milliseconds
 * @returns {Promise<Blob>}
 */
export async function record(track, milliseconds) {
  const recorder = new MediaRecorder(new MediaStream([track]));
  /** @type {Blob[]} */
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start();
  await pause(milliseconds);
  recorder.stop();
  await stopped;
  return new Blob(pieces, { type: recorder.mimeType });
}

/** Plays a recording to its end, and forgets it. @param {Blob} recording */
export async function playBack(recording) {
  const url = URL.createObjectURL(recording);
  const player = new Audio(url);
  try {
    const over = new Promise((resolve, reject) => {
      player.onended = resolve;
      player.onerror = reject;
    });
    await player.play();
    await over;
  } finally {
    URL.revokeObjectURL(url);
  }
}

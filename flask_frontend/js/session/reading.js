/**
 * @typedef {import("./transcript.js").Role} Role
 * @typedef {import("./transcript.js").Transcript} Transcript
 */

/**
 * The entries as people read them: in the order in which they were begun, those without a known place last.
 * @param {Transcript} transcript
 */
export function inOrder(transcript) {
  return Object.values(transcript.entries).sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || 0);
}

/**
 * @param {Transcript} transcript
 * @param {Role} role
 */
export function isSpeaking(transcript, role) {
  return Object.values(transcript.open).includes(role);
}

/** Whether there is anything to read. @param {Transcript} transcript */
export function hasWords({ entries, failures }) {
  return Object.keys(entries).length + failures.length > 0;
}

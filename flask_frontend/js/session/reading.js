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

/** Whether there is anything to read. @param {import("./state.js").State} state */
export function hasWords({ transcript, typed }) {
  const { entries, failures } = transcript;
  return Object.keys(entries).length + failures.length + typed.sending.length > 0;
}

/** How the segments of typed lines begin; the rest is the id that was sent along. */
const TYPED = "typed.";

/**
 * The lines that the transcript does not have yet.
 * @param {import("./state.js").Line[]} sending
 * @param {Transcript} transcript
 */
export function unconfirmed(sending, { entries }) {
  return sending.filter(({ id }) => !entries[`${TYPED}${id}`]);
}

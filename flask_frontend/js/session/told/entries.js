/**
 * The entries of a transcript: what one side said in one segment, growing or settled.
 *
 * @typedef {"user"|"agent"} Role
 * @typedef {{segment: string, role: Role, text: string, final: boolean, order: number|null,
 *   at: string, interrupted: boolean, typed?: boolean}} Entry `order` is null while the segment's place is unknown
 */

/**
 * The entry that an interim or a final tells.
 * @param {import("./told.js").Told} told
 * @param {number|null} order
 * @param {string} [begun] when its speech began, which is shown before the time of its words
 * @returns {Entry}
 */
export function entryOf({ segment, role, text, final, at, interrupted, typed }, order, begun = at) {
  const entry = { segment, role, text, final, order, at: begun, interrupted: interrupted === true };
  return typed ? { ...entry, typed: true } : entry;
}

/**
 * The entries whose words no longer change.
 * @param {Record<string, Entry>} entries
 */
export function settled(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([, { final }]) => final));
}

/**
 * @template T
 * @param {Record<string, T>} bySegment
 * @param {string} segment
 * @returns {Record<string, T>}
 */
export function without(bySegment, segment) {
  return Object.fromEntries(Object.entries(bySegment).filter(([key]) => key !== segment));
}

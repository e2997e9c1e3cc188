/** Pixels for a second: from how many on lines can be told apart, and the most. */
const READABLE = 4;
const MOST = 32;
const LEAST_TICK = 72;
const TIME_WIDTH = 44;
const MOST_TICKS = 1000;
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/**
 * How many pixels a second may have: first so that all is seen, then twice as many each time.
 * @param {number} seconds
 * @param {number} width pixels that are seen
 */
export function zooms(seconds, width) {
  const levels = [Math.max(width, 1) / Math.max(seconds, 1)];
  while (levels[levels.length - 1] * 2 <= MOST) levels.push(levels[levels.length - 1] * 2);
  return levels;
}

/** The place of the first of these at which lines can be told apart. @param {number[]} levels */
export function readable(levels) {
  const place = levels.findIndex((level) => level >= READABLE);
  return place < 0 ? levels.length - 1 : place;
}

/**
 * The seconds that have a time beside them, as far as there is room for it.
 * @param {number} seconds
 * @param {number} level pixels for a second
 */
export function ticks(seconds, level) {
  const step = TICKS.find((each) => each * level >= LEAST_TICK) ?? TICKS[TICKS.length - 1];
  const last = Math.max(0, Math.floor((seconds - TIME_WIDTH / level) / step));
  return Array.from({ length: Math.min(last + 1, MOST_TICKS) }, (_, place) => place * step);
}

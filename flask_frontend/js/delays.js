/** Every wait of the page, in milliseconds. */
export const DELAYS = Object.freeze({
  slowStep: 5_000,
  renewTokenBefore: 60_000,
  request: 20_000,
  ping: 20_000,
  pong: 10_000,
  retryLeast: 500,
  retryMost: 5_000,
  lastWords: 3_000,
  clockTick: 1_000,
  levelSample: 55,
});

/**
 * The wait before reconnection number `attempt` (from 0): between 0.5 s and a bound that doubles up to
 * 5 s, at random, so that pages do not return to a restarted server all at once.
 * @param {number} attempt
 * @param {() => number} random
 */
export function retryDelay(attempt, random = Math.random) {
  const most = Math.min(DELAYS.retryMost, DELAYS.retryLeast * 2 ** (attempt + 1));
  return DELAYS.retryLeast + random() * (most - DELAYS.retryLeast);
}

/** @param {number} wait */
export const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait)).then(() => {});

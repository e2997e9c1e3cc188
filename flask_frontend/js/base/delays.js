/** Every wait of the page, in milliseconds. */
export const DELAYS = Object.freeze({
  slowStep: 5_000,
  renewTokenBefore: 60_000,
  request: 20_000,
  ping: 10_000,
  pong: 5_000,
  hurriedPong: 2_000,
  opening: 5_000,
  firstRetry: 300,
  retryLeast: 300,
  retryMost: 1_000,
  resuming: 20_000,
  rejoining: 40_000,
  lastWords: 3_000,
  clockTick: 1_000,
  tap: 300,
  plugging: 700,
  news: 12_000,
  levelSample: 55,
  probe: 8_000,
  soundStart: 500,
  toneSent: 3_000,
  toneReported: 8_000,
  connectionLook: 250,
  recording: 2_000,
  listening: 8_000,
  listeningOn: 30_000,
  listeningAfter: 3_000,
});

/**
 * The wait before reconnection number `attempt` (from 0): at most 0.3 s for the first, then between 0.3 s
 * and a bound that doubles up to 1 s, at random, so that pages do not return to a restarted server all at once.
 * @param {number} attempt
 * @param {() => number} random
 */
export function retryDelay(attempt, random = Math.random) {
  if (attempt === 0) return random() * DELAYS.firstRetry;
  const most = Math.min(DELAYS.retryMost, DELAYS.retryLeast * 2 ** attempt);
  return DELAYS.retryLeast + random() * (most - DELAYS.retryLeast);
}

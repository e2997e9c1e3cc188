/**
 * @typedef {"udp"|"tcp"|"relay"|""} Way how sound travels; "" where none does
 *
 * @typedef {Object} Connection what a browser's statistics tell of one
 * @property {Way} way
 * @property {number} roundTrip in milliseconds
 * @property {{loss: number, jitter: number}|null} quality of what was sent: the share that was lost, and
 *   milliseconds; null where nothing could be sent
 */

/** @type {Connection} */
export const NO_CONNECTION = Object.freeze({ way: "", roundTrip: 0, quality: null });

/**
 * How sound travels between here and a room's server right now.
 * @param {import("livekit-client").Room} room
 * @returns {Promise<Connection>}
 */
export async function connectionOf(room) {
  const { publisher, subscriber } = /** @type {any} */ (room.engine.pcManager) ?? {};
  const reports = await Promise.all([publisher, subscriber].map((each) => each?.getStats()));
  const stats = reports.flatMap((report) => [...(report?.values() ?? [])]);
  const byId = new Map(stats.map((stat) => [stat.id, stat]));
  const pair = stats.find(({ type, nominated, state }) => isPair(type) && nominated && state === "succeeded");
  return {
    way: pair ? wayOf(byId.get(pair.localCandidateId), byId.get(pair.remoteCandidateId)) : "",
    roundTrip: (pair?.currentRoundTripTime ?? 0) * 1000,
    quality: qualityOf(stats),
  };
}

/** @param {string} type */
const isPair = (type) => type === "candidate-pair";

/** @param {any} local @param {any} remote @returns {Way} */
function wayOf(local, remote) {
  if (local?.candidateType === "relay" || remote?.candidateType === "relay") return "relay";
  return remote?.protocol === "tcp" ? "tcp" : "udp";
}

/** @param {any[]} stats */
function qualityOf(stats) {
  const sent = stats.find(({ type, packetsSent }) => type === "outbound-rtp" && packetsSent);
  const arrived = stats.find(({ type }) => type === "remote-inbound-rtp");
  if (!sent || !arrived) return null;
  return { loss: Math.max(0, arrived.packetsLost) / sent.packetsSent, jitter: arrived.jitter * 1000 };
}

/**
 * @typedef {Record<"udp"|"tcp", number>} Ports those that the media server offers, 0 for none
 *
 * @typedef {Object} Offer what a media server tells of itself to whoever joins
 * @property {Ports} ports
 * @property {string[]} addresses where it takes sound
 * @property {RTCIceServer[]} servers which help to find a way
 */

/** Those that are reached only from inside their own network. */
const INSIDE = [
  /^10\./,
  /^127\./,
  /^169\.254\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
  /^(::1$|fe80:|f[cd])/i,
];

/** @returns {Offer} */
export function noOffer() {
  return { ports: { udp: 0, tcp: 0 }, addresses: [], servers: [] };
}

/**
 * One more place where the server takes sound.
 * @param {Offer} offer
 * @param {RTCIceCandidateInit} candidate
 */
export function hear(offer, candidate) {
  const { protocol, port, address } = new RTCIceCandidate(candidate);
  if (!protocol || !port) return;
  offer.ports[protocol] ||= port;
  if (address && !offer.addresses.includes(address)) offer.addresses.push(address);
}

/** Whether all of these are reached only from inside their own network. @param {string[]} addresses */
export function areInside(addresses) {
  return addresses.length > 0 && addresses.every((each) => INSIDE.some((pattern) => pattern.test(each)));
}

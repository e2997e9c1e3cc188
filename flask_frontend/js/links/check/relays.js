/**
 * @typedef {"UDP"|"TCP"|"TLS"} Transport how a relay is spoken to
 *
 * @typedef {Object} Relay those of one transport, which are tried together
 * @property {Transport} transport
 * @property {string} address of the first one, with its port
 * @property {RTCIceServer[]} servers
 *
 * @typedef {Object} RelayFound what came of trying it
 * @property {Transport} transport
 * @property {string} address
 * @property {boolean} works sound got through it
 * @property {boolean} isReached it answered, whether or not sound got from it to the media server
 * @property {boolean} isRefused it did not take the credentials
 * @property {string} problem the browser's words of what failed, or ""
 */

const RELAY = /^(turns?):(.+?)(?:\?transport=(udp|tcp))?$/i;
/** The ports that are left out of an address. */
const USUAL = { turn: 3478, turns: 5349 };

/** The relays among the servers that help to find a way. @param {RTCIceServer[]} servers */
export function relaysOf(servers) {
  /** @type {Map<Transport, Relay>} */
  const found = new Map();
  for (const { urls, ...credentials } of servers) {
    for (const url of [urls].flat()) {
      const [, scheme, place, protocol] = url.match(RELAY) ?? [];
      if (!scheme) continue;
      const transport = transportOf(scheme, protocol);
      const relay = found.get(transport) ?? { transport, address: addressOf(scheme, place), servers: [] };
      relay.servers.push({ urls: url, ...credentials });
      found.set(transport, relay);
    }
  }
  return [...found.values()];
}

/** @param {string} scheme @param {string|undefined} protocol @returns {Transport} */
function transportOf(scheme, protocol) {
  if (scheme.toLowerCase() === "turns") return "TLS";
  return protocol?.toLowerCase() === "tcp" ? "TCP" : "UDP";
}

/** @param {string} scheme @param {string} place */
function addressOf(scheme, place) {
  const hasPort = /:\d+$/.test(place.replace(/\[.*\]/, ""));
  return hasPort ? place : `${place}:${USUAL[/** @type {"turn"|"turns"} */ (scheme.toLowerCase())]}`;
}

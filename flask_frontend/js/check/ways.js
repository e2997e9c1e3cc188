import { areInside } from "../links/check/offer.js";
import { number, word } from "../words/catalogue.js";
import { outcome } from "../words/check/outcome.js";
import { fromAnything } from "../words/trouble.js";
import { shortTime } from "../words/units.js";

/**
 * @typedef {import("../links/check/sound-ways.js").SoundWays} SoundWays
 * @typedef {import("../links/check/sound-ways.js").RelayFound} RelayFound
 * @typedef {import("./checks.js").Outcome} Outcome
 */

const LOSS = 0.03;
const JITTER = 40;
const ROUND_TRIP = 350;
/** @type {Record<string, string>} */
const MEDIA_WORDS = {
  media_unreachable: "media.unreachable",
  media_refused: "media.refused",
  media_held: "media.held",
};

/** The words of a detour: UDP is held back, or there is none. */
const HELD = { tcp: "udp.tcp", relay: "udp.relay" };
const UNOFFERED = { tcp: "udp.only_tcp", relay: "udp.only_relay" };

/** @param {SoundWays} ways */
export async function mediaLine(ways) {
  try {
    return outcome("good", "media.good", { figure: shortTime(await ways.signal()) });
  } catch (error) {
    const { code, message: detail } = fromAnything(error);
    if (!MEDIA_WORDS[code]) throw error;
    return outcome("failed", MEDIA_WORDS[code], { detail });
  }
}

/** @param {SoundWays} ways @returns {Promise<Outcome>} */
export async function soundLine(ways) {
  const { way, offer, roundTrip, quality } = await ways.sound();
  if (!way) return noSound(offer);
  const figure = roundTrip ? shortTime(roundTrip) : "";
  const extras = { figure, detail: qualityWords(quality), values: { port: portWords(offer.ports.udp) } };
  if (way !== "udp") return outcome("warning", (offer.ports.udp ? HELD : UNOFFERED)[way], extras);
  const isPoor = roundTrip > ROUND_TRIP || (quality && (quality.loss > LOSS || quality.jitter > JITTER));
  return isPoor ? outcome("warning", "udp.poor", extras) : outcome("good", "udp.good", extras);
}

/** @param {SoundWays} ways @returns {Promise<Outcome>} */
export async function tcpLine(ways) {
  const { way, offer, roundTrip } = await ways.tcp();
  const values = { port: portWords(offer.ports.tcp) };
  if (way === "tcp") return outcome("good", "tcp.good", { figure: roundTrip ? shortTime(roundTrip) : "" });
  return offer.ports.tcp ? outcome("warning", "tcp.held", { values }) : outcome("skipped", "tcp.absent");
}

/** @param {SoundWays} ways @returns {Promise<Outcome>} */
export async function relayLine(ways) {
  const relays = await ways.relays();
  if (!relays.length) return outcome("skipped", "turn.absent");
  const failed = relays.find(({ works }) => !works);
  const working = relays.filter(({ works }) => works).map(({ transport }) => transport);
  if (!failed) return outcome("good", "turn.good", { detail: relays.map(relayWords).join(" · ") });
  const values = { address: failed.address, transport: failed.transport };
  const told = outcome("warning", relayFailure(failed), { detail: failed.problem, values });
  if (!working.length) return told;
  const { verdict } = outcome("warning", "turn.partly", {
    values: { ...values, working: working.join(", ") },
  });
  return { ...told, verdict };
}

/** @param {import("../links/check/offer.js").Offer} offer @returns {Outcome} */
function noSound({ ports, addresses }) {
  const values = { address: addresses[0] ?? "", port: portWords(ports.udp) };
  if (!addresses.length) return outcome("failed", "udp.nothing");
  return outcome("failed", areInside(addresses) ? "udp.inside" : "udp.none", { values });
}

/** @param {RelayFound} relay */
function relayFailure({ isReached, isRefused }) {
  if (isRefused) return "turn.refused";
  return isReached ? "turn.stuck" : "turn.held";
}

/** @param {RelayFound} relay */
function relayWords({ transport, address }) {
  return word("check.relay", { transport, address });
}

/** @param {{loss: number, jitter: number}|null} quality */
function qualityWords(quality) {
  if (!quality) return word("check.no_quality");
  const loss = number(quality.loss * 100, quality.loss && quality.loss < 0.1 ? 1 : 0);
  return word("check.quality", { loss, jitter: shortTime(quality.jitter) });
}

/** @param {number} port */
function portWords(port) {
  return port ? word("units.port", { number: String(port) }) : word("units.some_port");
}

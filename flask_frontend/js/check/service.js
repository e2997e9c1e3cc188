import { TROUBLE_OF_CLOSE } from "../links/socket.js";
import { word } from "../words/catalogue.js";
import { failure, outcome } from "../words/check/outcome.js";
import { Trouble } from "../words/trouble.js";
import { lasting, shortTime } from "../words/units.js";

/** @typedef {import("../links/check/probe.js").Probe} Probe @typedef {import("./checks.js").Outcome} Outcome */

const SLOW = 400;
const CLOCK_MAY_BE_OFF = 10_000;
const NO_SESSION = 4404;
const TOO_MANY = 1013;

/** @param {Probe} probe */
export async function restLine(probe) {
  const milliseconds = await probe.roundTrip();
  const figure = shortTime(milliseconds);
  return milliseconds > SLOW
    ? outcome("warning", "rest.slow", { figure })
    : outcome("good", "rest.good", { figure });
}

/** @param {Probe} probe @returns {Promise<Outcome>} */
export async function socketLine(probe) {
  const { code, milliseconds } = await probe.socket();
  if (code === NO_SESSION) return outcome("good", "socket.good", { figure: shortTime(milliseconds) });
  const detail = word("check.closed_with", { code: String(code) });
  const refusal = code === TOO_MANY ? "too_many" : TROUBLE_OF_CLOSE[code];
  if (refusal) return failure(new Trouble(refusal, { technical: detail }));
  return outcome("failed", "socket.held", { detail });
}

/** @param {Probe} probe */
export async function clockLine(probe) {
  const ahead = await probe.clockAhead().catch(() => null);
  if (ahead === null) return outcome("failed", "clock.unknown");
  if (Math.abs(ahead) < CLOCK_MAY_BE_OFF) return outcome("good", "clock.good");
  const values = { amount: lasting(Math.abs(ahead)) };
  return outcome("warning", ahead > 0 ? "clock.fast" : "clock.slow", { values });
}

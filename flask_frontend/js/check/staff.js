import { has, LOCALE, word } from "../words/catalogue.js";
import { TITLES } from "../words/check/lines.js";
import { outcome } from "../words/check/outcome.js";
import { fromAnything } from "../words/trouble.js";
import { shortTime } from "../words/units.js";
import { trialWords } from "../words/words.js";

/** @typedef {import("../links/check/probe.js").Probe} Probe @typedef {import("../links/check/probe.js").Ready} Ready */
/** @typedef {import("./checks.js").Outcome} Outcome */

const TRIAL_PATIENCE = 25_000;
const SETTINGS = /** @type {Record<string, string>} */ ({
  database: "DATABASE_URL",
  channel_layer: "CHANNEL_LAYERS",
  livekit: "LIVEKIT_URL",
});

/** What the service tells of what it needs, and more of it to staff, whose lines follow from it. */
export class StaffLines {
  #probe;
  /** @type {Ready|null} */
  #ready = null;

  /** @param {Probe} probe */
  constructor(probe) {
    this.#probe = probe;
  }

  get areHere() {
    return Boolean(this.#ready?.checks);
  }

  /** @returns {Promise<Outcome>} */
  async ready() {
    this.#ready = null;
    try {
      return this.#told(await this.#probe.ready());
    } catch (error) {
      const { message, requestId } = fromAnything(error);
      return outcome("skipped", "ready.unknown", { detail: message, requestId });
    }
  }

  /** @param {Ready} ready */
  #told(ready) {
    this.#ready = ready;
    const { status, checks } = ready;
    if (!checks) return status === "ok" ? outcome("good", "ready.good") : outcome("failed", "ready.away");
    const missing = Object.keys(checks).filter((each) => checks[each].status !== "ok");
    if (!missing.length) return outcome("good", "ready.good", { detail: word("check.all_parts") });
    const values = {
      what: listed(missing.map(partWords)),
      settings: listed(missing.map((each) => SETTINGS[each] ?? each)),
    };
    return outcome("failed", "ready.missing", { values });
  }

  /** @param {string} service */
  async trial(service) {
    try {
      const { milliseconds, reason, problem } = await this.#probe.tryService(service, TRIAL_PATIENCE);
      const figure = shortTime(milliseconds);
      if (!problem) return outcome("good", "trial.good", { figure, values: { name: TITLES[service] } });
      const isOffline = this.#ready?.speech?.[service]?.offline;
      const values = { problem: trialWords(service, reason, problem), settings: settingsOf(service) };
      return outcome("failed", isOffline ? "trial.offline" : "trial.failed", { figure, values });
    } catch (error) {
      const trouble = fromAnything(error);
      if (trouble.code === "too_fast") return outcome("skipped", "trial.enough");
      const { message: detail, requestId } = trouble;
      return outcome("failed", "trial.untold", { detail, requestId, values: { name: TITLES[service] } });
    }
  }

  /** @returns {Promise<Outcome>} */
  async seats() {
    const seats = this.#ready?.seats;
    if (!seats) return outcome("skipped", "seats.unknown");
    const { all, free, workers } = seats;
    if (workers === 0) return outcome("failed", "seats.workers");
    const detail = workers === null ? "" : word("check.workers", { count: workers });
    const values = { all, free, setting: workers === null ? "MAX_SESSIONS" : "AGENT_SESSIONS" };
    return free > 0
      ? outcome("good", "seats.good", { detail, values })
      : outcome("failed", "seats.none", { detail, values });
  }
}

/** @param {string} part */
function partWords(part) {
  return has(`check.parts.${part}`) ? word(`check.parts.${part}`) : part;
}

/** @param {string[]} parts */
function listed(parts) {
  return new Intl.ListFormat(LOCALE, { type: "unit" }).format(parts);
}

/** @param {string} service */
function settingsOf(service) {
  const name = service.toUpperCase();
  const names = { url: `${name}_BASE_URL`, key: `${name}_API_KEY`, model: `${name}_MODEL` };
  return word("check.settings_of", names);
}

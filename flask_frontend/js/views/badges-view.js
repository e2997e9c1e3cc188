import { DELAYS } from "../base/delays.js";
import { byId, say, setText } from "../base/dom.js";
import { agentActivity, userActivity } from "../session/activity.js";
import { word } from "../words/catalogue.js";

/** @typedef {import("./view.js").State} State */

/** Who is doing what, for how long, and whether it is recorded: two badges, a mark and a clock. */
export class BadgesView {
  #root = byId("card-head");
  #user = byId("badge-user", this.#root);
  #agent = byId("badge-agent", this.#root);
  #recorded = byId("recorded", this.#root);
  #clock = byId("clock", this.#root);
  #since = 0;
  /** @type {any} */
  #timer;

  connect() {}

  disconnect() {
    clearInterval(this.#timer);
  }

  /** @param {State} state */
  render(state) {
    showBadge(this.#user, "user", userActivity(state));
    showBadge(this.#agent, "agent", agentActivity(state));
    say(this.#recorded, state.phase === "live" && state.recorded ? word("talk.recorded") : "");
    this.#runClock(state);
  }

  /** @param {State} state */
  #runClock({ phase, since }) {
    clearInterval(this.#timer);
    this.#clock.hidden = since === null || phase === "connecting";
    if (since === null || phase !== "live") return;
    this.#since = since;
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), DELAYS.clockTick);
  }

  #tick() {
    setText(this.#clock, duration(performance.now() - this.#since));
  }
}

/**
 * @param {HTMLElement} badge
 * @param {"user"|"agent"} role
 * @param {string} activity
 */
function showBadge(badge, role, activity) {
  badge.dataset.state = activity;
  const label = /** @type {HTMLElement} */ (badge.lastElementChild);
  setText(label, word(`talk.${role}_does.${activity}`));
}

/** Minutes and seconds, and hours where there are any. @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return (hours ? [hours, ...parts] : parts).join(":");
}

import { DELAYS } from "../base/delays.js";
import { byId } from "../base/dom.js";
import { isAgentHere } from "../session/snapshot.js";
import { isSpeaking } from "../session/transcript.js";
import { ACTIVITIES } from "../words/words.js";

/** @typedef {import("../session/snapshot.js").Snapshot} Snapshot */

/** Who is doing what, for how long, and where: badges, clock and the panel "This session". */
export class BadgesView {
  #user = byId("badge-user");
  #agent = byId("badge-agent");
  #clock = byId("clock");
  #room = byId("fact-room");
  #identity = byId("fact-identity");
  #fact = byId("fact-agent");
  #since = 0;
  /** @type {any} */
  #timer;

  disconnect() {
    clearInterval(this.#timer);
  }

  /**
   * @param {Snapshot} snapshot
   * @param {{muted: boolean, silent: boolean}} microphone
   * @param {{room: string, identity: string}} fields what the next session would have
   */
  render(snapshot, microphone, fields) {
    const agent = agentActivity(snapshot);
    badge(this.#user, "You", userActivity(snapshot, microphone));
    badge(this.#agent, "Agent", agent);
    const wasHere = snapshot.stage === "ended" || snapshot.transcript.startedAt;
    this.#fact.textContent = ACTIVITIES[agent] ?? (wasHere ? "left" : ACTIVITIES.away);
    const { room, identity } = snapshot.session ?? fields;
    this.#room.textContent = room;
    this.#identity.textContent = identity;
    this.#runClock(snapshot);
  }

  /** @param {Snapshot} snapshot */
  #runClock({ stage, since }) {
    clearInterval(this.#timer);
    this.#clock.hidden = !since;
    if (!since || stage !== "live") return;
    this.#since = since;
    this.#tick();
    this.#timer = setInterval(() => this.#tick(), DELAYS.clockTick);
  }

  #tick() {
    this.#clock.textContent = duration(Date.now() - this.#since);
  }
}

/**
 * @param {Snapshot} snapshot
 * @param {{muted: boolean, silent: boolean}} microphone
 */
export function userActivity({ stage, transcript }, { muted, silent }) {
  if (stage !== "live") return "idle";
  if (muted) return "muted";
  if (silent) return "silent";
  return isSpeaking(transcript, "user") ? "speaking" : "listening";
}

/** @param {Snapshot} snapshot */
export function agentActivity(snapshot) {
  const { stage, step, transcript } = snapshot;
  if (stage === "connecting") return step === "agent" ? "joining" : "idle";
  if (stage !== "live") return "idle";
  if (!isAgentHere(snapshot)) return "joining";
  if (isSpeaking(transcript, "agent")) return "speaking";
  return transcript.thinking ? "thinking" : "listening";
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {string} activity
 */
function badge(element, name, activity) {
  const words = activity === "idle" ? name : `${name} · ${ACTIVITIES[activity]}`;
  const label = /** @type {HTMLElement} */ (element.lastElementChild);
  element.dataset.state = activity;
  if (label.textContent !== words) label.textContent = words;
}

/** Minutes and seconds, and hours where there are any. @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return (hours ? [hours, ...parts] : parts).join(":");
}

import { group } from "./catalogue.js";

/**
 * What the page says when something stops a session. `verb` is what the main button does.
 * @typedef {"retry"|"fresh"|"continue"|"reload"} Verb
 * @typedef {{headline: string, help: string, action: string, verb: Verb}} Words
 */

/** What the main button of each trouble does. @type {Readonly<Record<string, Verb>>} */
const VERBS = Object.freeze({
  microphone_denied: "retry",
  microphone_missing: "retry",
  microphone_busy: "retry",
  microphone_failed: "retry",
  insecure_origin: "reload",
  media_unreachable: "retry",
  media_refused: "retry",
  media_lost: "continue",
  backend_unreachable: "retry",
  visitor_refused: "reload",
  bad_fields: "retry",
  room_in_use: "fresh",
  too_many: "retry",
  too_fast: "retry",
  service_failed: "retry",
  record_away: "retry",
  unavailable: "retry",
  agent_not_started: "retry",
  agent_failed: "retry",
  taken_over: "continue",
  socket_forbidden: "reload",
  socket_closed: "continue",
  session_unknown: "retry",
  nothing_to_continue: "retry",
  agent_not_found: "reload",
  unexpected: "retry",
});

/** What is said of each. @type {Readonly<Record<string, Words>>} */
export const TROUBLES = Object.freeze(
  Object.fromEntries(
    Object.entries(VERBS).map(([code, verb]) => [code, { ...group(`troubles.${code}`), verb }]),
  ),
);

/** @param {import("./trouble.js").Trouble} trouble */
export function troubleWords(trouble) {
  const words = TROUBLES[trouble.code] ?? TROUBLES.unexpected;
  return trouble.help ? { ...words, help: trouble.help } : words;
}

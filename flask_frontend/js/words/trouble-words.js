/**
 * What the page says when something stops a session. `verb` is what the main button does.
 * @typedef {"retry"|"fresh"|"continue"|"reload"} Verb
 * @typedef {{headline: string, help: string, action: string, verb: Verb}} Words
 */

/** @type {Readonly<Record<string, Words>>} */
export const TROUBLES = Object.freeze({
  microphone_denied: {
    headline: "The microphone is blocked",
    help: "Click the lock beside the address, allow the microphone for this site, then try again. Nothing was sent.",
    action: "Try again",
    verb: "retry",
  },
  microphone_missing: {
    headline: "No microphone was found",
    help: "Plug one in, or switch it on in your system’s sound settings, then try again.",
    action: "Try again",
    verb: "retry",
  },
  microphone_busy: {
    headline: "The microphone is in use",
    help: "Another program holds it. Close that program, or pick another microphone under Sound, then try again.",
    action: "Try again",
    verb: "retry",
  },
  microphone_failed: {
    headline: "The microphone did not start",
    help: "Pick another one under Sound, or unplug it and plug it in again, then try again.",
    action: "Try again",
    verb: "retry",
  },
  insecure_origin: {
    headline: "This address cannot use the microphone",
    help: "Browsers allow it on https:// addresses and on this computer only. Open the page with https://, or at http://127.0.0.1 on the computer that runs it.",
    action: "Try again",
    verb: "reload",
  },
  media_unreachable: {
    headline: "The sound connection failed",
    help: "The media server did not answer, or a firewall is in the way. Try again, or try from another network.",
    action: "Try again",
    verb: "retry",
  },
  media_refused: {
    headline: "The media server refused this session",
    help: "Its keys may differ from the backend’s. Try again; if it stays, show the lines below to whoever runs this site.",
    action: "Try again",
    verb: "retry",
  },
  media_lost: {
    headline: "The sound connection was lost",
    help: "It could not be restored by itself. Your session may still be going on; continue where you were.",
    action: "Continue",
    verb: "continue",
  },
  backend_unreachable: {
    headline: "The service is not answering",
    help: "Check your connection. If other sites work, the service is down for the moment; try again shortly.",
    action: "Try again",
    verb: "retry",
  },
  visitor_refused: {
    headline: "This page is out of date",
    help: "The service no longer knows this visit. Reload the page to get a new pass.",
    action: "Reload the page",
    verb: "reload",
  },
  bad_fields: {
    headline: "The service did not accept what was entered",
    help: "Look at the fields under Next session, then try again.",
    action: "Try again",
    verb: "retry",
  },
  room_in_use: {
    headline: "This room is in use",
    help: "You have a session going on in it under another name, perhaps in another tab. Talk there, or start in a fresh room.",
    action: "Start in a fresh room",
    verb: "fresh",
  },
  too_many: {
    headline: "Too many sessions at once",
    help: "End a session in another tab, or wait a little, then try again.",
    action: "Try again",
    verb: "retry",
  },
  too_fast: {
    headline: "Too many requests",
    help: "This page, or others in your network, asked too often. Wait a little, then try again.",
    action: "Try again",
    verb: "retry",
  },
  service_failed: {
    headline: "The service made a mistake",
    help: "It answered, but could not do it. Try again; if it stays, show the lines below to whoever runs this site.",
    action: "Try again",
    verb: "retry",
  },
  record_away: {
    headline: "The record is not available",
    help: "The service cannot read or keep conversations right now. Nothing is lost; try again in a moment.",
    action: "Try again",
    verb: "retry",
  },
  unavailable: {
    headline: "All agents are busy",
    help: "The service has no room for another session right now. Try again in a moment.",
    action: "Try again",
    verb: "retry",
  },
  agent_not_started: {
    headline: "The agent could not start",
    help: "You were connected, but the agent did not come. Try again; nothing was kept.",
    action: "Try again",
    verb: "retry",
  },
  agent_failed: {
    headline: "The agent had to stop",
    help: "What was said so far is kept. Start again when you like.",
    action: "Start again",
    verb: "retry",
  },
  taken_over: {
    headline: "This session goes on in another tab",
    help: "It was opened there under the same name, so this tab let go of it. You can bring it back here.",
    action: "Continue here",
    verb: "continue",
  },
  socket_forbidden: {
    headline: "The service does not accept this address",
    help: "The page was opened from an address that the service does not know. Open it at its usual address.",
    action: "Reload the page",
    verb: "reload",
  },
  socket_closed: {
    headline: "The transcript connection was closed",
    help: "The service closed it for good. Your session may still be going on; continue where you were.",
    action: "Continue",
    verb: "continue",
  },
  session_unknown: {
    headline: "This session is not there any more",
    help: "The service has no such session for you. Start a new one.",
    action: "Start again",
    verb: "retry",
  },
  nothing_to_continue: {
    headline: "This conversation is not there any more",
    help: "It was deleted, or it still goes on. You can start a new one.",
    action: "Start a new one",
    verb: "retry",
  },
  unexpected: {
    headline: "Something went wrong",
    help: "That was not foreseen. Try again; if it stays, show the lines below to whoever runs this site.",
    action: "Try again",
    verb: "retry",
  },
});

/** @param {import("./trouble.js").Trouble} trouble */
export function troubleWords(trouble) {
  const words = TROUBLES[trouble.code] ?? TROUBLES.unexpected;
  return trouble.help ? { ...words, help: trouble.help } : words;
}

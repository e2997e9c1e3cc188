import { entryOf, settled, without } from "./told/entries.js";
import { cutOff, repliedBy, withTool } from "./told/told.js";

/**
 * @typedef {import("./told/entries.js").Role} Role
 * @typedef {import("./told/entries.js").Entry} Entry
 * @typedef {{seq: number, code: string, message: string, fatal: boolean, at: string}} Failure
 * @typedef {import("./told/told.js").LocalLanguage} LocalLanguage
 * @typedef {import("../words/turn-times.js").TurnTimes} TurnTimes
 * @typedef {Record<string, any>} TranscriptEvent as docs/socket.md and events.py declare them
 * @typedef {(transcript: Transcript, event: TranscriptEvent) => Transcript} Step
 *
 * @typedef {Object} Transcript
 * @property {number} lastSeq the newest durable event that was applied
 * @property {Record<string, Entry>} entries by segment
 * @property {Record<string, number>} orders the seq of each segment's speech_started
 * @property {Record<string, string>} begun and its time, which people read beside the words
 * @property {Record<string, Role>} open who speaks, by segment
 * @property {boolean} thinking whether the agent prepares a reply
 * @property {Failure[]} failures
 * @property {TranscriptEvent[]} switches each service that took over from another
 * @property {LocalLanguage[]} localLanguage where the language is offline: each change, oldest first
 * @property {Record<string, TurnTimes>} times what each reply took, by segment, oldest first
 * @property {Record<string, import("../words/tools.js").ToolUse>} tools what the agent used, by call, oldest first
 * @property {number} lostAt the newest loss of an agent after which none has spoken yet, or 0
 * @property {string|null} startedAt
 * @property {string|null} endReason
 * @property {boolean} caughtUp whether the backlog of this connection has been read
 * @property {TranscriptEvent[]} backlog the durable events of this connection until then
 */

const AGENT_LOST = "agent_lost";

/** @returns {Transcript} */
export function emptyTranscript() {
  return {
    lastSeq: 0,
    entries: {},
    orders: {},
    begun: {},
    open: {},
    thinking: false,
    failures: [],
    localLanguage: [],
    switches: [],
    times: {},
    tools: {},
    lostAt: 0,
    startedAt: null,
    endReason: null,
    caughtUp: false,
    backlog: [],
  };
}

/**
 * The transcript after a new connection was opened, which will send what follows `lastSeq`.
 * @param {Transcript} transcript
 * @returns {Transcript}
 */
export function connected(transcript) {
  return { ...transcript, caughtUp: false, backlog: [] };
}

/**
 * The transcript after one event. Durable events count once, whatever is sent again.
 * @type {Step}
 */
export function reduce(transcript, event) {
  if (event.event === "caught_up") return caughtUp(transcript, event);
  if (!Number.isInteger(event.seq)) return transient(transcript, event);
  const kept = transcript.caughtUp ? transcript : { ...transcript, backlog: [...transcript.backlog, event] };
  if (event.seq <= transcript.lastSeq) return kept;
  return { ...durable(kept, event), lastSeq: event.seq };
}

/**
 * A server that no longer knows our `after` sent everything from the start: then only that counts.
 * @type {Step}
 */
function caughtUp(transcript, event) {
  const truth = event.recovered === false ? transcript.backlog.reduce(reduce, emptyTranscript()) : transcript;
  return { ...truth, thinking: false, caughtUp: true, backlog: [] };
}

/** @type {Step} */
function transient(transcript, event) {
  if (transcript.endReason) return transcript;
  if (event.event === "thinking_started") return { ...transcript, thinking: true };
  if (event.event === "thinking_ended") return { ...transcript, thinking: false };
  if (event.final !== false || transcript.entries[event.segment]?.final) return transcript;
  if (!event.text) return { ...transcript, entries: without(transcript.entries, event.segment) };
  return withEntry(transcript, event, transcript.orders[event.segment] ?? null);
}

/** @type {Step} */
function durable(transcript, event) {
  if (event.final) return withEntry(transcript, event, event.order ?? event.seq);
  switch (event.event) {
    case "speech_started":
      return speechStarted(transcript, event);
    case "speech_ended":
      return { ...transcript, open: without(transcript.open, event.segment) };
    case "session_started":
      return { ...transcript, startedAt: event.at };
    case "session_ended":
      return ended(transcript, event.reason);
    case "local_language":
      return { ...transcript, localLanguage: repliedBy(transcript.localLanguage, event) };
    case "service_switched":
      return { ...transcript, switches: [...transcript.switches, event] };
    case "turn_times":
      return { ...transcript, times: { ...transcript.times, [event.segment]: event } };
    case "tool_started":
    case "tool_ended":
      return { ...transcript, tools: withTool(transcript.tools, event) };
    case "error":
      return failed(transcript, event);
    default:
      return transcript;
  }
}

/**
 * @param {Transcript} transcript
 * @param {TranscriptEvent} event
 * @param {number|null} order
 * @returns {Transcript}
 */
function withEntry(transcript, event, order) {
  const entry = entryOf(event, order, transcript.begun[event.segment]);
  return { ...transcript, entries: { ...transcript.entries, [entry.segment]: entry } };
}

/** @type {Step} */
function speechStarted(transcript, { segment, role, seq, at }) {
  const early = transcript.entries[segment];
  return {
    ...transcript,
    thinking: role === "agent" ? false : transcript.thinking,
    lostAt: role === "agent" ? 0 : transcript.lostAt,
    orders: { ...transcript.orders, [segment]: seq },
    begun: { ...transcript.begun, [segment]: at },
    open: { ...transcript.open, [segment]: role },
    entries: early ? { ...transcript.entries, [segment]: { ...early, order: seq, at } } : transcript.entries,
  };
}

/**
 * The end leaves only what was settled.
 * @param {Transcript} transcript
 * @param {string} reason
 * @returns {Transcript}
 */
function ended(transcript, reason) {
  const tools = cutOff(transcript.tools);
  return {
    ...transcript,
    entries: settled(transcript.entries),
    tools,
    open: {},
    thinking: false,
    endReason: reason,
  };
}

/**
 * A lost agent thinks no more, and what it did not settle nobody will.
 * @type {Step}
 */
function failed(transcript, { seq, code, message, fatal, at }) {
  const failures = [...transcript.failures, { seq, code, message, fatal, at }];
  if (code !== AGENT_LOST) return { ...transcript, failures };
  const tools = cutOff(transcript.tools);
  return {
    ...transcript,
    failures,
    entries: settled(transcript.entries),
    tools,
    lostAt: seq,
    thinking: false,
  };
}

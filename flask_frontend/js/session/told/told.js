/**
 * What an agent tells beside its words: who replies, and which tools it uses.
 *
 * @typedef {{seq: number, by: "model"|"script", reason: string}} LocalLanguage who replies from there on
 * @typedef {import("../../words/tools.js").ToolUse} ToolUse
 * @typedef {Record<string, any>} Told an event, as docs/socket.md and events.py declare it
 */

/**
 * Each agent of a session tells who replies; only what is different is news.
 * @param {LocalLanguage[]} told
 * @param {Told} event
 */
export function repliedBy(told, { seq, by, reason = "" }) {
  const last = told.at(-1);
  return last && last.by === by && last.reason === reason ? told : [...told, { seq, by, reason }];
}

/**
 * The tools with one that began, or ended.
 * @param {Record<string, ToolUse>} tools
 * @param {Told} event
 * @returns {Record<string, ToolUse>}
 */
export function withTool(tools, event) {
  const { call, name, seq } = event;
  const before = tools[call] ?? { call, name, seq, arguments: event.arguments ?? {} };
  const { milliseconds = 0, summary = "" } = event;
  const state = event.event === "tool_started" ? "running" : event.ok ? "done" : "failed";
  return { ...tools, [call]: { ...before, state, milliseconds, summary } };
}

/**
 * The tools when nobody waits for them any more.
 * @param {Record<string, ToolUse>} tools
 * @returns {Record<string, ToolUse>}
 */
export function cutOff(tools) {
  return Object.fromEntries(
    Object.entries(tools).map(([call, use]) => [
      call,
      use.state === "running" ? { ...use, state: "unfinished" } : use,
    ]),
  );
}

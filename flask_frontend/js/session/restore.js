/**
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 *
 * @typedef {Object} Parts
 * @property {import("../links/backend.js").Backend} backend
 * @property {import("../links/optional-microphone.js").OptionalMicrophone} microphone
 * @property {import("../links/storage.js").Memory} memory
 * @property {import("./session.js").SessionControl} control
 */

/**
 * Goes back into the session that this tab was in, or offers the one that goes on, also with another agent than
 * this page's; where there is none, shows the microphone's level if the person allowed that before and has said whether they are to be recorded.
 * @param {Parts} parts
 */
export async function restore(parts) {
  const isAllowed = await parts.microphone.isAllowed();
  const session = await sessionToShow(parts).catch(() => undefined);
  const { control, memory, microphone } = parts;
  if (control.state.phase !== "ready") return;
  const isHere = session?.agent === undefined || session.agent.slug === control.state.agent.slug;
  if (session && isLive(session)) {
    if (isHere && (isAllowed || memory.leftOut) && memory.session) return control.resume(session);
    control.offer(session);
  } else if (session) {
    memory.session = null;
    if (isHere) return control.showEnded(session);
  }
  if (!isAllowed || memory.leftOut || control.state.recording.agreed === null) return;
  await microphone.mute(false);
  await microphone.open().catch(() => {});
}

/**
 * This tab's session, or the one that goes on elsewhere. One that cannot be asked for now counts as live:
 * the way back into it says what is wrong.
 * @param {Parts} parts
 * @returns {Promise<SessionRecord|undefined>}
 */
async function sessionToShow({ backend, memory }) {
  const saved = memory.session;
  if (!saved) return backend.liveSession();
  try {
    return await backend.session(saved.session_id);
  } catch (error) {
    if (/** @type {any} */ (error).code !== "session_unknown") return { ...saved, state: "active" };
    memory.session = null;
  }
}

/** @param {SessionRecord} session */
function isLive({ state }) {
  return state === "starting" || state === "active";
}

import { emptyTranscript } from "./transcript.js";

/**
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 * @typedef {"microphone"|"room"|"agent"} Step
 *
 * @typedef {Object} Snapshot all that the page shows
 * @property {"ready"|"connecting"|"live"|"ended"|"trouble"} stage
 * @property {Step} step the one that is being waited for
 * @property {boolean} slow whether that takes long
 * @property {import("./transcript.js").Transcript} transcript
 * @property {boolean} agentHere whether an agent is in the room
 * @property {number} lossKnown the newest loss of an agent that had been told when one was last seen in the room
 * @property {boolean} soundBlocked
 * @property {import("../words/trouble.js").Trouble|null} trouble
 * @property {string} ending the end reason
 * @property {{socket: string, media: string}} lines what is being restored
 * @property {{room: string, identity: string}|null} session
 * @property {number} since when the session began, in milliseconds, or 0
 * @property {SessionRecord|null} continuable a session that goes on elsewhere
 */

const CALM = Object.freeze({ socket: "", media: "" });

/** @returns {Snapshot} */
export function readySnapshot() {
  return {
    stage: "ready",
    step: "microphone",
    slow: false,
    transcript: emptyTranscript(),
    agentHere: false,
    lossKnown: 0,
    soundBlocked: false,
    trouble: null,
    ending: "",
    lines: CALM,
    session: null,
    since: 0,
    continuable: null,
  };
}

/** What no longer holds once everything was let go. */
export const AT_REST = Object.freeze({ lines: CALM, soundBlocked: false, agentHere: false, slow: false });

/** Whether an agent is in the room that is not the one whose loss was told. @param {Snapshot} snapshot */
export function isAgentHere({ agentHere, lossKnown, transcript }) {
  return agentHere && transcript.lostAt <= lossKnown;
}

import { emptyTranscript } from "./transcript.js";

/**
 * @typedef {import("../links/backend.js").SessionRecord} SessionRecord
 * @typedef {import("../words/fields.js").Fields} Fields
 * @typedef {import("../words/trouble.js").Trouble} Trouble
 * @typedef {"microphone"|"room"|"agent"} Step
 * @typedef {"ready"|"connecting"|"live"|"ended"|"trouble"} Phase
 *
 * @typedef {Object} SessionState what the page shows of a session
 * @property {Phase} phase
 * @property {Step} step the one that is being waited for
 * @property {boolean} slow whether that takes long
 * @property {import("./transcript.js").Transcript} transcript
 * @property {boolean} agentHere whether an agent is in the room
 * @property {number} lossKnown the newest loss of an agent that had been told when one was last seen in the room
 * @property {boolean} soundBlocked
 * @property {Trouble|null} trouble
 * @property {string} ending the end reason
 * @property {{socket: string, media: string}} lines what is being restored
 * @property {{room: string, identity: string}|null} session
 * @property {number|null} since when the session began, in milliseconds of performance.now(); null until it is live
 * @property {SessionRecord|null} continuable a session that goes on elsewhere
 *
 * @typedef {Object} MicrophoneState
 * @property {MediaStreamTrack|null} capture what the browser records right now
 * @property {boolean} muted
 * @property {boolean} silent whether the device went away while it was in use
 * @property {boolean} read whether its loudness can be read; some browsers wait for a gesture
 * @property {boolean} heard whether anything loud has come from it since it was opened
 * @property {string} deviceId the device in use, or the one that would be
 * @property {{deviceId: string, label: string}[]} devices
 * @property {Trouble|null} trouble why the device that was picked cannot be used
 *
 * @typedef {Object} PageState what the page shows besides
 * @property {MicrophoneState} microphone
 * @property {number} volume between 0 and 1
 * @property {Fields} fields what the next session would have
 * @property {import("../words/fields.js").FieldErrors} fieldErrors
 * @property {number} refusals how often the fields were refused: each time the cursor goes to the first error
 * @property {import("../words/local-voice.js").Notice|null|undefined} notice what is local; undefined until there is news
 * @property {"beside"|"closed"|"open"} panel beside the card, or, where that is narrow, a sheet over it
 *
 * @typedef {SessionState & PageState} State all that the page shows
 */

const NO_LINES = Object.freeze({ socket: "", media: "" });

/** No session, and none being started. @returns {SessionState} */
export function noSession() {
  return {
    phase: "ready",
    step: "microphone",
    slow: false,
    transcript: emptyTranscript(),
    agentHere: false,
    lossKnown: 0,
    soundBlocked: false,
    trouble: null,
    ending: "",
    lines: NO_LINES,
    session: null,
    since: null,
    continuable: null,
  };
}

/** @returns {State} */
export function firstState() {
  return {
    ...noSession(),
    microphone: {
      capture: null,
      muted: false,
      silent: false,
      read: false,
      heard: false,
      deviceId: "",
      devices: [],
      trouble: null,
    },
    volume: 1,
    fields: { room: "", identity: "" },
    fieldErrors: {},
    refusals: 0,
    notice: undefined,
    panel: "beside",
  };
}

/** What no longer holds once everything was let go. */
export const AT_REST = Object.freeze({ lines: NO_LINES, soundBlocked: false, agentHere: false, slow: false });

/** Whether a session is being started or going on. @param {SessionState} state */
export function isBusy({ phase }) {
  return phase === "connecting" || phase === "live";
}

/** Whether an agent is in the room that is not the one whose loss was told. @param {SessionState} state */
export function isAgentHere({ agentHere, lossKnown, transcript }) {
  return agentHere && transcript.lostAt <= lossKnown;
}

/** Whether the microphone is seen to be on. @param {State} state */
export function isMicrophoneOn(state) {
  return state.microphone.capture !== null && (state.microphone.read || isBusy(state));
}

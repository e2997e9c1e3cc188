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
 * @property {MediaStreamTrack|null} voice the agent's, as it is received
 * @property {boolean} soundBlocked
 * @property {Trouble|null} trouble
 * @property {string} ending the end reason
 * @property {{socket: string, media: string}} lines what is being restored
 * @property {{room: string, identity: string}|null} session
 * @property {number|null} since when the session began, in milliseconds of performance.now(); null until it is live
 * @property {boolean} recorded whether the session is recorded
 * @property {SessionRecord|null} continuable a session that goes on elsewhere
 *
 * @typedef {Object} Line a typed line that was sent
 * @property {string} id
 * @property {string} text
 * @property {string} [sentAt] when the service stored it, once it said so
 * @property {Trouble} [trouble] why it was not sent into a session that is over
 *
 * @typedef {Object} Typed
 * @property {string} draft what is being typed
 * @property {Line[]} sending what is not in the transcript yet, oldest first
 * @property {Trouble|null} trouble why the last line could not be sent
 *
 * @typedef {Object} MicrophoneState
 * @property {MediaStreamTrack|null} capture what the browser records right now
 * @property {boolean} muted
 * @property {boolean} silent whether the device went away while it was in use
 * @property {boolean} taken whether the system keeps its sound from the page, as during a call
 * @property {import("../links/storage.js").Processing} processing what the browser does with its sound
 * @property {boolean} read whether its loudness can be read; some browsers wait for a gesture
 * @property {boolean} heard whether anything loud has come from it since it was opened
 * @property {boolean} leftOut whether sessions go on without it
 * @property {string} deviceId the device in use, or the one that would be
 * @property {{deviceId: string, label: string}[]} devices
 * @property {Trouble|null} trouble why the device that was picked cannot be used
 *
 * @typedef {Object} RecordingState whether the next sessions are recorded
 * @property {boolean} asks whether this site asks people for it
 * @property {boolean|null} agreed what the person said; null until they did
 * @property {boolean} asking whether they are being asked now
 *
 * @typedef {Object} SpeakerState where the agent's voice is played
 * @property {boolean} canChoose whether the browser can play on another device than its own choice
 * @property {boolean} canAsk whether the browser has a picker of its own
 * @property {readonly {deviceId: string, label: string}[]} devices
 * @property {string} deviceId the device in use
 *
 * @typedef {{what: "replaced"|"back", kind: "microphone"|"speaker", was: string, now: string}} DeviceNews
 *   which device took the place of another, or is back
 *
 * @typedef {{slug: string, name: string, draft?: string}} PageAgent with whom one talks on this page, or what is
 *   tried of it; the default one may have no name
 *
 * @typedef {"hands-free"|"hold"} TalkMode
 * @typedef {"up"|"held"|"locked"} Button the one to talk with; locked by a tap, it stays on by itself
 *
 * @typedef {Object} PageState what the page shows besides
 * @property {{mode: TalkMode, button: Button}} talk
 * @property {SpeakerState} speaker
 * @property {DeviceNews|null} deviceNews
 * @property {MicrophoneState} microphone
 * @property {number} volume between 0 and 1
 * @property {Fields} fields what the next session would have
 * @property {import("../words/fields.js").FieldErrors} fieldErrors
 * @property {number} refusals how often the fields were refused: each time the cursor goes to the first error
 * @property {import("../words/local-voice.js").Notice|null|undefined} notice what is local; undefined until there is news
 * @property {RecordingState} recording
 * @property {PageAgent} agent
 * @property {Typed} typed what is being typed and sent
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
    voice: null,
    soundBlocked: false,
    trouble: null,
    ending: "",
    lines: NO_LINES,
    session: null,
    since: null,
    recorded: false,
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
      taken: false,
      processing: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      read: false,
      heard: false,
      leftOut: false,
      deviceId: "",
      devices: [],
      trouble: null,
    },
    talk: { mode: "hands-free", button: "up" },
    speaker: { canChoose: false, canAsk: false, devices: [], deviceId: "" },
    deviceNews: null,
    volume: 1,
    fields: { room: "", identity: "" },
    fieldErrors: {},
    refusals: 0,
    notice: undefined,
    recording: { asks: false, agreed: false, asking: false },
    agent: { slug: "default", name: "" },
    typed: { draft: "", sending: [], trouble: null },
    panel: "beside",
  };
}

/** What no longer holds once everything was let go. */
export const AT_REST = Object.freeze({
  lines: NO_LINES,
  voice: null,
  soundBlocked: false,
  agentHere: false,
  slow: false,
});

/** Whether a session is being started or going on. @param {SessionState} state */
export function isBusy({ phase }) {
  return phase === "connecting" || phase === "live";
}

/** Whether an agent is in the room that is not the one whose loss was told. @param {SessionState} state */
export function isAgentHere({ agentHere, lossKnown, transcript }) {
  return agentHere && transcript.lostAt <= lossKnown;
}

/** Whether the person talks by a button; who only types has none. @param {State} state */
export function isByButton({ talk, microphone }) {
  return talk.mode === "hold" && !microphone.leftOut;
}

/** Whether the microphone is seen to be on. @param {State} state */
export function isMicrophoneOn(state) {
  return state.microphone.capture !== null && (state.microphone.read || isBusy(state));
}

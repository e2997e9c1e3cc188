import { isSpeaking } from "./reading.js";
import { isAgentHere } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** What the person does, as ACTIVITIES names it; "idle" without a session. @param {State} state */
export function userActivity({ phase, transcript, microphone }) {
  if (phase !== "live") return "idle";
  if (microphone.leftOut) return "typing";
  if (microphone.muted) return "muted";
  if (microphone.silent || microphone.taken) return "silent";
  return isSpeaking(transcript, "user") ? "speaking" : "listening";
}

/** What the agent does, as ACTIVITIES names it; "idle" without a session. @param {State} state */
export function agentActivity(state) {
  const { phase, step, transcript } = state;
  if (phase === "connecting") return step === "agent" ? "joining" : "idle";
  if (phase !== "live") return "idle";
  if (!isAgentHere(state)) return "joining";
  if (isSpeaking(transcript, "agent")) return "speaking";
  return transcript.thinking ? "thinking" : "listening";
}

import endings from "./endings.json" with { type: "json" };

/** How a session ended, by its reason. @type {Readonly<Record<string, string>>} */
export const ENDINGS = endings;

/** @type {Readonly<Record<string, {waiting: string, done: string, slow: string}>>} */
export const STEPS = Object.freeze({
  microphone: {
    waiting: "Asking for the microphone",
    done: "Microphone is on",
    slow: "Your browser asks whether this page may use the microphone: look near the address.",
  },
  room: {
    waiting: "Joining the room",
    done: "In the room",
    slow: "The sound connection takes longer than usual. It may still come.",
  },
  agent: {
    waiting: "The agent is joining",
    done: "The agent is here",
    slow: "The agent takes longer than usual to join. It may still come.",
  },
});

/** Calm lines about what reconnects by itself. */
export const LINES = Object.freeze({
  socket: "The transcript lost its connection. You can go on talking; reconnecting…",
  media: "The sound connection is interrupted. Reconnecting…",
  both: "The connection is interrupted. Reconnecting…",
  microphone: "The microphone fell silent. Pick another one under Sound, or press Mute and then Unmute.",
});

/** @type {Readonly<Record<string, string>>} */
export const ACTIVITIES = Object.freeze({
  away: "not here yet",
  joining: "joining",
  speaking: "speaking",
  thinking: "thinking",
  listening: "listening",
  muted: "muted",
  silent: "not heard",
});

/**
 * What is being restored right now, in one line.
 * @param {{socket: string, media: string}} lines
 */
export function restoring({ socket, media }) {
  return socket && media ? LINES.both : media || socket;
}

/** @param {string} reason */
export function endingWords(reason) {
  return `${ENDINGS[reason] ?? "The session is over"}.`;
}

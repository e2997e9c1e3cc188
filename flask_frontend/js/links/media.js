import {
  ConnectionErrorReason,
  ConnectionState,
  DisconnectReason,
  LogLevel,
  Room,
  RoomEvent,
  setLogLevel,
} from "livekit-client";
import { DELAYS, retryDelay } from "../base/delays.js";
import { AGENT_PREFIX } from "../words/fields.js";
import { fromMedia } from "../words/trouble.js";

const REMOVALS = new Set([
  DisconnectReason.ROOM_DELETED,
  DisconnectReason.ROOM_CLOSED,
  DisconnectReason.PARTICIPANT_REMOVED,
]);
/** How the client resumes a connection by itself, with the token that it has. */
const RESUMING = {
  nextRetryDelayInMs: (/** @type {import("livekit-client").ReconnectContext} */ { retryCount, elapsedMs }) =>
    elapsedMs < DELAYS.resuming ? retryDelay(retryCount) : null,
};

setLogLevel(LogLevel.warn);

/**
 * @typedef {"taken_over"|"removed"|"broken"} Loss another tab is there instead, the server sent us out, or
 *   the connection could not be restored
 *
 * @typedef {Object} MediaListener
 * @property {(here: boolean) => void} agent the agent came or went
 * @property {(interrupted: boolean) => void} interrupted the connection is being restored, or is back
 * @property {(blocked: boolean) => void} blocked whether the browser waits for a gesture to play sound
 * @property {(why: Loss) => void} lost the connection that stood ended, and not by us
 */

/** One stay in a LiveKit room: the person's microphone out, the agent's voice in. */
export class Media {
  #listener;
  #container;
  #volume;
  #room = new Room({
    adaptiveStream: false,
    dynacast: false,
    audioCaptureDefaults: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    disconnectOnPageLeave: true,
    reconnectPolicy: RESUMING,
    stopLocalTrackOnUnpublish: false,
  });
  #joined = false;
  #left = false;
  /** @type {[RoomEvent, (...args: any[]) => void][]} */
  #handlers;

  /** @param {{listener: MediaListener, container: Element, volume: number}} parts */
  constructor({ listener, container, volume }) {
    this.#listener = listener;
    this.#container = container;
    this.#volume = volume;
    this.#handlers = [
      [RoomEvent.TrackSubscribed, (track) => this.#play(track)],
      [RoomEvent.TrackUnsubscribed, (track) => remove(track)],
      [RoomEvent.ParticipantConnected, ({ identity }) => isAgent(identity) && listener.agent(true)],
      [RoomEvent.ParticipantDisconnected, ({ identity }) => isAgent(identity) && this.#agentLeft()],
      [RoomEvent.SignalReconnecting, () => listener.interrupted(true)],
      [RoomEvent.Reconnecting, () => listener.interrupted(true)],
      [RoomEvent.Reconnected, () => this.#restored()],
      [RoomEvent.AudioPlaybackStatusChanged, () => listener.blocked(!this.#room.canPlaybackAudio)],
      [RoomEvent.Disconnected, (reason) => this.#lost(reason)],
    ];
    for (const [event, handler] of this.#handlers) this.#room.on(/** @type {any} */ (event), handler);
  }

  get #hasAgent() {
    return [...this.#room.remoteParticipants.keys()].some(isAgent);
  }

  /**
   * Joins the room. Sound is unlocked here, while the press on Start still counts as a gesture.
   * @param {{server_url: string, token: string}} grant
   * @param {string} requestId
   */
  async join({ server_url, token }, requestId) {
    try {
      await this.#room.connect(server_url, token);
    } catch (error) {
      throw fromMedia(error, requestId, await refusal(error, server_url, token));
    }
    if (this.#left) return;
    this.#joined = true;
    this.#listener.agent(this.#hasAgent);
    await this.unlockSound();
  }

  /** @param {import("livekit-client").LocalAudioTrack} track */
  async publish(track) {
    await this.#room.localParticipant.publishTrack(track);
  }

  /** Plays sound that the browser held back; works inside a gesture. */
  async unlockSound() {
    await this.#room.startAudio().catch(() => this.#listener.blocked(true));
  }

  /** @param {number} volume between 0 and 1 */
  setVolume(volume) {
    this.#volume = volume;
    for (const element of this.#container.querySelectorAll("audio")) element.volume = volume;
  }

  /** Leaves the room and takes every audio element along. */
  async leave() {
    this.#left = true;
    for (const [event, handler] of this.#handlers) this.#room.off(/** @type {any} */ (event), handler);
    for (const participant of this.#room.remoteParticipants.values()) {
      for (const { track } of participant.trackPublications.values()) if (track) remove(track);
    }
    this.#container.replaceChildren();
    await this.#room.disconnect(false); // the microphone is not ours to stop
  }

  /** @param {import("livekit-client").RemoteTrack} track */
  #play(track) {
    if (track.kind !== "audio") return;
    const element = track.attach();
    element.volume = this.#volume;
    this.#container.append(element);
  }

  /** While we are out of the room ourselves, its people are only unknown. */
  #agentLeft() {
    if (this.#room.state === ConnectionState.Connected) this.#listener.agent(this.#hasAgent);
  }

  #restored() {
    this.#listener.agent(this.#hasAgent);
    this.#listener.interrupted(false);
  }

  /** @param {DisconnectReason} [reason] */
  #lost(reason) {
    if (this.#left || !this.#joined) return;
    if (reason === DisconnectReason.DUPLICATE_IDENTITY) this.#listener.lost("taken_over");
    else this.#listener.lost(reason !== undefined && REMOVALS.has(reason) ? "removed" : "broken");
  }
}

/**
 * How the server refused the connection: the token, or the room although it takes the token, as it does when
 * the room is full; empty when it did not answer.
 *
 * A Room copies `reason` of the error behind its own, and leaves `reasonName` as it was.
 * @param {any} error
 * @param {string} url
 * @param {string} token
 * @returns {Promise<import("../words/trouble.js").Refused>}
 */
async function refusal(error, url, token) {
  if (error?.reason === ConnectionErrorReason.NotAllowed) return "token";
  if (error?.reason !== ConnectionErrorReason.WebSocket) return "";
  return (await takes(url, token)) ? "room" : "";
}

/**
 * Whether the server takes the token; livekit-client's error is the same when a proxy answers for a server
 * that is away.
 * @param {string} url
 * @param {string} token
 */
async function takes(url, token) {
  const address = `${url.replace(/^ws/, "http").replace(/\/$/, "")}/rtc/validate?access_token=${token}`;
  const signal = AbortSignal.timeout(DELAYS.request);
  return fetch(address, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** @param {string} identity */
function isAgent(identity) {
  return identity.startsWith(AGENT_PREFIX);
}

/** @param {import("livekit-client").RemoteTrack} track */
function remove(track) {
  for (const element of track.detach()) element.remove();
}

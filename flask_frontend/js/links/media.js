import {
  ConnectionState,
  DisconnectReason,
  LogLevel,
  Room,
  RoomEvent,
  setLogLevel,
  supportsAudioOutputSelection,
} from "livekit-client";
import { DELAYS, retryDelay } from "../base/delays.js";
import { AGENT_PREFIX } from "../words/fields.js";
import { fromMedia } from "../words/trouble.js";
import { Playing } from "./playing.js";
import { Publishing } from "./publishing.js";
import { refusal } from "./refusal.js";

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
 * @property {(voice: MediaStreamTrack|null) => void} voice the agent's voice, as it is received
 * @property {(blocked: boolean) => void} blocked whether the browser waits for a gesture to play sound
 * @property {(why: Loss) => void} lost the connection that stood ended, and not by us
 */

/** One stay in a LiveKit room: the person's microphone out, the agent's voice in. */
export class Media {
  #listener;
  #playing;
  #publishing;
  #speaker;
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

  /**
   * `talksByButton` tells whether the microphone is on only while a button is held.
   * @param {{listener: MediaListener, container: Element, volume: number, talksByButton: () => boolean,
   *   speaker: string}} parts
   */
  constructor({ listener, container, volume, talksByButton, speaker }) {
    this.#listener = listener;
    this.#playing = new Playing(container, volume);
    this.#publishing = new Publishing(talksByButton);
    this.#speaker = speaker;
    this.#handlers = [
      [RoomEvent.TrackSubscribed, (track) => this.#play(track)],
      [RoomEvent.TrackUnsubscribed, (track) => this.#silence(track)],
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
    await this.setSpeaker(this.#speaker);
    await this.unlockSound();
  }

  /** @param {import("livekit-client").LocalAudioTrack|null} track */
  async publish(track) {
    if (track) await this.#publishing.publish(this.#room.localParticipant, track);
  }

  /** Whether the person talks in another way by now than the agent was told. */
  get isOutdated() {
    return this.#publishing.isOutdated;
  }

  /**
   * Has the room joined anew, whose agent learns by the track's name how the person talks. Publishing anew
   * would be quicker, but a track that comes a second time and muted is not heard when it is unmuted.
   */
  async rejoin() {
    await this.#publishing.settled();
    if (!this.#left && this.isOutdated) this.#listener.lost("broken");
  }

  /** Plays sound that the browser held back; works inside a gesture. */
  async unlockSound() {
    await this.#room.startAudio().catch(() => this.#listener.blocked(true));
  }

  /** Plays on that device from now on, or where the browser likes when it cannot. @param {string} deviceId */
  async setSpeaker(deviceId) {
    this.#speaker = deviceId;
    if (!supportsAudioOutputSelection()) return;
    await this.#room.switchActiveDevice("audiooutput", deviceId).catch(() => {});
  }

  /** @param {number} volume between 0 and 1 */
  setVolume(volume) {
    this.#playing.setVolume(volume);
  }

  /** Leaves the room and takes every audio element along. */
  async leave() {
    this.#left = true;
    for (const [event, handler] of this.#handlers) this.#room.off(/** @type {any} */ (event), handler);
    for (const participant of this.#room.remoteParticipants.values()) {
      for (const { track } of participant.trackPublications.values()) if (track) this.#playing.remove(track);
    }
    this.#playing.clear();
    /** @type {any} */ (this.#room).clearConnectionReconcile?.(); // or its look each 4 s may warn that it closes
    await this.#room.disconnect(false); // the microphone is not ours to stop
  }

  /** @param {import("livekit-client").RemoteTrack} track */
  #play(track) {
    if (track.kind !== "audio") return;
    this.#playing.add(track);
    this.#listener.voice(track.mediaStreamTrack);
  }

  /** @param {import("livekit-client").RemoteTrack} track */
  #silence(track) {
    this.#playing.remove(track);
    if (track.kind === "audio") this.#listener.voice(null);
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

/** @param {string} identity */
function isAgent(identity) {
  return identity.startsWith(AGENT_PREFIX);
}

import { createLocalAudioTrack, TrackEvent } from "livekit-client";
import { fromMicrophone, Trouble } from "../words/trouble.js";

/** The person's microphone: one track at a time, its device, and whether it is muted. */
export class Microphone extends EventTarget {
  #memory;
  /** @type {import("livekit-client").LocalAudioTrack|null} */
  #track = null;
  /** @type {Promise<import("livekit-client").LocalAudioTrack>|null} */
  #opening = null;
  #muted;
  /** Grows with each close, so that a permission given late opens nothing. */
  #closes = 0;
  #changed = () => this.dispatchEvent(new Event("change"));

  /** @param {import("./storage.js").Memory} memory */
  constructor(memory) {
    super();
    this.#memory = memory;
    this.#muted = memory.muted;
  }

  connect() {
    navigator.mediaDevices?.addEventListener("devicechange", this.#changed);
  }

  disconnect() {
    navigator.mediaDevices?.removeEventListener("devicechange", this.#changed);
    this.close();
  }

  /** What the browser captures right now, or null. */
  get capture() {
    return this.#track?.mediaStreamTrack ?? null;
  }

  /** Whether the device went away while it was in use. */
  get isSilent() {
    return this.capture?.readyState === "ended";
  }

  get muted() {
    return this.#muted;
  }

  /** The device in use, or the one that would be. */
  get deviceId() {
    return this.capture?.getSettings().deviceId ?? this.#memory.microphone;
  }

  /** The track to publish; asks for permission where it must. Fails with a Trouble. */
  open() {
    if (this.isSilent) this.#drop();
    if (this.#track) return Promise.resolve(this.#track);
    this.#opening ??= this.#capture();
    return this.#opening;
  }

  /** Whoever muted it stays muted, also after a reload, until the next session. */
  close() {
    this.#closes++;
    this.#opening = null;
    this.#drop();
    this.#changed();
  }

  #drop() {
    this.#track?.off(TrackEvent.Restarted, this.#changed);
    this.#track?.off(TrackEvent.Ended, this.#changed);
    this.#track?.stop();
    this.#track = null;
  }

  /** @param {boolean} muted */
  async mute(muted) {
    this.#muted = this.#memory.muted = muted;
    this.#changed();
    await (muted ? this.#track?.mute() : this.#track?.unmute());
  }

  /** Goes over to another device, also in the middle of a session. @param {string} deviceId */
  async pick(deviceId) {
    this.#memory.microphone = deviceId;
    await this.#track?.setDeviceId({ exact: deviceId }).catch((error) => {
      throw fromMicrophone(error);
    });
    this.#changed();
  }

  /** The microphones by name; nameless until permission was given. */
  async devices() {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId);
  }

  /** Whether opening will not ask the person anything. */
  async isAllowed() {
    try {
      const name = /** @type {PermissionName} */ ("microphone");
      return (await navigator.permissions.query({ name })).state === "granted";
    } catch {
      return false;
    }
  }

  async #capture() {
    const closes = this.#closes;
    try {
      const track = await this.#ask();
      if (closes !== this.#closes) {
        track.stop();
        throw new Trouble("microphone_failed", { technical: "closed while it was opening" });
      }
      return await this.#keep(track);
    } catch (error) {
      if (closes === this.#closes) this.#opening = null;
      throw fromMicrophone(error);
    }
  }

  /** @param {import("livekit-client").LocalAudioTrack} track */
  async #keep(track) {
    this.#opening = null;
    this.#track = track;
    track.on(TrackEvent.Restarted, this.#changed);
    track.on(TrackEvent.Ended, this.#changed);
    if (this.#muted) await track.mute();
    this.#changed();
    return track;
  }

  async #ask() {
    if (!navigator.mediaDevices) throw new Trouble("insecure_origin", { technical: location.origin });
    return createLocalAudioTrack({
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      deviceId: this.#memory.microphone || "default",
    });
  }
}

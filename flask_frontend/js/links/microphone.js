import { TrackEvent } from "livekit-client";
import { DELAYS } from "../base/delays.js";
import { Listeners } from "../base/listeners.js";
import { pause } from "../base/pause.js";
import { fromMicrophone, Trouble } from "../words/trouble.js";
import { devicesOf, isMicrophoneAllowed, openTrack, USUAL } from "./devices.js";
import { Succession } from "./succession.js";

/** The person's microphone: one track at a time, its device, and whether it is muted. */
export class Microphone extends EventTarget {
  #memory;
  #listeners = new Listeners();
  #captured = new Listeners();
  /** @type {import("livekit-client").LocalAudioTrack|null} */
  #track = null;
  /** @type {Promise<import("livekit-client").LocalAudioTrack>|null} */
  #opening = null;
  #muted;
  /** Grows with each close, so that a permission given late opens nothing. */
  #closes = 0;
  #succession = new Succession(this, "microphone");
  #changed = () => this.dispatchEvent(new Event("change"));

  /** @param {import("./storage.js").Memory} memory */
  constructor(memory) {
    super();
    this.#memory = memory;
    this.#muted = memory.muted;
  }

  connect() {
    if (!navigator.mediaDevices) return;
    this.#listeners.on(navigator.mediaDevices, "devicechange", () => this.#plugged());
  }

  disconnect() {
    this.#listeners.clear();
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

  /** Whether the system keeps its sound from this page, as it does during a call. */
  get isTaken() {
    return !this.isSilent && this.capture?.muted === true;
  }

  get muted() {
    return this.#muted;
  }

  /** The device in use, or the one that would be. */
  get deviceId() {
    return this.capture?.getSettings().deviceId ?? this.#memory.microphone;
  }

  /**
   * The track to publish; asks for permission where it must. Fails with a Trouble.
   * @returns {Promise<import("livekit-client").LocalAudioTrack>}
   */
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
    this.#succession.forget();
    this.#drop();
    this.#changed();
  }

  #drop() {
    this.#captured.clear();
    this.#track?.off(TrackEvent.Restarted, this.#follow);
    this.#track?.off(TrackEvent.Ended, this.#lost);
    this.#track?.stop();
    this.#track = null;
  }

  /** @param {boolean} muted */
  async mute(muted) {
    this.#muted = this.#memory.muted = muted;
    this.#changed();
    await (muted ? this.#track?.mute() : this.#track?.unmute().catch(() => this.revive()));
  }

  /** Goes over to another device, also in the middle of a session. @param {string} deviceId */
  pick(deviceId) {
    this.#memory.microphone = deviceId;
    this.#succession.forget();
    return this.#chosen(deviceId);
  }

  /** What the browser does with the sound from now on. @param {import("./storage.js").Processing} processing */
  process(processing) {
    this.#memory.processing = processing;
    return this.#chosen(this.deviceId);
  }

  /** @param {string} deviceId */
  async #chosen(deviceId) {
    await this.#use(deviceId).catch((error) => Promise.reject(fromMicrophone(error)));
    this.#changed();
  }

  /** Takes what is plugged in, where what was in use ended; the page was away, or a device came. */
  async revive() {
    if (!this.isSilent) return;
    const isThere = (await this.devices()).some(({ deviceId }) => deviceId === this.#memory.microphone);
    await this.#use(isThere ? this.#memory.microphone : USUAL).catch(this.#changed);
  }

  /** The microphones by name; nameless until permission was given. */
  devices = () => devicesOf("audioinput");
  isAllowed = isMicrophoneAllowed;

  async #capture() {
    const closes = this.#closes;
    try {
      const track = await openTrack(this.#memory.processing, this.#memory.microphone || USUAL);
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
    track.on(TrackEvent.Restarted, this.#follow);
    track.on(TrackEvent.Ended, this.#lost);
    if (this.#muted) await track.mute();
    this.#follow();
    return track;
  }

  /** Another capture is in use: it may be taken away, and what was lost before has a successor. */
  #follow = () => {
    const { capture } = this;
    this.#captured.clear();
    for (const event of ["mute", "unmute"]) capture && this.#captured.on(capture, event, this.#changed);
    this.#succession.follows(capture?.label ?? "");
    this.#changed();
  };

  /** The device went away by itself. livekit-client takes another one for what is published. */
  #lost = () => {
    this.#succession.lost(this.capture?.label ?? "");
    this.#changed();
    if (!this.#track?.sid) void this.revive();
  };

  /** A device came or went: the one that the person chose is taken up again. */
  async #plugged() {
    this.#changed();
    await pause(DELAYS.plugging);
    if (this.isSilent) return this.revive();
    const chosen = this.#memory.microphone;
    const device = (await this.devices()).find(({ deviceId }) => deviceId === chosen);
    if (!device || !this.#track || this.deviceId === chosen) return;
    await this.#use(chosen).then(() => this.#succession.back(device.label), this.#changed);
  }

  /** @param {string} deviceId */
  async #use(deviceId) {
    const wanted = deviceId && deviceId !== USUAL ? { exact: deviceId } : USUAL;
    await this.#track?.restartTrack({ ...this.#memory.processing, deviceId: wanted });
    if (!this.#muted) await this.#track?.unmute(); // livekit-client mutes what it could not replace
  }
}

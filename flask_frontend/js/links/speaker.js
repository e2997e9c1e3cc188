import { supportsAudioOutputSelection } from "livekit-client";
import { Listeners } from "../base/listeners.js";
import { devicesOf, USUAL } from "./devices.js";
import { Succession } from "./succession.js";

/** Where the agent's voice is played: a device that the person chose, while it is plugged in. */
export class Speaker extends EventTarget {
  #memory;
  #listeners = new Listeners();
  /** @type {MediaDeviceInfo[]} */
  #devices = [];
  #inUse;
  #label = "";
  #succession = new Succession(this, "speaker");

  /** @param {import("./storage.js").Memory} memory */
  constructor(memory) {
    super();
    this.#memory = memory;
    this.#inUse = memory.speaker || USUAL;
  }

  connect() {
    if (!this.canChoose) return;
    this.#listeners.on(navigator.mediaDevices, "devicechange", () => void this.look());
    void this.look();
  }

  disconnect() {
    this.#listeners.clear();
  }

  /** Whether the browser can play on another device than its own choice. */
  get canChoose() {
    return Boolean(navigator.mediaDevices) && supportsAudioOutputSelection();
  }

  /** Whether the browser has a picker of its own, without which it shows few devices or none. */
  get canAsk() {
    return this.canChoose && "selectAudioOutput" in navigator.mediaDevices;
  }

  get devices() {
    return this.#devices;
  }

  /** The device in use. */
  get deviceId() {
    return this.#inUse;
  }

  /** Remembers a device and plays there. @param {string} deviceId */
  pick(deviceId) {
    this.#memory.speaker = deviceId;
    this.#use(deviceId);
  }

  /** Lets the person choose in the browser's own picker; works inside a gesture. */
  async ask() {
    const media = /** @type {any} */ (navigator.mediaDevices);
    const device = await media.selectAudioOutput().catch(() => null); // closed without a choice
    if (!device) return;
    this.pick(device.deviceId);
    await this.look();
  }

  /** Goes by what is plugged in: the device that was chosen, else the browser's own choice. */
  async look() {
    this.#devices = await devicesOf("audiooutput");
    const chosen = this.#memory.speaker || USUAL;
    const isThere = this.#devices.some(({ deviceId }) => deviceId === chosen);
    const was = this.#label;
    const wanted = isThere || chosen === USUAL ? chosen : USUAL;
    const isNew = this.#devices.length > 0 && wanted !== this.#inUse;
    if (isNew) this.#inUse = wanted;
    this.#label = this.#labelOf(this.#inUse);
    this.dispatchEvent(new Event("change"));
    if (!isNew || !was) return;
    if (isThere) return this.#succession.back(this.#label);
    this.#succession.lost(was);
    this.#succession.follows(this.#label);
  }

  /** @param {string} deviceId */
  #use(deviceId) {
    this.#inUse = deviceId;
    this.#label = this.#labelOf(deviceId);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} id */
  #labelOf(id) {
    return this.#devices.find(({ deviceId }) => deviceId === id)?.label ?? "";
  }
}

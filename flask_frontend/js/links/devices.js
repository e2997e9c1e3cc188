import { createLocalAudioTrack } from "livekit-client";
import { Trouble } from "../words/trouble.js";

/** The device id of the browser's own choice. */
export const USUAL = "default";

/**
 * The devices of a kind that can be told apart; none where the browser lets nobody see them.
 * @param {MediaDeviceKind} kind
 */
export async function devicesOf(kind) {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((device) => device.kind === kind && device.deviceId);
}

/** Whether opening the microphone will not ask the person anything. */
export async function isMicrophoneAllowed() {
  try {
    const name = /** @type {PermissionName} */ ("microphone");
    return (await navigator.permissions.query({ name })).state === "granted";
  } catch {
    return false;
  }
}

/**
 * Captures a microphone, that one if it is there; asks for permission where it must.
 * @param {import("./storage.js").Processing} processing
 * @param {string} deviceId
 */
export async function openTrack(processing, deviceId) {
  if (!navigator.mediaDevices) throw new Trouble("insecure_origin", { technical: location.origin });
  return createLocalAudioTrack({ ...processing, deviceId });
}

import { ConnectionErrorReason } from "livekit-client";
import { DELAYS } from "../base/delays.js";

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
export async function refusal(error, url, token) {
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
  return Boolean((await validation(url, token))?.ok);
}

/**
 * What the server says of the token over HTTP, or null where nobody answers.
 * @param {string} url
 * @param {string} token
 * @returns {Promise<Response|null>}
 */
export function validation(url, token) {
  const address = `${url.replace(/^ws/, "http").replace(/\/$/, "")}/rtc/validate?access_token=${token}`;
  return fetch(address, { signal: AbortSignal.timeout(DELAYS.request) }).catch(() => null);
}

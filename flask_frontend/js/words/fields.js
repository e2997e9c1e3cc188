import { word } from "./catalogue.js";

/**
 * `continues` is the id of an ended session whose words the agent is to know.
 * @typedef {{room: string, identity: string, system_prompt?: string, continues?: string}} Fields
 * @typedef {Partial<Record<keyof Fields, string>>} FieldErrors
 */

/** How the names of agents begin in a room. */
export const AGENT_PREFIX = "agent-";

/** The name of a microphone's track that is on while a button is held. */
export const PUSH_TO_TALK_TRACK = "push-to-talk";

const NAME = /^[A-Za-z0-9 ._-]*$/;
const NAME_MOST = 128;
const PROMPT_MOST = 8_000;
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/**
 * What is wrong with each field, as the backend would say it; empty when all is well.
 * @param {Fields} fields
 * @returns {FieldErrors}
 */
export function fieldErrors({ room, identity, system_prompt = "" }) {
  /** @type {FieldErrors} */
  const errors = {};
  const roomError = nameError(room);
  const identityError = nameError(identity) || reservedError(identity);
  if (roomError) errors.room = roomError;
  if (identityError) errors.identity = identityError;
  if (system_prompt.length > PROMPT_MOST) {
    errors.system_prompt = tooLong(PROMPT_MOST, system_prompt);
  }
  return errors;
}

/** What a person can fill in. @type {readonly (keyof Fields)[]} */
export const FIELD_NAMES = Object.freeze(["room", "identity", "system_prompt"]);

/**
 * What is wrong with the fields of a person's that the service refused: its sentences stay among the technical words.
 * @param {Fields} fields
 * @param {FieldErrors} refused
 * @returns {FieldErrors}
 */
export function refusedFields(fields, refused) {
  const known = fieldErrors(fields);
  const names = FIELD_NAMES.filter((name) => name in refused);
  return Object.fromEntries(names.map((name) => [name, known[name] ?? word("talk.fields.refused")]));
}

/** @param {string} name */
function nameError(name) {
  if (!name) return word("talk.fields.name_missing", { most: NAME_MOST });
  if (name.length > NAME_MOST) return tooLong(NAME_MOST, name);
  return NAME.test(name) ? "" : word("talk.fields.name_signs");
}

/** @param {number} most @param {string} text */
function tooLong(most, { length }) {
  return word("talk.fields.too_long", { most, length });
}

/** @param {string} identity */
function reservedError(identity) {
  return identity.startsWith(AGENT_PREFIX) ? word("talk.fields.name_reserved", { prefix: AGENT_PREFIX }) : "";
}

/** A room name nobody else has: `quickstart-` and four characters. */
export const freshRoom = () => `quickstart-${randomLetters(4)}`;

/** A name for a person who has not given one. */
export const freshIdentity = () => `guest-${randomLetters(4)}`;

/** A request id, also where the origin is insecure and `crypto.randomUUID` is missing. */
export const freshRequestId = () => randomLetters(20);

/** @param {number} length */
function randomLetters(length) {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

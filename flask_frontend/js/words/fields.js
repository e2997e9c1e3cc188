/**
 * `continues` is the id of an ended session whose words the agent is to know.
 * @typedef {{room: string, identity: string, system_prompt?: string, continues?: string}} Fields
 * @typedef {Partial<Record<keyof Fields, string>>} FieldErrors
 */

/** How the names of agents begin in a room. */
export const AGENT_PREFIX = "agent-";

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
    errors.system_prompt = `At most ${PROMPT_MOST} characters; these are ${system_prompt.length}.`;
  }
  return errors;
}

/** @param {string} name */
function nameError(name) {
  if (!name) return `Enter a name of 1 to ${NAME_MOST} characters.`;
  if (name.length > NAME_MOST) return `At most ${NAME_MOST} characters; these are ${name.length}.`;
  return NAME.test(name) ? "" : "Only plain letters, digits, spaces and . _ -";
}

/** @param {string} identity */
function reservedError(identity) {
  return identity.startsWith(AGENT_PREFIX)
    ? `Names that begin with ${AGENT_PREFIX} are the agent’s own.`
    : "";
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

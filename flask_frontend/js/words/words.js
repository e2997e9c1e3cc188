import { group, has, word } from "./catalogue.js";

/** Calm lines about what reconnects by itself. @type {Readonly<{socket: string, media: string, both: string}>} */
export const LINES = Object.freeze(group("talk.lines"));

/**
 * What is being restored right now, in one line.
 * @param {{socket: string, media: string}} lines
 */
export function restoring({ socket, media }) {
  return socket && media ? LINES.both : media || socket;
}

/** A name for the middle of a sentence, where its own direction turns nothing else round. @param {string} name */
export function isolated(name) {
  return `\u2068${name}\u2069`;
}

/** How a session ended, by its reason. @param {string} reason */
export function endingWords(reason) {
  const key = `endings.${reason}`;
  return word("endings.sentence", { ending: word(has(key) ? key : "endings.other") });
}

/** What is told of a failure in a session, by its code; the service's own words where the code has none.
 * @param {{code: string, message: string}} failure */
export function failureWords({ code, message }) {
  const [service, reason] = parted(code);
  const key = has(`failures.special.${code}`) ? `failures.special.${code}` : `failures.reasons.${reason}`;
  if (!has(`${key}.what`)) return message;
  const values = { service: word(`failures.services.${service}`) };
  const what = word(`${key}.what`, values);
  return has(`${key}.todo`) ? word("failures.together", { what, todo: word(`${key}.todo`) }) : what;
}

/** That a service took over from another. @param {{service?: string, to?: string}} event */
export function switchWords({ service = "", to = "" }) {
  return word(`failures.switched.${to}`, { service: word(`failures.services.${service}`) });
}

/**
 * The same of one request to a service, without what a person in a conversation may do about it.
 * @param {string} service @param {string} reason @param {string} message the service's own words
 */
export function trialWords(service, reason, message) {
  const own = `failures.special.${service}_${reason}.what`;
  const key = has(own) ? own : `failures.reasons.${reason}.what`;
  return has(key) ? word(key, { service: word(`failures.services.${service}`) }) : message;
}

/** The service and the reason of a code such as "llm_slow". @param {string} code */
function parted(code) {
  const [, service = "", reason = ""] = code.match(/^(stt|llm|tts)_(.+)$/) ?? [];
  return [service, reason];
}

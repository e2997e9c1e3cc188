/**
 * @typedef {{technical?: string, requestId?: string, retryAfter?: number,
 *   fields?: Record<string, string>, help?: string}} TroubleDetails
 */

/** Something that stops a session: `code` picks the words (words.js), the rest is for the small print. */
export class Trouble extends Error {
  /**
   * @param {string} code
   * @param {TroubleDetails} [details]
   */
  constructor(code, { technical = code, requestId = "", retryAfter = 0, fields = {}, help = "" } = {}) {
    super(technical);
    this.name = "Trouble";
    this.code = code;
    this.requestId = requestId;
    /** Seconds to wait before the same request may succeed, or 0. */
    this.retryAfter = retryAfter;
    this.fields = fields;
    /** The service's own sentence for the person, where it gave one. */
    this.help = help;
  }
}

/** @type {Record<number, string>} */
const CODE_OF_STATUS = {
  400: "bad_fields",
  401: "visitor_refused",
  404: "session_unknown",
  409: "room_in_use",
  413: "bad_fields",
  429: "too_many",
};

/** @type {Record<string, string>} */
const CODE_OF_PROBLEM = {
  at_capacity: "unavailable",
  nothing_to_continue: "nothing_to_continue",
  agent_not_found: "agent_not_found",
  agent_failed: "agent_not_started",
  livekit_unreachable: "agent_not_started",
  too_many_requests: "too_fast",
  internal_error: "service_failed",
  record_unavailable: "record_away",
};

/**
 * The trouble that an RFC 9457 answer means; anything that is not one counts as the backend being down.
 * @param {Response} response
 * @param {any} problem the parsed body, or null
 * @param {string} requestId the one that was sent
 */
export function fromProblem(response, problem, requestId) {
  const fields = fieldErrors(problem?.errors);
  const words = [response.status, problem?.code, problem?.detail ?? problem?.title ?? response.statusText];
  words.push(...Object.values(fields));
  return new Trouble(
    CODE_OF_PROBLEM[problem?.code] ?? CODE_OF_STATUS[response.status] ?? "backend_unreachable",
    {
      technical: words.filter(Boolean).join(" · "),
      requestId: problem?.request_id ?? response.headers.get("X-Request-ID") ?? requestId,
      retryAfter: Number(response.headers.get("Retry-After")) || 0,
      fields,
    },
  );
}

/** Whether the service itself says what is wrong, and not a proxy in front of it. @param {Response} response */
export function isProblem(response) {
  return response.headers.get("Content-Type")?.startsWith("application/problem+json") ?? false;
}

/**
 * One sentence a field, from `{room: ["…"]}`, `{room: "…"}` or `[{field, message}]`.
 * @param {any} errors
 * @returns {Record<string, string>}
 */
function fieldErrors(errors) {
  if (!errors || typeof errors !== "object") return {};
  const pairs = Array.isArray(errors)
    ? errors.map((error) => [error.field ?? error.name, error.message ?? error.detail])
    : Object.entries(errors);
  return Object.fromEntries(pairs.map(([name, words]) => [name, String([words].flat().join(" "))]));
}

/** @type {Record<string, string>} */
const CODE_OF_MICROPHONE_ERROR = {
  NotAllowedError: "microphone_denied",
  SecurityError: "microphone_denied",
  NotFoundError: "microphone_missing",
  DevicesNotFoundError: "microphone_missing",
  OverconstrainedError: "microphone_missing",
  NotReadableError: "microphone_busy",
  TrackStartError: "microphone_busy",
};

/**
 * The trouble behind a failed getUserMedia.
 * @param {any} error
 */
export function fromMicrophone(error) {
  if (error instanceof Trouble) return error;
  return new Trouble(CODE_OF_MICROPHONE_ERROR[error?.name] ?? "microphone_failed", {
    technical: technicalWords(error),
  });
}

/** @typedef {"token"|"room"|""} Refused what a media server did not take, if it answered */
const CODE_OF_REFUSAL = { token: "media_refused", room: "room_in_use", "": "media_unreachable" };

/**
 * The trouble behind a failed connection to the media server.
 * @param {any} error
 * @param {string} requestId
 * @param {Refused} [refused]
 */
export function fromMedia(error, requestId, refused = "") {
  if (error instanceof Trouble) return error;
  const code = CODE_OF_REFUSAL[refused];
  return new Trouble(code, { technical: technicalWords(error), requestId });
}

/**
 * Any error as a trouble, so that whatever happens has words.
 * @param {any} error
 * @param {string} [requestId]
 */
export function fromAnything(error, requestId = "") {
  if (error instanceof Trouble) return error;
  return new Trouble("unexpected", { technical: technicalWords(error), requestId });
}

/** @param {any} error */
export function technicalWords(error) {
  return [error?.name, error?.message].filter(Boolean).join(": ") || String(error);
}

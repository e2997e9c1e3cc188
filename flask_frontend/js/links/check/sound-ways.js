import { CheckStatus, ConnectionCheck, LogLevel, setLogLevel } from "livekit-client";
import { freshRequestId } from "../../words/fields.js";
import { Trouble } from "../../words/trouble.js";
import { validation } from "../refusal.js";
import { relaysOf } from "./relays.js";
import { OfferCheck, RelayCheck, SoundCheck, TcpCheck } from "./way-checks.js";

/**
 * @typedef {import("./way-checks.js").Line} Line
 * @typedef {import("./relays.js").RelayFound} RelayFound
 * @typedef {import("../backend.js").Grant} Grant
 */

setLogLevel(LogLevel.warn);

const OPTIONS = {
  connectOptions: { maxRetries: 0, websocketTimeout: 5_000, peerConnectionTimeout: 7_000 },
  roomOptions: { reconnectPolicy: { nextRetryDelayInMs: () => 300 } },
};

/** The ways to the media server, each tried in a room of its own, which has no session and no agent. */
export class SoundWays {
  #grant;

  /** @param {(pass: {room: string, identity: string}) => Promise<Grant>} grant lets that person into that room */
  constructor(grant) {
    this.#grant = () => grant({ room: `check-${freshRequestId()}`, identity: "check" });
  }

  /**
   * The milliseconds until the media server let this visitor in. Fails with a Trouble: `media_refused`,
   * `media_held` where it is reached and no WebSocket opens, or `media_unreachable`.
   */
  async signal() {
    const { server_url, token } = await this.#grant();
    const check = new ConnectionCheck(server_url, token, OPTIONS);
    const began = performance.now();
    let milliseconds = 0;
    check.on("checkUpdate", (_id, { logs }) => {
      if (logs.some(({ level }) => level === "info")) milliseconds ||= performance.now() - began;
    });
    const { status } = await check.checkWebsocket();
    if (status !== CheckStatus.SUCCESS) throw await notLetIn(server_url, token);
    return milliseconds;
  }

  /** @returns {Promise<Line>} */
  async sound() {
    return (await this.#run(SoundCheck)).found;
  }

  /** @returns {Promise<Line>} `way` is "tcp" where it works */
  async tcp() {
    return (await this.#run(TcpCheck)).found;
  }

  /** What came of each relay that is offered, one transport after another. @returns {Promise<RelayFound[]>} */
  async relays() {
    const { found } = await this.#run(OfferCheck);
    const results = [];
    for (const { servers, transport, address } of relaysOf(found.offer.servers)) {
      const check = await this.#run(RelayCheck, (made) => made.use(servers));
      const { isReached, isRefused, problem } = check;
      results.push({ transport, address, works: check.found.way === "relay", isReached, isRefused, problem });
    }
    return results;
  }

  /**
   * @template {SoundCheck|TcpCheck|OfferCheck|RelayCheck} Check
   * @param {new (url: string, token: string, options: object) => Check} Kind
   * @param {(check: Check) => unknown} [prepare]
   * @returns {Promise<Check>}
   */
  async #run(Kind, prepare) {
    const { server_url, token } = await this.#grant();
    const check = new Kind(server_url, token, OPTIONS);
    prepare?.(check);
    await check.run();
    if (!check.found.isLetIn) throw await notLetIn(server_url, token);
    return check;
  }
}

/**
 * Why the media server let nobody in, by what it says over HTTP.
 * @param {string} url
 * @param {string} token
 */
async function notLetIn(url, token) {
  const answer = await validation(url, token);
  if (!answer) return new Trouble("media_unreachable", { technical: "no answer over HTTP either" });
  const technical = `HTTP ${answer.status}`;
  if (answer.ok) return new Trouble("media_held", { technical: "it answers over HTTP" });
  const isRefused = [401, 403].includes(answer.status);
  return new Trouble(isRefused ? "media_refused" : "media_unreachable", { technical });
}

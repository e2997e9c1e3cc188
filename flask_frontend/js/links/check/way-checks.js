import { Checker, RoomEvent, Track } from "livekit-client";
import { DELAYS } from "../../base/delays.js";
import { pause } from "../../base/pause.js";
import { connectionOf, NO_CONNECTION } from "./connection.js";
import { hear, noOffer } from "./offer.js";
import { heldTone } from "./tone.js";

/**
 * @typedef {import("./connection.js").Connection & {offer: import("./offer.js").Offer, isLetIn: boolean}} Line
 *   what is known of a connection; `isLetIn` once the media server let this browser into the room
 */

/** How relays answer to credentials that they do not know; LiveKit's own says 400. */
const REFUSALS = [400, 401, 403, 438, 441];
/** What browsers say where no relay answered: all that a relay itself says is below. */
const UNANSWERED = 700;

/** A check of a connection, which hears what the media server offers while it connects. */
class WayCheck extends Checker {
  /** @type {Line} */
  found = { ...NO_CONNECTION, offer: noOffer(), isLetIn: false };

  get description() {
    return "A way of the sound";
  }

  async perform() {
    this.room.once(RoomEvent.SignalConnected, () => this.letIn());
    await this.connect();
  }

  async look() {
    this.found = { ...this.found, ...(await connectionOf(this.room)) };
  }

  /** What was found no longer counts, but for what is offered. */
  forget() {
    this.found = { ...this.found, ...NO_CONNECTION };
  }

  /**
   * A browser's statistics have only what it tries: once UDP works, Chromium leaves the ports for TCP out.
   * livekit-client's own check listens at this place too.
   */
  letIn() {
    const { client, latestJoinResponse } = this.room.engine;
    const { onTrickle } = client;
    const { offer } = this.found;
    this.found.isLetIn = true;
    offer.servers = (latestJoinResponse?.iceServers ?? []).map(({ urls, username, credential }) => {
      return { urls, username, credential };
    });
    client.onTrickle = (candidate, target) => {
      if (candidate.candidate) hear(offer, candidate);
      onTrickle?.(candidate, target);
    };
  }
}

/** Whether sound gets through by itself, which way it takes, and how well. */
export class SoundCheck extends WayCheck {
  /** @override */
  async perform() {
    await super.perform();
    await this.look();
    const tone = await heldTone();
    try {
      await this.room.localParticipant.publishTrack(tone.track, {
        dtx: false,
        source: Track.Source.Microphone,
      });
      if (tone.flows) await pause(DELAYS.toneSent);
      await this.look();
      if (tone.flows) await this.#lookForReport();
    } finally {
      tone.stop();
    }
  }

  /** Looks until the server has told how what was sent arrived. */
  async #lookForReport() {
    const until = performance.now() + DELAYS.toneReported;
    while (!this.found.quality && performance.now() < until) {
      await pause(DELAYS.connectionLook);
      await this.look();
    }
  }
}

/** Whether sound gets through where the server offers nothing but TCP. */
export class TcpCheck extends WayCheck {
  /** @override */
  async perform() {
    await super.perform();
    await pause(DELAYS.connectionLook);
    await this.look();
    if (this.found.way !== "udp" || !this.found.offer.ports.tcp) return;
    this.forget();
    await this.switchProtocol("tcp");
    await this.look();
  }
}

/** What the media server offers; no way is looked for. */
export class OfferCheck extends WayCheck {
  /** @override */
  letIn() {
    super.letIn();
    void this.#leave();
  }

  /** livekit-client fails on who leaves in the moment in which it is let in. */
  async #leave() {
    await pause(DELAYS.connectionLook);
    await this.room.disconnect();
  }
}

/** Whether sound gets through relays, and through nothing else. */
export class RelayCheck extends WayCheck {
  isReached = false;
  problem = "";
  isRefused = false;

  /** @param {RTCIceServer[]} relays the only ones that are used */
  use(relays) {
    const rtcConfig = { iceTransportPolicy: /** @type {const} */ ("relay"), iceServers: relays };
    this.connectOptions = { ...this.connectOptions, rtcConfig };
    return this;
  }

  /** @override */
  async perform() {
    await super.perform();
    await this.look();
  }

  /** @override */
  letIn() {
    super.letIn();
    const { pcManager } = this.room.engine;
    for (const transport of [pcManager?.publisher, pcManager?.subscriber]) {
      const connection = /** @type {any} */ (transport)?.pc;
      if (connection) this.#watch(connection);
    }
  }

  /** @param {RTCPeerConnection} connection */
  #watch(connection) {
    let hasPlace = false;
    connection.addEventListener("icecandidate", ({ candidate }) => {
      hasPlace ||= candidate?.type === "relay";
      this.isReached ||= hasPlace;
    });
    connection.addEventListener("icecandidateerror", ({ errorCode, errorText }) => {
      this.isRefused ||= REFUSALS.includes(errorCode);
      this.isReached ||= errorCode > 0 && errorCode < UNANSWERED;
      this.problem = [errorCode, errorText].filter(Boolean).join(" ");
    });
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete" && !hasPlace) void this.room.disconnect();
    });
  }
}

import { DELAYS } from "../base/delays.js";
import { connected, reduce } from "./transcript.js";
import { LINES } from "../words/words.js";

/**
 * What a run may do to the page while it is the page's current one, and nothing otherwise.
 * @typedef {Object} Host
 * @property {() => import("./snapshot.js").Snapshot} snapshot
 * @property {() => boolean} isCurrent
 * @property {() => boolean} isBusy
 * @property {(patch: Partial<import("./snapshot.js").Snapshot>) => void} update
 * @property {() => void} live talking can begin if all is there
 * @property {() => void} finish the session is over
 * @property {(code: string) => void} fail
 *
 * @typedef {import("./run.js").Run} Run
 */

/**
 * What the room tells.
 * @param {Run} run
 * @param {Host} host
 * @returns {import("../links/media.js").MediaListener}
 */
export function mediaListener(run, host) {
  const line = (/** @type {string} */ media) => host.update({ lines: { ...host.snapshot().lines, media } });
  const giveUp = () => run.over || host.fail("media_lost");
  let isRejoining = false;
  /** @type {import("../links/media.js").MediaListener} */
  const listener = {
    agent(agentHere) {
      host.update({ agentHere, lossKnown: host.snapshot().transcript.lostAt });
      host.live();
    },
    interrupted: (yes) => line(yes ? LINES.media : ""),
    blocked: (soundBlocked) => host.update({ soundBlocked }),
    lost(why) {
      if (why === "taken_over") return host.fail("taken_over");
      if (why === "broken") return void rejoin();
      // A room that closes may be the session's end, whose reason is still on its way.
      setTimeout(giveUp, DELAYS.lastWords);
    },
  };
  return listener;

  async function rejoin() {
    if (isRejoining) return;
    isRejoining = true;
    line(LINES.media);
    const isBack = await run.rejoin(listener);
    isRejoining = false;
    if (isBack) line("");
    else giveUp();
  }
}

/**
 * What the event stream tells.
 * @param {Run} run
 * @param {Host} host
 * @returns {import("../links/socket.js").Listener}
 */
export function socketListener(run, host) {
  const line = (/** @type {string} */ socket) => host.update({ lines: { ...host.snapshot().lines, socket } });
  return {
    opened() {
      line("");
      host.update({ transcript: connected(host.snapshot().transcript) });
    },
    received(event) {
      host.update({ transcript: reduce(host.snapshot().transcript, event) });
      if (event.event === "session_ended") ended();
      else host.live();
    },
    lost: () => line(host.isBusy() ? (host.snapshot().stage === "live" ? LINES.socket : LINES.both) : ""),
    closed(_code, trouble) {
      if (trouble && host.isBusy()) host.fail(trouble);
      else ended();
    },
  };

  function ended() {
    if (host.isCurrent() && host.isBusy()) host.finish();
    else run.settle();
  }
}

import { byId } from "./base/dom.js";
import { Checks } from "./check/checks.js";
import { browserName } from "./check/device.js";
import { Ears } from "./check/ears.js";
import { linesOf } from "./check/lines.js";
import { Backend } from "./links/backend.js";
import { Probe } from "./links/check/probe.js";
import { SoundWays } from "./links/check/sound-ways.js";
import { Microphone } from "./links/microphone.js";
import { Memory } from "./links/storage.js";
import { VisitorToken } from "./links/visitor.js";
import { CheckView } from "./views/check/check-view.js";

/** A tab without a memory: whoever was muted in its session is heard here all the same. */
const NO_TAB = () => {
  throw new Error("nothing is kept for the tab");
};

const {
  backendUrl: base = "",
  visitorToken: token = "",
  visitorTokenExpiresIn = "0",
} = byId("set-up").dataset;
const visitor = new VisitorToken({ token, expiresIn: Number(visitorTokenExpiresIn) });
const backend = new Backend({ base, visitor });
const microphone = new Microphone(new Memory(undefined, NO_TAB));

const lines = linesOf({
  ears: new Ears(microphone, (decibels) => view.hear(decibels)),
  probe: new Probe({ base, visitor }),
  ways: new SoundWays((pass) => backend.grant(pass)),
});
const checks = new Checks(lines, () => view.render());
const view = new CheckView({ checks, browser: browserName() });

view.connect();
addEventListener("pagehide", () => {
  view.disconnect();
  microphone.close();
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

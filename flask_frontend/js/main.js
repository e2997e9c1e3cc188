import { Backend } from "./backend.js";
import { byId } from "./dom.js";
import { Media } from "./media.js";
import { Microphone } from "./microphone.js";
import { Page } from "./page.js";
import { restore } from "./restore.js";
import { SessionControl } from "./session.js";
import { TranscriptSocket } from "./socket.js";
import { Memory } from "./storage.js";
import { VisitorToken } from "./visitor.js";

const { backendUrl = "", visitorToken = "", visitorTokenExpiresAt = "" } = byId("app").dataset;
const memory = new Memory();
const microphone = new Microphone(memory);
const visitor = new VisitorToken({ token: visitorToken, expiresAt: visitorTokenExpiresAt });
const backend = new Backend({ base: backendUrl, visitor });

const control = new SessionControl(
  {
    backend,
    microphone,
    makeMedia: (listener) => new Media({ listener, container: byId("audio"), volume: memory.volume }),
    makeSocket: (url, listener) => new TranscriptSocket({ url, visitor, listener }),
  },
  memory,
  () => page.render(),
);
const page = new Page(control, microphone, memory);

microphone.connect();
page.connect();
void restore({ backend, microphone, memory, control });

addEventListener("pagehide", () => {
  control.disconnect();
  microphone.disconnect();
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

import { Backend } from "./links/backend.js";
import { byId } from "./base/dom.js";
import { Media } from "./links/media.js";
import { Microphone } from "./links/microphone.js";
import { Page } from "./views/page.js";
import { restore } from "./session/restore.js";
import { SessionControl } from "./session/session.js";
import { TranscriptSocket } from "./links/socket.js";
import { Memory } from "./links/storage.js";
import { VisitorToken } from "./links/visitor.js";

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

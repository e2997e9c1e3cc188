import { byId } from "./base/dom.js";
import { Backend } from "./links/backend.js";
import { LocalVoiceLink } from "./links/local-voice.js";
import { Media } from "./links/media.js";
import { Microphone } from "./links/microphone.js";
import { TranscriptSocket } from "./links/socket.js";
import { Memory } from "./links/storage.js";
import { VisitorToken } from "./links/visitor.js";
import { Actions } from "./session/actions.js";
import { NextSession } from "./session/next-session.js";
import { restore } from "./session/restore.js";
import { SessionControl } from "./session/session.js";
import { Sound } from "./session/sound.js";
import { Store } from "./session/store.js";
import { Page } from "./views/page.js";

const { dataset } = byId("app");
const { backendUrl = "", visitorToken = "", visitorTokenExpiresIn = "0" } = dataset;
const memory = new Memory();
const microphone = new Microphone(memory);
const visitor = new VisitorToken({ token: visitorToken, expiresIn: Number(visitorTokenExpiresIn) });
const backend = new Backend({ base: backendUrl, visitor });

const store = new Store();
const parts = {
  backend,
  microphone,
  makeMedia: (/** @type {import("./links/media.js").MediaListener} */ listener) =>
    new Media({ listener, container: byId("audio"), volume: memory.volume }),
  makeSocket: (
    /** @type {() => string} */ url,
    /** @type {import("./links/socket.js").Listener} */ listener,
  ) => new TranscriptSocket({ url, visitor, listener }),
};
const control = new SessionControl(parts, memory, store);
const sound = new Sound(microphone, memory, store);
const next = new NextSession(memory, store, {
  continues: dataset.continues,
  onContinued: () => history.replaceState(null, "", location.pathname),
});
const localVoice = new LocalVoiceLink({ listener: ({ notice }) => store.update({ notice }) });
const page = new Page(store, new Actions({ store, control, sound, next }));

next.connect();
sound.connect();
page.connect();
localVoice.connect(Number(dataset.localVoiceAgain));
void restore({ backend, microphone, memory, control });

addEventListener("pagehide", () => {
  control.disconnect();
  sound.disconnect();
  localVoice.disconnect();
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

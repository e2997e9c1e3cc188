import { byId } from "./base/dom.js";
import { HostPage } from "./embed/host-page.js";
import { Backend } from "./links/backend.js";
import { LocalVoiceLink } from "./links/local-voice.js";
import { LockScreen } from "./links/lock-screen.js";
import { Media } from "./links/media.js";
import { OptionalMicrophone } from "./links/optional-microphone.js";
import { Screen } from "./links/screen.js";
import { TranscriptSocket } from "./links/socket.js";
import { Speaker } from "./links/speaker.js";
import { Memory, ownShelf } from "./links/storage.js";
import { VisitorToken } from "./links/visitor.js";
import { Actions } from "./session/actions.js";
import { NextSession } from "./session/next-session.js";
import { restore } from "./session/restore.js";
import { SessionControl } from "./session/session.js";
import { Sound } from "./session/sound.js";
import { Store } from "./session/store.js";
import { Output } from "./session/talking/output.js";
import { Phone } from "./session/talking/phone.js";
import { Plugging } from "./session/talking/plugging.js";
import { PushToTalk } from "./session/talking/push-to-talk.js";
import { Typing } from "./session/typing.js";
import { Page } from "./views/page.js";

const { dataset } = byId("app");
const {
  backendUrl = "",
  visitorToken = "",
  visitorTokenExpiresIn = "0",
  renewAt,
  site = "",
  draft = "",
} = dataset;
const own = ownShelf();
const memory = draft ? new Memory(undefined, () => own) : new Memory();
const microphone = new OptionalMicrophone(memory);
const speaker = new Speaker(memory);
const visitor = new VisitorToken({
  token: visitorToken,
  expiresIn: Number(visitorTokenExpiresIn),
  renewAt,
});
const backend = new Backend({ base: backendUrl, visitor });

const store = new Store();
const parts = {
  backend,
  microphone,
  makeMedia: (/** @type {import("./links/media.js").MediaListener} */ listener) =>
    new Media({
      listener,
      container: byId("audio"),
      volume: memory.volume,
      speaker: speaker.deviceId,
      talksByButton: () => memory.talkMode === "hold",
    }),
  makeSocket: (
    /** @type {() => string} */ url,
    /** @type {import("./links/socket.js").Listener} */ listener,
  ) => new TranscriptSocket({ url, visitor, listener }),
};
const control = new SessionControl(parts, memory, store);
const sound = new Sound(microphone, memory, store);
const next = new NextSession(memory, store, {
  continues: dataset.continues,
  agent: { slug: dataset.agent ?? "", name: dataset.agentName ?? "", draft },
  asksToRecord: dataset.recording === "ask",
  onContinued: () => history.replaceState(null, "", location.pathname),
});
const localVoice = new LocalVoiceLink({ listener: ({ notice }) => store.update({ notice }) });
const talk = new PushToTalk({ microphone, memory, store, control });
const output = new Output(speaker, store, control);
const plugging = new Plugging([microphone, speaker], store);
const phone = new Phone({ screen: new Screen(), lockScreen: new LockScreen(), microphone, store, control });
const typing = new Typing(backend, memory, store);
const focus = () => {
  const begin = document.querySelector("#welcome button:not([hidden])");
  if (begin instanceof HTMLElement) begin.focus();
};
const hostPage = new HostPage({ site, store, focus });
const actions = new Actions({ store, control, sound, next, talk, output, typing });
const page = new Page(store, actions);

hostPage.connect();
next.connect();
sound.connect();
talk.connect();
output.connect();
plugging.connect();
phone.connect();
typing.connect();
page.connect();
localVoice.connect(Number(dataset.localVoiceAgain));
if (draft) actions.start();
else void restore({ backend, microphone, memory, control });

addEventListener("pagehide", () => {
  hostPage.disconnect();
  control.disconnect();
  talk.disconnect();
  output.disconnect();
  plugging.disconnect();
  phone.disconnect();
  typing.disconnect();
  sound.disconnect();
  localVoice.disconnect();
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

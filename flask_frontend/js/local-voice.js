import { LocalVoiceLink } from "./links/local-voice.js";
import { LocalVoiceView } from "./views/local-voice-view.js";

/** Keeps the page behind the notice as things are: how far the model is, and that it is ready. */
if (LocalVoiceView.isShown()) {
  const view = new LocalVoiceView();
  const link = new LocalVoiceLink({ listener: ({ head }) => view.render(head) });
  link.connect(view.again);
  addEventListener("pagehide", () => link.disconnect());
}

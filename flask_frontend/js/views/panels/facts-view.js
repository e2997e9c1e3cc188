import { byId, setText } from "../../base/dom.js";
import { agentActivity } from "../../session/activity.js";
import { has, word } from "../../words/catalogue.js";

/** The panel "This session": where the person is, under which name, and what the agent does. */
export class FactsView {
  #root = byId("facts");
  #room = byId("fact-room", this.#root);
  #identity = byId("fact-identity", this.#root);
  #agent = byId("fact-agent", this.#root);

  connect() {}

  disconnect() {}

  /** @param {import("../view.js").State} state */
  render(state) {
    const { room, identity } = state.session ?? state.fields;
    const wasHere = state.phase === "ended" || state.transcript.startedAt;
    setText(this.#room, room);
    setText(this.#identity, identity);
    const doing = `talk.agent_is.${agentActivity(state)}`;
    setText(this.#agent, word(has(doing) ? doing : wasHere ? "talk.left" : "talk.agent_is.away"));
  }
}

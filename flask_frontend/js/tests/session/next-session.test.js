import assert from "node:assert/strict";
import { test } from "node:test";
import { NextSession } from "../../session/next-session.js";
import { Store } from "../../session/store.js";
import { Trouble } from "../../words/trouble.js";
import { standIn } from "../support/fakes.js";

/** The next session of a page that was opened to go on with an earlier one. */
function goingOn(continues = "earlier-one") {
  const store = new Store();
  const told = { continued: 0 };
  const onContinued = () => told.continued++;
  const next = new NextSession(standIn({ identity: "Ann" }), store, { continues, onContinued });
  next.connect();
  return { store, next, told };
}

test("a session that goes on with an earlier one names it when it starts", () => {
  assert.equal(goingOn().next.validated()?.continues, "earlier-one");
  assert.equal("continues" in /** @type {object} */ (goingOn("").next.validated()), false);
});

test("what stops a start leaves the earlier one in place", () => {
  const { store, next, told } = goingOn();
  store.update({ phase: "connecting" });
  store.update({ phase: "trouble", trouble: new Trouble("microphone_denied") });
  assert.equal(next.validated()?.continues, "earlier-one");
  assert.equal(told.continued, 0);
});

test("once it has begun, the next one is a conversation of its own", () => {
  const { store, next, told } = goingOn();
  store.update({ phase: "connecting" });
  store.update({ phase: "live" });
  store.update({ phase: "ended" });
  assert.equal(next.validated()?.continues, undefined);
  assert.equal(told.continued, 1);
});

test("an earlier one that is not there any more is let go of, and no field is to blame", () => {
  const { store, next, told } = goingOn();
  store.update({ phase: "connecting" });
  const fields = { continues: "This conversation is not there any more." };
  store.update({ phase: "trouble", trouble: new Trouble("nothing_to_continue", { fields }) });
  assert.deepEqual([store.state.fieldErrors, store.state.refusals, told.continued], [{}, 0, 1]);
  assert.equal(next.validated()?.continues, undefined);
});

test("a session is asked for with the page's agent, also after one has ended", () => {
  const store = new Store();
  const next = new NextSession(standIn({ identity: "Ann" }), store, { agent: { slug: "ada", name: "Ada" } });
  next.connect();
  assert.equal(next.request()?.agent, "ada");
  store.update({ phase: "live" });
  store.update({ phase: "ended" });
  assert.equal(next.request()?.agent, "ada");
});

test("an agent that is not there any more blames no field", () => {
  const { store } = goingOn("");
  const fields = { agent: "There is no such agent." };
  store.update({ phase: "trouble", trouble: new Trouble("agent_not_found", { fields }) });
  assert.deepEqual([store.state.fieldErrors, store.state.refusals], [{}, 0]);
});

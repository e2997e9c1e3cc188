import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Actions } from "../../session/actions.js";
import { NextSession } from "../../session/next-session.js";
import { Store } from "../../session/store.js";
import { FieldForm } from "../../views/panels/form.js";
import { Trouble } from "../../words/trouble.js";
import { FakeElement, hideDocument, showDocument } from "../support/fake-elements.js";
import { standIn } from "../support/fakes.js";

/** A form on a page that has these fields, in front of the real store. */
function formWith(...names) {
  const ids = names.flatMap((name) => [name, `${name}-error`]);
  const elements = Object.fromEntries(ids.map((id) => [id, new FakeElement()]));
  showDocument({ fields: new FakeElement(elements) });
  const store = new Store();
  const next = new NextSession(standIn({ identity: "Ann" }), store);
  const form = new FieldForm(new Actions(standIn({ store, next })));
  store.addEventListener("change", () => form.render(store.state));
  next.connect();
  form.connect();
  return { store, next, form, elements };
}

function types(element, text) {
  element.value = text;
  element.dispatchEvent(new Event("input"));
}

afterEach(hideDocument);

test("a page with a field for the prompt sends what is in it", () => {
  const { next, elements } = formWith("room", "identity", "system_prompt");
  assert.equal(next.validated().system_prompt, "");
  types(elements.system_prompt, " Sell tea. ");
  assert.equal(next.validated().system_prompt, "Sell tea.");
});

test("a page without it sends no prompt", () => {
  const { store, next, form } = formWith("room", "identity");
  assert.deepEqual(Object.keys(next.validated()), ["room", "identity"]);
  store.update({ trouble: new Trouble("bad_fields", { fields: { system_prompt: "Not allowed." } }) });
  form.disconnect();
});

test("what the backend refuses is said beside its field, until it is mended", () => {
  const { store, elements } = formWith("room", "identity", "system_prompt");
  store.update({ trouble: new Trouble("bad_fields", { fields: { system_prompt: "Not allowed." } }) });
  const [error, input] = [elements["system_prompt-error"], elements.system_prompt];
  assert.deepEqual([error.textContent, input.isFocused], ["The service does not accept this.", true]);
  types(input, "Sell tea.");
  assert.equal(error.hidden, true);
});

test("a name that is no good is said so when its field is left, and the cursor goes there at each start", () => {
  const { next, elements } = formWith("room", "identity");
  types(elements.room, "a/b");
  assert.equal(elements["room-error"].hidden, true);
  elements.room.dispatchEvent(new Event("change"));
  assert.match(elements["room-error"].textContent, /plain letters/);
  for (const _ of [1, 2]) {
    elements.room.isFocused = false;
    assert.equal(next.validated(), null);
    assert.equal(elements.room.isFocused, true);
  }
});

test("a session that is over leaves a room name behind that nobody chose", () => {
  const { store, elements } = formWith("room", "identity");
  const first = elements.room.value;
  assert.match(first, /^quickstart-/);
  store.update({ phase: "live" });
  store.update({ phase: "ended" });
  assert.notEqual(elements.room.value, first);
  types(elements.room, "kitchen");
  store.update({ phase: "live" });
  store.update({ phase: "ended" });
  assert.equal(elements.room.value, "kitchen");
});

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { FieldForm } from "../form.js";

class FakeElement extends EventTarget {
  value = "";
  textContent = "";
  hidden = true;
  ariaInvalid = "false";
  isFocused = false;
  focus = () => (this.isFocused = true);
}

/** A form on a page that has these fields. */
function formWith(...names) {
  const ids = ["fields", ...names, ...names.map((name) => `${name}-error`)];
  const elements = Object.fromEntries(ids.map((id) => [id, new FakeElement()]));
  globalThis.document = { getElementById: (id) => elements[id] ?? null };
  const form = new FieldForm({ identity: "Ann" }, { changed: () => {}, submitted: () => {} });
  form.connect();
  return { form, elements };
}

afterEach(() => delete globalThis.document);

test("a page with a field for the prompt sends what is in it", () => {
  const { form, elements } = formWith("room", "identity", "system_prompt");
  assert.equal(form.validated().system_prompt, "");
  elements.system_prompt.value = " Sell tea. ";
  assert.equal(form.validated().system_prompt, "Sell tea.");
});

test("a page without it sends no prompt", () => {
  const { form } = formWith("room", "identity");
  assert.deepEqual(Object.keys(form.validated()), ["room", "identity"]);
  form.show({ system_prompt: "Not allowed." });
  form.focusError();
  form.disconnect();
});

test("what the backend refuses is said beside its field, until it is mended", () => {
  const { form, elements } = formWith("room", "identity", "system_prompt");
  form.show({ system_prompt: "Not allowed." });
  form.focusError();
  assert.deepEqual(
    [elements["system_prompt-error"].textContent, elements.system_prompt.isFocused],
    ["Not allowed.", true],
  );
  elements.system_prompt.dispatchEvent(new Event("input"));
  assert.equal(elements["system_prompt-error"].hidden, true);
});

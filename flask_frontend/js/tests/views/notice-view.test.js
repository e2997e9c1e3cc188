import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { firstState } from "../../session/state.js";
import { NoticeView } from "../../views/notice-view.js";
import { hideDocument, makeElement, showDocument } from "../support/fake-elements.js";

let notice;
let lead;
let tail;

beforeEach(() => {
  [lead, tail] = [makeElement("span"), makeElement("span")];
  notice = makeElement("p", { "notice-lead": lead, "notice-tail": tail });
  Object.assign(lead, { textContent: "Local voice." });
  Object.assign(tail, { textContent: "40 %" });
  notice.hidden = false;
  showDocument({ notice });
});

after(() => hideDocument());

const render = (change) => new NoticeView().render(/** @type {any} */ ({ ...firstState(), ...change }));

test("until there is news the notice stays as the server made it", () => {
  render({});
  assert.deepEqual([lead.textContent, tail.textContent, notice.hidden], ["Local voice.", "40 %", false]);
});

test("news change it in place", () => {
  render({ notice: { lead: "Local voice.", tail: "a language model replies" } });
  assert.deepEqual([tail.textContent, notice.hidden], ["a language model replies", false]);
});

test("it goes when nothing is local any more", () => {
  render({ notice: null });
  assert.equal(notice.hidden, true);
});

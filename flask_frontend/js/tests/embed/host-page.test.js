import assert from "node:assert/strict";
import { test } from "node:test";
import { HostPage } from "../../embed/host-page.js";

const SITE = "https://shop.example";

function framed(site = SITE) {
  const told = [];
  const focused = [];
  globalThis.window = /** @type {any} */ (new EventTarget());
  globalThis.document = /** @type {any} */ (Object.assign(new EventTarget(), { querySelector: () => null }));
  const host = /** @type {any} */ ({
    postMessage: (message, origin) => told.push([message.voiceAgent, origin]),
  });
  const store = /** @type {any} */ (
    Object.assign(new EventTarget(), { state: { phase: "ready", panel: "closed" } })
  );
  const page = new HostPage({ site, store, host, focus: () => focused.push("start") });
  page.connect();
  const send = (origin, voiceAgent, source = host) =>
    window.dispatchEvent(Object.assign(new Event("message"), { source, origin, data: { voiceAgent } }));
  const press = (key) => document.dispatchEvent(Object.assign(new Event("keydown"), { key }));
  const become = (state) => {
    Object.assign(store.state, state);
    store.dispatchEvent(new Event("change"));
  };
  return { told, focused, send, press, become, page };
}

test("the page around it is told of each phase once, by its exact origin", () => {
  const { told, become } = framed();
  become({ draft: "words that nobody else is told" });
  become({ phase: "live" });
  become({ phase: "live" });
  assert.deepEqual(told, [
    ["ready", SITE],
    ["live", SITE],
  ]);
});

test("Escape closes what is open in the frame first", () => {
  const { told, press, become } = framed();
  become({ panel: "open" });
  press("Escape");
  assert.equal(told.length, 1);
  become({ panel: "closed" });
  press("Escape");
  press("m");
  assert.deepEqual(told.slice(1), [["close", SITE]]);
});

test("it listens to the page around it alone", () => {
  const { focused, send, page } = framed();
  send("https://evil.example", "shown");
  send(SITE, "shown", {});
  send(SITE, "anything");
  assert.deepEqual(focused, []);
  send(SITE, "shown");
  assert.deepEqual(focused, ["start"]);
  page.disconnect();
  send(SITE, "shown");
  assert.equal(focused.length, 1);
});

test("in no frame it tells and hears nothing", () => {
  const { told, focused, send, press } = framed("");
  send("", "shown");
  press("Escape");
  assert.deepEqual([told, focused], [[], []]);
});

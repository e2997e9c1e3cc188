import { word } from "../words/catalogue.js";
import { outcome } from "../words/check/outcome.js";

/** What talking needs of a browser, by its name in the catalogue. */
const NEEDED = {
  webrtc: () => typeof RTCPeerConnection === "function",
  microphones: () => Boolean(navigator.mediaDevices?.getUserMedia),
  sockets: () => typeof WebSocket === "function",
  audio: () => typeof AudioContext === "function",
};
const BROWSERS = [
  ["Edge", /Edg\/(\d+)/],
  ["Opera", /OPR\/(\d+)/],
  ["Firefox", /(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /(?:Chrome|CriOS)\/(\d+)/],
  ["Safari", /Version\/(\d+).*Safari/],
];
const SYSTEMS = [
  ["Android", /Android/],
  ["iOS", /iPhone|iPad/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
];

/** Browsers give microphones to pages of https:// and of this computer alone. */
export async function secureLine() {
  return isSecureContext ? outcome("good", "secure.good") : outcome("failed", "secure.insecure");
}

export async function browserLine() {
  const lacking = Object.entries(NEEDED).filter(([, has]) => !has());
  const detail = browserName();
  if (!lacking.length) return outcome("good", "browser.good", { detail });
  const what = lacking.map(([name]) => word(`check.needed.${name}`)).join(", ");
  return outcome("failed", "browser.lacks", { detail, values: { what } });
}

/** Browser, its version, and the system: "Firefox 140 on Linux". */
export function browserName(agent = navigator.userAgent) {
  const [browser = "", pattern] = BROWSERS.find(([, each]) => /** @type {RegExp} */ (each).test(agent)) ?? [];
  const version = pattern ? (agent.match(pattern)?.[1] ?? "") : "";
  const [system = ""] = SYSTEMS.find(([, each]) => /** @type {RegExp} */ (each).test(agent)) ?? [];
  const named = browser ? `${browser} ${version}`.trim() : word("check.other_browser");
  return system ? word("check.browser_on", { browser: named, system: String(system) }) : named;
}

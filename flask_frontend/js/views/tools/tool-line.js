import { make, setText } from "../../base/dom.js";
import { word } from "../../words/catalogue.js";
import { givenWords, toolWords } from "../../words/tools.js";

/**
 * A quiet line about a tool, which opens; the history has the same in templates/parts/tool.html.
 * @typedef {import("../../words/tools.js").ToolUse} ToolUse
 */

/** An item that tells of a tool. */
export function newTool() {
  const item = make("li", "tool");
  const details = make("details", "");
  details.append(make("summary", ""), make("dl", ""));
  item.append(details);
  return item;
}

/**
 * The item, which shows what became of it; one that is open stays so.
 * @param {HTMLElement} item
 * @param {ToolUse} use
 */
export function showTool(item, use) {
  if (item.dataset.state === use.state) return item;
  item.dataset.state = use.state;
  const summary = /** @type {HTMLElement} */ (item.querySelector("summary"));
  setText(summary, toolWords(use));
  const parts = Object.entries(use.arguments).map(([name, value]) => part(name, givenWords(value)));
  if (use.summary) parts.push(part(word("tools.came"), use.summary));
  item.querySelector("dl")?.replaceChildren(...parts.flat());
  return item;
}

/**
 * @param {string} name
 * @param {string} value
 */
function part(name, value) {
  const told = make("dd", "", value);
  told.dir = "auto";
  return [make("dt", "", name), told];
}

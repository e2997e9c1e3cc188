import { make } from "../../base/dom.js";
import { blocks } from "./blocks.js";

/**
 * @typedef {import("./blocks.js").Block} Block
 * @typedef {import("./inline.js").Part} Part
 */

/** What each element shows. @type {WeakMap<HTMLElement, string>} */
const shown = new WeakMap();
const TAGS = Object.freeze({ strong: "strong", em: "em", del: "del" });

/**
 * Shows a text of the agent with its code, lists, tables, links and emphasis; markup that is in it stays
 * text, and nothing changes where it is shown already.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function setFormatted(element, text) {
  if (shown.get(element) === text) return;
  shown.set(element, text);
  const found = blocks(text);
  const [only] = found;
  if (found.length === 1 && only.type === "paragraph") element.replaceChildren(...only.parts.map(node));
  else element.replaceChildren(...found.map(blockNode));
}

/** @param {Block} block @returns {HTMLElement} */
function blockNode(block) {
  switch (block.type) {
    case "code":
      return codeNode(block.text);
    case "list":
      return listNode(block);
    case "table":
      return tableNode(block);
    case "rule":
      return make("hr", "");
    case "quote":
      return filled("blockquote", block.parts);
    case "heading":
      return filled("p", block.parts, "heading");
    default:
      return filled("p", block.parts);
  }
}

/** @param {string} text */
function codeNode(text) {
  const scroller = make("pre", "");
  scroller.tabIndex = 0;
  scroller.dir = "ltr";
  scroller.append(make("code", "", text));
  return scroller;
}

/** @param {{start: number|null, items: Part[][]}} list */
function listNode({ start, items }) {
  const list = make(start === null ? "ul" : "ol", "");
  if (start !== null) list.setAttribute("start", String(start));
  list.append(...items.map((item) => filled("li", item)));
  return list;
}

/** @param {{head: Part[][], rows: Part[][][]}} table */
function tableNode({ head, rows }) {
  const scroller = make("div", "table");
  scroller.tabIndex = 0;
  const [table, top, body] = [make("table", ""), make("thead", ""), make("tbody", "")];
  top.append(row("th", head));
  body.append(...rows.map((cells) => row("td", cells)));
  table.append(top, body);
  scroller.append(table);
  return scroller;
}

/** @param {string} tag @param {Part[][]} cells */
function row(tag, cells) {
  const line = make("tr", "");
  line.append(...cells.map((cell) => filled(tag, cell)));
  return line;
}

/** @param {string} tag @param {Part[]} parts @param {string} [className] */
function filled(tag, parts, className = "") {
  const element = make(tag, className);
  element.append(...parts.map(node));
  return element;
}

/** @param {Part} part @returns {string|HTMLElement} */
function node(part) {
  if (typeof part === "string") return part;
  if (part.type === "code") return make("code", "", part.text);
  if (part.type !== "link") return filled(TAGS[part.type], part.parts);
  const link = filled("a", part.parts);
  link.setAttribute("href", part.href);
  link.setAttribute("rel", "noopener noreferrer");
  link.setAttribute("target", "_blank");
  return link;
}

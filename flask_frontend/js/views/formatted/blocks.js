import { inline, wordsOf } from "./inline.js";

/**
 * @typedef {import("./inline.js").Part} Part
 * @typedef {{type: "paragraph"|"heading"|"quote", parts: Part[]}
 *   |{type: "code", text: string}
 *   |{type: "list", start: number|null, items: Part[][]}
 *   |{type: "table", head: Part[][], rows: Part[][][]}
 *   |{type: "rule"}} Block `start` is the first number of a numbered list
 */

const FENCE = /^ {0,3}(`{3,}|~{3,})[^`]*$/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const ITEM = /^[ \t]*(?:[-*+•]|(\d{1,9})[.)])[ \t]+(.*)$/;
const RULED_ROW = /^[\s|:-]*-[\s|:-]*$/;
const MOST_LETTERS = 40_000;

/**
 * A text of the agent as blocks, in order. One that is too long to be worth it is one paragraph.
 * @param {string} text
 * @returns {Block[]}
 */
export function blocks(text) {
  if (text.length > MOST_LETTERS) return [{ type: "paragraph", parts: [text] }];
  const lines = text.split("\n");
  /** @type {Block[]} */
  const found = [];
  for (let at = 0; at < lines.length; ) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const [block, count] = code(lines, at) ?? table(lines, at) ?? simple(lines, at);
    found.push(block);
    at += count;
  }
  return found;
}

/**
 * The words of a text without its marks, as a screen reader says them.
 * @param {string} text
 */
export function plainText(text) {
  return blocks(text).map(wordsOfBlock).filter(Boolean).join("\n");
}

/** @param {Block} block @returns {string} */
function wordsOfBlock(block) {
  if (block.type === "rule") return "";
  if (block.type === "code") return block.text;
  if (block.type === "list") return block.items.map(wordsOf).join("\n");
  if (block.type !== "table") return wordsOf(block.parts);
  return [block.head, ...block.rows].map((row) => row.map(wordsOf).join(", ")).join("\n");
}

/** @typedef {[Block, number]} Taken a block and how many lines it has */

/** @param {string[]} lines @param {number} at @returns {Taken|null} */
function code(lines, at) {
  const fence = FENCE.exec(lines[at])?.[1];
  if (!fence) return null;
  let end = at + 1;
  while (end < lines.length && !isClosing(lines[end], fence)) end += 1;
  return [{ type: "code", text: lines.slice(at + 1, end).join("\n") }, end + 1 - at];
}

/** @param {string} line @param {string} fence */
function isClosing(line, fence) {
  const bare = line.trim();
  return bare.startsWith(fence) && [...bare].every((letter) => letter === fence[0]);
}

/** @param {string[]} lines @param {number} at @returns {Taken|null} */
function table(lines, at) {
  const rule = lines[at + 1] ?? "";
  if (!lines[at].includes("|") || !rule.includes("|") || !RULED_ROW.test(rule)) return null;
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const rows = lines.slice(at + 2, end).map(cells);
  return [{ type: "table", head: cells(lines[at]), rows }, end - at];
}

/** @param {string} line */
function cells(line) {
  const bare = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return bare.split("|").map((cell) => inline(cell.trim()));
}

/** @param {string[]} lines @param {number} at @returns {Taken} */
function simple(lines, at) {
  const heading = HEADING.exec(lines[at]);
  if (heading) return [{ type: "heading", parts: inline(heading[1]) }, 1];
  if (RULE.test(lines[at])) return [{ type: "rule" }, 1];
  if (QUOTE.test(lines[at])) return quote(lines, at);
  return ITEM.test(lines[at]) ? list(lines, at) : paragraph(lines, at);
}

/** @param {string[]} lines @param {number} at @returns {Taken} */
function quote(lines, at) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const words = lines.slice(at, end).map((line) => QUOTE.exec(line)?.[1] ?? "");
  return [{ type: "quote", parts: inline(words.join("\n")) }, end - at];
}

/** @param {string[]} lines @param {number} at @returns {Taken} */
function list(lines, at) {
  const first = ITEM.exec(lines[at]);
  const isNumbered = first?.[1] !== undefined;
  /** @type {string[]} */
  const items = [];
  let end = at;
  for (; end < lines.length && lines[end].trim(); end += 1) {
    const found = ITEM.exec(lines[end]);
    if (found && (found[1] !== undefined) === isNumbered) items.push(found[2]);
    else if (!found && /^\s/.test(lines[end])) items[items.length - 1] += `\n${lines[end].trim()}`;
    else break;
  }
  const start = isNumbered ? Number(first?.[1]) : null;
  return [{ type: "list", start, items: items.map((item) => inline(item)) }, end - at];
}

/** @param {string[]} lines @param {number} at @returns {Taken} */
function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !begins(lines, end)) end += 1;
  return [{ type: "paragraph", parts: inline(lines.slice(at, end).join("\n")) }, end - at];
}

/** Whether another block begins there. @param {string[]} lines @param {number} at */
function begins(lines, at) {
  const line = lines[at];
  const isMark = [FENCE, HEADING, RULE, QUOTE, ITEM].some((mark) => mark.test(line));
  return isMark || table(lines, at) !== null;
}

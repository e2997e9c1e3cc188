/**
 * @typedef {string|{type: "code", text: string}|{type: "strong"|"em"|"del", parts: Part[]}
 *   |{type: "link", href: string, parts: Part[]}} Part a piece of a line
 */

const DEEPEST = 4;
const LINK =
  /!?\[([^[\]\n]{0,500})\]\((https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)(?:\s+"[^"\n]*")?\)/iy;
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"`|]+/iy;
const PLAIN = /[^`*_~[\]!\\<hw]+/iy;
const ESCAPED = /\\[!-/:-@[-`{-~]/y;
const MARKS = Object.freeze([
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "del"],
  ["*", "em"],
  ["_", "em"],
]);

/**
 * The pieces of a line or paragraph: emphasis, code and links; all else is text.
 * @param {string} text
 * @param {number} [depth] how many marks it is inside of
 * @returns {Part[]}
 */
export function inline(text, depth = 0) {
  /** @type {Part[]} */
  const parts = [];
  for (let at = 0; at < text.length; ) {
    const found = special(text, at, depth) ?? plain(text, at);
    const last = parts.length - 1;
    if (typeof found.part === "string" && typeof parts[last] === "string") parts[last] += found.part;
    else parts.push(found.part);
    at = found.end;
  }
  return parts;
}

/**
 * The words alone, as a reader hears them.
 * @param {Part[]} parts
 * @returns {string}
 */
export function wordsOf(parts) {
  return parts
    .map((part) => (typeof part === "string" ? part : part.type === "code" ? part.text : wordsOf(part.parts)))
    .join("");
}

/**
 * An address that a link may lead to: http and https alone.
 * @param {string} address
 * @returns {string|null}
 */
export function safeAddress(address) {
  try {
    const url = new URL(/^www\./i.test(address) ? `https://${address}` : address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** @typedef {{part: Part, end: number}} Found */

/**
 * @param {string} text
 * @param {number} at
 * @param {number} depth
 * @returns {Found|null}
 */
function special(text, at, depth) {
  const first = text[at];
  if (first === "`") return code(text, at);
  if (first === "\\") return escaped(text, at);
  if (first === "[" || first === "!") return link(text, at, depth);
  if (first === "*" || first === "_" || first === "~") return marked(text, at, depth);
  return /[hw]/i.test(first) ? bareLink(text, at) : null;
}

/**
 * @param {string} text
 * @param {number} at
 * @returns {Found}
 */
function plain(text, at) {
  const part = match(PLAIN, text, at)?.[0] ?? text[at];
  return { part, end: at + part.length };
}

/**
 * @param {string} text
 * @param {number} at
 * @returns {Found|null}
 */
function code(text, at) {
  let size = 1;
  while (text[at + size] === "`") size += 1;
  const ticks = "`".repeat(size);
  const end = text.indexOf(ticks, at + size);
  if (end <= at + size) return { part: ticks, end: at + size };
  return { part: { type: "code", text: text.slice(at + size, end).trim() }, end: end + size };
}

/**
 * @param {string} text
 * @param {number} at
 * @returns {Found|null}
 */
function escaped(text, at) {
  return match(ESCAPED, text, at) ? { part: text[at + 1], end: at + 2 } : null;
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} depth
 * @returns {Found|null}
 */
function link(text, at, depth) {
  const found = match(LINK, text, at);
  const href = found && safeAddress(found[2]);
  if (!found || !href) return null;
  const parts = depth < DEEPEST ? inline(found[1], DEEPEST) : [found[1]];
  return { part: { type: "link", href, parts }, end: at + found[0].length };
}

/**
 * @param {string} text
 * @param {number} at
 * @returns {Found|null}
 */
function bareLink(text, at) {
  if (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1])) return null;
  const address = match(ADDRESS, text, at)?.[0].replace(/[.,;:!?'"*_)\]}]+$/, "");
  const href = address && safeAddress(address);
  if (!address || !href) return null;
  return { part: { type: "link", href, parts: [address] }, end: at + address.length };
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} depth
 * @returns {Found|null}
 */
function marked(text, at, depth) {
  if (depth >= DEEPEST) return null;
  for (const [mark, type] of MARKS) {
    if (!text.startsWith(mark, at) || !opens(text, at, mark)) continue;
    const end = closing(text, at + mark.length, mark);
    if (end < 0) continue;
    const parts = inline(text.slice(at + mark.length, end), depth + 1);
    return { part: /** @type {Part} */ ({ type, parts }), end: end + mark.length };
  }
  return null;
}

/** Whether a mark stands before a word. @param {string} text @param {number} at @param {string} mark */
function opens(text, at, mark) {
  const after = text[at + mark.length];
  const isInWord = mark[0] === "_" && at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]);
  return Boolean(after?.trim()) && after !== mark[0] && !isInWord;
}

/** Where the mark that closes begins, or -1. @param {string} text @param {number} from @param {string} mark */
function closing(text, from, mark) {
  for (let end = text.indexOf(mark, from); end >= 0; end = text.indexOf(mark, end + 1)) {
    const after = text[end + mark.length] ?? "";
    const isOther = mark.length === 1 && (after === mark || text[end - 1] === mark);
    const isInWord = mark[0] === "_" && /[\p{L}\p{N}]/u.test(after);
    if (end > from && text[end - 1].trim() && !isOther && !isInWord) return end;
  }
  return -1;
}

/** @param {RegExp} pattern a sticky one @param {string} text @param {number} at */
function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

import { group, LOCALE, word } from "../catalogue.js";
import { STATES } from "./outcome.js";

/** @typedef {import("./outcome.js").Outcome} Outcome */

/**
 * What all lines come to: a headline, and a sentence below it.
 * @param {Outcome[]} outcomes
 */
export function summary(outcomes) {
  const failed = outcomes.filter(({ state }) => state === "failed");
  const warned = outcomes.filter(({ state }) => state === "warning");
  const left = outcomes.filter(({ state }) => state === "waiting");
  if (failed.length) return { headline: counted("keeps", failed.length), line: naming(failed, warned) };
  if (outcomes.some(({ state, byPerson }) => state === "running" && !byPerson)) {
    return { headline: word("check.headline"), line: word("check.line") };
  }
  if (warned.length) return { headline: counted("better", warned.length), line: naming(warned, []) };
  if (left.length) return { headline: word("check.summary.so_far"), line: counted("left", left.length) };
  return { headline: word("check.summary.all"), line: word("check.summary.nothing") };
}

/**
 * The report as plain text: without tokens, ids of people, addresses of theirs, or names of devices.
 * @param {{when: Date, origin: string, browser: string, lines: {title: string, outcome: Outcome}[]}} told
 */
export function report({ when, origin, browser, lines }) {
  const { headline, line } = summary(lines.map(({ outcome }) => outcome));
  const title = word("check.report.title", { origin });
  const head = [
    title,
    word("check.report.when", { when: when.toISOString(), browser }),
    "",
    headline,
    line,
    "",
  ];
  return [...head, ...lines.map(reportLine)].join("\n");
}

/** @param {{title: string, outcome: Outcome}} line */
function reportLine({ title, outcome }) {
  const { state, verdict, detail, figure, fix, requestId } = outcome;
  const facts = [verdict, figure, detail, requestId && word("site.request", { id: requestId })]
    .filter(Boolean)
    .join(" · ");
  const todo = fix && state !== "good" ? `\n    ${fix}` : "";
  return word("check.report.line", { state: STATES[state], title, facts }) + todo;
}

/** A sentence of the summary with a number, which is a word where it has one. @param {"keeps"|"better"|"left"} name @param {number} count */
function counted(name, count) {
  const spelled = numberWord(count);
  const isInside = name === "better";
  return word(`check.summary.${name}`, {
    count,
    number: isInside ? spelled.toLocaleLowerCase(LOCALE) : spelled,
  });
}

/** @param {number} count @returns {string} */
function numberWord(count) {
  return group("check.numbers")[count] ?? String(count);
}

/**
 * @param {Outcome[]} first
 * @param {Outcome[]} others
 */
function naming([{ verdict }], { length: count }) {
  const values = { verdict: verdict.replace(/\.$/, ""), count, number: numberWord(count) };
  return word(count ? "check.summary.names_more" : "check.summary.names", values);
}

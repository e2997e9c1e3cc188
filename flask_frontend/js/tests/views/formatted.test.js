import assert from "node:assert/strict";
import { test } from "node:test";
import { blocks, plainText } from "../../views/formatted/blocks.js";
import { inline, safeAddress, wordsOf } from "../../views/formatted/inline.js";

const only = (text) => {
  const found = blocks(text);
  assert.equal(found.length, 1);
  return found[0];
};

test("plain words are one paragraph of text", () => {
  assert.deepEqual(blocks("Certainly. You said: hello."), [
    { type: "paragraph", parts: ["Certainly. You said: hello."] },
  ]);
  assert.deepEqual(blocks(""), []);
});

test("code is kept as it is, also without its end", () => {
  assert.deepEqual(only("```python\nprint('**hi**')\n\n  x\n```"), {
    type: "code",
    text: "print('**hi**')\n\n  x",
  });
  assert.deepEqual(only("~~~\nlet a"), { type: "code", text: "let a" });
});

test("a table has a head and rows", () => {
  assert.deepEqual(only("| a | b |\n|---|:-:|\n| 1 | **2** |"), {
    type: "table",
    head: [["a"], ["b"]],
    rows: [[["1"], [{ type: "strong", parts: ["2"] }]]],
  });
  assert.equal(only("a | b").type, "paragraph");
});

test("lists, headings, quotes and rules are told apart", () => {
  const text = "# Tea\n- green\n- black\n  and strong\n\n3. one\n4. two\n\n> wise\n> words\n\n---\nend";
  const found = /** @type {any[]} */ (blocks(text));
  assert.deepEqual(
    found.map(({ type }) => type),
    ["heading", "list", "list", "quote", "rule", "paragraph"],
  );
  assert.deepEqual(found[1].items, [["green"], ["black\nand strong"]]);
  assert.equal(found[2].start, 3);
  assert.deepEqual(found[3].parts, ["wise\nwords"]);
});

test("emphasis, code and links are pieces of a line", () => {
  assert.deepEqual(inline("a **b _c_** `d*e` ~~f~~ [g](https://h.example/i_(j)) k"), [
    "a ",
    { type: "strong", parts: ["b ", { type: "em", parts: ["c"] }] },
    " ",
    { type: "code", text: "d*e" },
    " ",
    { type: "del", parts: ["f"] },
    " ",
    { type: "link", href: "https://h.example/i_(j)", parts: ["g"] },
    " k",
  ]);
});

test("a bare address is a link without the mark behind it", () => {
  assert.deepEqual(inline("see https://h.example/a?b=c. And www.h.example!"), [
    "see ",
    { type: "link", href: "https://h.example/a?b=c", parts: ["https://h.example/a?b=c"] },
    ". And ",
    { type: "link", href: "https://www.h.example/", parts: ["www.h.example"] },
    "!",
  ]);
});

for (const text of [
  "a stray ` tick",
  "3 * 4 * 5",
  "a * b",
  "snake_case_name",
  "[no](javascript:alert(1))",
  "[no](data:text/html,x)",
  "[no](/etc/passwd)",
  "<b onclick=x>no</b> <script>alert(1)</script>",
  '<speak>Hi<break time="1s"/></speak>',
  "[half](",
  "**half",
  "who what how",
])
  test(`"${text}" stays text`, () => {
    assert.deepEqual(inline(text), [text]);
  });

test("a link leads to http and https alone", () => {
  assert.equal(safeAddress("https://a.example/"), "https://a.example/");
  for (const bad of ["javascript:alert(1)", "JAVASCRIPT:x", "data:x", "file:///x", "//x", "ftp://x/y", "x"])
    assert.equal(safeAddress(bad), null);
});

test("a screen reader gets the words without marks", () => {
  assert.equal(plainText("# Tea\n- **green**\n\n| a |\n|---|\n| 1 |"), "Tea\ngreen\na\n1");
  assert.equal(plainText("See [docs](https://h.example) `now`"), "See docs now");
  assert.equal(wordsOf(inline("**a** b")), "a b");
});

test("text that is made to be slow is not", () => {
  const before = process.cpuUsage();
  for (const piece of ["*", "`", "_", "[", "![", "**a", "[a](", "|", "> ", "~~", "http://", "\\"]) {
    blocks(piece.repeat(4000));
    blocks(`${piece} x\n`.repeat(2000));
  }
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 5_000_000, "microseconds of a processor");
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const PAGE = fileURLToPath(new URL("..", import.meta.url));
const MOST_FILES = 16;
const MOST_LINES = 190;

/** The folders that each folder's files may import from, also only for a type. */
const MAY_IMPORT = {
  base: [],
  words: ["base"],
  links: ["base", "words"],
  session: ["base", "words", "links"],
  check: ["base", "words", "links"],
  embed: ["base", "session"],
  views: ["base", "words", "session", "check"],
  "check.js": ["base", "links", "check", "views"],
  "history.js": ["base", "views"],
  "local-voice.js": ["links", "views"],
  "main.js": ["base", "words", "links", "session", "views", "embed"],
};

const FILES = readdirSync(PAGE, { recursive: true })
  .map((path) => String(path).replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".js"));
const SOURCES = FILES.filter((path) => !path.startsWith("tests/"));
const textOf = (path) => readFileSync(`${PAGE}/${path}`, "utf8");
const roomOf = (path) => path.split("/")[0];

/** The files of ours that a file imports. */
function importsOf(path) {
  const found = [...textOf(path).matchAll(/(?:from |import\(|import )"(\.[^"]+)"/g)];
  return found.map(([, target]) => posix.normalize(posix.join(posix.dirname(path), target)));
}

test("every folder of the page has its rule", () => {
  assert.deepEqual([...new Set(SOURCES.map(roomOf))].sort(), Object.keys(MAY_IMPORT).sort());
});

for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
  test(`${room} imports nothing but ${allowed.join(", ") || "itself"}`, () => {
    const files = SOURCES.filter((path) => roomOf(path) === room);
    const wrong = files.flatMap((path) =>
      importsOf(path)
        .filter((target) => ![room, ...allowed].includes(roomOf(target)))
        .map((target) => `${path} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });
}

test("no files import each other in a circle", () => {
  const cleared = new Set();
  const visit = (path, above) => {
    assert.ok(!above.includes(path), [...above, path].join(" → "));
    if (cleared.has(path)) return;
    for (const target of importsOf(path)) visit(target, [...above, path]);
    cleared.add(path);
  };
  for (const path of SOURCES) visit(path, []);
});

test("no folder has many files, and no file many lines", () => {
  const folders = grouped(FILES);
  for (const [folder, files] of folders)
    assert.ok(files.length <= MOST_FILES, `${folder} has ${files.length}`);
  for (const path of SOURCES) assert.ok(textOf(path).split("\n").length <= MOST_LINES + 1, path);
});

function grouped(paths) {
  const folders = new Map();
  for (const path of paths)
    folders.set(posix.dirname(path), [...(folders.get(posix.dirname(path)) ?? []), path]);
  return folders;
}

test("each id of the page is looked up in one file", () => {
  const homes = new Map();
  for (const path of SOURCES) {
    for (const [, id] of textOf(path).matchAll(/byId\(["`]([^"`]+)["`]/g)) {
      assert.ok((homes.get(id) ?? path) === path, `#${id} is looked up in ${homes.get(id)} and ${path}`);
      homes.set(id, path);
    }
  }
  assert.ok(homes.size > 30);
});

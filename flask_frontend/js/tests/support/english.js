/** Gives the tests the English words, which a page brings along as data: `node --import` loads it first. */
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../../words/en/", import.meta.url);
const words = Object.fromEntries(
  readdirSync(FOLDER).map((file) => [
    file.replace(".json", ""),
    JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")),
  ]),
);
const data = { textContent: JSON.stringify({ locale: "en-GB", words }) };

Object.assign(globalThis, { document: { getElementById: () => data } });
await import("../../words/catalogue.js");
Reflect.deleteProperty(globalThis, "document");

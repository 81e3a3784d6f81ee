#!/usr/bin/env node
// Puts what `npm start` measured (out/table.md, out/recall.png) into README.md and docs/. spec/experiments/main-job.spec.ts holds
// both to a fresh run, bit for bit.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const [open, close] = ["<!-- recall-table -->\n", "<!-- /recall-table -->"];
const readme = readFileSync("README.md", "utf8");
const [from, to] = [readme.indexOf(open) + open.length, readme.indexOf(close)];
if (from < open.length || to < from) throw new Error("README.md lacks the marks of the recall table");
writeFileSync("README.md", readme.slice(0, from) + readFileSync(join("out", "table.md"), "utf8") + readme.slice(to));
mkdirSync("docs", { recursive: true });
copyFileSync(join("out", "recall.png"), join("docs", "recall.png"));

#!/usr/bin/env node
// Runs the conformance suite on every host that is here or that npm can provide, from the packed tarball, and prints a table.
//   --only ID,ID   some hosts     --update   writes the table into README.md     --json FILE   writes the verdicts     --list   names the hosts
//   --work NAME    the folder under .cache for the tarball and its project, so that two runs at once do not meet
// A host that cannot be started is in the table with the reason, never as passed. Exit code 1 where a host that ran disagrees.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";
import { judge } from "../dist/spec/conformance/suite.js";
import { BUNDLES } from "./conformance/bundles.mjs";
import { HOSTS } from "./conformance/hosts.mjs";
import { NotRun } from "./conformance/install.mjs";
import { prepared } from "./conformance/project.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, ".cache");
const { values } = parseArgs({ options: { only: { type: "string" }, update: { type: "boolean" }, json: { type: "string" }, list: { type: "boolean" }, work: { type: "string" } } });
const all = [...HOSTS, ...BUNDLES];
if (values.list) {
  for (const { id, name } of all) console.log(`${id.padEnd(18)} ${name}`);
  process.exit(0);
}
const only = values.only?.split(",");
for (const id of only ?? []) {
  if (!all.some((host) => host.id === id)) {
    console.error(`no host ${id}; there are ${all.map((host) => host.id).join(", ")}`);
    process.exit(2);
  }
}
if (values.update && only !== undefined) {
  console.error("--update writes the whole table: leave --only out");
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(join(root, "fixtures", "golden", "manifest.json"), "utf8"));
const work = join(cache, "conformance", values.work ?? "all");
const context = { root, cache, work, esbuild, project: await prepared(root, work) };

/** One row: what ran, what it says, and how long it took. */
async function rowOf(host) {
  const start = process.hrtime.bigint();
  const done = (row) => ({ id: host.id, name: host.name, seconds: Number(process.hrtime.bigint() - start) / 1e9, ...row });
  try {
    const { version, report, verdict } = await host.start(context);
    if (verdict !== undefined) return done({ version, ...verdict });
    host.expect(report);
    return done({ version, ...judge(manifest, report) });
  } catch (error) {
    if (error instanceof NotRun) return done({ version: "", notRun: error.message });
    return done({ version: "", passed: 0, total: manifest.cases.length, backends: [], differences: [String(error.stack ?? error).slice(0, 1500)] });
  }
}

const rows = [];
for (const host of all.filter(({ id }) => only === undefined || only.includes(id))) {
  const row = await rowOf(host);
  rows.push(row);
  const said = row.notRun !== undefined ? `not run: ${row.notRun}` : `${row.passed} of ${row.total}`;
  console.error(`${row.name.padEnd(34)} ${row.version.padEnd(18)} ${said} (${row.seconds.toFixed(1)} s)`);
  for (const difference of (row.differences ?? []).slice(0, 3)) console.error(`    ${difference}`);
  if ((row.differences ?? []).length > 3) console.error(`    and ${row.differences.length - 3} more`);
}

const lines = rows.map(({ name, version, backends, passed, total, notRun }) => (notRun !== undefined ? `| ${name} | | not run: ${notRun} | |` : `| ${name} | ${version} | ${backends.join(" and ")} | ${passed} of ${total} |`));
const table = ["| host | version | kernels | the same bits |", "|---|---|---|---|", ...lines].join("\n");
console.log(table);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ version: manifest.version, rows }, null, 1)}\n`);
const failed = rows.filter(({ passed, total }) => passed !== total);
if (failed.length > 0) {
  console.error(`${failed.length} of ${rows.length} disagree: ${failed.map(({ name }) => name).join(", ")}`);
  process.exitCode = 1;
} else if (values.update) {
  const [open, close] = ["<!-- hosts -->\n", "<!-- /hosts -->"];
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [from, to] = [readme.indexOf(open) + open.length, readme.indexOf(close)];
  if (from < open.length || to < from) throw new Error("README.md lacks the marks of the table of hosts");
  writeFileSync(join(root, "README.md"), `${readme.slice(0, from)}${table}\n${readme.slice(to)}`);
}

#!/usr/bin/env node
// Runs the compiled specs, two at a time, each in its own Node process: a spec is a plain script that prints TAP.
// (The `tap` runner itself would compile TypeScript once more in every process; the specs are compiled already.)
// Usage: node scripts/test.mjs [part of a file name ...]. Last line: `N passed, N failed`; any failure, crash, time-out,
// or spec file without a test makes the exit code 1.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Parser } from "tap-parser";

const JOBS = 2;
const LIMIT_SECONDS = 300;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const specs = join(root, "dist", "spec");
const seed = pathToFileURL(join(specs, "property-seed.js")).href;
const wanted = process.argv.slice(2);
const files = readdirSync(specs, { recursive: true })
  .map((name) => String(name).replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".spec.js") && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .sort();

/** Counts the assertions of a TAP stream at every depth (a subtest's own summary line is not an assertion). */
function counter(parser, counts, path) {
  parser.on("child", (child) => counter(child, counts, [...path, child.name]));
  parser.on("assert", (result) => {
    const name = [...path, result.name].join(" > ");
    if (result.closingTestPoint) {
      // Its assertions were counted inside; it fails alone when the subtest threw or missed its plan.
      if (!result.ok && !counts.failures.some((failure) => failure.startsWith(name))) counts.failures.push(name);
    } else if (result.skip) counts.skipped.push(`${name}${typeof result.skip === "string" ? `: ${result.skip}` : ""}`);
    else if (result.todo) counts.failures.push(`${name} (todo)`);
    else if (!result.ok) counts.failures.push(name);
    else counts.passed++;
  });
}

function runSpec(file) {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const counts = { passed: 0, failures: [], skipped: [] };
    const child = spawn(process.execPath, ["--enable-source-maps", "--import", seed, join(specs, file)], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TAP_TIMEOUT: String(LIMIT_SECONDS) }, // tap's own 30 s would fail slow machines
    });
    const parser = new Parser();
    let output = "";
    counter(parser, counts, []);
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      parser.write(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_SECONDS * 1000);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      parser.end();
      if (signal !== null) counts.failures.push(`stopped by ${signal} (limit ${LIMIT_SECONDS} s)`);
      else if (code !== 0 && counts.failures.length === 0) counts.failures.push(`exit code ${code}`);
      else if (!parser.ok && counts.failures.length === 0) counts.failures.push("malformed or incomplete TAP");
      if (counts.passed + counts.failures.length + counts.skipped.length === 0) counts.failures.push("no test was executed");
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      resolve({ file, output, seconds, ...counts });
    });
  });
}

const queue = [...files];
const totals = { passed: 0, failed: 0, skipped: 0 };
async function worker() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const result = await runSpec(file);
    totals.passed += result.passed;
    totals.failed += result.failures.length;
    totals.skipped += result.skipped.length;
    const mark = result.failures.length > 0 ? "FAIL" : "ok  ";
    console.log(`${mark} ${file.padEnd(48)} ${String(result.passed).padStart(6)} passed ${result.seconds.toFixed(1).padStart(6)} s`);
    for (const skipped of result.skipped) console.log(`       skipped: ${skipped}`);
    if (result.failures.length > 0) {
      for (const failure of result.failures) console.log(`       failed: ${failure}`);
      console.log(result.output.split("\n").slice(-400).join("\n"));
    }
  }
}
await Promise.all(Array.from({ length: JOBS }, worker));
if (files.length === 0) {
  console.log(`no spec matches in ${relative(root, specs)}`);
  totals.failed++;
}
if (totals.skipped > 0) console.log(`${totals.skipped} skipped, each with its reason above`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed > 0 ? 1 : 0;

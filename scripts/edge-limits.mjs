#!/usr/bin/env node
// Measures what an edge pays: every subpath of the package bundled by esbuild (minified), its compressed size with the kernels in the code and
// with the module as a file, and the processor time of a first result after the import in a fresh Node (the least of 15: what else the machine
// does only adds; the clock would count that, too). Prints a table.
//   --update      writes it into docs/edge-limits.md        --sizes       leaves the timing out
//   --json FILE   writes the numbers
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { update: { type: "boolean" }, sizes: { type: "boolean" }, json: { type: "string" } } });
const work = join(root, ".cache", `edge-limits-${process.pid}`); // inside the package: it finds itself by its own name
const kb = (bytes) => (bytes / 1000).toFixed(1);
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const DATA = "const rows = Array.from({ length: 100 }, (_, i) => Float64Array.from({ length: 64 }, (_, k) => ((i * 64 + k) * 7919) % 101 / 101));";
const store = (options) => `${DATA} const memory = new it.NAME(${options}); memory.store(rows); memory.recall(rows[7]);`;

/** What is bundled: name, import, and a first result by it. */
const CASES = [
  ["`Rows` of engram/kernels", 'export { Rows } from "engram/kernels"', "const rows = new it.Rows(64); rows.append(new Float32Array(6400).fill(.5)); rows.scores('dot', new Float32Array(64));"],
  ["`DenseMemory` of engram/dense", 'export { DenseMemory } from "engram/dense"', store("{ beta: 10 }").replace("NAME", "DenseMemory")],
  ["`UniversalMemory` of engram/universal", 'export { UniversalMemory } from "engram/universal"', store("").replace("NAME", "UniversalMemory")],
  ["`EntropicMemory` of engram/entropic", 'export { EntropicMemory } from "engram/entropic"', store("").replace("NAME", "EntropicMemory")],
  ["`SemanticMemory` of engram/semantic, on pixels", 'export { SemanticMemory, pixels } from "engram/semantic"', store("{ encoder: it.pixels }").replace("NAME", "SemanticMemory")],
];
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const [path, target] of Object.entries(exports)) {
  if (typeof target !== "string" && target.default.endsWith(".js")) CASES.push([path === "." ? "engram, all of it" : `engram${path.slice(1)}, all of it`, `export * from "engram${path.slice(1)}"`, undefined]);
}

async function bundle(text, conditions) {
  const entry = join(work, "entry.mjs");
  writeFileSync(entry, `${text};\n`);
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry], outdir: work, bundle: true, minify: true, write: false, format: "esm", platform: "browser", conditions, loader: { ".wasm": "copy", ".engram": "copy", ".safetensors": "copy" }, logLevel: "error",
  });
  return outputFiles;
}

/** Milliseconds of processor time, all threads: from after the import to the first result, and of the import. */
function firstResult(code, result) {
  const file = join(work, "timed.mjs");
  writeFileSync(file, code);
  const program = `const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; }; const a = cpu(); const it = await import(${JSON.stringify(file)}); const b = cpu(); ${result} console.log(cpu() - b, b - a);`;
  const runs = Array.from({ length: 15 }, () => execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" }).split(" ").map(Number));
  return [0, 1].map((k) => Math.min(...runs.map((run) => run[k])));
}

mkdirSync(work, { recursive: true });
const kernels = gzip(readFileSync(join(root, "dist/kernels.wasm")));
const rows = [];
try {
  for (const [name, text, result] of CASES) {
    const [inside] = await bundle(text, ["browser"]);
    const apart = await bundle(text, ["workerd", "worker", "browser"]);
    const row = { name, raw: inside.contents.length, inline: gzip(inside.contents), file: apart.reduce((sum, { contents }) => sum + gzip(contents), 0) };
    if (result !== undefined && !values.sizes) [row.first, row.import] = firstResult(inside.contents, result);
    rows.push(row);
    console.error(`${name}: ${kb(row.inline)} KB`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

const ms = (value) => (value === undefined ? "" : value.toFixed(1));
const table = [
  "| bundle | minified, KB | compressed, KB | with the module as a file, KB | import, ms | first result, ms |", "|---|---|---|---|---|---|",
  `| \`kernels.wasm\` alone | | ${kb(kernels)} | | | |`,
  ...rows.map(({ name, raw, inline, file, first, import: load }) => `| ${name} | ${kb(raw)} | ${kb(inline)} | ${kb(file)} | ${ms(load)} | ${ms(first)} |`),
].join("\n");
console.log(table);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ kernels, rows }, null, 1)}\n`);
if (values.update) {
  if (values.sizes) throw new Error("--update writes the whole table: leave --sizes out");
  const [open, close] = ["<!-- edge-limits -->\n", "<!-- /edge-limits -->"];
  const page = readFileSync(join(root, "docs/edge-limits.md"), "utf8");
  const [from, to] = [page.indexOf(open) + open.length, page.indexOf(close)];
  if (from < open.length || to < from) throw new Error("docs/edge-limits.md lacks the marks of the table");
  writeFileSync(join(root, "docs/edge-limits.md"), `${page.slice(0, from)}${table}\n${page.slice(to)}`);
}

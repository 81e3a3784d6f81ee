#!/usr/bin/env node
// Freezes the conformance suite: runs it here, on both twins, and writes fixtures/golden: manifest.json (cases, parameters, inputs, hashes), and
// small inputs and outputs as safetensors. For additions and changes that are meant; a frozen hash that moves is a change of results.
// `--check` writes nothing and exits 1 where the files differ.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as engram from "../dist/src/index.js";
import { CASES } from "../dist/spec/conformance/index.js";
import { bytesOf, dtypeOf, SUITE_VERSION, toolsFor, typed } from "../dist/spec/conformance/suite.js";

/** Larger arrays are in the manifest by their hash alone. */
const [KEPT_INPUT, KEPT_OUTPUT] = [400, 24];
const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "fixtures", "golden");
const { sha256Hex, tensor, writeSafetensors } = engram.formats;
if (engram.backendInUse() !== "simd") throw new Error("freeze on a host with WebAssembly, so that both twins are compared");

const [inputs, outputs] = [new Map(), new Map()];

function described({ name, about, parameters, twins, run }) {
  const asked = new Map();
  const hear = (input) => {
    const key = `${input.name} ${input.kind} ${input.values.length} ${input.range ?? ""}`.trim();
    asked.set(key, { name: input.name, kind: input.kind, ...(input.range === undefined ? {} : { range: input.range }), count: input.values.length });
    if (input.kind === "given" || input.values.length <= KEPT_INPUT) inputs.set(key, tensor(input.values));
  };
  const result = run(toolsFor(engram, "simd", hear), parameters);
  const other = twins ? run(toolsFor(engram, "scalar"), parameters) : result;
  const hashes = Object.fromEntries(Object.entries(result).map(([output, values]) => {
    const numbers = typed(values);
    const sha256 = sha256Hex(bytesOf(numbers));
    if (sha256Hex(bytesOf(typed(other[output]))) !== sha256) throw new Error(`${name}, ${output}: the twins differ`);
    // NaN as it is hashed, so that the file has the same bytes wherever it is made.
    if (numbers.length <= KEPT_OUTPUT) outputs.set(`${name}/${output}`, tensor(numbers.constructor.from(numbers)));
    return [output, { dtype: dtypeOf(numbers), count: numbers.length, sha256 }];
  }));
  return { name, about, parameters, twins, inputs: [...asked.values()], outputs: hashes };
}

const cases = CASES.map(described);
const about = { suite: "engram conformance", version: String(SUITE_VERSION) };
// One case a line: a change shows as one line.
const manifest = `{"suite":"engram conformance","version":${SUITE_VERSION},"cases":[\n${cases.map((one) => JSON.stringify(one)).join(",\n")}\n]}\n`;
const files = {
  "manifest.json": new TextEncoder().encode(manifest),
  "inputs.safetensors": writeSafetensors(Object.fromEntries(inputs), about),
  "outputs.safetensors": writeSafetensors(Object.fromEntries(outputs), about),
};
mkdirSync(folder, { recursive: true });
let changed = 0;
for (const [name, bytes] of Object.entries(files)) {
  let held;
  try {
    held = readFileSync(join(folder, name));
  } catch {
    held = undefined;
  }
  const same = held !== undefined && Buffer.compare(held, bytes) === 0;
  if (!same) changed++;
  if (!process.argv.includes("--check") && !same) writeFileSync(join(folder, name), bytes);
  console.log(`${name}: ${bytes.length} bytes, ${same ? "unchanged" : "changed"}`);
}
console.log(`${cases.length} cases, ${cases.reduce((sum, { outputs: all }) => sum + Object.keys(all).length, 0)} outputs`);
if (process.argv.includes("--check") && changed > 0) process.exitCode = 1;

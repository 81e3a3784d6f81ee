/**
 * npm run bench [-- --json [FILE.json]] [class ...]: every kernel class against its peers in one run, seeded.
 * With --json one object goes to the file, or to stdout with the lines on stderr. A line is: ours, peer, ratio (quartiles over the rounds), goal, pass. Peers that the machine lacks are skipped by name.
 */
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { arrays } from "./arrays.ts";
import { batches, products } from "./batches.ts";
import { encoders } from "./encoders.ts";
import { entropic } from "./entropic.ts";
import { epanechnikov } from "./epanechnikov.ts";
import { type Bench, print, type Result, type Row } from "./harness.ts";
import { binary } from "./memories.ts";
import { closePeers, type Peers, startPeers } from "./peers.ts";
import { growth, inCache, outOfCache, softmaxRecall } from "./scores.ts";
import { semantic } from "./semantic.ts";
import { sizeAndStart } from "./start.ts";
import { transformer } from "./transformer.ts";

const CLASSES: Readonly<Record<string, (peers: Peers, bench: Bench) => Promise<void>>> = {
  start: sizeAndStart, scores: outOfCache, cache: inCache, batch: batches, softmax: softmaxRecall, arrays, sgemm: products, growth, binary, encoders, semantic, entropic, epanechnikov, transformer,
};

async function main(args: string[]): Promise<void> {
  const jsonAt = args.indexOf("--json");
  const json = jsonAt >= 0;
  const file = json && args[jsonAt + 1]?.endsWith(".json") ? args[jsonAt + 1] : undefined;
  if (json) args.splice(jsonAt, file === undefined ? 1 : 2);
  const say = json && file === undefined ? console.error : console.log;
  const unknown = args.find((name) => !(name in CLASSES));
  if (unknown !== undefined) {
    console.error(`unknown: ${unknown}. Usage: npm run bench -- [--json [FILE.json]] [${Object.keys(CLASSES).join("|")} ...]`);
    process.exitCode = 2;
    return;
  }
  const result: Result = { rows: [], skipped: [] };
  const bench: Bench = {
    note(row) {
      result.rows.push(row);
      say(print(row));
    },
    skip: (reason) => void result.skipped.push(reason),
  };
  const peers = startPeers(bench.skip);
  for (const [name, run] of Object.entries(CLASSES)) if (args.length === 0 || args.includes(name)) await run(peers, bench);
  closePeers(peers);
  for (const line of result.skipped) say(`skipped, ${line}`);
  const goals = result.rows.filter((row) => !row.stretch);
  const beyond = result.rows.filter((row) => row.stretch);
  const met = (rows: readonly Row[]): string => `${rows.filter((row) => row.pass).length} of ${rows.length}`;
  const { model } = cpus()[0];
  say(`${met(goals)} goals met, ${met(beyond)} stretch goals, on Node ${process.versions.node}, ${model}`);
  const text = JSON.stringify({ node: process.versions.node, cpu: model, ...result }, null, 2);
  if (file !== undefined) writeFileSync(file, `${text}\n`);
  else if (json) console.log(text);
}

if (existsSync("dist/kernels.wasm")) await main(process.argv.slice(2));
else console.log("Run this from the checkout, after npm run build.");

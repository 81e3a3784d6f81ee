/**
 * npm run bench [-- --json FILE] [class ...]: every kernel class against its peers in one run, seeded.
 * A line is: ours, peer, ratio (quartiles over the rounds), goal, pass. Peers that the machine lacks are skipped by name.
 */
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { arrays } from "./arrays.ts";
import { batches, products } from "./batches.ts";
import { type Bench, print, type Result } from "./harness.ts";
import { binary } from "./memories.ts";
import { closePeers, type Peers, startPeers } from "./peers.ts";
import { growth, inCache, outOfCache, softmaxRecall } from "./scores.ts";
import { sizeAndStart } from "./start.ts";

const CLASSES: Readonly<Record<string, (peers: Peers, bench: Bench) => Promise<void>>> = {
  start: sizeAndStart, scores: outOfCache, cache: inCache, batch: batches, softmax: softmaxRecall, arrays, sgemm: products, growth, binary,
};

async function main(args: string[]): Promise<void> {
  const jsonAt = args.indexOf("--json");
  const file = jsonAt >= 0 ? args.splice(jsonAt, 2)[1] : undefined;
  const unknown = args.find((name) => !(name in CLASSES));
  if (unknown !== undefined || (jsonAt >= 0 && file === undefined)) {
    console.error(`usage: npm run bench -- [--json FILE] [${Object.keys(CLASSES).join("|")} ...]`);
    process.exitCode = 2;
    return;
  }
  const result: Result = { rows: [], skipped: [] };
  const bench: Bench = {
    note(row) {
      result.rows.push(row);
      console.log(print(row));
    },
    skip: (reason) => void result.skipped.push(reason),
  };
  const peers = startPeers(bench.skip);
  for (const [name, run] of Object.entries(CLASSES)) if (args.length === 0 || args.includes(name)) await run(peers, bench);
  closePeers(peers);
  for (const line of result.skipped) console.log(`skipped, ${line}`);
  const missed = result.rows.filter((row) => !row.pass).length;
  const { model } = cpus()[0];
  console.log(`${result.rows.length - missed} of ${result.rows.length} goals met on Node ${process.versions.node}, ${model}`);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ node: process.versions.node, cpu: model, ...result }, null, 2)}\n`);
}

if (existsSync("dist/kernels.wasm")) await main(process.argv.slice(2));
else console.log("Run this from the checkout, after npm run build.");

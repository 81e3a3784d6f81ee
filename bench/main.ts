/**
 * npm run bench [-- --json FILE] [name ...]: every kernel class against its peers in one run. Seeded; prints ours, peer, ratio, goal,
 * pass. Peers that the machine lacks (gcc, numpy, usearch) are skipped by name, with the reason.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { bounded, median, Peer, print, type Result, type Row } from "./harness.ts";
import { kernelRows } from "./kernels.ts";
import { memoryRows } from "./memories.ts";

function tryPeer(name: string, start: () => Peer, skipped: string[]): Peer | undefined {
  try {
    return start();
  } catch (error) {
    skipped.push(`${name}: ${(error as Error).message.split("\n")[0]}`);
    return undefined;
  }
}

function native(): Peer {
  mkdirSync(".cache", { recursive: true });
  execFileSync("gcc", ["-O3", "-msse4.2", "-o", ".cache/native", "bench/peers/native.c"], { stdio: "pipe" });
  return new Peer(".cache/native", []);
}

function numpy(): Peer {
  const python = ["/usr/bin/python3", "python3"].find((command) => {
    try {
      execFileSync(command, ["-c", "import numpy"], { stdio: "pipe" });
      return true;
    } catch {
      return false;
    }
  });
  if (python === undefined) throw new Error("no Python with numpy");
  return new Peer(python, ["bench/peers/numpy_peer.py"]);
}

function sizeRows(): Row[] {
  const wasm = readFileSync("dist/kernels.wasm");
  const start = (): number => {
    // A fresh process: import, store, first result; the clock runs from after Node's own start.
    const code = `const t=performance.now();const {Rows}=await import(${JSON.stringify(`${process.cwd()}/dist/src/kernels/index.js`)});const i=performance.now();` +
      "const r=new Rows(64);r.append(new Float32Array(6400).fill(.5));r.scores('dot',new Float32Array(64));console.log(performance.now()-i, i-t)";
    return Number(execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }).split(" ")[0]);
  };
  return [
    bounded("module, raw", "bytes", wasm.length, "limit", 102400, 1),
    bounded("module, gzip", "bytes", gzipSync(wasm, { level: 9 }).length, "limit", 25600, 1),
    bounded("first result after import", "ms", median([start(), start(), start(), start(), start()]), "limit", 5, 1),
  ];
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const jsonAt = args.indexOf("--json");
  const file = jsonAt >= 0 ? args.splice(jsonAt, 2)[1] : undefined;
  const result: Result = { rows: [], skipped: [] };
  const peers = { native: tryPeer("C", native, result.skipped), numpy: tryPeer("numpy", numpy, result.skipped) };
  const wanted = (name: string): boolean => args.length === 0 || args.some((part) => name.includes(part));
  const note = (row: Row): void => {
    result.rows.push(row);
    console.log(print(row));
  };
  if (wanted("size")) sizeRows().forEach(note);
  await kernelRows(peers, wanted, note, result.skipped);
  await memoryRows(wanted, note);
  peers.native?.close();
  peers.numpy?.close();
  for (const line of result.skipped) console.log(`skipped, ${line}`);
  const missed = result.rows.filter((row) => !row.pass).length;
  console.log(`${result.rows.length - missed} of ${result.rows.length} goals met on Node ${process.versions.node}`);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ node: process.versions.node, ...result }, null, 2)}\n`);
}

if (existsSync("dist/kernels.wasm")) await main();
else console.log("Run this from the checkout, after npm run build.");

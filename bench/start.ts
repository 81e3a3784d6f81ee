/** Size of the module, time to the first result, the first call of a fresh process. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Bench, bounded } from "./harness.ts";
import type { Peers } from "./peers.ts";
import { COLD } from "./scores.ts";

/**
 * From after the import to the first scores: milliseconds of the clock, for once, since waiting for the engine's compilers counts.
 * The least of 15 processes: whatever else the machine does only adds to it.
 */
const FIRST = `const start = performance.now(), rows = new Rows(64);
rows.append(new Float32Array(6400).fill(.5));
rows.scores("dot", new Float32Array(64));
console.log(performance.now() - start);`;

function fresh(code: string): number[] {
  const whole = `const { Rows } = await import(${JSON.stringify(`${process.cwd()}/dist/src/kernels/index.js`)});\n${code}`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", whole], { encoding: "utf8" }).split(" ").map(Number);
}

export async function sizeAndStart(_peers: Peers, { note }: Bench): Promise<void> {
  const wasm = readFileSync("dist/kernels.wasm");
  note(bounded("kernel module, raw", "B", "limit", [{ ours: wasm.length, peer: 102400 }], 1));
  note(bounded("kernel module, gzip", "B", "limit", [{ ours: gzipSync(wasm, { level: 9 }).length, peer: 25600 }], 1));
  const first = Math.min(...Array.from({ length: 15 }, () => fresh(FIRST)[0]));
  note(bounded("first result after import", "ms", "limit", [{ ours: first, peer: 5 }], 1));
  const cold = Array.from({ length: 7 }, () => fresh(COLD)).map(([ours, peer]) => ({ ours: ours / 1e6, peer: peer / 1e6 }));
  note(bounded("first call of a process, 1e5 x 512", "s", "warm", cold, 1.3));
}

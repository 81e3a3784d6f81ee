/** Scores of one cue: out of cache against the rate one core reads at, in the second-level cache, growth with N, the softmax recall. */
import { cosineScores, pearsonScores } from "../src/kernels/index.ts";
import type { RawScore } from "../src/kernels/index.ts";
import { filled, plainDot, uniform } from "./data.ts";
import { type Bench, bounded, compare, local, stretch, turns } from "./harness.ts";
import type { Peers } from "./peers.ts";

const N = 100000;
const D = 512;
const RAW: readonly RawScore[] = ["dot", "squaredL2", "l1"];

export async function outOfCache({ native, numpy, numpySmallPages, usearch }: Peers, { note }: Bench): Promise<void> {
  const rows = filled(N, D, 1);
  const q = uniform(D, 2);
  const out = new Float32Array(N);
  const wide = new Float64Array(N);
  const bytes = N * D * 4;
  const name = "one cue, 1e5 x 512, ";
  const dot = (): void => void rows.scores("dot", q, { out });
  if (native !== undefined) {
    const read = native.run(`read ${bytes}`);
    for (const op of RAW) note(await compare(name + op, "B/s", bytes, () => rows.scores(op, q, { out }), "C 128-bit read", read, 0.92));
    note(await compare(`${name}cosine`, "B/s", bytes, () => cosineScores(rows, q, { out: wide }), "C 128-bit read", read, 0.92));
    note(await compare(`${name}Pearson`, "B/s", bytes, () => pearsonScores(rows, q, { out: wide }), "C 128-bit read", read, 0.92));
  }
  if (numpy !== undefined) note(stretch(await compare(`${name}dot`, "B/s", bytes, dot, "numpy", numpy.run(`scores ${N} ${D}`), 1)));
  if (numpySmallPages !== undefined) note(stretch(await compare(`${name}dot`, "B/s", bytes, dot, "numpy, 4 KB pages", numpySmallPages.run(`scores ${N} ${D}`), 1)));
  if (usearch !== undefined) {
    const X = rows.toArray() as Float32Array;
    note(stretch(await compare(`${name}dot`, "B/s", bytes, dot, "usearch exact", local(() => usearch(X, q, D)), 1)));
  }
  rows.dispose();
}

export async function softmaxRecall({ numpy, numpySmallPages }: Peers, { note }: Bench): Promise<void> {
  const rows = filled(N, D, 1);
  const q = uniform(D, 2);
  const recall = (): void => void rows.softmaxPartial(q, { op: "dot", scale: 0.05 });
  for (const [name, peer] of [["numpy", numpy], ["numpy, 4 KB pages", numpySmallPages]] as const) {
    if (peer !== undefined) note(await compare("softmax recall, 1e5 x 512", "B/s", N * D * 4, recall, name, peer.run(`softmax ${N} ${D}`), 1.35));
  }
  rows.dispose();
}

export async function growth(_peers: Peers, { note }: Bench): Promise<void> {
  const small = filled(N, D, 1);
  const large = filled(10 * N, D, 1);
  const q = uniform(D, 2);
  const [few, many] = [new Float32Array(N), new Float32Array(10 * N)];
  const pairs = await turns(() => large.scores("dot", q, { out: many }), local(() => small.scores("dot", q, { out: few })), 5);
  note(bounded("one cue, N = 1e6 against 1e5, x 512", "s", "1e5", pairs, 11));
  small.dispose();
  large.dispose();
}

/**
 * 2,016 x 128 is 1 MB: beyond the first-level cache, within the second. There arithmetic shows: a term of squared L2 or L1 is two
 * additions, so that the same loop in C stays below .7 of the read rate as well (.62 on AMD Zen 4, which adds two vectors a cycle).
 */
export async function inCache({ native, numpy, usearch }: Peers, { note }: Bench): Promise<void> {
  const [n, d] = [2016, 128];
  const rows = filled(n, d, 3);
  const q = uniform(d, 4);
  const X = rows.toArray() as Float32Array;
  const [out, plain] = [new Float32Array(n), new Float32Array(n)];
  const dot = (): void => void rows.scores("dot", q, { out });
  const name = "one cue, 2016 x 128 (1 MB), ";
  if (native !== undefined) {
    const read = native.run(`read ${n * d * 4}`);
    for (const op of RAW) note(await compare(name + op, "B/s", n * d * 4, () => rows.scores(op, q, { out }), "C 128-bit read", read, 0.7));
    for (const op of RAW) note(stretch(await compare(name + op, "B/s", n * d * 4, () => rows.scores(op, q, { out }), "C 128-bit", native.run(`scores ${op} ${n} ${d}`), 0.88)));
  }
  note(await compare(`${name}dot`, "B/s", n * d * 4, dot, "JS loop", local(() => plainDot(X, q, plain)), 13));
  if (usearch !== undefined) note(await compare(`${name}dot`, "B/s", n * d * 4, dot, "usearch exact", local(() => usearch(X, q, d)), 2));
  if (numpy !== undefined) note(stretch(await compare(`${name}dot`, "B/s", n * d * 4, dot, "numpy", numpy.run(`scores ${n} ${d}`), 1)));
  rows.dispose();
}

/** A fresh process: the first scoring of a large store (the engine's compilers run meanwhile and count) against the median of 15 later ones. */
export const COLD = `const N = 100000, D = 512, rows = new Rows(D);
rows.append(new Float32Array(N * D).fill(.5));
const q = new Float32Array(D).fill(.1), out = new Float32Array(N);
const once = () => { const s = process.cpuUsage(); rows.scores("dot", q, { out }); const e = process.cpuUsage(s); return e.user + e.system; };
const first = once(), later = Array.from({ length: 15 }, once).sort((a, b) => a - b);
console.log(first, later[7]);`;


/**
 * Compact supports: pruned recall against the full scan, gradient and fixed-point steps against numpy, and the exact enumeration of
 * minima against all 2^M centroids in numpy.
 */
import { seeded } from "../src/numeric/index.ts";
import { Rows } from "../src/kernels/index.ts";
import { DenseMemory, lsrEnergy, minimaAt, pairDistances, windows } from "../src/dense/index.ts";
import { type Bench, compare, local, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";

/** N rows of D numbers in clusters of about 100, f32. */
function clustered(N: number, D: number, seed: number): Float32Array {
  const rng = seeded(seed);
  const clusters = N / 100;
  const centres = Float32Array.from({ length: clusters * D }, () => rng.normal());
  const X = new Float32Array(N * D);
  for (let i = 0; i < N; i++) {
    const c = rng.integer(clusters);
    for (let k = 0; k < D; k++) X[i * D + k] = centres[c * D + k] + 0.1 * rng.normal();
  }
  return X;
}

async function pruned({ note }: Bench): Promise<void> {
  const [N, D, Q] = [100_000, 64, 64];
  const X = clustered(N, D, 1);
  const rows = Array.from({ length: N }, (_, i) => X.subarray(i * D, (i + 1) * D));
  const rng = seeded(2);
  const cues = Array.from({ length: Q }, (_, q) => rows[q * 1561].map((value) => value + 0.05 * rng.normal()));
  // Supports about as wide as a cluster: the diameter of two of its rows is .1 sqrt(2 D) = 1.13.
  const make = (search: "full" | "tree"): DenseMemory => {
    const memory = new DenseMemory({ energy: "lsr", beta: 2 / (1.2 * 1.2), search });
    memory.store(rows);
    return memory;
  };
  const [tree, full] = [make("tree"), make("full")];
  const scanned = tree.recallMany(cues).reduce((sum, one) => sum + one.scanned!, 0) / Q;
  const share = `${(100 * scanned).toFixed(1)} % read`;
  note(await compare(`LSR recall 1e5 x 64, batch: ${share}`, "cue/s", Q, () => void tree.recallMany(cues), "full scan", local(() => void full.recallMany(cues)), 4, 5));
  note(await compare(`LSR recall 1e5 x 64, one cue: ${share}`, "cue/s", 1, () => void tree.recall(cues[5]), "full scan", local(() => void full.recall(cues[5])), 3, 5));
  tree.dispose();
  full.dispose();
}

/** Gradients and averages of 256 states over 2,000 stored rows of 64 numbers. */
async function steps(peers: Peers, { note, skip }: Bench): Promise<void> {
  if (peers.numpy === undefined) return skip("numpy: gradient and fixed-point steps of LSR");
  const [M, D, Q] = [2000, 64, 256];
  const rng = seeded(3);
  const rows = new Rows(D);
  rows.append(Float32Array.from({ length: M * D }, () => rng.uniform()));
  const states = Float64Array.from({ length: Q * D }, () => rng.uniform());
  // r_s = 3.2: about half of uniform rows lie inside (their distance is 3.27 +- .25).
  const energy = lsrEnergy(2 / (3.2 * 3.2));
  // In Gram form, |x|^2 + |xi|^2 - 2 x xi: one matrix product, which contracts 512-bit lanes but cancels; ours takes differences (ARCHITECTURE, Precision).
  note(stretch(await compare("LSR fixed-point steps, 2000 x 64", "state/s", Q, () => void energy.evaluate(rows, states), "numpy, Gram form", peers.numpy.run(`lsr_step ${M} ${D} ${Q}`), 1, 7)));
  const one = states.slice(0, D);
  note(await compare("LSR gradient, 2000 x 64", "state/s", 1, () => void energy.gradient(rows, one), "numpy", peers.numpy.run(`lsr_gradient ${M} ${D} 1`), 1, 7));
}

/** All minima of M uniform patterns in 8 dimensions: at one beta, and at 50 as windows, against 2^M centroids at one beta. */
async function enumeration(peers: Peers, { note, skip }: Bench): Promise<void> {
  if (peers.numpy === undefined) return skip("numpy: enumeration of minima");
  for (const [M, goal] of [[15, 10], [20, 100]]) {
    const rng = seeded(4);
    const D = 8;
    const D2 = pairDistances(Float64Array.from({ length: M * D }, () => rng.uniform()), D);
    const peer = peers.numpy.run(`centroids ${M} ${D} 1`);
    note(await compare(`LSR minima, M ${M}, one beta`, "run/s", 1, () => void minimaAt(D2, 5), "numpy, 2^M", peer, goal, 3));
    note(await compare(`LSR minima, M ${M}, every beta`, "run/s", 1, () => void windows(D2, { minBeta: 2 / D }), "numpy, one beta", peer, 1, 3));
  }
}

export async function epanechnikov(peers: Peers, bench: Bench): Promise<void> {
  await pruned(bench);
  await steps(peers, bench);
  await enumeration(peers, bench);
}

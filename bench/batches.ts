/** Batches of 64 cues and matrix products: bound by arithmetic, against the same register block in C, usearch, numpy, torch, ml-matrix. */
import { Matrix } from "ml-matrix";
import { sgemm } from "../src/kernels/index.ts";
import { filled, uniform } from "./data.ts";
import { type Bench, compare, local, stretch } from "./harness.ts";
import type { Peers } from "./peers.ts";

const CUES = 64;

export async function batches({ native, numpy, torch, usearch }: Peers, { note }: Bench): Promise<void> {
  const [N, D] = [19200, 512]; // whole panels, for the C peer
  const rows = filled(N, D, 5);
  const Q = uniform(CUES * D, 6);
  const out = new Float32Array(CUES * N);
  const work = CUES * N * D;
  const name = `batch of 64, ${N} x ${D}, `;
  const dot = (): void => void rows.scores("dot", Q, { out });
  const l1 = (): void => void rows.scores("l1", Q, { out });
  if (native !== undefined) {
    note(await compare(`${name}dot`, "terms/s", work, dot, "C 128-bit 4x8", native.run(`batch dot ${N} ${D} ${CUES}`), 0.88));
    note(await compare(`${name}L1`, "terms/s", work, l1, "C 128-bit 4x8", native.run(`batch l1 ${N} ${D} ${CUES}`), 0.95));
  }
  if (usearch !== undefined) {
    const X = rows.toArray() as Float32Array;
    note(await compare(`${name}dot`, "terms/s", work, dot, "usearch exact", local(() => usearch(X, Q, D)), 2.8));
  }
  if (torch !== undefined) note(await compare(`${name}L1`, "terms/s", work, l1, "torch.cdist", torch.run(`cdist ${N} ${D} ${CUES}`), 6.5));
  if (numpy !== undefined) note(stretch(await compare(`${name}dot`, "terms/s", work, dot, "numpy", numpy.run(`batch ${N} ${D} ${CUES}`), 0.65)));
  const q = Q.subarray(0, D);
  const one = out.subarray(0, N);
  note(await compare(`${name}dot`, "terms/s", work, dot, "64 single calls", local(() => {
    for (let i = 0; i < CUES; i++) rows.scores("dot", q, { out: one });
  }), 1.5));
  rows.dispose();
}

export async function products({ native }: Peers, { note }: Bench): Promise<void> {
  for (const n of [512, 1024]) {
    const [A, B] = [uniform(n * n, 7), uniform(n * n, 8)];
    const C = new Float32Array(n * n);
    const product = (): void => void sgemm(n, n, n, A, B, C);
    const name = `sgemm ${n}, packing included`;
    if (native !== undefined) note(await compare(name, "FLOP/s", 2 * n * n * n, product, "C 128-bit 4x8", native.run(`sgemm ${n} ${n} ${n}`), 0.88));
    const [a, b] = [A, B].map((M) => Matrix.from1DArray(n, n, Array.from(M)));
    note(await compare(name, "FLOP/s", 2 * n * n * n, product, "ml-matrix", local(() => void a.mmul(b)), 40, 3));
  }
}

/** The kernel classes of the goals: one cue in and out of cache, batches, softmax recall, exp, matrix products, growth, the first call. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { Matrix } from "ml-matrix";
import { seeded } from "../src/numeric/index.ts";
import { expInto, mapInto, Rows, sgemm } from "../src/kernels/index.ts";
import { bounded, compare, median, type Peer, repsFor, type Row, seconds } from "./harness.ts";

interface Peers {
  native?: Peer;
  numpy?: Peer;
}

const rng = seeded(1);
const random = (n: number): Float32Array => Float32Array.from({ length: n }, () => rng.uniform());

function filled(N: number, D: number): Rows {
  const rows = new Rows(D);
  const piece = random(1000 * D);
  for (let i = 0; i < N; i += 1000) rows.append(N - i >= 1000 ? piece : piece.subarray(0, (N - i) * D));
  return rows;
}

/** The plain loop anyone would write first. */
function plainDot(X: Float32Array, q: Float32Array, out: Float32Array): void {
  const D = q.length;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < D; k++) sum += X[i * D + k] * q[k];
    out[i] = sum;
  }
}

const timed = (run: () => void): (() => number) => {
  const reps = repsFor(run);
  return () => seconds(run, reps) / reps;
};

export async function kernelRows({ native, numpy }: Peers, wanted: (name: string) => boolean, note: (row: Row) => void, skipped: string[]): Promise<void> {
  const N = 100000;
  const D = 512;
  const bytes = N * D * 4;
  if (wanted("scores") || wanted("softmax") || wanted("growth")) {
    const rows = filled(N, D);
    const q = random(D);
    for (const op of ["dot", "squaredL2", "l1"] as const) {
      if (native !== undefined && wanted("scores")) {
        note(await compare(`scores, ${op}, 1e5 x 512 (out of cache)`, "B/s", bytes, () => rows.scores(op, q), "C read", async () => native.ask(`read ${bytes} 1`), 0.92));
      }
    }
    if (numpy !== undefined && wanted("scores")) {
      note(await compare("scores, dot, 1e5 x 512", "B/s", bytes, () => rows.scores("dot", q), "numpy", () => numpy.ask(`scores 1 ${N} ${D}`), 1));
    }
    if (numpy !== undefined && wanted("softmax")) {
      note(await compare("softmax recall, 1e5 x 512, fused", "B/s", bytes, () => rows.softmaxPartial(q, { op: "dot", scale: 0.05 }), "numpy", () => numpy.ask(`softmax 1 ${N} ${D}`), 1.35));
    }
    if (wanted("scores")) await usearchRow(rows, q, N, D, note, skipped);
    if (wanted("growth")) {
      const small = median([1, 2, 3].map(() => seconds(() => rows.scores("dot", q), 3) / 3));
      rows.dispose();
      const large = filled(10 * N, D);
      large.scores("dot", q);
      note(bounded("growth of time, N = 1e5 -> 1e6", "s", median([1, 2, 3].map(() => seconds(() => large.scores("dot", q)))), "1e5", small, 11));
      large.dispose();
    } else rows.dispose();
  }
  if (wanted("cache")) {
    const [n, d] = [2000, 128];
    const rows = filled(n, d);
    const q = random(d);
    const X = rows.toArray() as Float32Array;
    const out = new Float32Array(n);
    if (native !== undefined) note(await compare("scores in cache, dot, 2000 x 128", "B/s", n * d * 4, () => rows.scores("dot", q), "C read", async () => (await native.ask(`read ${n * d * 4} 200`)) / 200, 0.7));
    note(await compare("scores in cache, dot, 2000 x 128", "B/s", n * d * 4, () => rows.scores("dot", q), "JS loop", timed(() => plainDot(X, q, out)), 13));
    rows.dispose();
  }
  if (wanted("batch")) {
    const n = 20000;
    const rows = filled(n, D);
    const Q = random(64 * D);
    for (const [op, goal] of [["dot", 0.88], ["l1", 0.95]] as const) {
      if (native !== undefined) note(await compare(`batch of 64, ${op}, 2e4 x 512`, "terms/s", 64 * n * D, () => rows.scores(op, Q), "C 4x8", () => native.ask(`batch ${op} 20000 ${D} 64`), goal));
    }
    if (numpy !== undefined) note(await compare("batch of 64, dot, 2e4 x 512", "terms/s", 64 * n * D, () => rows.scores("dot", Q), "numpy", () => numpy.ask(`batch 1 ${n} ${D} 64`), 0.65));
    const q = Q.subarray(0, D);
    note(await compare("batch of 64 against 64 single calls", "terms/s", 64 * n * D, () => rows.scores("dot", Q), "single", timed(() => {
      for (let i = 0; i < 64; i++) rows.scores("dot", q);
    }), 1));
    rows.dispose();
  }
  if (wanted("exp")) {
    const x = Float32Array.from({ length: 8192 }, () => rng.normal() * 5);
    const wide = Float64Array.from(x);
    const [out, wideOut] = [new Float32Array(8192), new Float64Array(8192)];
    const loop = timed(() => {
      for (let i = 0; i < x.length; i++) out[i] = Math.exp(x[i]);
    });
    note(await compare("exp, f32", "/s", x.length, () => expInto(x, out), "Math.exp loop", loop, 8));
    note(await compare("exp, f64", "/s", x.length, () => mapInto("exp", wide, wideOut), "Math.exp loop", loop, 1));
  }
  if (wanted("sgemm")) {
    for (const n of [512, 1024]) {
      const [A, B] = [random(n * n), random(n * n)];
      if (native !== undefined) note(await compare(`sgemm ${n}, packing included`, "FLOP/s", 2 * n * n * n, () => sgemm(n, n, n, A, B), "C 4x8", () => native.ask(`batch dot ${n} ${n} ${n}`), 0.88));
      if (n === 512) {
        const [a, b] = [A, B].map((M) => Matrix.from1DArray(n, n, Array.from(M)));
        note(await compare(`sgemm ${n}`, "FLOP/s", 2 * n * n * n, () => sgemm(n, n, n, A, B), "ml-matrix", timed(() => a.mmul(b)), 40));
      }
    }
  }
  if (wanted("cold")) {
    // A fresh process: the very first scoring of a large store against the median of later ones.
    const code = `const {Rows}=await import(${JSON.stringify(`${process.cwd()}/dist/src/kernels/index.js`)});const N=50000,D=512;const r=new Rows(D);r.append(new Float32Array(N*D).fill(.5));` +
      "const q=new Float32Array(D).fill(.1);const c=()=>{const s=process.cpuUsage();r.scores('dot',q);const e=process.cpuUsage(s);return e.user+e.system};const first=c();const later=[];for(let i=0;i<15;i++)later.push(c());later.sort((a,b)=>a-b);console.log(first,later[7])";
    const ratios = [1, 2, 3, 4, 5].map(() => execFileSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }).split(" ").map(Number));
    note(bounded("first cold call, 5e4 x 512", "us", median(ratios.map(([first]) => first)), "warm", median(ratios.map(([, later]) => later)), 1.3));
  }
}

/** usearch exact search, where `npm run bench:peers` has installed it. */
async function usearchRow(rows: Rows, q: Float32Array, N: number, D: number, note: (row: Row) => void, skipped: string[]): Promise<void> {
  const home = `${process.cwd()}/.cache/peers/package.json`;
  if (!existsSync(home)) return void skipped.push("usearch: run npm run bench:peers first");
  try {
    const usearch = createRequire(home)("usearch");
    const X = rows.toArray() as Float32Array;
    const search = (): void => usearch.exactSearch(X, q, D, 1, usearch.MetricKind.IP, 1);
    note(await compare("scores, dot, 1e5 x 512", "B/s", N * D * 4, () => rows.scores("dot", q), "usearch exact", timed(search), 1));
  } catch (error) {
    skipped.push(`usearch: ${(error as Error).message.split("\n")[0]}`);
  }
}

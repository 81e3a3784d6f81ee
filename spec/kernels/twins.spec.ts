/** Every exported kernel against its scalar twin, bit for bit, on the sizes around the lanes, the panels and the blocks. */
import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import type { Precision } from "../../src/numeric/index.ts";
import { kernels } from "../../src/kernels/host.ts";
import { LAYER_KERNELS } from "../../src/kernels/layers.ts";
import {
  ByteRows, Cells, cosineScores, dgemm, expInto, finishSoftmax, logSumExp, mapInto, overlapScores, pearsonScores, powerInto, Rows, sgemm, softmax, UNARY, zipInto,
} from "../../src/kernels/index.ts";
import type { RawScore } from "../../src/kernels/index.ts";

const SIZES = [1, 3, 4, 5, 7, 8, 17, 64, 255, 256, 257];
const OPS: readonly RawScore[] = ["dot", "squaredL2", "l1", "hamming"];
const BACKENDS = ["simd", "scalar"] as const;
const used = new Set<string>();

const normals = (n: number, seed: number): Float64Array => {
  const rng = seeded(seed);
  return Float64Array.from({ length: n }, () => rng.normal());
};
/** Equal bits; any NaN is as good as any other (their payloads are the one thing engines may choose). */
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]));

/** One answer per backend, compared. */
function twins(what: string, answer: (backend: "simd" | "scalar") => ArrayLike<number>, wrong: string[]): void {
  const [a, b] = BACKENDS.map(answer);
  if (!same(a, b)) wrong.push(what);
}

// Which exports ran: every function of the instance is replaced by one that notes its name.
const live = kernels()!;
// Those of layers have specs of their own (layers.spec.ts, convolution.spec.ts).
const kernelNames = Object.keys(live.exports).filter((name) => name !== "memory" && name !== "heapBase" && !(LAYER_KERNELS as readonly string[]).includes(name));
const noted = Object.fromEntries(Object.entries(live.exports).map(([name, value]: [string, unknown]) => [name, typeof value !== "function" ? value : (...inputs: number[]): unknown => {
  used.add(name);
  return Reflect.apply(value, undefined, inputs);
}]));
(live as { exports: unknown }).exports = noted;

for (const precision of ["f32", "f64"] as const) {
  t.test(`${precision}: scores, sums, norms, softmax, weighted sums of N x D rows`, async (t) => {
    const wrong: string[] = [];
    for (const N of SIZES) {
      for (const D of SIZES) {
        const X = normals(N * D, N * 1000 + D);
        const Q = normals(5 * D, 7);
        const visible = Uint8Array.from({ length: D }, (_, k) => (k % 3 === 1 ? 0 : 1));
        const weights = normals(N, 5).map((w, i) => (i % 7 === 2 ? (i % 2 === 0 ? 0 : -0) : w));
        const stores = Object.fromEntries(BACKENDS.map((backend) => {
          const rows = new Rows(D, { precision, backend });
          rows.append(X);
          return [backend, rows];
        }));
        const each = (what: string, answer: (rows: Rows) => ArrayLike<number>): void => twins(`${what} ${N}x${D}`, (backend) => answer(stores[backend]), wrong);
        for (const op of OPS) {
          each(`${op} one`, (rows) => rows.scores(op, Q.subarray(0, D)));
          each(`${op} many`, (rows) => rows.scores(op, Q));
          each(`${op} masked`, (rows) => rows.scores(op, Q, { visible }));
        }
        for (const mask of [undefined, visible]) {
          each("sums", (rows) => rows.sums(mask));
          each("squared norms", (rows) => rows.squaredNorms(mask));
          each("centred norms", (rows) => rows.centredSquaredNorms(mask));
          each("cosine", (rows) => cosineScores(rows, Q, { visible: mask }));
          each("Pearson", (rows) => pearsonScores(rows, Q, { visible: mask }));
          each("overlap", (rows) => overlapScores(rows, Q, { visible: mask }));
        }
        each("weighted sum", (rows) => rows.weightedSum(weights));
        each("softmax recall", (rows) => rows.softmaxManyPartial(Q, { op: "squaredL2", scale: -0.7, bias: weights }).flatMap((tree) => {
          const { lse, mean } = finishSoftmax(tree)!;
          return [lse, ...mean];
        }));
        for (const rows of Object.values(stores)) rows.dispose();
      }
    }
    t.same(wrong, []);
  });
}

t.test("arrays: elementary functions, separations, log-sum-exp, softmax; out may be x", async (t) => {
  const wrong: string[] = [];
  for (const n of [...SIZES, 2047, 2048, 2049, 5000]) {
    const x = normals(n, n).map((value) => value * 4);
    const y = normals(n, n + 1);
    const [xs, ys] = [Float32Array.from(x), Float32Array.from(y)];
    for (const f of UNARY) {
      twins(`${f} ${n}`, (backend) => mapInto(f, x, undefined, backend), wrong);
      const own = x.slice();
      if (!same(mapInto(f, own, own), mapInto(f, x))) wrong.push(`${f} out = x ${n}`);
    }
    for (const f of ["pow", "atan2"] as const) {
      twins(`${f} ${n}`, (backend) => zipInto(f, x.map(Math.abs), y, undefined, backend), wrong);
      const own = x.slice();
      if (!same(zipInto(f, own, y, own), zipInto(f, x, y))) wrong.push(`${f} out = x ${n}`);
      const other = y.slice();
      if (!same(zipInto(f, x, other, other), zipInto(f, x, y))) wrong.push(`${f} out = y ${n}`);
    }
    twins(`expf ${n}`, (backend) => expInto(xs, undefined, backend), wrong);
    const own = xs.slice();
    if (!same(expInto(own, own), expInto(xs))) wrong.push(`expf out = x ${n}`);
    for (const degree of [1, 2, 3, 7, 12, 30]) {
      for (const rectified of [false, true]) {
        twins(`power ${degree} f64 ${n}`, (backend) => powerInto(x, degree, rectified, undefined, backend), wrong);
        twins(`power ${degree} f32 ${n}`, (backend) => powerInto(ys, degree, rectified, undefined, backend), wrong);
        const [a, b] = [x.slice(), ys.slice()];
        if (!same(powerInto(a, degree, rectified, a), powerInto(x, degree, rectified))) wrong.push(`power f64 out = x ${n}`);
        if (!same(powerInto(b, degree, rectified, b), powerInto(ys, degree, rectified))) wrong.push(`power f32 out = x ${n}`);
      }
    }
    for (const scale of [1, 1000]) {
      const logits = x.map((value) => value * scale);
      twins(`log-sum-exp ${n}`, (backend) => [logSumExp(logits, backend)], wrong);
      twins(`softmax ${n}`, (backend) => softmax(logits, undefined, backend), wrong);
      const place = logits.slice();
      if (!same(softmax(place, place), softmax(logits))) wrong.push(`softmax out = logits ${n}`);
    }
  }
  t.same(wrong, []);
});

t.test("matrix products", async (t) => {
  const wrong: string[] = [];
  for (const m of [1, 3, 4, 5, 8, 17]) {
    for (const n of SIZES) {
      for (const k of [1, 7, 255, 256, 257]) {
        const [A, B] = [Float32Array.from(normals(m * k, m)), Float32Array.from(normals(k * n, n))];
        twins(`sgemm ${m}x${k}x${n}`, (backend) => sgemm(m, n, k, A, B, undefined, backend), wrong);
        twins(`dgemm ${m}x${k}x${n}`, (backend) => dgemm(m, n, k, Float64Array.from(A), Float64Array.from(B), undefined, backend), wrong);
      }
    }
  }
  t.same(wrong, []);
});

t.test("rows of bytes: nearest rows and distances, also across blocks", async (t) => {
  const wrong: string[] = [];
  for (const N of [2, 3, 5, 8, 17, 64, 257, 600]) {
    for (const D of [1, 3, 8, 64, 255]) {
      const rng = seeded(N * 1000 + D);
      const bytes = Uint8Array.from({ length: N * D }, () => rng.integer(256));
      twins(`bytes ${N}x${D}`, (backend) => {
        const rows = new ByteRows(bytes, D, { backend });
        const { squared, index } = rows.nearest();
        const out = [...squared, ...index, ...rows.distances(bytes.slice(D, 2 * D)), ...(N < 300 ? rows.table() : [])];
        rows.dispose();
        return out;
      }, wrong);
    }
  }
  t.same(wrong, []);
});

t.test("cells: counting, looking up, drawing with and without running sums", async (t) => {
  const wrong: string[] = [];
  for (const n of SIZES) {
    for (const m of [1, 2, 3, 16, 47, 48, 64]) {
      const rng = seeded(n * 100 + m);
      const cues = Uint16Array.from({ length: 9 * n }, () => (rng.uniform() < 0.1 ? 65535 : rng.integer(m)));
      const least = Uint32Array.from({ length: n }, () => rng.integer(3));
      const K = Float64Array.from({ length: (m + 1) * m }, () => (rng.uniform() < 0.2 ? 0 : rng.uniform()));
      const numbers = Uint32Array.from({ length: 9 }, () => rng.integer(2147483648) * 2);
      const many = cues.subarray(0, n);
      const bulk = new Uint16Array(300 * n);
      for (let c = 0; c < 300; c++) bulk.set(many, c * n);
      for (const kind of ["u16", "u32", "f64"] as const) {
        twins(`${kind} ${n} x ${m}`, (backend) => {
          const cells = new Cells(n, m, { kind, backend });
          const out: number[] = [];
          if (kind === "f64") cells.set(K.length >= n * m ? K.subarray(0, n * m) : Float64Array.from({ length: n * m }, (_, i) => i % 7));
          else {
            cells.count(cues, 3);
            cells.count(cues, 4);
            const { weights, misses, hidden } = cells.look(cues, least);
            out.push(...cells.undefinedRow, ...weights, ...misses, ...hidden);
          }
          // Few cues: directly; 300: the running sums are made; then with them.
          for (const [asked, who] of [[cues, numbers], [bulk, Uint32Array.from({ length: 300 }, (_, c) => c)], [cues, numbers]] as const) {
            const { levels, empty } = cells.draw(asked, K, who, [7, 0xfffffff0]);
            for (const level of levels) out.push(level);
            out.push(empty);
          }
          for (const held of cells.view) out.push(held);
          cells.dispose();
          return out;
        }, wrong);
      }
    }
  }
  t.same(wrong, []);
});

t.test("columns of at most 16 cells, 16 cues at a time: counts, caps, undefined and strange levels, bounds of every size", async (t) => {
  const wrong: string[] = [];
  for (const [n, m, Q] of [[16, 16, 16], [17, 16, 33], [64, 16, 300], [31, 5, 257], [64, 1, 40], [128, 8, 513], [15, 16, 40], [33, 9, 1], [48, 16, 0], [50, 12, 272], [20, 17, 40]]) {
    const rng = seeded(n * 1000 + m);
    const cues = Uint16Array.from({ length: Q * n }, () => {
      const u = rng.uniform();
      return u < 0.05 ? 65535 : u < 0.08 ? rng.integer(65536) : u < 0.5 ? rng.integer(m + 1) : m >> 1;
    });
    for (const cap of [1, 3, 1023, 65535]) {
      twins(`${n} x ${m}, ${Q} cues, cap ${cap}`, (backend) => {
        const cells = new Cells(n, m, { backend });
        // Cells may begin at the end of what a u16 holds, and above the cap that is given now.
        cells.set(Uint16Array.from({ length: n * m }, (_, at) => (at % 11 === 0 ? 65530 : at % 7)));
        cells.count(cues, cap);
        const out = [...cells.view, ...cells.undefinedRow];
        for (const bounds of [[0, 1, 2, 40], [0, 65535, 1], [70000, 1]]) {
          const { weights, misses, hidden } = cells.look(cues, Uint32Array.from({ length: n }, (_, j) => bounds[j % bounds.length]));
          for (const list of [weights, misses, hidden]) for (const x of list) out.push(x);
        }
        cells.dispose();
        return out;
      }, wrong);
    }
  }
  t.same(wrong, []);
});

t.test("the specs above ran every kernel the module exports", async (t) => {
  t.ok(kernelNames.length > 50, `${kernelNames.length} kernels`);
  t.same(kernelNames.filter((name) => !used.has(name)), []);
});

t.test("a NaN stays a NaN, in both twins alike, and an infinity is where the definition puts it", async (t) => {
  for (const precision of ["f32", "f64"] as const satisfies readonly Precision[]) {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const X = normals(300 * 9, 3);
      X[40 * 9 + 4] = bad;
      const cue = normals(9, 4);
      const badCue = cue.map((value, k) => (k === 4 ? bad : value));
      const hidden = Uint8Array.from({ length: 9 }, (_, k) => (k === 4 ? 0 : 1));
      const answers = BACKENDS.map((backend) => {
        const rows = new Rows(9, { precision, backend });
        rows.append(X);
        const all = [...OPS.map((op) => rows.scores(op, cue)), ...OPS.map((op) => rows.scores(op, badCue)), ...OPS.map((op) => rows.scores(op, [...cue, ...badCue]))];
        for (const op of ["dot", "squaredL2", "l1"] as const) {
          const one = rows.scores(op, cue);
          t.notOk(Number.isFinite(one[40]), `${backend} ${precision} ${op}: the row with ${bad}`);
          if (Number.isNaN(bad)) t.ok(Number.isNaN(one[40]), "NaN, not infinite");
          t.equal(one.filter((score) => !Number.isFinite(score)).length, 1, "no other row");
          t.ok(rows.scores(op, badCue, { visible: hidden }).every(Number.isFinite), "a hidden coordinate takes no part");
        }
        const signs = rows.scores("hamming", cue);
        t.equal(signs[40], Array.from(cue).filter((q, k) => q < 0 !== X[40 * 9 + k] < 0).length, "NaN counts as plus, infinities by their sign");
        for (const [what, q] of [["row", cue], ["cue", badCue]] as const) {
          const options = { op: "dot", scale: 1 } as const;
          const state = finishSoftmax(rows.softmaxPartial(q, options));
          if (Number.isNaN(bad)) {
            t.ok(state !== undefined && Number.isNaN(state.lse) && state.mean.every(Number.isNaN), `${backend} ${precision}: a NaN ${what} is not lost`);
          }
          all.push(Float64Array.from(state === undefined ? [] : [state.lse, ...state.mean]));
        }
        all.push(rows.sums(), rows.squaredNorms(), rows.weightedSum(new Float64Array(300).fill(0.5)));
        rows.dispose();
        return all;
      });
      answers[0].forEach((answer, i) => t.ok(same(answer, answers[1][i]), `${precision} ${bad}: twins, answer ${i}`));
    }
  }
  const wrong: string[] = [];
  for (const n of [1, 5, 60, 300, 3000]) {
    for (const [bad, want] of [[NaN, NaN], [Infinity, NaN], [-Infinity, undefined]] as const) {
      const logits = normals(n, 5);
      logits[n >> 1] = bad;
      twins(`softmax of ${n} with ${bad}`, (backend) => [logSumExp(logits, backend), ...softmax(logits, undefined, backend)], wrong);
      if (want !== undefined) t.ok(Number.isNaN(logSumExp(logits)) && softmax(logits).every(Number.isNaN), `${n} logits with ${bad}`);
      else if (n > 1) t.ok(Math.abs(softmax(logits).reduce((a, b) => a + b, 0) - 1) < 1e-12 && softmax(logits)[n >> 1] === 0, `${n} logits with ${bad}: it weighs nothing`);
    }
    const special = normals(n, 6);
    special.set([NaN, Infinity, -Infinity, -0, 0].slice(0, n));
    for (const rectified of [false, true]) {
      for (const x of [special, Float32Array.from(special)]) twins(`power of ${n} special numbers`, (backend) => powerInto(x, 3, rectified, undefined, backend), wrong);
    }
  }
  t.same(wrong, []);
  t.ok(Number.isNaN(powerInto(Float64Array.of(NaN), 2, true)[0]), "ReLU of NaN is NaN");
});

import t from "tap";
import { BLOCK_ROWS, merge, seeded } from "../../src/numeric/index.ts";
import type { Precision } from "../../src/numeric/index.ts";
import { backendInUse, finishSoftmax, joinSoftmax, logSumExp, Rows, softmax } from "../../src/kernels/index.ts";
import type { RawScore } from "../../src/kernels/index.ts";

const OPS: readonly RawScore[] = ["dot", "squaredL2", "l1", "hamming"];
// Around the lanes (16, 8), the block of rows and the block of k (256), and primes.
const COUNTS = [0, 1, 3, 4, 5, 7, 8, 15, 16, 17, 64, 255, 256, 257, 521];
const DIMS = [1, 2, 3, 5, 17, 64, 255, 256, 257, 523];

const numbers = (n: number, seed: number): Float64Array => {
  const rng = seeded(seed);
  return Float64Array.from({ length: n }, () => Math.fround(rng.normal()));
};
const store = (rows: ArrayLike<number>, dim: number, precision: Precision, backend: "simd" | "scalar"): Rows => {
  const packed = new Rows(dim, { precision, backend });
  packed.append(rows);
  return packed;
};
const bits = (values: ArrayLike<number>): string => Buffer.from(Float64Array.from(values).buffer).toString("base64");

/** The definition, in f64 and the plainest order. */
function reference(op: RawScore, x: Float64Array, q: Float64Array, visible?: Uint8Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) {
    if (visible !== undefined && visible[k] === 0) continue;
    if (op === "dot") sum += x[k] * q[k];
    else if (op === "hamming") sum += x[k] < 0 !== q[k] < 0 ? 1 : 0;
    else sum += op === "l1" ? Math.abs(x[k] - q[k]) : (x[k] - q[k]) * (x[k] - q[k]);
  }
  return sum;
}

t.equal(backendInUse(), "simd", "this host runs the SIMD kernels, so that the comparison below compares something");

for (const precision of ["f32", "f64"] as const) {
  t.test(`${precision}: scores of every size equal the definition, and both twins agree to the bit`, async (t) => {
    const wrong: string[] = [];
    for (const dim of DIMS) {
      for (const count of dim > 64 ? [1, 17, 257] : COUNTS) {
        const data = numbers(count * dim, dim * 1000 + count);
        const cues = numbers(5 * dim, dim + 7);
        const visible = Uint8Array.from({ length: dim }, (_, k) => (k % 3 === 1 ? 0 : 1));
        const simd = store(data, dim, precision, "simd");
        const scalar = store(data, dim, precision, "scalar");
        for (const op of OPS) {
          for (const mask of [undefined, visible]) {
            const a = simd.scores(op, cues, { visible: mask });
            if (bits(a) !== bits(scalar.scores(op, cues, { visible: mask }))) wrong.push(`twins ${op} ${count}x${dim}`);
            for (let cue = 0; cue < 5; cue++) {
              const q = cues.subarray(cue * dim, (cue + 1) * dim);
              const row = a.subarray(cue * count, (cue + 1) * count);
              if (bits(row) !== bits(simd.scores(op, q, { visible: mask }))) wrong.push(`batch ${op} ${count}x${dim}`);
              for (let i = 0; i < count; i++) {
                const x = data.subarray(i * dim, (i + 1) * dim);
                const want = reference(op, x, q, mask);
                // Two roundings in a term, one per addition: (dim + 2) half-ULPs of the sum of magnitudes, at most.
                const scale = 1 + reference("l1", x, q) + reference("squaredL2", x, q) + reference("dot", x.map(Math.abs), q.map(Math.abs));
                if (Math.abs(row[i] - want) > scale * (dim + 2) * (precision === "f32" ? 6e-8 : 1.2e-16)) wrong.push(`value ${op} ${count}x${dim}`);
              }
            }
          }
        }
        simd.dispose();
        scalar.dispose();
      }
    }
    t.same(wrong, []);
  });

  t.test(`${precision}: softmax recall: one cue = batch = shards = scalar twin, and equals the definition`, async (t) => {
    for (const [count, dim] of [[1, 3], [17, 5], [256, 7], [521, 61], [1300, 13]]) {
      const data = numbers(count * dim, 11 + count);
      const cues = numbers(3 * dim, 5);
      const bias = numbers(count, 99);
      const simd = store(data, dim, precision, "simd");
      const scalar = store(data, dim, precision, "scalar");
      for (const scale of [-0.5, -40, -1e6]) {
        const options = { op: "squaredL2" as const, scale, bias };
        const many = simd.softmaxManyPartial(cues, options);
        for (let cue = 0; cue < 3; cue++) {
          const q = cues.subarray(cue * dim, (cue + 1) * dim);
          const one = finishSoftmax(simd.softmaxPartial(q, options))!;
          const twin = finishSoftmax(scalar.softmaxPartial(q, options))!;
          const batch = finishSoftmax(many[cue])!;
          t.equal(bits([one.lse, ...one.mean]), bits([twin.lse, ...twin.mean]), `twin ${count}x${dim}`);
          t.equal(bits([one.lse, ...one.mean]), bits([batch.lse, ...batch.mean]), `batch ${count}x${dim}`);
          // Shards are stores of their own, told only their first global row.
          let tree = simd.softmaxPartial(q, { ...options, from: 0, to: 0 });
          for (let from = 0; from < count; from += 2 * BLOCK_ROWS) {
            const to = Math.min(count, from + 2 * BLOCK_ROWS);
            const shard = store(data.subarray(from * dim, to * dim), dim, precision, "simd");
            tree = merge(joinSoftmax, shard.softmaxPartial(q, { ...options, bias: bias.slice(from, to), firstRow: from }), tree);
            shard.dispose();
          }
          const sharded = finishSoftmax(tree)!;
          t.equal(bits([one.lse, ...one.mean]), bits([sharded.lse, ...sharded.mean]), `shards ${count}x${dim}`);

          const scores = simd.scores("squaredL2", q);
          const logits = Float64Array.from(scores, (score, i) => scale * score + bias[i]);
          t.equal(bits([logSumExp(logits)]), bits([one.lse]), "the same log-sum-exp outside the fused kernel");
          const p = softmax(logits);
          const mean = new Float64Array(dim);
          for (let i = 0; i < count; i++) for (let k = 0; k < dim; k++) mean[k] += p[i] * data[i * dim + k];
          // f32 rounds each weight and product: 2 eps of the largest coordinate (about 4), and the sum of 16 panels.
          const tolerance = precision === "f32" ? 2e-6 : 1e-13;
          t.ok(mean.every((value, k) => Math.abs(value - one.mean[k]) < tolerance), `definition ${count}x${dim} scale ${scale}`);
        }
      }
      simd.dispose();
      scalar.dispose();
    }
  });

  t.test(`${precision}: weighted sums`, async (t) => {
    for (const [count, dim] of [[1, 1], [5, 3], [257, 17], [777, 31]]) {
      const data = numbers(count * dim, 3);
      const weights = numbers(count, 4).map((w, i) => (i % 5 === 0 ? 0 : w));
      const [simd, scalar] = (["simd", "scalar"] as const).map((backend) => store(data, dim, precision, backend));
      const z = simd.weightedSum(weights);
      t.equal(bits(z), bits(scalar.weightedSum(weights)));
      const want = new Float64Array(dim);
      for (let i = 0; i < count; i++) for (let k = 0; k < dim; k++) want[k] += weights[i] * data[i * dim + k];
      // Rounding of at most 16 panel sums per block in f32, values of size about sqrt(count).
      t.ok(z.every((value, k) => Math.abs(value - want[k]) < (precision === "f32" ? 1e-5 * count : 1e-12)));
      simd.dispose();
      scalar.dispose();
    }
  });
}

t.test("rows come back as they went in; remove equals never stored", async (t) => {
  for (const precision of ["f32", "f64"] as const) {
    for (const backend of ["simd", "scalar"] as const) {
      const data = numbers(37 * 5, 1);
      const rows = new Rows(5, { precision, backend });
      for (let i = 0; i < 37; i++) rows.append(data.subarray(i * 5, i * 5 + 5));
      t.same(Array.from(rows.toArray()), Array.from(data));
      t.same(rows.row(36), data.subarray(180));
      rows.remove(36);
      rows.remove(4);
      const without = new Rows(5, { precision, backend });
      without.append([...data.subarray(0, 20), ...data.subarray(25, 180)]);
      t.same(rows.toArray(), without.toArray());
      t.same(rows.scores("dot", [1, 2, 3, 4, 5]), without.scores("dot", [1, 2, 3, 4, 5]));
      t.same(rows.sums(), without.sums());
      rows.dispose();
      without.dispose();
    }
  }
});

t.test("memories share one WebAssembly memory and give it back", async (t) => {
  const rows = Array.from({ length: 40 }, (_, i) => store(numbers(50 * (i + 1), i), 10, "f32", "simd"));
  const before = rows.map((r) => bits(r.toArray()));
  for (let i = 0; i < 40; i += 2) rows[i].dispose();
  const big = store(numbers(300_000, 5), 100, "f32", "simd");
  t.same(rows.filter((_, i) => i % 2 === 1).map((r) => bits(r.toArray())), before.filter((_, i) => i % 2 === 1));
  big.dispose();
  for (const r of rows) r.dispose();
});

t.test("bad input", async (t) => {
  t.throws(() => new Rows(0), { name: "EngramError" });
  t.throws(() => new Rows(2.5), { name: "EngramError" });
  const rows = store(numbers(20, 1), 4, "f32", "simd");
  t.throws(() => rows.append([1, 2, 3]), { message: /multiple of 4/ });
  t.throws(() => rows.scores("dot", [1, 2, 3]), { message: /4 numbers/ });
  t.throws(() => rows.scores("dot", [1, 2, 3, 4], { visible: [1] }), { message: /visible/ });
  t.throws(() => rows.scores("dot", [1, 2, 3, 4], { from: 1 }), { message: /multiple of 256/ });
  t.throws(() => rows.scores("dot", [1, 2, 3, 4], { from: NaN }), { message: /multiple of 256/ });
  t.throws(() => rows.scores("dot", [1, 2, 3, 4], { out: new Float32Array(4) }), { message: /Float32Array of 5/ });
  t.throws(() => rows.scores("dot", [1, 2, 3, 4], { out: new Float64Array(5) }), { message: /Float32Array of 5/ });
  const out = new Float32Array(5);
  t.equal(rows.scores("dot", [1, 2, 3, 4], { out }), out);
  t.same(out, rows.scores("dot", [1, 2, 3, 4]));
  t.throws(() => rows.row(5), { message: /0\.\.4/ });
  t.throws(() => rows.row(1, new Float64Array(3)), { message: /4 numbers/ });
  t.throws(() => rows.weightedSum([1]), { message: /One weight per row/ });
  rows.dispose();
  rows.dispose();
  t.throws(() => rows.scores("dot", [1, 2, 3, 4]), { message: /disposed/ });
});

t.test("softmax: no logits, no candidate, extreme logits: never NaN", async (t) => {
  t.equal(logSumExp(new Float64Array(0)), -Infinity);
  t.same(softmax(Float64Array.of(-Infinity, -Infinity)), Float64Array.of(0, 0));
  t.same(softmax(Float64Array.of(1e308, -1e308, 1e308)), Float64Array.of(0.5, 0, 0.5));
  t.equal(logSumExp(Float64Array.of(-1e6, -1e6)), -1e6 + 0.6931471805599453);
});

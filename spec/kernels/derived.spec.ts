/** Cosine, Pearson, overlap, norms and sums against their definitions, and the laws they obey. */
import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import { cosineScores, overlapScores, pearsonScores, Rows } from "../../src/kernels/index.ts";

const normals = (n: number, seed: number): Float64Array => {
  const rng = seeded(seed);
  return Float64Array.from({ length: n }, () => Math.fround(rng.normal()));
};
const stored = (X: ArrayLike<number>, dim: number, precision: "f32" | "f64" = "f32"): Rows => {
  const rows = new Rows(dim, { precision });
  rows.append(X);
  return rows;
};

/** The definitions over the visible coordinates, two passes, f64. */
function moments(x: ArrayLike<number>, visible?: ArrayLike<number>): { values: number[]; mean: number; norm: number; centred: number } {
  const values = Array.from(x).filter((_, k) => visible === undefined || visible[k] !== 0);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { values, mean, norm: Math.sqrt(values.reduce((a, b) => a + b * b, 0)), centred: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0)) };
}
const dot = (a: readonly number[], b: readonly number[], ma = 0, mb = 0): number => a.reduce((sum, x, k) => sum + (x - ma) * (b[k] - mb), 0);

for (const precision of ["f32", "f64"] as const) {
  // Relative to the norms a dot product of D terms is off by at most (D + 2) half-ULPs; D <= 257.
  const tolerance = 259 * (precision === "f32" ? 6e-8 : 1.2e-16);

  t.test(`${precision}: the definitions, one cue and a batch, masked and not, whole and by ranges`, async (t) => {
    for (const [N, D] of [[1, 2], [5, 3], [17, 64], [300, 17], [523, 257]]) {
      const X = normals(N * D, N + D);
      const Q = normals(3 * D, 9);
      const visible = Uint8Array.from({ length: D }, (_, k) => (k % 3 === 2 ? 0 : 1));
      const rows = stored(X, D, precision);
      for (const mask of [undefined, visible]) {
        const [cosine, pearson, overlap] = [cosineScores, pearsonScores, overlapScores].map((f) => f(rows, Q, { visible: mask }));
        const [sums, squares, centred] = [rows.sums(mask), rows.squaredNorms(mask), rows.centredSquaredNorms(mask)];
        let worst = 0;
        let worstNorm = 0;
        let wrongOverlaps = 0;
        for (let i = 0; i < N; i++) {
          const x = moments(X.subarray(i * D, (i + 1) * D), mask);
          worstNorm = Math.max(worstNorm, Math.abs(sums[i] - x.mean * x.values.length), Math.abs(squares[i] - x.norm ** 2), Math.abs(centred[i] - x.centred ** 2));
          for (let c = 0; c < 3; c++) {
            const q = moments(Q.subarray(c * D, (c + 1) * D), mask);
            worst = Math.max(worst, Math.abs(cosine[c * N + i] - dot(x.values, q.values) / (x.norm * q.norm)));
            worst = Math.max(worst, Math.abs(pearson[c * N + i] - dot(x.values, q.values, x.mean, q.mean) / (x.centred * q.centred)));
            const agree = x.values.filter((value, k) => value < 0 === q.values[k] < 0).length;
            if (overlap[c * N + i] !== 2 * agree - x.values.length) wrongOverlaps++;
          }
        }
        t.ok(worst <= tolerance, `${N}x${D}: ${worst}`);
        // f64 sums of at most 257 terms of size about 1, whatever the store's precision
        t.ok(worstNorm <= 257 * 257 * 1.2e-16, `${N}x${D} sums and norms: ${worstNorm}`);
        t.equal(wrongOverlaps, 0, "overlaps are exact");
        for (const f of [cosineScores, pearsonScores, overlapScores]) {
          const all = f(rows, Q, { visible: mask });
          for (let c = 0; c < 3; c++) t.same(f(rows, Q.subarray(c * D, (c + 1) * D), { visible: mask }), all.subarray(c * N, (c + 1) * N), "one cue has the bits of the batch");
          if (N > 256) t.same(f(rows, Q.subarray(0, D), { visible: mask, from: 256 }), all.subarray(256, N), "a range has the bits of the whole");
          const out = new Float64Array(3 * N);
          t.equal(f(rows, Q, { visible: mask, out }), out);
          t.same(out, all);
        }
      }
      rows.dispose();
    }
  });
}

t.test("more rows than one piece: the same bits as row by row", async (t) => {
  const [N, D] = [64 * 256 + 300, 3];
  const X = normals(N * D, 1);
  const rows = stored(X, D);
  const q = normals(D, 2);
  const tail = stored(X.subarray(64 * 256 * D), D);
  for (const f of [cosineScores, pearsonScores, overlapScores]) t.same(f(rows, q).subarray(64 * 256), f(tail, q));
  const many = normals(D * 70, 3);
  t.same(cosineScores(rows, many).subarray(69 * N), cosineScores(rows, many.subarray(69 * D)), "70 cues");
  rows.dispose();
  tail.dispose();
});

t.test("laws: a row with itself 1, its negative -1, nothing with a constant; Pearson forgets gain and offset", async (t) => {
  const D = 37;
  const X = normals(4 * D, 8);
  X.fill(0, D, 2 * D); // row 1: zero
  X.fill(0.1, 2 * D, 3 * D); // row 2: constant, and not a binary fraction
  for (const precision of ["f32", "f64"] as const) {
    const rows = stored(X, D, precision);
    const x = X.subarray(0, D);
    const eps = precision === "f32" ? 3e-6 : 1e-14; // 37 half-ULPs and the rounding of the centred cue
    for (const f of [cosineScores, pearsonScores]) {
      t.ok(Math.abs(f(rows, x)[0] - 1) < eps);
      t.ok(Math.abs(f(rows, x.map((value) => -value))[0] + 1) < eps);
      t.equal(f(rows, x)[1], 0, "a zero row");
      t.same(f(rows, new Float64Array(D)), new Float64Array(4), "a zero cue");
    }
    t.equal(pearsonScores(rows, x)[2], 0, "a constant row");
    t.equal(rows.centredSquaredNorms()[2], 0);
    t.same(pearsonScores(rows, new Float64Array(D).fill(0.7)), new Float64Array(4), "a constant cue");
    const moved = pearsonScores(rows, x.map((value) => 3 * value + 50));
    // The offset of 50 costs f32 cues 50 / 3 of their relative precision of 6e-8, in each of 37 terms at most.
    t.ok(pearsonScores(rows, x).every((score, i) => Math.abs(score - moved[i]) < (precision === "f32" ? 4e-5 : 1e-13)));
    rows.dispose();
  }
});

t.test("Pearson on a bright store: an offset of 1,000 deviations does not drown the correlation in f32", async (t) => {
  const D = 256;
  const deviations = normals(2 * D, 12);
  const X = deviations.map((value) => Math.fround(1000 + value));
  const rows = stored(X, D);
  const q = X.subarray(0, D);
  const [self, other] = pearsonScores(rows, q);
  const [a, b] = [moments(X.subarray(0, D)), moments(X.subarray(D))];
  t.ok(Math.abs(self - 1) < 1e-3, String(self)); // 1,000 half-ULPs in each product, as a random walk over 256 terms
  t.ok(Math.abs(other - dot(b.values, a.values, b.mean, a.mean) / (a.centred * b.centred)) < 1e-3);
  rows.dispose();
});

t.test("what is known of the rows follows the mask and the contents", async (t) => {
  const rows = stored([1, 2, 3, 4], 2);
  t.same(rows.sums(), Float64Array.of(3, 7));
  t.same(rows.sums([0, 1]), Float64Array.of(2, 4));
  t.same(rows.squaredNorms([0, 1]), Float64Array.of(4, 16));
  t.same(rows.squaredNorms(), Float64Array.of(5, 25));
  rows.sums()[0] = 99;
  t.equal(rows.sums()[0], 3, "a copy");
  rows.append([5, 6]);
  t.same(rows.sums(), Float64Array.of(3, 7, 11));
  rows.remove(0);
  t.same(rows.squaredNorms(), Float64Array.of(25, 61));
  t.same(rows.centredSquaredNorms(), Float64Array.of(0.5, 0.5));
  t.same(cosineScores(rows, []), new Float64Array(0), "no cues");
  t.throws(() => rows.sums([1]), { message: /visible/ });
  t.throws(() => cosineScores(rows, [1, 2, 3]), { message: /cue/ });
  t.throws(() => pearsonScores(rows, [1, 2], { out: new Float64Array(3) }), { message: /Float64Array of 2/ });
  rows.dispose();
  t.same(cosineScores(new Rows(2), [1, 2]), new Float64Array(0), "no rows");
});

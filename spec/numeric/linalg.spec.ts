import t from "tap";
import { readFileSync } from "node:fs";
import { Matrix } from "ml-matrix";
import { denseOf, fromMatrix, multiply, pseudoInverse, rank, seeded, svd, symmetricEigen, toMatrix, transpose } from "../../src/numeric/index.ts";
import type { Dense } from "../../src/numeric/index.ts";

const golden = JSON.parse(readFileSync("fixtures/numeric/golden.json", "utf8")) as {
  matrices: { rows: number; columns: number; a: number[]; s: number[]; rank: number; inverse: number[] }[];
  eigen: { n: number; a: number[]; lambda: number[] }[];
};
const EPS = 2 ** -52;
const far = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - b[i])));
const largest = (a: ArrayLike<number>): number => Math.max(...Array.from(a, Math.abs));
const diagonal = (s: Float64Array): Dense => denseOf(s.length, s.length, Array.from({ length: s.length ** 2 }, (_, i) => (i % (s.length + 1) === 0 ? s[i / (s.length + 1)] : 0)));
const unit = (n: number): Dense => diagonal(new Float64Array(n).fill(1));

t.test("singular values, rank and pseudo-inverse are numpy's, for tall, wide, tiny, huge and rank-deficient matrices", async (t) => {
  for (const { rows, columns, a, s, rank: r, inverse } of golden.matrices) {
    const A = denseOf(rows, columns, a);
    const name = `${rows} x ${columns}`;
    const parts = svd(A);
    // Backward stable algorithms differ by a small multiple of eps times the norm.
    t.ok(far(parts.s, s) <= 50 * EPS * s[0], `${name} singular values`);
    t.equal(rank(A), r);
    const condition = s[0] / s[r - 1];
    const B = pseudoInverse(A);
    t.same([B.rows, B.columns], [columns, rows]);
    t.ok(far(B.data, inverse) <= 50 * EPS * condition * largest(inverse), `${name} inverse: errors grow with the condition ${condition.toFixed(1)}`);
    // The four laws of Moore and Penrose.
    const AB = multiply(A, B);
    const BA = multiply(B, A);
    const tolerance = 100 * EPS * condition;
    t.ok(far(multiply(AB, A).data, a) <= tolerance * largest(a), "A B A = A");
    t.ok(far(multiply(BA, B).data, B.data) <= tolerance * largest(B.data), "B A B = B");
    t.ok(far(AB.data, transpose(AB).data) <= tolerance, "A B is symmetric");
    t.ok(far(BA.data, transpose(BA).data) <= tolerance, "B A is symmetric");
    const again = multiply(multiply(parts.U, diagonal(parts.s)), transpose(parts.V));
    t.ok(far(again.data, a) <= 50 * EPS * s[0], "U diag(s) V^T");
    const k = Math.min(rows, columns);
    t.ok(far(multiply(transpose(parts.V), parts.V).data, unit(k).data) <= 50 * EPS, "V has orthonormal columns");
    t.ok(far(multiply(transpose(parts.U), parts.U).data, unit(k).data) <= 50 * EPS, "U too");
  }
});

t.test("eigenvalues of symmetric matrices are numpy's, with orthonormal vectors", async (t) => {
  for (const { n, a, lambda } of golden.eigen) {
    const A = denseOf(n, n, a);
    const e = symmetricEigen(A);
    const scale = largest(lambda);
    t.ok(far(e.lambda, lambda) <= 50 * EPS * scale, `${n}`);
    t.ok(far(multiply(multiply(e.V, diagonal(e.lambda)), transpose(e.V)).data, a) <= 50 * EPS * scale, "V diag V^T = A");
    t.ok(far(multiply(transpose(e.V), e.V).data, unit(n).data) <= 50 * EPS);
  }
  t.throws(() => symmetricEigen(denseOf(2, 2, [1, 2, 3, 4])), { message: /\(1, 0\) and \(0, 1\) that differ by 1/ });
  t.throws(() => symmetricEigen(denseOf(1, 2, [1, 2])), { message: /square/ });
});

t.test("zero and its kin", async (t) => {
  const zero = denseOf(2, 3, new Float64Array(6));
  t.same([rank(zero), pseudoInverse(zero).data], [0, new Float64Array(6)]);
  t.same(multiply(denseOf(0, 3, []), denseOf(3, 2, new Float64Array(6))), { rows: 0, columns: 2, data: new Float64Array(0) });
  t.same(multiply(denseOf(2, 0, []), denseOf(0, 2, [])).data, new Float64Array(4), "a sum of nothing");
  t.same(transpose(denseOf(0, 3, [])), { rows: 3, columns: 0, data: new Float64Array(0) });
});

t.test("bad input is named: shapes, NaN with its place, nothing to decompose", async (t) => {
  const A = denseOf(2, 2, [1, 2, 3, NaN]);
  for (const f of [svd, pseudoInverse, rank, symmetricEigen]) {
    t.throws(() => f(A as never), { name: "EngramError", message: /row 1, column 1/ });
    t.throws(() => f(denseOf(0, 0, [])), { message: /at least one row/ });
  }
  for (const [rows, columns] of [[2, 2], [-1, -3], [1.5, 2], [NaN, 1]]) t.throws(() => denseOf(rows, columns, [1, 2, 3]), { message: /Check the shape/ });
  t.throws(() => multiply(unit(2), unit(3)), { message: /inner dimensions/ });
});

t.test("products are the definition at every small shape; to ml-matrix and back", async (t) => {
  const rng = seeded(5);
  for (const [m, k, n] of [[1, 1, 1], [2, 3, 5], [7, 1, 8], [4, 17, 3], [8, 8, 8]]) {
    const A = denseOf(m, k, Float64Array.from({ length: m * k }, () => rng.normal()));
    const B = denseOf(k, n, Float64Array.from({ length: k * n }, () => rng.normal()));
    const C = Float64Array.from({ length: m * n }, (_, i) => {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += A.data[Math.floor(i / n) * k + l] * B.data[l * n + (i % n)];
      return sum;
    });
    t.ok(far(multiply(A, B).data, C) <= 4 * k * EPS * 10, `${m} x ${k} x ${n}: other orders of k terms of size below 10`);
    t.same(fromMatrix(toMatrix(A)), A);
  }
  t.same(fromMatrix(new Matrix([[1, 2, 3], [4, 5, 6]])), denseOf(2, 3, [1, 2, 3, 4, 5, 6]));
});

import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import { expInto, mapInto, powerInto, sgemm, UNARY, zipInto } from "../../src/kernels/index.ts";

/** The same bits, any NaN counting as any other (their payloads are the one thing engines may choose). */
function differences(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = a.length === b.length ? 0 : 1;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) count++;
  return count;
}

const rng = seeded(4);
const SPECIAL = [0, -0, 1, -1, 0.5, Infinity, -Infinity, NaN, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 709.78, 709.79, -745.13, -745.14, -708.4, 1e-20];
/** Every magnitude, the everyday range twice as often, and the special values. */
const ARGUMENTS = Float64Array.from([
  ...SPECIAL,
  ...Array.from({ length: 20000 }, () => rng.normal() * 3),
  ...Array.from({ length: 10000 }, () => rng.sign() * (1 + rng.uniform()) * 2 ** (rng.integer(2098) - 1074)),
  ...Array.from({ length: 10000 }, () => rng.sign() * rng.uniform() * 750),
]);

for (const f of UNARY) {
  t.test(`${f}: the kernel and the TypeScript source give the same bits on 40,000 arguments`, async (t) => {
    const simd = mapInto(f, ARGUMENTS, undefined, "simd");
    t.equal(differences(simd, mapInto(f, ARGUMENTS, undefined, "scalar")), 0);
    for (const n of [0, 1, 2, 3, 5, 17]) t.equal(differences(mapInto(f, ARGUMENTS.subarray(20, 20 + n)), simd.subarray(20, 20 + n)), 0, `${n} numbers`);
  });
}

t.test("pow and atan2: the same bits", async (t) => {
  const other = Float64Array.from(ARGUMENTS, (_, i) => ARGUMENTS[(i * 7919) % ARGUMENTS.length]);
  for (const f of ["pow", "atan2"] as const) {
    t.equal(differences(zipInto(f, ARGUMENTS, other, undefined, "simd"), zipInto(f, ARGUMENTS, other, undefined, "scalar")), 0, f);
    const small = other.map((y) => Math.max(-30, Math.min(30, y)));
    t.equal(differences(zipInto(f, ARGUMENTS, small, undefined, "simd"), zipInto(f, ARGUMENTS, small, undefined, "scalar")), 0, f);
  }
});

t.test("f32 exp: the same bits in both twins, within 1 ULP of the true value where the result is normal", async (t) => {
  const x = Float32Array.from(ARGUMENTS, (value) => (Math.abs(value) < 1e4 ? value / 8 : value));
  const simd = expInto(x, undefined, "simd");
  t.equal(differences(simd, expInto(x, undefined, "scalar")), 0);
  const exact = mapInto("exp", Float64Array.from(x));
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    if (!(exact[i] > 1.2e-38 && exact[i] < 3.4e38)) continue;
    const ulp = 2 ** (Math.floor(Math.log2(exact[i])) - 23);
    worst = Math.max(worst, Math.abs(simd[i] - exact[i]) / ulp);
  }
  t.ok(worst < 1, `worst error ${worst} ULP`);
});

t.test("sgemm: every shape, the same bits in both twins, and the definition", async (t) => {
  for (const [m, n, k] of [[1, 1, 1], [2, 3, 5], [7, 17, 3], [4, 32, 256], [5, 33, 257], [13, 64, 523], [0, 3, 2], [3, 0, 2], [3, 2, 0]]) {
    const A = Float32Array.from({ length: m * k }, () => rng.normal());
    const B = Float32Array.from({ length: k * n }, () => rng.normal());
    const C = sgemm(m, n, k, A, B, undefined, "simd");
    t.equal(differences(C, sgemm(m, n, k, A, B, new Float32Array(m * n).fill(NaN), "scalar")), 0, `${m} x ${k} x ${n}`);
    let worst = 0;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += A[i * k + l] * B[l * n + j];
        worst = Math.max(worst, Math.abs(sum - C[i * n + j]));
      }
    }
    // (k + 1) half-ULPs of a sum of magnitudes of about k
    t.ok(worst <= 6e-8 * (k + 1) * (k + 1), `${m} x ${k} x ${n}: ${worst}`);
  }
  t.throws(() => sgemm(2, 2, 2, new Float32Array(4), new Float32Array(3)), { message: /2 x 2 = 4/ });
  t.throws(() => sgemm(-1, 2, 2, new Float32Array(4), new Float32Array(4)), { message: /whole number/ });
});

t.test("polynomial separations; lengths must agree", async (t) => {
  t.same(powerInto(Float64Array.of(-2, 3), 3, false), Float64Array.of(-8 / 3, 9));
  t.same(powerInto(Float64Array.of(-2, 3), 3, true), Float64Array.of(0, 9));
  t.throws(() => mapInto("exp", new Float64Array(2), new Float64Array(3)), { message: /2 numbers/ });
  t.throws(() => powerInto(new Float64Array(2), 0, true), { message: /degree/ });
});

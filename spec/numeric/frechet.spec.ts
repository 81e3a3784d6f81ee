/** Fréchet distances against scipy's matrix square root, and what must hold of any distance of Gaussians. */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import t from "tap";
import { frechetDistance, seeded } from "../../src/numeric/index.ts";

t.test("as scipy says", async (t) => {
  const cases = JSON.parse(readFileSync("fixtures/numeric/frechet.json", "utf8")) as { e: number; a: number[]; b: number[]; distance: number }[];
  t.equal(cases.length, 5);
  // Square roots of eigenvalues near 0 (the last case) lose half the digits in both computations.
  for (const { e, a, b, distance } of cases) t.ok(Math.abs(frechetDistance(a, b, e) - distance) <= (a.length / e > e ? 1e-10 : 1e-5) * distance, `${e} numbers`);
});

t.test("symmetric, 0 of itself, the squared shift of a shifted copy (property)", async () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 10, max: 30 }), fc.nat(1000), (e, N, seed) => {
    const rng = seeded(seed);
    const a = Float64Array.from({ length: e * N }, () => rng.normal());
    const b = Float64Array.from({ length: e * (N + 3) }, () => 2 * rng.normal() + 1);
    const shift = Float64Array.from({ length: e }, () => rng.normal());
    const [ab, ba] = [frechetDistance(a, b, e), frechetDistance(b, a, e)];
    if (Math.abs(ab - ba) > 1e-9 * ab) throw new Error("not symmetric");
    if (frechetDistance(a, a, e) > 1e-9) throw new Error("not 0 of itself");
    const moved = frechetDistance(a, a.map((x, at) => x + shift[at % e]), e);
    if (Math.abs(moved - shift.reduce((sum, x) => sum + x * x, 0)) > 1e-9 * (1 + moved)) throw new Error("a shift");
  }));
});

t.test("refused", async (t) => {
  t.throws(() => frechetDistance([1, 2, 3], [1, 2], 2), /first features: expected at least two rows of 2 numbers, got 3 numbers/);
  t.throws(() => frechetDistance([1, 2, 3, 4], [1, 2], 2), /second features/);
  t.throws(() => frechetDistance([1, 2, NaN, 4], [1, 2, 3, 4], 2), /first features, row 1, column 0: expected a finite number, got NaN/);
});

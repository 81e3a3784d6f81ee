/** Draws against JAX itself (fixtures/numeric/generate-jax.py), and the images that a paper printed by their numbers. */
import { readFileSync } from "node:fs";
import t from "tap";
import { threefryIntegers, threefryKey, threefryNormal, threefryPermutation, threefrySplit, threefryUniform, threefryUniformBetween } from "../../src/numeric/index.ts";

interface Case {
  readonly seed: number;
  readonly n: number;
  readonly uniform: number[];
  readonly normal: number[];
  readonly integers: number[];
  readonly wide: number[];
  readonly permutation: number[];
}

const golden = JSON.parse(readFileSync("fixtures/numeric/jax.json", "utf8")) as { cases: Case[]; permutation70001: { first: number[]; last: number[] }; figure9: number[]; figure4: number[] };

t.test("uniforms of a range, whole numbers and permutations have JAX's bits", async (t) => {
  t.ok(golden.cases.length >= 32);
  for (const { seed, n, uniform, integers, wide, permutation } of golden.cases) {
    const key = threefryKey(seed);
    t.same(Array.from(threefryUniformBetween(key, n, -0.25, 3)), uniform, `uniform, seed ${seed}, n ${n}`);
    t.same(Array.from(threefryIntegers(key, n, -5, 60000)), integers, `integers, seed ${seed}, n ${n}`);
    t.same(Array.from(threefryIntegers(key, n, 0, 2 ** 31 - 1)), wide, `wide integers, seed ${seed}, n ${n}`);
    t.same(Array.from(threefryPermutation(key, n)), permutation, `permutation, seed ${seed}, n ${n}`);
  }
  const long = threefryPermutation(threefryKey(5), 70001);
  t.same(Array.from(long.subarray(0, 16)), golden.permutation70001.first);
  t.same(Array.from(long.subarray(-16)), golden.permutation70001.last);
  t.same(new Set(long).size, 70001, "each number once");
});

t.test("normals agree with JAX's f32 polynomial to a few units in the last place", async (t) => {
  for (const { seed, n, normal } of golden.cases) {
    const own = threefryNormal(threefryKey(seed), n);
    // Giles' polynomial in f32 is good to about 4 ulp: 5e-7 of the value; ours is rounded once.
    normal.forEach((value, i) => t.ok(Math.abs(own[i] - value) <= 1e-6 * Math.max(1, Math.abs(value)), `seed ${seed}, n ${n}, ${i}: ${own[i]} for ${value}`));
  }
});

t.test("the images of a paper's figures, by the numbers JAX drew", async (t) => {
  // arXiv 2506.10801, Figures 9 and 4, as in the notes (sections 7.6 and 7.4)
  t.same(golden.figure9, [23424, 10472, 1897, 11676, 13529, 58716, 48169, 25053]);
  t.same(Array.from(threefryIntegers(threefryKey(2), 8, 0, 60000)), golden.figure9);
  t.same(Array.from(threefryPermutation(threefrySplit(threefryKey(8))[0], 60000).subarray(0, 24)), golden.figure4);
});

t.test("edges: nothing, one choice, and ranges that are none", async (t) => {
  const key = threefryKey(3);
  t.same(threefryPermutation(key, 0).length, 0);
  t.same(Array.from(threefryPermutation(key, 1)), [0]);
  t.same(Array.from(threefryIntegers(key, 5, 7, 8)), [7, 7, 7, 7, 7]);
  t.same(Array.from(threefryUniformBetween(key, 9, 0, 1)), Array.from(threefryUniform(key, 9)), "the unit interval is the plain uniform");
  for (const [low, high] of [[1, 1], [2, 1], [NaN, 1], [0, Infinity]]) t.throws(() => threefryUniformBetween(key, 1, low, high), { name: "EngramError", message: /ends/ });
  for (const [low, high] of [[1, 1], [2, 1], [0.5, 3], [0, NaN], [0, 2 ** 31]]) t.throws(() => threefryIntegers(key, 1, low, high), { name: "EngramError", message: /low < high/ });
  for (const n of [-1, 0.5, NaN]) {
    t.throws(() => threefryNormal(key, n), { message: /count/ });
    t.throws(() => threefryIntegers(key, n, 0, 5), { message: /count/ });
    t.throws(() => threefryPermutation(key, n), { name: "EngramError", message: /count/ });
  }
});

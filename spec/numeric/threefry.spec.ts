import t from "tap";
import { counterUniform, seeded, threefry2x32, threefryBits, threefryKey, threefrySplit, threefryUniform } from "../../src/numeric/index.ts";

t.test("Threefry-2x32-20 gives the known answers of its authors (Random123, kat_vectors)", async (t) => {
  const all = 0xffffffff;
  t.same(threefry2x32([0, 0], 0, 0), [0x6b200159, 0x99ba4efe]);
  t.same(threefry2x32([all, all], all, all), [0x1cb996fc, 0xbb002be7]);
  t.same(threefry2x32([0x13198a2e, 0x03707344], 0x243f6a88, 0x85a308d3), [0xc4923a9c, 0x483df7a0]);
});

// Printed by JAX for seed 0 (arXiv 2506.10801, the patterns of figure 3 left: M = 5 of 15 uniform points in 8 dimensions).
const XI = [
  [.0372610092, .144214988, .337425947, .68235898, .0329633951, .952807903, .0832301378, .876168966],
  [.0474061966, .415302753, .199376941, .39339149, .326079965, .914754868, .0670523643, .534320354],
  [.176328778, .517814755, .79277575, .0756140947, .896509886, .294080734, .756130338, .103634119],
  [.203922153, .57354939, .185524702, .696097255, .628718734, .834694982, .969840407, .905302286],
  [.257228613, .479154587, .753422141, .673714399, .978077769, .674439192, .762877703, .317550063],
];

t.test("the older JAX layout: split and the printed patterns of seed 0", async (t) => {
  t.same(threefrySplit(threefryKey(0)), [[4146024105, 967050713], [2718843009, 1272950319]]);
  const d = 8;
  const u = threefryUniform(threefrySplit(threefryKey(0))[0], 15 * d);
  // Whole rows, ordered by their first coordinate. Nine printed digits name one f32.
  const rows = Array.from({ length: 15 }, (_, i) => Array.from(u.subarray(i * d, (i + 1) * d))).sort((a, b) => a[0] - b[0]);
  for (const [mu, xi] of XI.entries()) for (const [i, value] of xi.entries()) t.equal(rows[mu][i], Math.fround(value), `xi_${mu},${i}`);
});

t.test("bits: odd counts are cut from even ones with a 0 in the last place; prefixes differ, as in JAX", async (t) => {
  const key = threefryKey(42);
  for (const n of [0, 1, 2, 3, 4, 5, 7, 8, 17, 64]) {
    const bits = threefryBits(key, n);
    const half = Math.ceil(n / 2);
    t.equal(bits.length, n);
    for (let i = 0; i < half; i++) {
      const [a, b] = threefry2x32(key, i, half + i < n ? half + i : 0);
      t.equal(bits[i], a);
      if (half + i < n) t.equal(bits[half + i], b);
    }
  }
  t.same(threefryKey(2 ** 32 + 5), [1, 5], "seeds beyond 32 bits keep their high word");
});

t.test("counterUniform: a pure function, in [0, 1), flat, neighbours and seeds unrelated", async (t) => {
  const n = 40000;
  const u = Float64Array.from({ length: n }, (_, i) => counterUniform(7, i));
  t.equal(counterUniform(7, 123), u[123]);
  t.equal(counterUniform(7, 0), u[0], "whatever was asked before");
  t.ok(u.every((x) => x >= 0 && x < 1));
  const cells = new Array(16).fill(0);
  for (const x of u) cells[Math.floor(16 * x)]++;
  // chi square with 15 degrees of freedom: 37.7 is passed once in a thousand by chance, and these numbers are fixed
  t.ok(cells.reduce((sum, c) => sum + (c - n / 16) ** 2 / (n / 16), 0) < 37.7);
  const correlation = (other: (i: number) => number): number => u.reduce((sum, x, i) => sum + (x - 0.5) * (other(i) - 0.5), 0) / (n / 12);
  // four standard errors of a correlation of n independent pairs
  t.ok(Math.abs(correlation((i) => u[(i + 1) % n])) < 4 / Math.sqrt(n), "the next counter");
  t.ok(Math.abs(correlation((i) => counterUniform(8, i))) < 4 / Math.sqrt(n), "the next seed");
  t.ok(Math.abs(correlation((i) => counterUniform(7, i + 2 ** 32))) < 4 / Math.sqrt(n), "the high word of the counter counts");
});

t.test("seeds, streams, counts and counters are whole numbers or refused by name", async (t) => {
  for (const bad of [0.5, NaN, Infinity, 2 ** 53]) {
    t.throws(() => seeded(bad), { name: "EngramError", message: /seed/ });
    t.throws(() => seeded(1).fork(bad), { message: /stream/ });
    t.throws(() => threefryKey(bad), { message: /seed/ });
    t.throws(() => counterUniform(1, bad), { message: /counter/ });
  }
  t.throws(() => threefryBits([0, 0], -1), { message: /count/ });
  for (const bad of [0, -3, 1.5, NaN, 2 ** 31 + 1]) t.throws(() => seeded(1).integer(bad), { message: /choices/ });
  t.equal(seeded(1).integer(1), 0);
  t.equal(seeded(-1).uniform(), seeded(2 ** 32 - 1).uniform(), "the same 32 bits");
  t.not(seeded(2 ** 32 + 1).uniform(), seeded(1).uniform(), "the upper bits of a seed count");
  t.not(seeded(-(2 ** 40)).uniform(), seeded(0).uniform());
});

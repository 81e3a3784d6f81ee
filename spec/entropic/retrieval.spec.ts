/** beta-retrieval: fixture 14.2, numpy's probabilities by chi-square, the limits, and the bits of batches. */
import t from "tap";
import { EngramError, seeded, threefry2x32, threefryKey } from "../../src/numeric/index.ts";
import { NO_LEVEL } from "../../src/kernels/index.ts";
import { AssociativeRegister, type RegisterOptions, triangularQuantile } from "../../src/entropic/index.ts";
import { drawKey, MOST_DRAWN } from "../../src/entropic/retrieval.ts";
import { chiSquare, golden, Literal, worst } from "./golden.ts";

const BACKENDS = ["simd", "scalar"] as const;
const loaded = (columns: readonly number[][], options: RegisterOptions = {}): AssociativeRegister => {
  const amr = new AssociativeRegister(columns.length, columns[0].length, options);
  amr.load(columns.flat(), columns.map(() => 0), 1);
  return amr;
};
/** How often each level came, per column. */
const histogram = (levels: Uint16Array, n: number, m: number): number[][] => {
  const counts = Array.from({ length: n }, () => new Array<number>(m).fill(0));
  levels.forEach((level, at) => counts[at % n][level]++);
  return counts;
};
const repeat = (cue: readonly number[], times: number): number[] => Array.from({ length: times }, () => cue).flat();

t.test("fixtures 14.1 and 14.2: probabilities of (E13) by chi-square", async (t) => {
  const draws = 20000;
  const check = (amr: AssociativeRegister, cue: number[], wanted: number[][], label: string, sigma?: number): void => {
    const { levels } = amr.retrieve(repeat(cue, draws), { sigma, seed: 5 });
    histogram(levels, amr.n, amr.m).forEach((counts, j) => {
      const { statistic, freedom } = chiSquare(counts, wanted[j], draws);
      // mean f, sd sqrt(2 f): 5 sd, one in a million
      t.ok(statistic < freedom + 5 * Math.sqrt(2 * freedom) + 5, `${label}, column ${j}: ${statistic} for ${freedom}`);
    });
  };
  for (const backend of BACKENDS) {
    check(loaded([[0, 3, 1, 0], [2, 2, 0, 0]], { backend }), [1, 0], [[0, 0.8318, 0.1682, 0], [0.6225, 0.3775, 0, 0]], `14.1 ${backend}`, 0.25);
  }
  for (const { n, m, cap, items, cues, sigma, beta } of golden().registers) {
    const amr = new AssociativeRegister(n, m, { cap, xi: n, iota: 0, undefinedIsMismatch: false, iotaOverUndefined: true });
    amr.register(items);
    beta.forEach((p, c) => check(amr, cues.slice(c * n, (c + 1) * n), Array.from({ length: n }, (_, j) => p.slice(j * m, (j + 1) * m)), `numpy ${n} x ${m} cue ${c}`, sigma));
  }
});

t.test("14.2: the chance to stay on a flat column", async (t) => {
  const cue = (m: number): number[] => [Math.floor(m / 2)];
  const stay = (m: number, sigma: number): number => {
    const amr = loaded([new Array<number>(m).fill(9)]);
    const { levels } = amr.retrieve(repeat(cue(m), 20000), { sigma });
    return levels.filter((level) => level === cue(m)[0]).length / 20000;
  };
  // 20,000 draws: sd at most .0036, four of them
  for (const [m, p] of [[8, 1], [16, 0.919], [32, 0.499], [64, 0.249]]) t.ok(Math.abs(stay(m, 0.025) - p) < 0.015, `m = ${m}`);
  for (const [sigma, p] of [[0.01, 1], [0.03, 0.814], [0.05, 0.499], [0.07, 0.356], [0.09, 0.277], [0.11, 0.227]]) t.ok(Math.abs(stay(16, sigma) - p) < 0.015, `sigma = ${sigma}`);
});

t.test("limits: sigma to 0 returns the cue, to Infinity the column; an undefined cue draws the column", async (t) => {
  const columns = [[4, 0, 1, 0, 5], [1, 1, 1, 0, 0]];
  const amr = loaded(columns, { undefinedIsMismatch: false, xi: 2 });
  for (const sigma of [0, 1e-9]) t.same([...amr.retrieve([4, 1], { sigma }).levels], [4, 1], `sigma = ${sigma}`);
  t.same([...amr.retrieve([1, 4], { sigma: 0 }).levels], [0, 2], "nearest that is not empty, the heavier of two");
  t.same([...amr.retrieve([3, 3], { sigma: 0 }).levels], [4, 2]);
  for (const [cue, sigma] of [[[2, 0], Infinity], [[NaN, NaN], 0.025]] as const) {
    const { levels } = amr.retrieve(repeat([...cue], 20000), { sigma });
    histogram(levels, 2, 5).forEach((counts, j) => {
      const total = columns[j].reduce((a, b) => a + b, 0);
      const { statistic, freedom } = chiSquare(counts, columns[j].map((x) => x / total), 20000);
      t.ok(statistic < freedom + 5 * Math.sqrt(2 * freedom) + 5);
    });
  }
});

t.test("underflow: the nearest level and a count; reference: m - 1", async (t) => {
  const far = [[0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 2]];
  for (const backend of BACKENDS) {
    const amr = loaded(far, { xi: 1, backend });
    const { levels, underflows } = amr.retrieve([1], { sigma: 0.01 }); // 8 levels are 50 s
    t.same([levels[0], underflows], [9, 1]);
    t.same(amr.retrieve([3], { sigma: 0.01 }).underflows, 0, "6 levels are 37.5 s: not yet");
    t.equal(loaded(far, { xi: 1, reference: true, backend }).retrieve([1], { sigma: 0.01 }).levels[0], 15);
    t.same([...amr.retrieve([1], { sigma: 0.01, mode: "mean" }).values], [9]);
    t.same([...amr.retrieve([1], { sigma: 0.01, mode: "map" }).levels], [9]);
    const empty = loaded([[0, 0, 0], [1, 0, 0]], { xi: 2, backend });
    t.same([...empty.retrieve([1, 1]).levels], [NO_LEVEL, 0], "an empty column stays undefined");
    t.ok(Number.isNaN(empty.retrieve([1, 1], { mode: "mean" }).values[0]));
  }
});

t.test("rejected: every column undefined", async (t) => {
  const { accepted, levels, values } = loaded([[1, 0, 0], [1, 1, 0]]).retrieve([0, 1, 2, 1]);
  t.same([...accepted], [1, 0]);
  t.same([...levels.subarray(2)], [NO_LEVEL, NO_LEVEL]);
  t.ok(values.subarray(2).every(Number.isNaN));
});

t.test("MAP, mean and temperature against the literal table", async (t) => {
  const rng = seeded(9);
  for (const m of [2, 5, 16]) {
    const slow = new Literal(6, m, 1023);
    for (let i = 0; i < 60; i++) slow.register(Array.from({ length: 6 }, () => Math.floor(m * rng.uniform() ** 2)));
    const amr = loaded(slow.R, { xi: 6 });
    const cue = Array.from({ length: 6 }, (_, j) => (j === 5 ? NaN : Math.floor(m * rng.uniform())));
    const p = slow.beta(cue, 0.1);
    t.same([...amr.retrieve(cue, { sigma: 0.1, mode: "map" }).levels], p.map((row) => row.indexOf(Math.max(...row))), `MAP, m = ${m}`);
    const { values, levels } = amr.retrieve(cue, { sigma: 0.1, mode: "mean" });
    t.ok(worst(values, p.map((row) => row.reduce((sum, x, i) => sum + i * x, 0))) < 1e-13, `mean, m = ${m}`);
    t.same([...levels], [...values].map((x) => Math.floor(x + 0.5)));
    for (const temperature of [0.5, 3]) {
      const found = histogram(amr.retrieve(repeat(cue, 20000), { sigma: 0.1, temperature }).levels, 6, m);
      p.forEach((row, j) => {
        const warm = row.map((x) => x ** (1 / temperature));
        const total = warm.reduce((a, b) => a + b, 0);
        const { statistic, freedom } = chiSquare(found[j], warm.map((x) => x / total), 20000);
        t.ok(statistic < freedom + 5 * Math.sqrt(2 * freedom) + 5, `tau ${temperature}, m = ${m}, column ${j}`);
      });
    }
    // towards MAP: where the best weighs at least 4/3 of the others, those come with a chance below m (3/4)^200
    amr.retrieve(cue, { sigma: 0.1, temperature: 0.005 }).levels.forEach((level, j) => {
      const best = Math.max(...p[j]);
      if (p[j].filter((x) => x > 0.75 * best).length === 1) t.equal(level, p[j].indexOf(best));
    });
  }
});

t.test("draws depend on seed, sample, the cue's number and the column, and on nothing else", async (t) => {
  const rng = seeded(11);
  for (const [n, m] of [[1, 3], [5, 16], [33, 7], [64, 60], [3, 130]]) {
    const columns = Array.from({ length: n }, () => Array.from({ length: m }, () => 1 + Math.floor(50 * rng.uniform())));
    const cues = Array.from({ length: 300 }, () => Array.from({ length: n }, () => (rng.uniform() < 0.05 ? -1 : Math.floor(m * rng.uniform()))));
    const options = { sigma: 0.2, seed: 77, sample: 3 };
    const register = { undefinedIsMismatch: false };
    const whole = loaded(columns, { ...register, backend: "simd" }).retrieve(cues.flat(), options).levels;
    t.same(loaded(columns, { ...register, backend: "scalar" }).retrieve(cues.flat(), options).levels, whole, `twins ${n} x ${m}`);
    for (const backend of BACKENDS) {
      const fresh = loaded(columns, { ...register, backend }); // one by one: first without, then with a table of running sums
      const one = cues.map((cue, c) => fresh.retrieve(cue, { ...options, numbers: Uint32Array.of(c) }).levels);
      t.ok(one.every((levels, c) => levels.every((level, j) => level === whole[c * n + j])), `one by one ${n} x ${m} ${backend}`);
    }
    for (const other of [{ ...options, sample: 4 }, { ...options, seed: 78 }]) t.ok(loaded(columns, register).retrieve(cues.flat(), other).levels.some((level, at) => level !== whole[at]));
    // (E14) by hand for one number
    const [a, b] = threefry2x32(drawKey(77, 3), n - 1, 7);
    const u = (Math.floor(a / 32) * 2 ** 26 + Math.floor(b / 64)) / 2 ** 53;
    const slow = new Literal(n, m, 1023);
    columns.forEach((column, j) => (slow.R[j] = column));
    let sum = 0;
    const row = slow.beta(cues[7], 0.2)[n - 1];
    const level = row.findIndex((p) => (sum += p) > u);
    t.equal(whole[7 * n + n - 1], level);
  }
  t.same(drawKey(0, 0), threefry2x32(threefryKey(0), 0, 0));
});

t.test("u near 0 and 1 do not leave the column", async (t) => {
  const amr = loaded([[0, 5, 0, 5, 0]], { xi: 1 });
  const { levels } = amr.retrieve(repeat([2], 5000), { sigma: Infinity });
  t.ok(levels.every((level) => level === 1 || level === 3));
});

t.test("(E15): the triangular quantile against scipy; runs, unmarked and undefined cells", async (t) => {
  for (const { a, b, mode, u, x } of golden().triangular) t.ok(worst(u.map((each) => triangularQuantile(a, b, mode, each)), x) < 1e-13);
  const amr = loaded([[1, 1, 1, 0, 1, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 1]], { preset: "mnist2021", xi: 2, outside: "undefined" });
  const { levels } = amr.retrieve(repeat([1, 2], 9000));
  const [first, second] = histogram(levels, 2, 8);
  t.same(first.slice(3), [0, 0, 0, 0, 0], "stays in the run [0, 2]");
  // triangular on [0, 2], mode 1: P(round = 0) = P(x <= .5) = 1/8, 3/4, 1/8; 9,000 draws, 5 sd
  [1 / 8, 3 / 4, 1 / 8].forEach((p, i) => t.ok(Math.abs(first[i] / 9000 - p) < 5 * Math.sqrt((p * (1 - p)) / 9000)));
  t.equal(second[2], 9000, "a run of one");
  const stray = histogram(amr.retrieve(repeat([6, NaN], 9000)).levels, 2, 8);
  for (const i of [0, 1, 2, 4]) t.ok(Math.abs(stray[0][i] / 9000 - 1 / 4) < 5 * Math.sqrt(3 / 16 / 9000), "unmarked: uniform among the marked");
  for (const i of [2, 7]) t.ok(Math.abs(stray[1][i] / 9000 - 1 / 2) < 5 * Math.sqrt(1 / 4 / 9000), "undefined: likewise");
  t.same(loaded([[1, 1, 1]], { preset: "mnist2021", backend: "scalar" }).retrieve([1, 1, 1]).levels, loaded([[1, 1, 1]], { preset: "mnist2021" }).retrieve([1, 1, 1]).levels);
});

t.test("bad options", async (t) => {
  const amr = loaded([[1, 1]]);
  for (const bad of [{ sigma: -0.1 }, { sigma: NaN }, { temperature: 0 }, { temperature: NaN }, { temperature: Infinity }, { seed: -1 }, { seed: 0.5 }, { sample: NaN }, { mode: "best" }, { numbers: new Uint32Array(2) }]) {
    t.throws(() => amr.retrieve([0], bad as never), EngramError, JSON.stringify(bad));
  }
  const fine = new AssociativeRegister(1, 65534);
  fine.register([7]);
  for (const mode of ["sample", "map", "mean"] as const) t.throws(() => fine.retrieve([7], { mode }), /levels m: expected at most 5792/, mode);
  t.ok((MOST_DRAWN + 1) * MOST_DRAWN * 8 <= 2 ** 28 && (MOST_DRAWN + 2) * (MOST_DRAWN + 1) * 8 > 2 ** 28, "256 MiB");
});

t.test("a width whose square underflows is width 0; a temperature whose power underflows is MAP", async (t) => {
  for (const backend of ["simd", "scalar"] as const) {
    const amr = new AssociativeRegister(1, 8, { xi: 1, backend });
    amr.load([0, 0, 3, 0, 0, 5, 0, 0], [0], 8);
    for (const mode of ["sample", "map", "mean"] as const) {
      for (const sigma of [1e-200, 1e-160, 5e-324]) t.same([...amr.retrieve([0, 2, 3, 4, 5, 7], { sigma, mode }).values], [2, 2, 2, 5, 5, 5], `${mode}, sigma ${sigma}`);
      // a = 3 exp(-(2 - v)^2 / 4.5), 5 exp(-(5 - v)^2 / 4.5) at s = 1.5
      for (const temperature of [5e-324, 1e-320, 1e-100, 1e-4]) t.same([...amr.retrieve([2, 3, 4, 5], { sigma: 1.5 / 8, mode, temperature }).values], [2, 2, 5, 5], `${mode}, temperature ${temperature}`);
    }
    amr.dispose();
  }
});

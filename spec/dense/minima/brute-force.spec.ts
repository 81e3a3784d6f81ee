/** The pruned walk against all 2^M centroids: numpy's (fixtures/dense/minima.py) and our own, with ties, duplicates and every way to cut a search in pieces. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { seeded } from "../../../src/numeric/index.ts";
import {
  bytePairs, components, countCurve, type Cursor, keptAt, minimaAt, minimaWith, pairDistances, type Pairs, rowPairs, streamMinima, streamWindows, tablePairs, windows,
} from "../../../src/dense/index.ts";

interface Case {
  kind: "uniform" | "lattice";
  M: number;
  d: number;
  X: number[];
  /** Set as bits, low, high (null: infinite). */
  windows: [number, number, number | null][];
}

const cases = JSON.parse(readFileSync("fixtures/dense/minima.json", "utf8")) as Case[];
const bits = (mask: number, M: number): number[] => Array.from({ length: M }, (_, mu) => mu).filter((mu) => (mask >> mu) & 1);
const text = (sets: readonly { members: readonly number[] }[]): string => sets.map(({ members }) => members.join()).sort().join(" ");
// Windows come from pair distances here and from coordinates there: sums of up to 17 squares of numbers up to 1, whose differences cancel.
const CLOSE = 1e-11;

t.test("numpy's 2^M centroids: the same windows", async (t) => {
  for (const { kind, M, d, X, windows: golden } of cases) {
    const found = windows(pairDistances(X, d));
    const about = `${kind}, M = ${M}, d = ${d}`;
    t.ok(found.complete, about);
    t.equal(text(found.windows), text(golden.map(([mask]) => ({ members: bits(mask, M) }))), `${about}: sets`);
    const of = new Map(golden.map(([mask, low, high]) => [bits(mask, M).join(), [low, high ?? Infinity]]));
    const off = found.windows.filter(({ members, low, high }) => {
      const [from, to] = of.get(members.join())!;
      // Whole numbers: one division each side, so the very same.
      return kind === "lattice" ? low !== from || high !== to : Math.abs(low - from) > CLOSE * from || (high !== to && Math.abs(high - to) > CLOSE * to);
    });
    t.same(off, [], `${about}: ends`);
    t.ok(found.tested < 2 ** M || M < 3, `${about}: ${found.tested} of ${2 ** M - 1} sets`);
  }
});

/** Small whole numbers, so that ties and duplicates abound. */
const lattice = fc.record({ seed: fc.nat(1e6), M: fc.integer({ min: 1, max: 9 }), d: fc.integer({ min: 1, max: 3 }), side: fc.integer({ min: 1, max: 7 }) })
  .map(({ seed, M, d, side }) => {
    const rng = seeded(seed);
    return { M, d, X: Float64Array.from({ length: M * d }, () => rng.integer(side)) };
  });
const BETAS = [0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 2 / 3, 1, 2, 8];

/** All windows by definition, in whole numbers: |K|^2 times squared distances from coordinates. */
function brute({ M, d, X }: { M: number; d: number; X: Float64Array }): { members: number[]; low: number; high: number }[] {
  const out: { members: number[]; low: number; high: number }[] = [];
  for (let mask = 1; mask < 2 ** M; mask++) {
    const members = bits(mask, M);
    const n = members.length;
    const sum = Array.from({ length: d }, (_, k) => members.reduce((total, mu) => total + X[mu * d + k], 0));
    let [inside, outside] = [0, Infinity];
    for (let mu = 0; mu < M; mu++) {
      const g = sum.reduce((total, value, k) => total + (n * X[mu * d + k] - value) ** 2, 0);
      if ((mask >> mu) & 1) inside = Math.max(inside, g);
      else outside = Math.min(outside, g);
    }
    if (inside < outside) out.push({ members, low: (2 * n * n) / outside, high: (2 * n * n) / inside });
  }
  return out;
}

t.test("ties and duplicates: table, rows and bytes give the brute force, at every beta and in every window", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(lattice, (patterns) => {
    const { M, d, X } = patterns;
    const all = brute(patterns);
    const D2 = pairDistances(X, d);
    const found = windows(D2);
    if (text(found.windows) !== text(all)) return false;
    const ends = new Map(all.map(({ members, low, high }) => [members.join(), `${low} ${high}`]));
    if (found.windows.some(({ members, low, high }) => ends.get(members.join()) !== `${low} ${high}`)) return false;
    const bytes = bytePairs(Uint8Array.from(X), d);
    try {
      const sources: Pairs[] = [tablePairs(D2), rowPairs(X, d), bytes];
      return BETAS.every((beta) => {
        const expected = all.filter(({ low, high }) => low < beta && beta < high);
        const singles = Array.from({ length: M }, (_, mu) => mu).filter((mu) => expected.some(({ members }) => members.includes(mu) && members.every((nu) => D2[mu * M + nu] === 0)));
        return sources.every((pairs) => text(minimaAt(pairs, beta).minima) === text(expected) && keptAt(pairs, beta).join() === singles.join());
      });
    } finally {
      bytes.dispose();
    }
  }), { numRuns: 250 }));
});

t.test("a search in pieces is the whole search: budgets, shards, components, sizes, one pattern's sets", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(lattice, fc.integer({ min: 1, max: 40 }), fc.constantFrom(...BETAS), (patterns, budget, beta) => {
    const { M, d, X } = patterns;
    const pairs = rowPairs(X, d);
    const whole = minimaAt(pairs, beta);
    const lines = (minima: readonly { members: readonly number[] }[]): string => minima.map(({ members }) => members.join()).join(" ");
    // Resumed after every `budget` sets, the cursor sent through JSON: the same list in the same order, and no set tested twice.
    const pieces: { members: readonly number[] }[] = [];
    let cursor: Cursor | undefined;
    let tested = 0;
    for (;;) {
      const piece = minimaAt(pairs, beta, { maxSets: budget, cursor });
      pieces.push(...piece.minima);
      tested += piece.tested;
      if (piece.complete) break;
      if (piece.tested !== budget || piece.unfinished[0] !== piece.cursor![0] || piece.unfinished.at(-1) !== M - 1) return false;
      cursor = JSON.parse(JSON.stringify(piece.cursor)) as Cursor;
    }
    const shards = [minimaAt(pairs, beta, { to: Math.floor(M / 3) }), minimaAt(pairs, beta, { from: Math.floor(M / 3), to: M - 1 }), minimaAt(pairs, beta, { from: M - 1 })];
    const sizes = [minimaAt(pairs, beta, { maxSize: 2 }), minimaAt(pairs, beta, { minSize: 3, maxSize: 4 }), minimaAt(pairs, beta, { minSize: 5 })];
    const parts = components(pairs, beta).map((members) => minimaAt(rowPairs(members.flatMap((mu) => [...X.slice(mu * d, mu * d + d)]), d), beta)
      .minima.map((minimum) => ({ members: minimum.members.map((i) => members[i]) })));
    const mu = budget % M;
    return lines(pieces) === lines(whole.minima) && tested === whole.tested
      && lines(shards.flatMap(({ minima }) => minima)) === lines(whole.minima)
      && text(sizes.flatMap(({ minima }) => minima)) === text(whole.minima)
      && text(parts.flat()) === text(whole.minima)
      && text(minimaWith(pairs, mu, beta).minima) === text(whole.minima.filter(({ members }) => members.includes(mu)));
  }), { numRuns: 250 }));
});

t.test("windows at beta are the minima at beta; counts of all betas in one walk; numbers of patterns do not matter", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 12 }), (seed, M, d) => {
    const rng = seeded(seed);
    const X = Float64Array.from({ length: M * d }, () => rng.uniform());
    const D2 = pairDistances(X, d);
    const all = windows(D2);
    const betas = Float64Array.from({ length: 9 }, () => (2 / d) * (0.5 + 20 * rng.uniform())).sort();
    const counts = countCurve(D2, betas);
    const order = Array.from({ length: M }, (_, mu) => mu);
    rng.shuffle(order);
    const shuffled = windows(pairDistances(order.flatMap((mu) => [...X.slice(mu * d, mu * d + d)]), d)).windows
      .map(({ members }) => ({ members: members.map((i) => order[i]).sort((a, b) => a - b) }));
    return text(shuffled) === text(all.windows) && betas.every((beta, i) => {
      const found = minimaAt(D2, beta);
      const open = all.windows.filter(({ low, high }) => low < beta && beta < high);
      const above = windows(rowPairs(X, d), { minBeta: beta }).windows;
      return text(open) === text(found.minima) && counts.kept[i] === found.preserved && counts.novel[i] === found.novel
        && text(above) === text(all.windows.filter(({ high }) => high > beta))
        && above.every((window) => all.windows.some(({ members, low }) => members.join() === window.members.join() && (low === window.low || (low < beta && window.low <= beta))));
    });
  }), { numRuns: 120 }));
});

t.test("streams keep nothing: the first minimum comes before the search is over, progress is told", async (t) => {
  const rng = seeded(5);
  const D2 = pairDistances(Float64Array.from({ length: 25 * 32 }, () => rng.uniform()), 32);
  const stream = streamWindows(D2);
  t.ok(stream.next().value);
  t.ok(stream.return({ complete: false, tested: 0, largest: 0, unfinished: [], margin: 0 }).done, "and can be left");
  const told: number[] = [];
  const curve = countCurve(D2, [0.5, 1, 2], { onProgress: ({ tested, smallest, of }) => told.push(tested, smallest, of) });
  t.ok(curve.complete && curve.tested > 65536, `${curve.tested} sets of 2^25`);
  t.ok(curve.tested < 2 ** 25 / 20, "the cuts leave less than a twentieth");
  t.equal(told[0], 65536);
  t.ok(told[1] >= 0 && told[1] < 25 && told[2] === 25);
});

t.test("small and special: one pattern, one dimension, the triangle, all alike, grids", async (t) => {
  t.same(windows(pairDistances([4], 1)).windows, [{ members: [0], low: 0, high: Infinity, novel: false }]);
  t.same(windows(pairDistances([3, 3, 3], 1)).windows, [{ members: [0, 1, 2], low: 0, high: Infinity, novel: false }], "identical patterns are one");
  // Side 2: patterns above 1/2, midpoints in (2/3, 2), the centroid below 3/2; sqrt 3 is rounded.
  const triangle = windows(pairDistances([-1, 0, 1, 0, 0, -Math.sqrt(3)], 2)).windows;
  const ends = triangle.map(({ members, low, high }) => [members.length, low, high] as const).sort((a, b) => a[0] - b[0]);
  const wanted = [[1, 0.5, Infinity], [1, 0.5, Infinity], [1, 0.5, Infinity], [2, 2 / 3, 2], [2, 2 / 3, 2], [2, 2 / 3, 2], [3, 0, 1.5]];
  t.equal(ends.length, 7);
  t.ok(ends.every((end, i) => end.every((value, j) => value === wanted[i][j] || Math.abs(value - wanted[i][j]) < 1e-15 * 4)));
  const pair = windows(pairDistances([0, 3], 1)).windows;
  t.same(pair.map(({ low, high }) => [low, high]), [[2 / 9, Infinity], [0, 8 / 9], [2 / 9, Infinity]], "patterns above 2/l^2, the midpoint below 8/l^2");
  const middle = minimaAt(pairDistances([-1, 0, 1], 1), 2).minima.map(({ members, at, nearest, novel }) => ({ members, at, nearest, novel }));
  t.notOk(middle.some(({ members }) => members.length === 3), "a tie at beta = 2 / 1: no minimum (L20)");
  const wide = minimaAt(pairDistances([-1, 0, 1], 1), 0.5).minima;
  t.match(wide, [{ members: [0, 1, 2], at: [1], nearest: 0, novel: false }]);
});

t.test("many patterns: a line of 3,000 needs no table", async (t) => {
  // Neighbours 1 apart, r_s = .9: every pattern and every pair of neighbours, and no more.
  const M = 3000;
  const found = minimaAt(rowPairs(Float64Array.from({ length: M }, (_, i) => i), 1), 2 / 0.81);
  t.same([found.preserved, found.novel, found.complete], [M, M - 1, true]);
  t.equal(found.tested, 2 * M - 1);
  t.equal(components(rowPairs([0, 1, 5, 6, 20], 1), 2 / 0.81).map((one) => one.join()).join(" "), "0,1 2,3 4");
});

t.test("extreme beta and extreme patterns", async (t) => {
  for (const pairs of [pairDistances([0, 1, 3], 1), rowPairs([0, 1, 3], 1)]) {
    for (const beta of [5e-324, 1e-308, 1e-300, 1e-20]) {
      const { minima } = minimaAt(pairs, beta);
      t.same(minima.map(({ members }) => members), [[0, 1, 2]], `beta ${beta}: one memory of all`);
      t.ok(minima.every(({ energy, in2 }) => !Number.isNaN(energy) && Number.isFinite(in2)));
    }
    for (const beta of [1e20, 1e300, 1.7e308]) t.same(minimaAt(pairs, beta).minima.map(({ members, energy }) => [members, energy]), [[[0], 0], [[1], 0], [[2], 0]], `beta ${beta}: each pattern`);
  }
  // Squares of 1e-170 are below f64: such patterns are one.
  t.same(windows(pairDistances([0, 1e-170, 1], 1)).windows.map(({ members }) => members), [[0, 1], [0, 1, 2], [2]]);
  const far = windows(pairDistances([-1e150, 0, 1e150], 1));
  t.equal(far.windows.length, 6);
  t.ok(far.windows.every(({ low, high }) => low >= 0 && low < high));
});

t.test("bad input", async (t) => {
  const D2 = pairDistances([0, 1, 3], 1);
  for (const beta of [0, -1, NaN, Infinity]) {
    t.throws(() => minimaAt(D2, beta), { message: /beta/ });
    t.throws(() => [...streamMinima(D2, beta)], { message: /beta/ });
    t.throws(() => keptAt(D2, beta), { message: /beta/ });
    t.throws(() => countCurve(D2, [beta]), { message: /beta/ });
  }
  t.throws(() => countCurve(D2, [2, 1]), { message: /Sort/ });
  t.throws(() => windows(D2, { minBeta: -1 }), { message: /minBeta/ });
  t.throws(() => minimaAt(D2, 1, { maxSets: NaN }), { message: /maxSets/ });
  t.throws(() => minimaAt(D2, 1, { maxSize: 0 }), { message: /minSize/ });
  t.throws(() => minimaAt(D2, 1, { from: 2, to: 9 }), { message: /from, to/ });
  t.throws(() => minimaAt(D2, 1, { containing: 3 }), { message: /containing/ });
  t.throws(() => minimaAt(D2, 1, { cursor: [] }), { message: /cursor/ });
  t.throws(() => minimaAt(D2, 1, { cursor: [0, 0] }), { message: /cursor/ });
  t.throws(() => minimaAt(D2, 1, { cursor: [7] }), { message: /cursor/ });
  t.throws(() => minimaAt(D2, 100, { cursor: [0, 2] }), { message: /cursor/ }, "a set this beta never comes to");
  t.throws(() => tablePairs(Float64Array.of(0, NaN, NaN, 0)), { message: /0 and 1/ });
  t.throws(() => minimaAt(rowPairs([0, NaN], 1), 1), { message: /0 and 1/ });
  t.throws(() => minimaAt(rowPairs([0, 1e200], 1), 1), { message: /Infinity/ }, "squares that overflow");
  t.throws(() => tablePairs(Float64Array.of(0, -1, -1, 0)), { message: /0 and 1/ });
  t.throws(() => rowPairs([1, 2, 3], 2), { message: /whole rows/ });
  t.same(minimaAt(D2, 1, { maxSets: 0 }), { minima: [], preserved: 0, novel: 0, complete: false, tested: 0, largest: 0, unfinished: [0, 1, 2], margin: Infinity, cursor: [0] });
});

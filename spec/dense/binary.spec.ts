import t from "tap";
import fc from "fast-check";
import { seeded } from "../../src/numeric/index.ts";
import { BinaryMemory, errorFreePatterns, flipProbability, flipProbabilityTail, maxPatterns, KERNELS, power as powerSeparation, ProjectionNetwork } from "../../src/dense/index.ts";
import type { BinarySeparation, Separation } from "../../src/dense/index.ts";

const signs = (text: string): number[] => [...text].map((c) => (c === "+" ? 1 : -1));
const close = (a: number, b: number, tolerance = 1e-9): boolean => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
const power = (n: number): BinarySeparation => ({ kind: "power", n });
const own = (separation: Separation): BinarySeparation => ({ kind: "own", separation });
/** Neither monotone nor convex: only the exact rule (M3) has a guarantee. */
const hump: Separation = { name: "hump", F: (z) => 1 / (1 + (z - 3) * (z - 3)), f: (z) => (-2 * (z - 3)) / (1 + (z - 3) * (z - 3)) ** 2 };
const power3 = powerSeparation(3);
const rectified = (n: number): BinarySeparation => ({ kind: "rectified", n });

// Fixture F1 of the notes on arXiv 2507.06211: energies, flip differences and the state after one sweep, printed to ten digits.
const XI = ["++++----", "+-+-+-+-", "++--+++-"].map(signs);
const SIGMA = signs("++++--+-");
const F1: { separation: BinarySeparation; E: number; after: number; flips?: number[] }[] = [
  { separation: power(2), E: -20, after: -34, flips: [10, 2, 10, 2, 2, 10, -14, 10] },
  { separation: power(3), E: -74.6666667, after: -168, flips: [56, 34.6667, 50.6667, 29.3333, 29.3333, 50.6667, -93.3333, 56] },
  { separation: rectified(3), E: -74.6666667, after: -170.6666667, flips: [53.3333, 32, 50.6667, 29.3333, 29.3333, 50.6667, -96, 53.3333] },
  { separation: rectified(6), E: -7786.6666667, after: -43690.6666667 },
  { separation: { kind: "exponential" }, E: -411.8178496, after: -2982.0933223 },
];

for (const { separation, E, after, flips } of F1) {
  const name = separation.kind + ("n" in separation ? separation.n : "");
  t.test(`fixture F1, ${name}`, async (t) => {
    const memory = new BinaryMemory(XI, separation);
    t.same(Array.from(memory.overlaps(SIGMA)), [6, 2, 0]);
    t.ok(close(memory.energy(SIGMA), E), "energy");
    flips?.forEach((difference, i) => t.ok(close(memory.energyDifference(SIGMA, i), difference, 1e-5), `flip ${i} (printed to 4 decimals)`));
    const settled = memory.settle(SIGMA);
    t.same(Array.from(settled.sigma), XI[0], "one sweep recovers the first pattern");
    t.ok(settled.converged);
    t.ok(close(memory.energy(settled.sigma), after), "energy after");
    t.ok(close(settled.energies[1], after), "the trace says the same");
  });
}

t.test("fixture F1, LSE with beta .5: E = -(1/beta) log sum e^{beta m} as printed is our value over beta", async (t) => {
  const memory = new BinaryMemory(XI, { kind: "lse", beta: 0.5 });
  t.ok(close(memory.energy(SIGMA) / 0.5, -6.339692039));
  const settled = memory.settle(SIGMA);
  t.same(Array.from(settled.sigma), XI[0]);
  t.ok(close(memory.energy(settled.sigma) / 0.5, -8.0494897803));
});

t.test("XOR (KH-2016 section 3): the table of energies, solved by odd n >= 3 and rectified n >= 2", async (t) => {
  const rows = [-1, 1].flatMap((a) => [-1, 1].map((b) => [a, b, -a * b]));
  const others = rows.map(([a, b, c]) => [a, b, -c]);
  const table: [BinarySeparation, number, number][] = [
    [power(1), 0, 0], [power(2), -12, -12], [power(3), -24, 24], [power(4), -84, -84], [power(5), -240, 240],
    [rectified(1), -3, -3], [rectified(2), -9, -3], [rectified(3), -27, -3], [rectified(4), -81, -3], [rectified(5), -243, -3],
  ];
  for (const [separation, stored, foreign] of table) {
    const n = "n" in separation ? separation.n : 1;
    const memory = new BinaryMemory(rows, separation);
    // The table is for z^n; ours is z^n / n.
    for (const row of rows) t.ok(close(memory.energy(row) * n, stored), `${separation.kind}${n} row`);
    for (const row of others) t.ok(close(memory.energy(row) * n, foreign), `${separation.kind}${n} other`);
  }
});

const anySeparation = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map(power), fc.integer({ min: 1, max: 12 }).map(rectified),
  fc.constant<BinarySeparation>({ kind: "exponential" }), fc.constantFrom<BinarySeparation>(own(hump), own(power3), own(KERNELS[0])), fc.double({ min: 0.01, max: 50, noNaN: true }).map((beta): BinarySeparation => ({ kind: "lse", beta })),
);

t.test("theorem: no sweep raises the energy, and the end is stable bit by bit", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(anySeparation, fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 9 }), fc.nat(), (separation, D, K, seed) => {
    const rng = seeded(seed);
    const draw = (): number[] => Array.from({ length: D }, () => rng.sign());
    const memory = new BinaryMemory(Array.from({ length: K }, draw), separation);
    const settled = memory.settle(draw(), { order: seed % 2 === 0 ? "sweep" : "random", rng });
    for (let i = 1; i < settled.energies.length; i++) {
      // The energies are sums of K terms; 1e-12 relative covers their rounding.
      if (settled.energies[i] > settled.energies[i - 1] + 1e-12 * Math.abs(settled.energies[i])) return false;
    }
    return settled.converged && memory.unstableBits(settled.sigma).length === 0;
  }), { numRuns: 200 }));
});

t.test("a separation of the user's: the energy as written, the same dynamics as a named one; what is no separation is named", async (t) => {
  const rng = seeded(11);
  for (const [K, D] of [[1, 1], [3, 7], [17, 41], [300, 64]]) {
    const draw = (): number[] => Array.from({ length: D }, () => rng.sign());
    const Xi = Array.from({ length: K }, draw);
    const [sigma, mine, named] = [draw(), new BinaryMemory(Xi, own(power3)), new BinaryMemory(Xi, power(3))];
    for (const rule of ["difference", "taylor"] as const) t.same(mine.settle(sigma, { rule, maxSweeps: 20 }).flips, named.settle(sigma, { rule, maxSweeps: 20 }).flips, `${K} x ${D}, ${rule}`);
    const memory = new BinaryMemory(Xi, own(hump));
    const E = (state: number[]): number => -Xi.reduce((sum, xi) => sum + hump.F(xi.reduce((m, value, i) => m + value * state[i], 0)), 0);
    // sums of up to 300 terms of at most 1 in another order
    t.ok(Math.abs(memory.energy(sigma) - E(sigma)) < 1e-12);
    sigma.forEach((value, i) => t.ok(Math.abs(memory.energyDifference(sigma, i) - (E(sigma.map((s, k) => (k === i ? -value : s))) - E(sigma))) < 1e-12, `flip ${i}`));
    const unstable = memory.unstableBits(sigma);
    t.ok(unstable.every((i) => memory.energyDifference(sigma, i) < 1e-12));
  }
  const wrong = (separation: unknown) => (): BinaryMemory => new BinaryMemory(XI, separation as BinarySeparation);
  t.throws(wrong(own({ name: "1/z", F: (z) => 1 / z, f: (z) => -1 / (z * z) })), { name: "EngramError", message: /1\/z: expected a finite F .*F\(0\)/ });
  t.throws(wrong({ kind: "own" }), { name: "EngramError", message: /name, F and f/ });
  t.throws(wrong({ kind: "powr", n: 2 }), { name: "EngramError", message: /Did you mean "power"/ });
});

t.test("n = 2: the Taylor form (M4) agrees with the exact rule wherever there is no tie", async (t) => {
  const rng = seeded(5);
  const draw = (): number[] => Array.from({ length: 41 }, () => rng.sign());
  const memory = new BinaryMemory([draw(), draw(), draw()], power(2));
  const sigma = draw();
  for (let i = 0; i < 41; i++) {
    const difference = memory.energyDifference(sigma, i);
    if (difference !== 0) t.equal(memory.localField(sigma, i) === -sigma[i], difference < 0, `bit ${i}`);
  }
});

t.test("nothing overflows: n = 12 at D = 2304, n = 100, LSE at beta = 1e6", async (t) => {
  const rng = seeded(6);
  const D = 2304;
  const patterns = Array.from({ length: 5 }, () => Array.from({ length: D }, () => rng.sign()));
  const cue = patterns[2].map((bit, i) => (i % 5 === 0 ? -bit : bit));
  for (const separation of [power(12), rectified(12), rectified(100), { kind: "exponential" } as const, { kind: "lse", beta: 1e6 } as const]) {
    const settled = new BinaryMemory(patterns, separation).settle(cue);
    t.same(Array.from(settled.sigma), patterns[2], separation.kind);
  }
  t.notOk(Number.isNaN(new BinaryMemory(patterns, { kind: "lse", beta: 1e6 }).energy(cue)));
});

t.test("clamped bits stay; ties keep the bit; bad input is named", async (t) => {
  const memory = new BinaryMemory(XI, power(2));
  const cue = XI[0].map((bit, i) => (i < 3 ? -bit : bit));
  const settled = memory.settle(cue, { free: [0, 1, 1, 1, 1, 1, 1, 1] });
  t.equal(settled.sigma[0], cue[0]);
  t.same(Array.from(new BinaryMemory([[1, 1], [1, -1]], power(2)).settle([-1, 1]).sigma), [-1, 1], "equal energies keep the state");
  t.throws(() => new BinaryMemory([[1, 0]], power(2)), { message: /pattern 0, bit 1: expected -1 or 1, got 0/ });
  t.throws(() => memory.overlaps([1]), { message: /8 bits/ });
  t.throws(() => memory.settle(cue, { order: "random" }), { message: /rng/ });
  t.throws(() => new BinaryMemory(XI, power(0)), { message: /degree/ });
});

t.test("capacity (M10)-(M15): the coefficients and the 12 % of the tail", async (t) => {
  const D = 1000;
  // Printed to five digits in the notes (alpha^2 = 6.6358).
  t.ok(close(maxPatterns(D, 2) / D, 0.1507, 1e-4));
  t.ok(close(maxPatterns(D, 3) / D ** 2, 0.050233, 1e-4));
  t.ok(close(maxPatterns(D, 5) / D ** 4, 1 / 696.8, 1e-4));
  t.ok(close(flipProbability(500, maxPatterns(500, 2), 2), 0.005, 1e-3), "0.50 %, not 1 %");
  t.ok(close(flipProbability(500, 75, 2), 0.00491, 1e-3));
  t.ok(close(flipProbabilityTail(500, 75, 2), 0.00551, 1e-3));
  // (M15) at N = 100 as printed: about 11, 360, 7240.
  t.same([2, 3, 4].map((n) => Math.round(errorFreePatterns(100, n))), [11, 362, 7238]);
});

t.test("projection rule: correlated patterns are fixed points, the matrix projects, energy never rises", async (t) => {
  const rng = seeded(8);
  const template = Array.from({ length: 61 }, () => rng.sign());
  const patterns = Array.from({ length: 20 }, () => template.map((bit) => (rng.uniform() < 0.2 ? -bit : bit)));
  const network = new ProjectionNetwork(patterns);
  for (const xi of patterns) {
    t.ok(network.projection(xi).every((value, i) => Math.abs(value - xi[i]) < 1e-9), "in the span");
    t.same(Array.from(network.settle(xi).sigma), xi, "fixed point");
  }
  const cue = patterns[3].map((bit, i) => (i % 11 === 0 ? -bit : bit));
  const settled = network.settle(cue);
  t.ok(settled.converged && network.energy(settled.sigma) <= network.energy(cue) + 1e-9);
  t.throws(() => new ProjectionNetwork([]), { message: /at least one/ });
  t.throws(() => new ProjectionNetwork([[1, 1], [1]]), { message: /2 bits/ });
});

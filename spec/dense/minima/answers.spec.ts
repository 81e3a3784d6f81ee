/** What is built on the list of minima: barcode, certificates, emergence, Algorithms 1 and 2, theory; golden values of section 9 of the notes. */
import fc from "fast-check";
import t from "tap";
import { Rows } from "../../../src/kernels/index.ts";
import { seeded } from "../../../src/numeric/index.ts";
import {
  algorithmOne, Barcode, basinOf, basinRadius, betaForInteractions, betaRange, bisectBeta, capacity, certify, type Certificate, DenseMemory, emergence, expectedNeighbours, gridOrder, isMinimum,
  KERNELS, kernelEnergy, lsrEnergy, type LsrSettled, minimaAt, minimaBound, neededBy, novelExponent, pairDistances, retrievalBeta, rowPairs, settledMinima, smallestCurvature, softmaxEnergy,
  supportedShare, verify,
} from "../../../src/dense/index.ts";

const near = (a: number, b: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
const PRIMES = [2, 3, 5, 7];
const XI = Float64Array.from({ length: 40 }, (_, j) => {
  const value = (Math.floor(j / 4) + 1) ** 2 * Math.sqrt(PRIMES[j % 4]);
  return value - Math.floor(value);
});
const D2 = pairDistances(XI, 4);
const rowsOf = (X: ArrayLike<number>, d: number): Rows => {
  const rows = new Rows(d, { precision: "f64" });
  rows.append(X);
  return rows;
};

t.test("golden: the barcode's counts, peak, and the beta for a wanted number", async (t) => {
  const bars = Barcode.of(D2);
  t.equal(bars.windows.length, 154);
  t.ok(bars.complete);
  const peak = bars.peak();
  t.equal(peak.novel, 61);
  t.ok(near(peak.low, 8.909977, 1e-6) && near(peak.high, 8.913611, 1e-6), "where the notes have it");
  t.equal(peak.kept, 4);
  const counts = bars.counts([0.5, 6, 8, 12, 20, 40]);
  t.same([...counts.kept], [0, 0, 4, 4, 10, 10]);
  t.same([...counts.novel], [1, 11, 49, 34, 18, 4]);
  for (const span of bars.spans()) {
    const beta = span.high === Infinity ? 2 * span.low : (span.low + span.high) / 2;
    t.equal(bars.at(beta).filter(({ novel }) => novel).length, span.novel);
    t.equal(bars.at(beta).length, span.kept + span.novel);
  }
  for (const wanted of [0, 1, 4, 11, 28, 65]) {
    const chosen = bars.betaFor(wanted);
    const found = minimaAt(D2, chosen.beta);
    t.equal(found.minima.length, chosen.kept + chosen.novel);
    t.equal(chosen.met, found.minima.length === wanted, `${wanted} wanted, ${found.minima.length} at ${chosen.beta}`);
  }
  t.notOk(bars.betaFor(0).met, "there is always one");
  t.equal(bars.betaFor(1000).novel, 61, "the most there is");
  t.equal(bars.betaFor(18, "novel").novel, 18);
  t.throws(() => bars.betaFor(-1), { message: /whole/ });
  t.throws(() => Barcode.of(D2, { minBeta: 5 }).at(4), { message: /minBeta/ });
});

t.test("a memory lists its own minima, at its beta, at another, over all", async (t) => {
  const memory = new DenseMemory({ energy: "lsr", beta: 8, precision: "f64" });
  memory.store(Array.from({ length: 10 }, (_, mu) => XI.slice(4 * mu, 4 * mu + 4)));
  t.match(memory.minima(), { preserved: 4, novel: 49, complete: true });
  t.match(memory.minima({ beta: 20 }), { preserved: 10, novel: 18 });
  t.equal(memory.barcode().windows.length, 154);
  t.match(memory.barcode({ minBeta: 12 }), { minBeta: 12, patterns: 10, complete: true });
  const piece = memory.minima({ maxSets: 7 });
  t.equal(piece.minima.length + memory.minima({ cursor: piece.cursor }).minima.length, 53);
  // Off the support at epsilon 0: +Infinity, a reason, and no NaN.
  const far = memory.recall([9, 9, 9, 9]);
  t.match(far, { accepted: false, criterion: "support", reason: /outside/ });
  t.equal(memory.energy([9, 9, 9, 9]), Infinity);
  t.notOk([...far.state, ...far.energies, ...far.weights!, ...memory.gradient([9, 9, 9, 9])].some(Number.isNaN));
  memory.forget(3);
  t.equal(memory.barcode().patterns, 9);
  t.throws(() => memory.minima({ beta: 0 }), { message: /beta/ });
  t.throws(() => memory.minima({ maxsets: 3 } as object), { message: /maxSets/ }, "the nearest name is suggested");
  t.throws(() => memory.barcode({ eps: 1 } as object), { message: /eps/ });
  memory.dispose();
  t.throws(() => memory.minima(), { message: /disposed/ });
  const lse = new DenseMemory({ energy: "lse" });
  lse.store([[1, 2]]);
  t.throws(() => lse.minima(), { message: /energy lsr/ });
  t.throws(() => lse.barcode(), { message: /energy lsr/ });
  t.throws(() => new DenseMemory({ energy: "lsr" }).minima(), { message: /store/ });
});

t.test("a barcode goes through its file; damaged ones are refused", async (t) => {
  for (const bars of [Barcode.of(D2, { minBeta: 7 }), Barcode.of(D2, { maxSets: 9 }), Barcode.of(pairDistances([1, 1, 2], 1))]) {
    const again = Barcode.fromBytes(bars.toBytes());
    t.same(again.windows, bars.windows);
    t.same([again.patterns, again.minBeta, again.complete], [bars.patterns, bars.minBeta, bars.complete]);
  }
  const bytes = Barcode.of(D2).toBytes();
  bytes[bytes.length - 1] ^= 1;
  t.throws(() => Barcode.fromBytes(bytes), { message: /digest|sha256|damaged/i });
  t.throws(() => Barcode.fromBytes(new Uint8Array(40)));
  const wrong = new Barcode([{ members: [3, 1], low: 1, high: 2, novel: true }], { patterns: 9, minBeta: 0, complete: true });
  t.throws(() => Barcode.fromBytes(wrong.toBytes()), { message: /ascending/ });
  t.throws(() => Barcode.fromBytes(new Barcode([{ members: [9], low: 1, high: 2, novel: true }], { patterns: 9, minBeta: 0, complete: true }).toBytes()), { message: /below 9/ });
});

t.test("certificates: every minimum has one that holds, and no false one does", async (t) => {
  for (const beta of [6, 8, 12, 20, 40]) {
    for (const minimum of minimaAt(D2, beta).minima) {
      const claim = certify(XI, 4, minimum.members, beta);
      t.ok(isMinimum(claim) && verify(XI, 4, claim).valid);
      // Pair distances against the centroid's own: 1e-15 of distances up to 1.3, divided by differences of radii.
      t.ok(near(claim.in2, minimum.in2, 1e-13) && near(claim.out2, minimum.out2, 1e-13) && near(claim.basin, minimum.basin, 1e-12));
      t.ok(claim.basin >= claim.paperBasin - 1e-15 && claim.paperBasin > 0, "rho_K is at least r* (L33)");
      t.equal(basinOf(claim.in2, claim.out2, beta), claim.basin);
      t.ok(claim.low < beta && beta < claim.high);
    }
  }
  const claim = certify(XI, 4, [0, 2, 3, 4, 5, 6, 7, 8, 9], 5);
  const forged: Partial<Certificate>[] = [
    { members: [0, 2, 3] }, { beta: 5.6 }, { in2: claim.in2 * 1.001 }, { out2: claim.out2 * 0.999 }, { basin: claim.basin * 1.01 }, { paperBasin: 0 }, { low: 0 }, { high: Infinity },
    { centroid: claim.centroid.map((value, k) => (k === 3 ? value + 1e-6 : value)) }, { centroid: claim.centroid.slice(1) }, { in2: NaN },
  ];
  t.ok(verify(XI, 4, claim).valid);
  for (const change of forged) {
    const verdict = verify(XI, 4, { ...claim, ...change });
    t.notOk(verdict.valid, Object.keys(change).join());
    t.ok(verdict.reason);
  }
  for (const members of [[], [3, 1], [1, 1], [10], [0.5]]) t.throws(() => certify(XI, 4, members, 5), { message: /members/ });
  t.notOk(isMinimum(certify([0, 2], 1, [0, 1], 2)), "a tie: the pair's midpoint at r_s from both (L20)");
});

t.test("golden: Algorithm 1, and what it says of a state without support", async (t) => {
  const rows = rowsOf(XI, 4);
  const run = algorithmOne(rows, [0.5, 0.5, 0.5, 0.5], 5) as LsrSettled;
  t.ok([0.53504081, 0.54570641, 0.43798883, 0.44791661].every((value, k) => Math.abs(run.state[k] - value) < 1e-8));
  t.equal(run.steps, 1);
  t.same(run.sets, [[0, 2, 3, 4, 5, 6, 7, 8, 9]]);
  t.ok(near(run.energies[0], -0.2689459163087594, 1e-14) && near(run.energies[1], -0.28020389463585565, 1e-14));
  t.equal(run.basin, basinRadius(rows, run.state, 5));
  t.match(algorithmOne(rows, [9, 9, 9, 9], 5), { supported: false, energy: Infinity, reason: /outside every support/ });
  const plateau = algorithmOne(rows, [9, 9, 9, 9], 5, 1e-6);
  t.ok(near(plateau.supported ? NaN : plateau.energy, Math.log(1e6) / 5, 1e-14), "eps > 0: (1/beta) log(1/eps)");
  t.throws(() => algorithmOne(rows, [1, 2], 5), { message: /4 numbers/ });
  t.throws(() => algorithmOne(rows, [1, 2, NaN, 4], 5), { message: /finite/ });
  t.throws(() => algorithmOne(rows, [1, 2, 3, 4], Infinity), { message: /beta/ });
  const touching = algorithmOne(rowsOf([0, 2], 1), [1], 2);
  t.match(touching, { supported: false, gap: 0 }, "at the very boundary of two: outside (L20)");
});

t.test("theorem: Algorithm 1 falls strictly and ends in a minimum of the list (L27)", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), fc.double({ min: 0.3, max: 30, noNaN: true }), (seed, M, d, beta) => {
    const rng = seeded(seed);
    const X = Float64Array.from({ length: M * d }, () => rng.uniform());
    const rows = rowsOf(X, d);
    const sets = new Set(minimaAt(rowPairs(X, d), beta).minima.map(({ members }) => members.join()));
    for (let start = 0; start < 5; start++) {
      const run = algorithmOne(rows, Float64Array.from({ length: d }, () => rng.uniform()), beta);
      if (!run.supported) continue;
      // Strictly, but for the last averages of a run whose gain is below the rounding of a sum of M weights.
      const falls = run.energies.every((E, i) => i === 0 || E <= run.energies[i - 1] + 1e-13 / beta);
      if (!sets.has(run.members.join()) || !falls || !verify(X, d, certify(X, d, run.members, beta)).valid) return false;
    }
    rows.dispose();
    return true;
  }), { numRuns: 80 }));
});

t.test("Theorem 1: one step returns the pattern from Delta <= r/2, and the condition is needed (erratum 4)", async (t) => {
  const rng = seeded(11);
  const [M, d] = [10, 6];
  const X = Float64Array.from({ length: M * d }, () => rng.uniform());
  const rows = rowsOf(X, d);
  const r = Math.sqrt(Math.min(...Array.from(pairDistances(X, d)).filter((d2) => d2 > 0)));
  const lost = (share: number, beta: number): number => {
    let failures = 0;
    for (let trial = 0; trial < 300; trial++) {
      const mu = rng.integer(M);
      const direction = Float64Array.from({ length: d }, () => rng.normal());
      const length = Math.hypot(...direction);
      // Uniform in the ball of radius Delta.
      const radius = share * r * rng.uniform() ** (1 / d);
      const run = algorithmOne(rows, direction.map((value, k) => X[mu * d + k] + (radius * value) / length), beta);
      if (!run.supported || run.members.join() !== `${mu}` || run.steps !== 1) failures++;
    }
    return failures / 300;
  };
  for (const share of [0.2, 0.5]) {
    const { beta, low, high } = retrievalBeta(r, share * r);
    t.equal(beta, low);
    t.equal(lost(share, beta), 0);
    t.equal(lost(share, (low + high) / 2), 0, "(L32): and every beta up to 2 / Delta^2");
  }
  t.ok(lost(0.6, 2 / (0.4 * r) ** 2) > 0.8, "notes: .91 fail at Delta = .6 r");
  t.throws(() => retrievalBeta(r, 0.6 * r), { message: /r\/2/ });
  t.throws(() => retrievalBeta(0, 0), { message: /above 0/ });
});

t.test("emergence by Definitions 1-3", async (t) => {
  const at = (X: number[], d: number, beta: number, novelty = 1e-9): ReturnType<typeof emergence> => emergence(minimaAt(pairDistances(X, d), beta), X.length / d, novelty);
  const triangle = [-1, 0, 1, 0, 0, -Math.sqrt(3)];
  t.same([0.3, 0.6, 1.1, 2.1].map((beta) => at(triangle, 2, beta).kind), ["none", "global", "global", "none"], "Figure 1, 2-D");
  t.same(at(triangle, 2, 1.1).novel.map(({ kind }) => kind), ["strong", "strong", "strong", "strong"], "global: all are strong");
  t.equal(at(triangle, 2, 1.1, 1.01).novel.length, 1, "the centroid is 1.15 from the corners, the midpoints 1");
  // 0 and 2 are kept and so is their midpoint; 10 and 10.5 are not kept: no global emergence, but a strong one.
  t.equal(at([0, 2, 10, 10.5], 1, 1).kind, "strong");
  // 0 | 2 | 3: r_s = 1.5; {0, 2}: centre 1 is 2 from 3, so a minimum; 0 is kept, 2 is not.
  t.match(at([0, 2, 3], 1, 2 / 2.25), { kind: "local", kept: [0] });
  t.equal(at([0, 1], 1, 1).kind, "none", "a novel memory of patterns that are all lost");
  t.match(at([-1, 0, 1], 1, 0.5), { kind: "none", kept: [1], novel: [] });
  t.same(neededBy({ members: [0, 1, 2], at: [1] }), [0, 2]);
  t.same(neededBy({ members: [4], at: [4] }), [4]);
  for (const novelty of [0, -1, NaN, Infinity]) t.throws(() => at([0, 1], 1, 1, novelty), { message: /novelty/ });
  // By definition: the patterns whose removal takes the minimum away.
  const rng = seeded(2);
  for (let trial = 0; trial < 40; trial++) {
    const X = Array.from({ length: 7 }, () => [rng.integer(5), rng.integer(5)]);
    const beta = 0.2 + rng.uniform();
    for (const minimum of minimaAt(pairDistances(X.flat(), 2), beta).minima) {
      const c = [0, 1].map((k) => minimum.members.reduce((sum, mu) => sum + X[mu][k], 0) / minimum.members.length);
      const needed = X.map((_, mu) => mu).filter((mu) => {
        const left = X.filter((_, nu) => nu !== mu);
        return !minimaAt(pairDistances(left.flat(), 2), beta).minima.some(({ members }) => [0, 1].every((k) => near(members.reduce((sum, nu) => sum + left[nu][k], 0) / members.length, c[k], 1e-12)));
      });
      if (minimum.novel || minimum.members.length === 1) t.same(needed.filter((mu) => minimum.members.includes(mu)), neededBy(minimum));
    }
  }
});

t.test("golden: Algorithm 2; the code's bisection ends where the exact rule touches", async (t) => {
  const rows = rowsOf(XI, 4);
  const code = bisectBeta(D2, 3, "code");
  t.ok(near(code.beta, 27.16094248, 1e-9) && near(code.beta, betaForInteractions(rows, 3, true).beta, 1e-12));
  t.ok(code.met && code.attained === 3, "just beyond the tenth distance");
  const paper = bisectBeta(D2, 3, "paper");
  t.ok(paper.met && paper.attained === 3);
  t.ok(0.542715938 <= 2 * paper.r && 2 * paper.r < 0.557293930, "between the tenth and the eleventh");
  const odd = bisectBeta(D2, 3.1, "paper");
  t.notOk(odd.met, "no radius has 3.1 of 10 patterns");
  t.ok(near(bisectBeta(D2, 3.1, "code").attained, 3.2, 1e-12), "the code takes the first above");
  t.equal(bisectBeta(pairDistances([1, 1], 1), 3, "code").beta, 0.1);
  t.throws(() => bisectBeta(pairDistances([1, 1], 1), 3, "paper"), { message: /identical/ });
  t.throws(() => bisectBeta(pairDistances([1], 1), 3, "paper"), { message: /one pattern/ });
  t.throws(() => bisectBeta(D2, 1, "code"), { message: /above 1/ });
  const range = betaRange(D2, 2);
  t.ok(range.low === 0.5 && near(range.high, 57.885771573, 1e-10));
  t.ok(near(betaRange(rowPairs(XI, 4)).low, 2 / 1.127544095 ** 2, 1e-8));
  t.throws(() => betaRange(pairDistances([2, 2], 1)), { message: /identical/ });
});

t.test("theory: bounds hold, and by hand", async (t) => {
  t.equal(minimaBound(5, 8), 31);
  t.equal(minimaBound(10, 2), 10 + 45 + 120);
  t.equal(minimaBound(3, 1), 6);
  for (const beta of [4, 6, 8, 12]) t.ok(minimaAt(D2, beta).minima.length <= minimaBound(10, 4));
  t.doesNotThrow(() => fc.assert(fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 10 }), fc.double({ min: 0.5, max: 50, noNaN: true }), (seed, M, beta) => {
    const rng = seeded(seed);
    return minimaAt(pairDistances(Float64Array.from({ length: M }, () => rng.uniform()), 1), beta).minima.length <= minimaBound(M, 1);
  }), { numRuns: 100 }));
  // d = 2: V_d = pi. M = 100, beta = 200: r_s = .1, lambda = pi.
  t.ok(near(expectedNeighbours(100, 2, 200), Math.PI, 1e-13));
  t.ok(near(novelExponent(100, 2, 200), Math.PI * Math.log((Math.E * 100) / Math.PI), 1e-13));
  const theorem = capacity(10, 0.5, 0.9, 0.1);
  t.equal(theorem.patterns, Math.floor(Math.sqrt(0.1) * Math.exp(5)));
  t.ok(theorem.failure <= 0.1 + 1e-12, "M is chosen so that the bound is 1 - confidence");
  // V_10 = pi^5 / 120
  t.ok(near(theorem.r0, (Math.PI ** 5 / 120) ** -0.1 * Math.exp(-1), 1e-13));
  t.throws(() => capacity(10, 0.5, 1, 0.1), { message: /confidence/ });
  t.throws(() => capacity(10, 3, 0.9, 0.1), { message: /Delta/ });
  // Proposition 3 on a line: M = 11 equal steps on [0, 1], lambda = 11 * sqrt(8/beta) = 3 at beta = 8 (11/3)^2: M - lambda + 1 = 9.
  t.ok(near(gridOrder(11, 1, 8 * (11 / 3) ** 2), 9, 1e-12));
  t.throws(() => gridOrder(11, 1, 1e9), { message: /lambda/ });
});

t.test("supported share: exact on a grid of points", async (t) => {
  let next = 0;
  const share = supportedShare([0.25, 0.75], 1, 1000, (x) => (x[0] = (next++ + 0.5) / 1000), [2 / 0.01, 2 / 0.0625, 2 / 0.25]);
  t.same([...share], [0.4, 1, 1].map((value, i) => (i === 1 ? share[1] : value)));
  t.ok(share[1] >= 0.998, "intervals that only touch leave no more than the points between them");
  t.throws(() => supportedShare([0], 1, 0, () => {}, [1]), { message: /points/ });
});

t.test("LSE: descent from every start gives the known minima, and says what it is", async (t) => {
  const rows = rowsOf(XI, 4);
  for (const [beta, count] of [[8, 1], [20, 5], [40, 10]] as const) {
    const settled = settledMinima(rows, softmaxEnergy(beta, "euclidean"), { randomStarts: 40, rng: seeded(1) });
    t.equal(settled.minima, count, `beta ${beta} (notes, section 9)`);
    t.equal(settled.found.flatMap(({ starts }) => starts).length + settled.lost.length, 10 + 1 + 40);
    if (beta === 40) {
      const shifts = settled.found.map(({ distance }) => distance).sort((a, b) => a - b);
      t.ok(near(shifts[0], 0.00227, 1e-5) && near(shifts[9], 0.0378, 1e-4), "nearest and farthest shift from a pattern");
    }
  }
  // The pair at +-1: x = tanh(beta x), two minima iff beta > 1. The mean rests at 0: a saddle above, a minimum below.
  const pair = rowsOf([-1, 1], 1);
  t.same([0.8, 1.5, 4].map((beta) => settledMinima(pair, softmaxEnergy(beta, "euclidean")).minima), [1, 2, 2]);
  const above = settledMinima(pair, softmaxEnergy(1.5, "euclidean"));
  const middle = above.found.find(({ kind }) => kind === "saddle")!;
  t.ok(middle.state[0] === 0 && near(middle.curvature, -0.5, 1e-12), "1 - beta at the centre (L5)");
  t.throws(() => settledMinima(pair, softmaxEnergy(1, "euclidean"), { randomStarts: 3 }), { message: /rng/ });
  t.throws(() => settledMinima(pair, softmaxEnergy(1, "euclidean"), { randomStarts: -1 }), { message: /randomStarts/ });
});

t.test("all kernels by the same interface: the pair of Figure 6, plateaus apart", async (t) => {
  // h = 1.5: beta = 2 / h^2. Epanechnikov and cosine: +-1 and 0; Gaussian e^{-u^2} one (its h in the figure is scaled); triweight two.
  const pair = rowsOf([-1, 1], 1);
  const of = (name: string, h: number): ReturnType<typeof settledMinima> => settledMinima(pair, name === "epanechnikov" ? lsrEnergy(2 / (h * h)) : kernelEnergy(KERNELS.find((kernel) => kernel.name === name)!, 2 / (h * h)));
  t.same(["epanechnikov", "cosine", "triweight"].map((name) => of(name, 1.5).minima), [3, 3, 2]);
  t.same(["epanechnikov", "cosine"].map((name) => of(name, 2.3).minima), [1, 1]);
  t.same(["epanechnikov", "cosine", "quartic", "triweight"].map((name) => of(name, 0.5).minima), [2, 2, 2, 2]);
  t.ok(of("triangle", 2.3).flat > 0, "the triangle's overlap is flat, and is not counted as a minimum");
  t.throws(() => of("uniform", 1), { message: /uniform/ });
  // (L11): |B|/D at a minimum of LSR.
  const lsr = lsrEnergy(2 / 2.25);
  t.ok(near(smallestCurvature(pair, lsr, Float64Array.of(0)), 2 / (2 * (1 - 1 / 2.25)), 1e-6), "by differences of the gradient");
});

t.test("a memory's own: descent for every continuous energy; sets with one pattern, pairs complete whatever the budget", async (t) => {
  const patterns = Array.from({ length: 10 }, (_, mu) => Array.from(XI.slice(4 * mu, 4 * mu + 4)));
  const of = (energy: string, beta?: number): DenseMemory => {
    const memory = new DenseMemory({ energy, beta, precision: "f64" });
    memory.store(patterns);
    return memory;
  };
  const settle = (memory: DenseMemory, options?: Parameters<typeof settledMinima>[2], beta?: number): ReturnType<typeof settledMinima> => memory.survey((rows, energy) => settledMinima(rows, energy, options), beta);
  const told: number[] = [];
  const soft = settle(of("lse", 20), { randomStarts: 100, rng: seeded(2), onProgress: ({ done, of: all }) => told.push(done, all) });
  t.same([soft.minima, soft.preserved, soft.novel], [5, 0, 5], "LSE: near patterns, at none");
  t.same(told, [64, 111, 111, 111]);
  t.equal(settle(of("lse", 20), {}, 8).minima, 1, "at another beta");
  const lsr = of("lsr", 20);
  const descended = settle(lsr);
  t.same([descended.preserved, lsr.minima().preserved], [10, 10], "LSR: exactly at all ten");
  t.ok(descended.found.every(({ kind }) => kind === "minimum"));
  for (const energy of ["cosine", "triweight", "hybrid", "lse-dot"]) t.ok(settle(of(energy)).found.length > 0, energy);
  t.throws(() => of("lse", -1), { message: /beta/ });
  t.throws(() => settle(of("lse"), {}, Infinity), { message: /beta/ });
  t.throws(() => settle(of("lse"), { starts: 3 } as object), { message: /starts/ });
  const bits = new DenseMemory({ energy: "classical" });
  bits.store([[1, -1, 1]]);
  t.throws(() => settle(bits), { message: /classical/ });
  t.throws(() => of("lse").minima(), { message: /energy lsr/ });

  const all = lsr.minima({ beta: 8 }).minima.filter(({ members }) => members.includes(3));
  const sets = (minima: readonly { members: readonly number[] }[]): string[] => minima.map(({ members }) => members.join()).sort();
  const whole = lsr.minima({ beta: 8, containing: 3 });
  t.same([whole.complete, sets(whole.minima)], [true, sets(all)]);
  t.ok(whole.minima.every(({ members }, i) => i === 0 || members.length >= whole.minima[i - 1].members.length), "small sets first");
  const cut = lsr.minima({ beta: 8, containing: 3, maxSets: 0 });
  t.same([cut.complete, sets(cut.minima)], [false, sets(all.filter(({ members }) => members.length <= 2))]);
});

t.test("LSR by descent finds only minima of the exact list", async (t) => {
  const rng = seeded(4);
  const X = Float64Array.from({ length: 12 * 3 }, () => rng.uniform());
  const rows = rowsOf(X, 3);
  for (const beta of [6, 15, 40]) {
    const exact = minimaAt(pairDistances(X, 3), beta);
    const settled = settledMinima(rows, lsrEnergy(beta), { randomStarts: 300, rng });
    t.ok(settled.minima <= exact.minima.length && settled.minima > exact.minima.length / 3, `${settled.minima} of ${exact.minima.length} at ${beta}`);
    t.ok(settled.found.every(({ energy, kind }) => kind === "minimum" && exact.minima.some((minimum) => near(minimum.energy, energy, 1e-11))));
  }
});

import t from "tap";
import fc from "fast-check";
import { seeded } from "../../src/numeric/index.ts";
import { Rows } from "../../src/kernels/index.ts";
import {
  basinRadius, betaForInteractions, betaForKeptShare, centroid, DenseEnergy, descend, epanechnikov, keptAt, lse, lsrEnergy, minimaAt, negHalfSquaredL2, pairDistances,
  softmaxEnergy, supportOf, windows,
} from "../../src/dense/index.ts";

const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => Math.abs(value - b[i]) <= tolerance * Math.max(1, Math.abs(b[i])));

// The language-neutral golden fixture of the notes on arXiv 2506.10801 (section 9): xi_{mu,i} = frac(m^2 sqrt(p_i)), m = 1..10.
const PRIMES = [2, 3, 5, 7];
const XI = Float64Array.from({ length: 40 }, (_, j) => {
  const m = Math.floor(j / 4) + 1;
  const value = m * m * Math.sqrt(PRIMES[j % 4]);
  return value - Math.floor(value);
});
const patterns = Array.from({ length: 10 }, (_, mu) => XI.slice(mu * 4, mu * 4 + 4));
const rows = new Rows(4, { precision: "f64" });
rows.append(XI);
const D2 = pairDistances(XI, 4);
const HALF = Float64Array.of(0.5, 0.5, 0.5, 0.5);

t.test("golden: energies and gradients at the centre of the cube, beta 5", async (t) => {
  t.ok(near(patterns[9], [0.421356, 0.205081, 0.606798, 0.575131], 1e-6));
  const { members, D } = supportOf(rows, HALF, 5);
  t.same(members, [0, 2, 3, 4, 5, 6, 7, 8, 9]);
  t.ok(near([D], [3.837148764444254], 1e-14));
  const lsr = new DenseEnergy({ Xi: patterns, beta: 5, similarity: negHalfSquaredL2, separation: epanechnikov, scaling: "log" });
  t.ok(near([lsr.energy(HALF)], [-0.2689459163087594], 1e-14));
  t.ok(near([lsrEnergy(5).evaluate(rows, HALF)[0].energy], [-0.2689459163087594], 1e-14));
  const gradient = [-0.08218791699, -0.10720399677, 0.14544668629, 0.12216114442];
  t.ok(near(lsr.gradient(HALF), gradient, 1e-10) && near(lsrEnergy(5).gradient(rows, HALF), gradient, 1e-10));
  t.ok(near([lse(patterns, 5).energy(HALF)], [-0.3415663071966889], 1e-14));
  t.ok(near(softmaxEnergy(5, "euclidean").gradient(rows, HALF), [-0.0359558777, -0.06878299251, 0.02289720216, 0.02979523725], 1e-10));
});

t.test("golden: Algorithm 1 takes one average; the set is a minimum", async (t) => {
  const { state, energies, converged, steps } = descend(rows, lsrEnergy(5), HALF);
  t.ok(near(state, [0.53504081, 0.54570641, 0.43798883, 0.44791661], 1e-8));
  t.ok(near([energies[energies.length - 1]], [-0.28020389463585565], 1e-14));
  t.ok(converged);
  t.equal(steps, 2, "one average, and one more that finds it unmoved");
  t.ok(minimaAt(D2, 5).minima.some(({ members }) => members.join() === "0,2,3,4,5,6,7,8,9"));
});

t.test("golden: kept and novel by size at six temperatures", async (t) => {
  const table: [number, number, number, number[]][] = [
    [0.5, 0, 1, []], [4, 0, 1, []], [6, 0, 11, [0, 0, 1, 4, 2, 2, 2]], [8, 4, 49, [4, 8, 14, 12, 7, 3, 1]], [12, 4, 34, [15, 16, 3]], [20, 10, 18, [16, 2]], [40, 10, 4, [4]],
  ];
  for (const [beta, kept, novel, sizes] of table) {
    const found = minimaAt(D2, beta);
    t.equal(found.preserved, kept, `kept at ${beta}`);
    t.equal(found.novel, novel, `novel at ${beta}`);
    t.equal(keptAt(D2, beta).length, kept);
    sizes.forEach((count, i) => t.equal(found.minima.filter(({ members }) => members.length === i + 2).length, count, `beta ${beta}, size ${i + 2}`));
    t.ok(found.complete);
  }
});

t.test("golden: 154 windows, 144 of several patterns; 61 alive at once near beta 8.91", async (t) => {
  const all = windows(D2);
  t.equal(all.windows.length, 154);
  t.equal(all.windows.filter(({ members }) => members.length > 1).length, 144);
  const alive = (beta: number): number => all.windows.filter(({ low, high }) => low < beta && beta < high).length;
  // The notes count 61 in (8.909977, 8.913611): the sets of several patterns. Four kept patterns are alive there, too.
  t.equal(alive(8.911), 65);
  t.equal(all.windows.filter(({ members, low, high }) => members.length > 1 && low < 8.911 && 8.911 < high).length, 61);
  const whole = all.windows.find(({ members }) => members.length === 10)!;
  t.equal(whole.low, 0);
  t.ok(near([whole.high], [5.151130108], 1e-9));
  const nine = all.windows.find(({ members }) => members.join() === "0,1,2,3,5,6,7,8,9")!;
  t.ok(near([nine.low, nine.high], [4.172415388, 5.484458018], 1e-9));
  const kept = [14.230347, 14.471443, 12.577502, 14.471443, 6.977416, 7.174769, 14.007491, 14.230347, 7.174769, 6.977416];
  t.ok(near(all.windows.filter(({ members }) => members.length === 1).map(({ low }) => low), kept, 1e-6));
  const few = windows(D2, { minBeta: 12 });
  t.same(few.windows.map((w) => w.members.join()).sort(), all.windows.filter(({ high }) => high > 12).map((w) => w.members.join()).sort(), "pruning loses none");
});

t.test("golden: (L34) three interacting patterns", async (t) => {
  const touching = betaForInteractions(rows, 3, true);
  t.ok(near([touching.beta], [27.16094248], 1e-9));
  const chosen = betaForInteractions(rows, 3);
  t.ok(near([chosen.beta], [26.445806499], 1e-9));
  t.equal(chosen.pairs, 10);
  t.equal(chosen.attained, 3);
  const found = minimaAt(D2, chosen.beta);
  t.same([found.preserved, found.novel], [10, 10]);
  t.equal(keptAt(D2, betaForKeptShare(rows, 1).beta).length, 10);
  t.equal(keptAt(D2, betaForKeptShare(rows, 0.4).beta).length, 4);
});

t.test("theorem: every minimum is a fixed point, its ball of radius rho returns it in one step, its energy is (L14)", async (t) => {
  const rng = seeded(3);
  for (const beta of [6, 8, 12, 20]) {
    const energy = lsrEnergy(beta);
    for (const minimum of minimaAt(D2, beta).minima) {
      const c = centroid(rows, minimum.members);
      t.same(supportOf(rows, c, beta).members, minimum.members);
      t.ok(near([energy.evaluate(rows, c)[0].energy], [minimum.energy], 1e-12));
      const rho = basinRadius(rows, c, beta);
      const direction = Float64Array.from({ length: 4 }, () => rng.normal());
      const length = Math.hypot(...direction);
      const inside = c.map((value, k) => value + (0.999 * rho * direction[k]) / length);
      t.ok(near(energy.evaluate(rows, inside)[0].next!, c, 1e-12));
    }
  }
});

t.test("the enumeration equals the brute force over all subsets", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.nat(500), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }), fc.double({ min: 0.2, max: 20, noNaN: true }), (seed, M, d, beta) => {
    const rng = seeded(seed);
    const X = Float64Array.from({ length: M * d }, () => rng.uniform());
    const store = new Rows(d, { precision: "f64" });
    store.append(X);
    const brute: string[] = [];
    for (let set = 1; set < 2 ** M; set++) {
      const members = Array.from({ length: M }, (_, mu) => mu).filter((mu) => (set >> mu) & 1);
      if (supportOf(store, centroid(store, members), beta).members.join() === members.join()) brute.push(members.join());
    }
    const found = minimaAt(pairDistances(X, d), beta).minima.map(({ members }) => members.join());
    store.dispose();
    return found.sort().join(" ") === brute.sort().join(" ");
  }), { numRuns: 60 }));
});

t.test("small cases: the pair, the triangle, duplicates, one pattern, a budget", async (t) => {
  const pair = pairDistances([-1, 1], 1);
  const count = (D: Float64Array, beta: number): [number, number] => [minimaAt(D, beta).preserved, minimaAt(D, beta).novel];
  t.same([0.4, 0.9, 2.1].map((beta) => count(pair, beta)), [[0, 1], [2, 1], [2, 0]], "Figure 1, 1-D");
  const triangle = pairDistances([-1, 0, 1, 0, 0, -Math.sqrt(3)], 2);
  t.same([0.3, 0.6, 1.1, 2.1].map((beta) => count(triangle, beta)), [[0, 1], [3, 1], [3, 4], [3, 0]], "Figure 1, 2-D");
  const three = minimaAt(pairDistances([-1, 0, 1], 1), 0.5).minima.find(({ members }) => members.length === 3)!;
  t.equal(three.novel, false, "the middle of three equally spaced points is a stored pattern (L21)");
  t.same(minimaAt(pairDistances([1, 2], 2), 3).minima.map(({ members }) => members), [[0]]);
  const limited = minimaAt(D2, 1, { maxSets: 5 });
  t.notOk(limited.complete);
  t.equal(limited.tested, 5);
  const same = new Rows(2, { precision: "f64" });
  same.append([1, 1, 1, 1]);
  t.throws(() => betaForInteractions(same, 3), { message: /identical/ });
  t.throws(() => betaForInteractions(rows, 1), { message: /above 1/ });
  t.throws(() => minimaAt(D2, -1), { message: /beta/ });
  t.throws(() => minimaAt(D2.subarray(1), 1), { message: /square/ });
});

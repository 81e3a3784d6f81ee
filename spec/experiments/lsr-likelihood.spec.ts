/** The likelihood experiment: draws against JAX, ends against numpy and against exact minima, and checks that can fail. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import t from "tap";
import { minimaAt, pairDistances, softmaxEnergy } from "../../src/dense/index.ts";
import { likelihoodChecks } from "../../src/experiments/lsr-likelihood-checks.ts";
import { drawSample } from "../../src/experiments/lsr-likelihood-draw.ts";
import { measureSample, type Measured, type Point } from "../../src/experiments/lsr-likelihood-measure.ts";
import { leastCurvature, lseEnds, lsrEnds, type Ends } from "../../src/experiments/lsr-likelihood-recall.ts";
import { average, bands, type Setting } from "../../src/experiments/lsr-likelihood-setting.ts";
import { TARGETS } from "../../src/experiments/lsr-likelihood-targets.ts";
import { Rows } from "../../src/kernels/index.ts";
import { norm, seeded } from "../../src/numeric/index.ts";

interface GoldenRow {
  readonly beta: number;
  readonly lsr: { logDensity: number; distinct: number; cells: number };
  readonly lse: { logDensity: number; distinct: number; cells: number };
  readonly lseGradient: number[];
}
interface Golden {
  readonly likelihood: { k: number; d: number; M: number; seed: number; N: number; means: number[]; Xi: number[]; offsets: [number[], number[]]; rows: GoldenRow[] }[];
}
const { likelihood } = JSON.parse(readFileSync("fixtures/dense/figures.json", "utf8")) as Golden;

t.test("samples are the authors', as JAX draws them", async (t) => {
  t.ok(likelihood.length >= 4);
  for (const { k, d, M, seed, N, means, Xi, offsets } of likelihood) {
    const sample = drawSample({ k, d, M, seed });
    const label = `k ${k}, d ${d}, M ${M}, seed ${seed}`;
    t.same(Array.from(sample.mixture.means), means, `means, ${label}`);
    // f32 at every step there, and a polynomial for normals that is 3e-6 of the value off in its tails: .1 x 4 x 3e-6
    t.ok(Xi.every((value, i) => Math.abs(value - sample.Xi[i]) < 1.2e-6), `patterns, ${label}`);
    [sample.offsets(0, N), sample.offsets(M - 1, N)].forEach((own, i) => t.ok(offsets[i].length === own.length && offsets[i].every((value, j) => Math.abs(value - own[j]) < 1e-12), `starts ${i}, ${label}`));
    const lengths = Array.from({ length: N }, (_, i) => norm(sample.offsets(1, N).subarray(i * d, (i + 1) * d)));
    t.ok(lengths.every((length) => length >= 0.98 - 1e-6 && length <= 0.9999 + 1e-6), "inside the support, near its edge");
  }
});

t.test("what is recalled has numpy's likelihood and numbers", async (t) => {
  for (const { k, d, M, seed, N, rows } of likelihood) {
    const points = measureSample(drawSample({ k, d, M, seed }), d, { lsr: N, lse: N }, rows.map(({ beta }) => beta), 1, () => {});
    rows.forEach((row, i) => {
      const { lsr, lse, support } = points[i];
      const label = `k ${k}, d ${d}, M ${M}, beta ${row.beta.toFixed(2)}`;
      // Patterns differ by 5e-7 (f32 against f64); log p changes by up to 40 per unit there.
      t.ok(Math.abs(lsr.logDensity - row.lsr.logDensity) < 1e-4, `log p LSR, ${label}: ${lsr.logDensity} for ${row.lsr.logDensity}`);
      t.ok(Math.abs(lse.logDensity - row.lse.logDensity) < 1e-3, `log p LSE, ${label}: ${lse.logDensity} for ${row.lse.logDensity}`);
      t.same([lsr.unique, lse.unique, lse.cells], [row.lsr.distinct, row.lse.distinct, row.lse.cells], label);
      t.same([lse.kept, lse.keptReleased], [row.lseGradient.filter((g) => g < 1e-3).length, row.lseGradient.filter((g) => g / Math.sqrt(row.beta) < 0.1).length], `kept, ${label}`);
      t.same([lsr.left, lse.left], [0, 0]);
      t.ok(lse.merged <= lse.unique && support >= 0 && support <= 1 && lsr.novel >= 0 && lsr.novel <= 1 + 1e-12);
    });
  }
});

const cloud = fc.record({ M: fc.integer({ min: 1, max: 9 }), d: fc.integer({ min: 1, max: 5 }), seed: fc.integer({ min: 0, max: 1e6 }), beta: fc.double({ min: 0.5, max: 60, noNaN: true }) });
const total = ({ ends, left }: Ends): number => left + ends.reduce((sum, { count }) => sum + count, 0);

function random(M: number, d: number, seed: number): { rows: Rows; Xi: Float64Array; starts: Float64Array } {
  const rng = seeded(seed);
  const Xi = Float64Array.from({ length: M * d }, () => rng.uniform());
  const rows = new Rows(d, { precision: "f64" });
  rows.append(Xi);
  return { rows, Xi, starts: Float64Array.from({ length: 60 * d }, () => -0.2 + 1.4 * rng.uniform()) };
}

t.test("LSR ends are exact minima, and every start is accounted for", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(cloud, ({ M, d, seed, beta }) => {
    const { rows, Xi, starts } = random(M, d, seed);
    const found = lsrEnds(rows, beta, starts);
    const minima = minimaAt(pairDistances(Xi, d), beta).minima.map(({ members }) => Array.from({ length: d }, (_, j) => members.reduce((sum, mu) => sum + Xi[mu * d + j], 0) / members.length));
    const outside = Array.from({ length: 60 }, (_, q) => Math.min(...rows.scores("squaredL2", starts.subarray(q * d, (q + 1) * d)))).filter((square) => square >= 2 / beta).length;
    return total(found) === 60 && found.left === outside && found.ends.every(({ x }) => minima.some((c) => c.every((value, j) => Math.abs(value - x[j]) < 1e-12)));
  })));
});

t.test("LSE ends are at rest in hollows, and every start is accounted for", async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(cloud, ({ M, d, seed, beta }) => {
    const { rows, starts } = random(M, d, seed);
    const found = lseEnds(rows, beta, starts);
    const energy = softmaxEnergy(beta, "euclidean");
    // The last step was below 1e-9; near a point where minima merge the curvature may be slightly below 0 by as much as that moves it.
    return total(found) === 60 && found.left === 0 && found.ends.every(({ x }) => norm(energy.gradient(rows, x)) < 1e-8 && leastCurvature(rows, x, beta) > -1e-3);
  }), { numRuns: 60 }));
});

t.test("one pattern, duplicates, and a start far out", async (t) => {
  const rows = new Rows(2, { precision: "f64" });
  rows.append([0.5, 0.25, 0.5, 0.25]);
  const starts = Float64Array.of(0.6, 0.2, 9, 9);
  t.match(lsrEnds(rows, 4, starts), { ends: [{ x: Float64Array.of(0.5, 0.25), count: 1 }], left: 1 });
  t.match(lseEnds(rows, 4, starts), { ends: [{ x: Float64Array.of(0.5, 0.25), count: 2 }], left: 0 }, "LSE has an answer everywhere, right or not");
  t.equal(leastCurvature(rows, Float64Array.of(0.5, 0.25), 1e6), 1, "no spread, no merging");
  t.same(lsrEnds(rows, 4, new Float64Array(0)), { ends: [], left: 0, steps: 0 });
});

const blank: Measured = { logDensity: 0, unique: 1, merged: 1, cells: 1, kept: 0, keptReleased: 0, novel: 0, left: 0, steps: 1 };

/** Five samples that hit every target on the spot. */
function perfect(): Setting {
  const places = Array.from({ length: 20 }, (_, i) => i);
  const target = (i: number): (typeof TARGETS)[number] => TARGETS.find(({ at }) => at >= i)!;
  const sample = places.map((i): Point => {
    const { beta, lsr, lse } = target(i);
    return { beta: target(i).at === i ? beta : beta - 1e-3 * (20 - i), support: 0.5, lsr: { ...blank, ...lsr }, lse: { ...blank, ...lse } };
  });
  sample[0] = { ...sample[0], lsr: { ...sample[0].lsr, unique: 1 } };
  return { k: 10, d: 8, M: 25, N: { lsr: 500, lse: 500 }, betas: sample.map(({ beta }) => beta), samples: [sample, sample] };
}

t.test("checks pass on the spot, and each fails when its number is off", async (t) => {
  const good = likelihoodChecks([perfect()], false);
  t.ok(good.length > 60 && good.every(({ pass }) => pass), JSON.stringify(good.filter(({ pass }) => !pass)));
  const failing = (change: (point: Point) => Point, at: number): string[] => {
    const setting = perfect();
    const samples = setting.samples.map((sample) => sample.map((point, i) => (i === at ? change(point) : point)));
    return likelihoodChecks([{ ...setting, samples }], false).filter(({ pass }) => !pass).map(({ name }) => name);
  };
  for (const energy of ["lsr", "lse"] as const) {
    for (const [what, by] of [["logDensity", 0.06], ["unique", 0.6], ["kept", 0.02]] as const) {
      const names = failing((point) => ({ ...point, [energy]: { ...point[energy], [what]: point[energy][what] + by } }), 14);
      t.ok(names.some((name) => name.startsWith("beta = 30.7") && name.endsWith(energy.toUpperCase())), `${energy} ${what}: ${names.join("; ")}`);
    }
    t.ok(failing((point) => ({ ...point, [energy]: { ...point[energy], logDensity: 9 } }), 3).some((name) => name.startsWith("peak of log p")), "a peak too high");
  }
  t.match(failing((point) => ({ ...point, lsr: { ...point.lsr, left: 1 } }), 5).join(), /never came to rest/);
  t.match(failing((point) => ({ ...point, lsr: { ...point.lsr, unique: 2 } }), 0).join(), /smallest beta/);
  t.match(failing((point) => ({ ...point, lsr: { ...point.lsr, kept: 24, unique: 26 } }), 19).join(), /largest beta.*largest beta/s);
  t.match(failing((point) => ({ ...point, lse: { ...point.lse, kept: 12 } }), 10).join(), /LSE keeps more/);
  t.match(failing((point) => ({ ...point, lsr: { ...point.lsr, unique: 60 } }), 14).join(), /largest number of different LSR/);
  t.ok(likelihoodChecks([perfect()], true).length < good.length, "a quick run makes no claim on the table");
});

t.test("averages and bands", async (t) => {
  t.same(average([1, 2, 6]), { mean: 3, deviation: Math.sqrt(7) });
  t.same(average([4]), { mean: 4, deviation: 0 });
  const lines = (lsr: number[]): Setting => {
    const sample = lsr.map((logDensity, i): Point => ({ beta: i + 1, support: 0, lsr: { ...blank, logDensity }, lse: { ...blank } }));
    return { k: 1, d: 1, M: 1, N: { lsr: 1, lse: 1 }, betas: lsr.map((_, i) => i + 1), samples: [sample] };
  };
  t.same(bands(lines([1, 1, -1, 1, -1, 1, 1, 1])), [{ from: 1, to: 2 }, { from: 6, to: 8 }], "a single place is no band");
  t.same(bands(lines([-1, 0])), []);
});

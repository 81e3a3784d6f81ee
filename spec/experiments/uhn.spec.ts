/** The UHN experiments: quick runs of all four, the sweeps against plain loops, and cells of the official data where it is at hand. */
import { existsSync } from "node:fs";
import t from "tap";
import { type Context, experiments, type Report } from "../../src/experiments/index.ts";
import { runSeparations, SEPARATIONS } from "../../src/experiments/separation-sweep.ts";
import { foldedNoise } from "../../src/experiments/uhn-capacity.ts";
import { targetChecks } from "../../src/experiments/uhn-checks.ts";
import { maskedBelow } from "../../src/experiments/uhn-mask.ts";
import { COLUMNS, scoreColumns } from "../../src/experiments/uhn-scores.ts";
import { type PictureSet, pictureSets, slice } from "../../src/experiments/uhn-slices.ts";
import { deviation, mean, runSweep, type Sweep } from "../../src/experiments/uhn-sweep.ts";
import { CAPACITY_TARGETS, MASK_TARGETS, REFERENCE_COLUMNS } from "../../src/experiments/uhn-targets.ts";
import { decodePng } from "../../src/images/index.ts";
import { Rows } from "../../src/kernels/index.ts";
import { EngramError } from "../../src/numeric/index.ts";
import type { Result } from "../../src/report/index.ts";

const quick: Context = { quick: true, seed: 3, progress: () => {}, now: () => 0 };

async function run(name: string, context: Partial<Context> = {}): Promise<Report> {
  return experiments.find((experiment) => experiment.name === name)!.run({ ...quick, ...context });
}

const CHARTS = { "uhn-capacity": ["reference", "stable"], "uhn-noise": ["reference", "stable"], "uhn-mask": ["reference", "stable"], "uhn-separation": ["gentle", "steep"] };

for (const [name, kinds] of Object.entries(CHARTS)) {
  t.test(`${name} --quick`, async (t) => {
    const fractions: number[] = [];
    const { result, files } = await run(name, { progress: (_, fraction) => fractions.push(fraction!) });
    t.equal(result.experiment, name);
    t.ok(result.checks.length >= 4 && result.checks.every(({ pass }) => pass) && result.pass, JSON.stringify(result.checks.filter(({ pass }) => !pass)));
    t.ok(fractions.every((f, i) => f >= 0 && f < 1 && (i === 0 || f >= fractions[i - 1])), "progress goes forward");
    t.same([...files.keys()].sort(), [
      "index.html", "recall.png", "result.json", "table.md",
      ...["emoji", "fashion-mnist-slice"].flatMap((set) => kinds.map((kind) => `${set}-${kind}.svg`)),
    ].sort());
    const text = (file: string): string => new TextDecoder().decode(files.get(file));
    t.same((JSON.parse(text("result.json")) as Result).rows.length, result.rows.length);
    t.match(text("index.html"), /<h1>.*universal Hopfield networks/);
    for (const kind of kinds) t.match(text(`emoji-${kind}.svg`), /^<svg.*<\/svg>\s*$/s);
    const png = decodePng(files.get("recall.png")!);
    t.ok(png.width > 600 && png.height > 600, "a picture of eight rows");
    for (const row of result.rows as unknown as Record<string, number>[]) {
      const values = [row.exact, row.within, row.exactStd, row.withinStd];
      t.ok(values.every((p) => p >= 0 && p <= 1) && row.R >= 3 && row.N <= 100 && Number.isInteger(Math.round(row.exact * row.R * row.N * 1e6) / 1e6), JSON.stringify(row));
    }
    t.match(text("table.md"), /\|--:\|/, "a table");
  });
}

t.test("the same seed gives the same bytes, another seed other numbers", async (t) => {
  const [a, b, c] = [await run("uhn-separation"), await run("uhn-separation"), await run("uhn-separation", { seed: 4 })];
  for (const [file, bytes] of a.files) t.equal(Buffer.compare(Buffer.from(bytes), Buffer.from(b.files.get(file)!)), 0, file);
  t.not(JSON.stringify(a.result.rows), JSON.stringify(c.result.rows));
});

t.test("a full run needs its data", async (t) => {
  for (const name of Object.keys(CHARTS)) {
    await t.rejects(run(name, { quick: false }), EngramError);
    await t.rejects(run(name, { quick: false, data: "fixtures" }), /cifar-10-binary\.tar\.gz/);
  }
});

/** Twelve pictures of 2 x 4 grey pixels, two of them alike. */
const tiny: PictureSet = {
  name: "emoji", shape: [1, 4, 2], count: 12,
  rows: (from, to) => Float32Array.from({ length: (to - from) * 8 }, (_, k) => {
    const n = from + Math.floor(k / 8);
    return Math.fround(((((n === 4 ? 1 : n) * 37 + (k % 8) * 101 + (k % 8) * n * n * 13) % 97) + 1) / 99);
  }),
};

t.test("the sweep is the protocol: plain loops over one slice after another", async (t) => {
  const sweep: Sweep = {
    corruption: "maskBottom (C3)", damage: maskedBelow, strengths: [0.25, 0.5], sizes: [2, 3, 6], runs: 2, wideRuns: 2, columns: ["L2", "L1", "Dot", "negL1", "cosine", "dot"], threshold: () => 0.4,
  };
  const rows = runSweep(tiny, sweep, quick, { from: 0, to: 1 });
  t.equal(rows.length, 2 * 3 * 6);
  const similarity: Record<string, (xi: number[], q: number[]) => number> = {
    L2: (xi, q) => 1 / xi.reduce((sum, x, i) => sum + (x - q[i]) ** 2, 0), L1: (xi, q) => 1 / xi.reduce((sum, x, i) => sum + Math.abs(x - q[i]), 0),
    negL1: (xi, q) => -xi.reduce((sum, x, i) => sum + Math.abs(x - q[i]), 0), dot: (xi, q) => xi.reduce((sum, x, i) => sum + x * q[i], 0),
    Dot: (xi, q) => similarity.dot(xi, q) / xi.reduce((a, b) => a + b, 0), cosine: (xi, q) => similarity.dot(xi, q) / Math.hypot(...xi),
  };
  for (const { similarity: name, N, strength, exact, exactStd, within, wideExact, wideBlocks, R } of rows) {
    const shares = { exact: [] as number[], within: [] as number[], wide: [] as number[] };
    for (let r = 0; r < 2; r++) {
      const M = Array.from({ length: 6 }, (_, n) => [...tiny.rows(6 * r + n, 6 * r + n + 1)]);
      const same = (a: number[], b: number[]): boolean => a.every((x, i) => x === b[i]);
      for (let from = 0; from + N <= 6; from += N) {
        let [hits, near] = [0, 0];
        for (let mu = from; mu < from + N; mu++) {
          const q = M[mu].map((x, i) => (i >= 8 * (1 - strength) ? 0 : x));
          const scores = M.slice(from, from + N).map((xi) => similarity[name](xi, q));
          const winner = from + scores.indexOf(Math.max(...scores));
          if (same(M[winner], M[mu])) hits++;
          if (M[mu].reduce((sum, x, i) => sum + (x - M[winner][i]) ** 2, 0) <= 0.4) near++;
        }
        if (from === 0) {
          shares.exact.push(hits / N);
          shares.within.push(near / N);
        }
        shares.wide.push(hits / N);
      }
    }
    const label = `${name} N ${N} f ${strength}`;
    t.same([exact, within, wideExact, wideBlocks, R], [mean(shares.exact), mean(shares.within), mean(shares.wide), 2 * Math.floor(6 / N), 2], label);
    t.equal(exactStd, deviation(shares.exact), label);
  }
  t.throws(() => slice(tiny, 2, 6), /18 images for 3 disjoint slices/);
  const limited = runSweep(tiny, { ...sweep, limits: { cosine: 3 } }, quick, { from: 0, to: 1 });
  t.same(limited.filter(({ similarity }) => similarity !== "cosine").length, 30, "a limit takes away the largest sizes of its column only");
  t.same(limited.filter(({ similarity, N }) => similarity === "cosine" && N <= 3).map(({ exact }) => exact), rows.filter(({ similarity, N }) => similarity === "cosine" && N <= 3).map(({ exact }) => exact));
});

t.test("the separation sweep: plain loops, and NaN is a failure", async (t) => {
  const T = 0.3;
  const rows = runSeparations(tiny, { sizes: [3, 6], runs: 2, T, corruption: "maskBottom (C3)", damage: maskedBelow, strength: 0.5 }, quick, { from: 0, to: 1 });
  t.equal(rows.length, 2 * SEPARATIONS.length);
  const shape: Record<string, (s: number[]) => number[]> = {
    log: (s) => s.map((x) => -Math.log(x)), identity: (s) => s, sqrt: (s) => s.map(Math.sqrt), "x^4": (s) => s.map((x) => x ** 4), "x^10": (s) => s.map((x) => x ** 10),
    "softmax(1000)": (s) => s.map((x) => Math.exp(1000 * (x - Math.max(...s)))), max: (s) => s.map((_, i) => (i === s.indexOf(Math.max(...s)) ? 1 : 0)),
  };
  const share = (values: number[]): number[] => values.map((x) => x / values.reduce((a, b) => a + b, 0));
  for (const [name, f] of Object.entries(shape)) {
    for (const N of [3, 6]) {
      const hits = [0, 1].map((r) => {
        const M = Array.from({ length: N }, (_, n) => [...tiny.rows(6 * r + n, 6 * r + n + 1)]);
        const good = M.filter((xi) => {
          const q = xi.map((x, i) => (i >= 4 ? 0 : x));
          const w = share(f(share(M.map((other) => 1 / other.reduce((sum, x, i) => sum + Math.abs(x - q[i]), 0)))));
          return xi.reduce((sum, x, i) => sum + (x - M.reduce((z, other, mu) => z + w[mu] * other[i], 0)) ** 2, 0) <= T;
        });
        return good.length / N;
      });
      // no error of these pictures lies within 1e-4 of T, far beyond the pipeline's float32
      t.equal(rows.find((row) => row.separation === name && row.N === N)!.within, mean(hits), `${name} N ${N}`);
    }
  }
  // strength 0 blacks out nothing: every cue is a stored picture (B8)
  const exact = runSeparations(tiny, { sizes: [4], runs: 1, T: 1e-9, corruption: "none", damage: maskedBelow, strength: 0 }, quick, { from: 0, to: 1 });
  const within = Object.fromEntries(exact.map((row) => [row.separation, row.within]));
  t.match(within, { identity: 0, "x^10": 0, "softmax(1000)": 0, max: 1 }, "powers and softmax are NaN on an exact match, max is right");
});

t.test("score columns share their passes and refuse unknown names", async (t) => {
  const rows = new Rows(8);
  rows.append(tiny.rows(0, 6));
  const cues = foldedNoise(tiny.rows(0, 1), tiny.shape, 0, { normal: () => 0 } as never);
  const together = scoreColumns(rows, Float32Array.from(cues), COLUMNS.map(({ name }) => name));
  t.same(together.map(({ name, form }) => ({ name, form })), COLUMNS);
  for (const { name, S } of together) t.same([...scoreColumns(rows, Float32Array.from(cues), [name])[0].S], [...S], name);
  t.throws(() => scoreColumns(rows, Float32Array.from(cues), ["L3"]), EngramError);
});

const DATA = "../shared/data";

t.test("cells of the official data", { skip: existsSync(`${DATA}/cifar-10-binary.tar.gz`) && existsSync(`${DATA}/mnist`) ? false : `no ${DATA}` }, async (t) => {
  const context = { ...quick, quick: false, data: DATA, seed: 11 };
  const [mnist, cifar] = pictureSets(context, "spec");
  t.same([mnist.name, mnist.count, ...mnist.shape, cifar.name, cifar.count, ...cifar.shape], ["MNIST", 10000, 1, 28, 28, "CIFAR10", 50000, 3, 32, 32]);
  const fast = ["L2", "L1", "Dot", "cosine", "dot"];
  const sweep = { columns: fast, runs: 5, wideRuns: 5, sizes: [100], strengths: [0.5], corruption: "foldedGaussian (C1)", damage: foldedNoise, threshold: (d: number) => (60 * 784) / d };
  const noisy = [mnist, cifar].flatMap((set) => runSweep(set, sweep, context, { from: 0, to: 1 }));
  const masked = runSweep(cifar, { ...sweep, damage: maskedBelow, sizes: [50], wideRuns: 20 }, context, { from: 0, to: 1 });
  const measured = (name: string): boolean => REFERENCE_COLUMNS.some((column) => ["L2", "L1", "Dot", "cos", "dot"].includes(column) && name.includes(`, ${column},`));
  const checks = [
    ...targetChecks(noisy, CAPACITY_TARGETS.filter(({ N }) => N === 100), true), ...targetChecks(masked, MASK_TARGETS.filter(({ strength }) => strength === 0.5), false),
  ].filter(({ name }) => measured(name));
  t.equal(checks.length, 5 * 2 + 5 + 5);
  for (const { name, measured, expected, tolerance, pass } of checks) t.ok(pass, `${name}: ${measured} against ${expected} +- ${tolerance}`);
});

/** The protocol of the CIFAR-10 memory: folds, damage, latents, and what counts as right (entropic-memory.md section 7). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import fc from "fast-check";
import { protocolOf, weightFiles } from "../../src/experiments/entropic-cifar.ts";
import { Fold, type Networks, type Records } from "../../src/experiments/entropic-fold.ts";
import { answersOf, filled, memoryOf, overFolds, pairedDifference, REJECTED, scoreOf } from "../../src/experiments/entropic-scores.ts";
import { gaussianKernel } from "../../src/entropic/index.ts";
import { seeded } from "../../src/numeric/index.ts";

/** Latents are the first n numbers of a picture, the class is the first one's tenth. */
function plain(n: number, dispose = (): void => undefined): Networks & { calls: number } {
  const self = {
    calls: 0,
    identity: "plain",
    encode: (pictures: Float32Array): Float32Array => {
      self.calls++;
      const dim = 12;
      return Float32Array.from({ length: (pictures.length / dim) * n }, (_, at) => pictures[Math.floor(at / n) * dim + (at % n)]);
    },
    decode: (latents: Float32Array): Float32Array => latents,
    scores: (latents: Float32Array): Float32Array => {
      const scores = new Float32Array((latents.length / n) * 10);
      for (let i = 0; i < latents.length / n; i++) scores[i * 10 + Math.min(9, Math.max(0, Math.floor(10 * latents[i * n])))] = 1;
      return scores;
    },
    dispose,
  };
  return self;
}

function toy(count = 60): Records {
  const rng = seeded(8);
  const bytes = Uint8Array.from({ length: count * 12 }, () => rng.integer(256));
  const labels = Uint8Array.from({ length: count }, (_, i) => Math.min(9, Math.floor((10 * bytes[i * 12]) / 255)));
  return { name: "toy", set: { count, shape: [3, 2, 2], bytes, labels, names: [] }, sizes: { train: (count * 7) / 10, fill: count / 5, test: count / 10 } };
}

t.test("folds cut the records as the authors do: disjoint in a fold, every record a test cue once", async (t) => {
  const records: Records = { name: "counted", set: { count: 60000, shape: [1, 1, 1], bytes: new Uint8Array(60000), labels: new Uint8Array(60000), names: [] }, sizes: { train: 42000, fill: 12000, test: 6000 } };
  const tested = new Uint8Array(60000);
  for (let f = 0; f < 10; f++) {
    const fold = new Fold(records, f, 1, plain(1), 0);
    const [train, fill, test] = (["train", "fill", "test"] as const).map((corpus) => fold.recordsOf(corpus));
    t.same([train.length, fill.length, test.length], [42000, 12000, 6000]);
    t.same([train[0], fill[0], test[0]], [6000 * f, (6000 * f + 42000) % 60000, (6000 * f + 54000) % 60000], `fold ${f}`);
    t.equal(new Set([...train, ...fill, ...test]).size, 60000);
    test.forEach((record) => tested[record]++);
  }
  t.ok(tested.every((times) => times === 1));
});

t.test("noise belongs to the record, whatever the fold and the batch; squares hide what the paper's do", async (t) => {
  const records = toy();
  const [one, other] = [new Fold(records, 0, 3, plain(3), 5), new Fold(records, 1, 3, plain(3), 5)];
  const place = other.recordsOf("train").indexOf(one.recordsOf("fill")[2]);
  t.same(other.pictures("train", [place], "noisy"), one.pictures("fill", [2], "noisy"));
  t.same(one.pictures("fill", [2, 7], "noisy").subarray(0, 12), one.pictures("fill", undefined, "noisy").subarray(24, 36));
  t.notSame(new Fold(records, 0, 3, plain(3), 6).pictures("fill", [2], "noisy"), one.pictures("fill", [2], "noisy"));
  t.ok(one.pictures("fill", undefined, "noisy").every((x) => x >= 0 && x <= 1));
  const grey: Records = { ...records, set: { count: 10, shape: [3, 32, 32], bytes: new Uint8Array(30720).fill(128), labels: new Uint8Array(10), names: [] }, sizes: { train: 7, fill: 2, test: 1 } };
  const fold = new Fold(grey, 0, 3, plain(3), 5);
  const clean = fold.pictures("test");
  const differences = Float64Array.from(fold.pictures("train", undefined, "noisy"), (x) => x - clean[0]);
  const sd = Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0) / differences.length);
  // N(0, .3^2) clipped to .502 on either side: variance .3^2 (1 - 2 tail moments) = .0770, sd .2774; 21,504 draws: standard error .0013
  t.ok(Math.abs(sd - 0.2774) < 0.005, `sd of the noise ${sd}`);
  const at = (damage: "occluded" | "two-tone", c: number, y: number, x: number): number => fold.pictures("test", [0], damage)[(c * 32 + y) * 32 + x];
  for (const [y, x, hidden] of [[4, 5, false], [5, 4, false], [5, 5, true], [26, 26, true], [27, 26, false], [26, 27, false]] as const) {
    t.equal(at("occluded", 1, y, x), hidden ? 0 : clean[0], `pixel ${y}, ${x}`);
  }
  t.same([0, 1, 2].map((c) => Math.round(255 * at("two-tone", c, 6, 20))), [245, 0, 135]);
  t.same([0, 1, 2].map((c) => Math.round(255 * at("two-tone", c, 20, 6))), [8, 232, 222]);
  t.equal(fold.pictures("test", [0], "occluded").filter((x) => x === 0).length, 3 * 22 * 22);
});

t.test("latents are computed once", async (t) => {
  const networks = plain(3);
  const fold = new Fold(toy(), 0, 3, networks, 5);
  const first = fold.latents("fill");
  t.equal(fold.latents("fill"), first);
  t.equal(networks.calls, 1);
  fold.latents("fill", "noisy");
  t.equal(networks.calls, 2);
  t.same(first.subarray(3, 6), fold.pictures("fill", [1]).subarray(0, 3));
});

t.test("answers are eta, (E13), (E14) and the classifier, cue by cue", async (t) => {
  const m = 8;
  const fold = new Fold(toy(600), 0, 5, plain(5), 5);
  const memory = memoryOf(fold, m, { percent: 10 });
  t.equal(memory.register.size, filled(120, 10));
  const z = fold.latents("test");
  const { classes } = answersOf(fold, memory, z, { sigma: 0.1, seed: 9 });
  const q = memory.quantiser.transform(z);
  const R = memory.register.cells;
  const K = gaussianKernel(m, 0.1 * m);
  let rejected = 0;
  for (let c = 0; c < 60; c++) {
    const v = [...q.subarray(c * 5, c * 5 + 5)];
    const fits = v.every((level, j) => level >= 0 && level < m && R[j * m + level] > 0);
    if (!fits) rejected++;
    t.equal(classes[c] === REJECTED, !fits, `cue ${c}`);
    // What is drawn cannot be foretold, what can be drawn can.
    const possible = new Set<number>();
    for (let i = 0; i < m; i++) if (fits && R[i] * K[v[0] * m + i] > 0) possible.add(fold.classify(Float32Array.from(memory.quantiser.inverse([i, 0, 0, 0, 0])))[0]);
    if (fits) t.ok(possible.has(classes[c]));
  }
  t.ok(rejected > 0 && rejected < 60);
  const whole = answersOf(fold, memory, z, { sigma: 0.1, seed: 9 }).classes;
  t.same(whole, classes, "the same seed, the same answers");
  const copies = answersOf(fold, memory, z, { sigma: 0 }).classes;
  const direct = fold.classify(Float32Array.from(memory.quantiser.inverse(q)));
  t.same(copies.filter((label) => label !== REJECTED), direct.filter((_, c) => copies[c] !== REJECTED), "sigma 0 is the quantised cue");
  const levels = answersOf(fold, memory, z, { recall: (v) => v }).classes;
  t.same(levels, copies, "a recaller answers instead of beta");
  memory.register.dispose();
});

t.test("precision, recall and rejection of (E23); folds with the population's sd", async (t) => {
  const labels = Uint8Array.of(1, 2, 3, 4);
  t.same(scoreOf(Uint8Array.of(1, 2, 0, REJECTED), labels), { precision: 200 / 3, recall: 50, rejected: 25 });
  t.same(scoreOf(new Uint8Array(4).fill(REJECTED), labels), { precision: 0, recall: 0, rejected: 100 }, "0 if nothing is accepted");
  // 66.97 +- 2.73 over ten folds is a t-interval of +- 2.06 (entropic-memory.md section 8): five values at mean - sd, five at mean + sd
  const ten = overFolds(Array.from({ length: 10 }, (_, i) => 66.97 + (i % 2 === 0 ? 2.73 : -2.73)));
  t.ok(Math.abs(ten.sd - 2.73) < 1e-9 && Math.abs(ten.half - 2.06) < 0.005, JSON.stringify(ten));
  // scipy.stats.t.interval(.95, 2, loc=2, scale=1 / sqrt(3)) = 2 +- 2.484
  t.ok(Math.abs(overFolds([1, 2, 3]).half - 2.4841) < 1e-3);
  t.ok(Number.isNaN(overFolds([5]).half));
  t.throws(() => overFolds([]), { name: "EngramError" });
  t.equal(filled(12000, 1), 120);
  t.same([1, 2, 4, 8, 16, 32, 64, 100].map((percent) => filled(12000, percent)), [120, 240, 480, 960, 1920, 3840, 7680, 12000]);
});

t.test("differences are paired: none between the same answers, and the interval covers what is there", async (t) => {
  const rng = seeded(3);
  const labels = Uint8Array.from({ length: 2000 }, () => rng.integer(10));
  const noisy = (right: number): Uint8Array => labels.map((label) => (rng.uniform() < right ? label : (label + 1) % 10));
  const [good, poor] = [noisy(0.9), noisy(0.7)];
  const graded = (classes: Uint8Array): { classes: Uint8Array; labels: Uint8Array } => ({ classes, labels });
  const same = pairedDifference([graded(good)], [graded(good)], "recall", 1);
  t.same([same.difference, same.low, same.high, same.differs], [0, 0, 0, false]);
  const found = pairedDifference([graded(good)], [graded(poor)], "recall", 1);
  t.equal(found.method, "bootstrap over cues");
  t.ok(found.differs && found.low < 20 && found.high > 20, JSON.stringify(found));
  // Binomial sds .0067 and .0102, independent: 1.96 sqrt of their squares, in points 2.4
  t.ok(Math.abs((found.high - found.low) / 2 - 2.4) < 0.4);
  const folds = pairedDifference([graded(good), graded(good), graded(good)], [graded(poor), graded(poor), graded(poor)], "precision", 1);
  t.equal(folds.method, "paired t over folds");
  t.ok(folds.high - folds.low < 1e-9);
  const property = fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 }), fc.integer(), (list, seed) => {
    const truth = Uint8Array.from(list);
    const answers = truth.map((label, i) => (i % 3 === 0 ? REJECTED : i % 2 === 0 ? label : (label + 5) % 10));
    const { difference, low, high } = pairedDifference([graded(answers)].map((one) => ({ ...one, labels: truth })), [{ classes: truth, labels: truth }], "precision", seed);
    return low <= difference + 100 && high >= low && difference <= 0;
  });
  fc.assert(property, { numRuns: 20 });
});

t.test("the stand-in of --quick: three folds, two sizes, a classifier far above chance", async (t) => {
  const protocol = protocolOf({ quick: true, seed: 1, progress: () => undefined, now: () => 0 }, "x");
  t.equal(protocol.comparable, false);
  t.same([protocol.sizes, protocol.folds(16)], [[16, 32], [0, 1, 2]]);
  const fold = protocol.open(0, 32);
  const { recall } = scoreOf(fold.classify(fold.latents("test")), fold.labels("test"));
  t.ok(recall > 60, `${recall} % of the test latents`);
  t.equal(fold.networks.decode(fold.latents("test")).length, 100 * 784);
  fold.dispose();
});

t.test("weights are found by fold, or in the folder itself", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "engram-weights-"));
  const put = (path: string, parts: readonly string[]): void => {
    mkdirSync(join(folder, path), { recursive: true });
    for (const part of parts) writeFileSync(join(folder, path, `entropic-cifar-${part}.safetensors`), "");
  };
  put("fold-0", ["encoder-64", "classifier-64"]);
  put("fold-3", ["encoder-64", "classifier-64", "encoder-1024", "classifier-1024"]);
  put("fold-4", ["encoder-64"]);
  put(".", ["encoder-256", "classifier-256"]);
  t.same([...weightFiles(folder).keys()].sort(), ["0/256", "0/64", "3/1024", "3/64"]);
  rmSync(folder, { recursive: true });
  const empty = mkdtempSync(join(tmpdir(), "engram-weights-"));
  try {
    t.ok([...weightFiles(empty).keys()].every((key) => key.startsWith("0/")), "what is shipped");
  } catch (error) {
    t.match((error as Error).message, /weights: expected entropic-cifar-encoder-N\.safetensors .* got none in .* or .*fixtures.weights/);
  }
  rmSync(empty, { recursive: true });
});

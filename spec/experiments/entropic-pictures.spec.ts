/** `entropic-sigma`, `-chains`, `-noise` and `-baselines` in their quick form, and their pieces against literal twins. */
import t from "tap";
import { chain, EntropicMemory, itemRecall, KINDS } from "../../src/entropic/index.ts";
import { BASELINES, Baselines } from "../../src/experiments/entropic-baseline-trials.ts";
import { chainsOf, kindSetting, kindsOf } from "../../src/experiments/entropic-chain-trials.ts";
import { protocolOf } from "../../src/experiments/entropic-cifar.ts";
import { itemsOf } from "../../src/experiments/entropic-control-trials.ts";
import type { Fold } from "../../src/experiments/entropic-fold.ts";
import { answersOf, memoryOf, quantiserOf, REJECTED, scoreOf } from "../../src/experiments/entropic-scores.ts";
import { displayedPlaces, imagesOf, openJudge, recallsOf } from "../../src/experiments/entropic-shown.ts";
import { experiments, type Context, type Report } from "../../src/experiments/index.ts";
import { exp, seeded } from "../../src/numeric/index.ts";

const quick: Context = { quick: true, seed: 0, progress: () => undefined, now: () => 0 };
const run = async (name: string): Promise<Report> => experiments.find((one) => one.name === name)!.run(quick);
const open = (f: number, n: number): Fold => protocolOf(quick, "x").open(f, n);

t.test("recalls: the classes of `answersOf`, latents drawn by hand, and how sure", async (t) => {
  const fold = open(1, 16);
  const memory = memoryOf(fold, 16);
  const z = fold.latents("test");
  const { classes, zhat, confidence } = recallsOf(fold, memory, z, { sigma: 0.07, seed: 5 });
  t.same(classes, answersOf(fold, memory, z, { sigma: 0.07, seed: 5 }).classes);
  t.ok(classes.includes(REJECTED), "some are rejected");
  for (const c of [...classes.keys()].filter((k) => k % 7 === 0)) {
    const own = z.subarray(c * 16, (c + 1) * 16);
    const v = memory.register.levels(memory.quantiser.transform(own));
    const found = memory.register.retrieve(v, { sigma: 0.07, seed: 5, sample: 1, numbers: Uint32Array.of(c) });
    const mine = zhat.slice(c * 16, (c + 1) * 16);
    if (found.accepted[0] === 0) {
      t.ok(classes[c] === REJECTED && Number.isNaN(confidence[c]) && mine.every((x) => x === 0));
      continue;
    }
    const byHand = Float32Array.from(memory.quantiser.inverse(found.levels));
    t.same(mine, byHand);
    const scores = [...fold.networks.scores(byHand)];
    const sum = scores.reduce((total, x) => total + exp(x), 0);
    t.equal(classes[c], scores.indexOf(Math.max(...scores)));
    t.ok(Math.abs(confidence[c] - exp(scores[classes[c]]) / sum) < 1e-12);
  }
  fold.dispose();
});

t.test("displayed cues: ten, one of each class, all right without the memory", async (t) => {
  const classes: number[] = [];
  for (const f of [0, 1, 2]) {
    const fold = open(f, 32);
    const labels = fold.labels("test");
    const said = fold.classify(fold.latents("test"));
    for (const place of displayedPlaces(fold, f, 3)) {
      classes.push(labels[place]);
      t.equal(said[place], labels[place]);
    }
    fold.dispose();
  }
  t.same(classes.sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

t.test("chains of many cues are the library's chain of each (E17)", async (t) => {
  const fold = open(0, 16);
  const memory = memoryOf(fold, 16);
  const z = fold.latents("test");
  const depths = chainsOf(fold, memory, z, { sigma: 0.1, seed: 7, steps: 5 });
  const twin = new EntropicMemory({ quantiser: quantiserOf(fold, 16), levels: 16 });
  twin.store({ rows: 200, dim: 16, data: fold.latents("fill") });
  const ends = new Set<number>();
  for (let c = 0; c < 100; c++) {
    const steps = chain(twin, z.subarray(c * 16, (c + 1) * 16), { steps: 5, sigma: 0.1, seed: 7, decode: (x) => fold.networks.decode(Float32Array.from(x)), encode: (y) => fold.networks.encode(Float32Array.from(y as ArrayLike<number>)) });
    steps.forEach(({ known, recall }, k) => {
      if (!known) {
        ends.add(k);
        if (depths[k].classes[c] !== REJECTED) t.fail(`cue ${c}, depth ${k} is rejected`);
      } else {
        if (depths[k].levels.subarray(c * 16, (c + 1) * 16).some((level, j) => level !== recall!.levels[j])) t.fail(`cue ${c}, depth ${k}: other levels`);
        if (depths[k].classes[c] !== fold.classify(Float32Array.from(recall!.state))[0]) t.fail(`cue ${c}, depth ${k}: another class`);
      }
    });
  }
  t.ok(ends.size > 1, "chains end at several depths");
  const setting = kindSetting(fold, memory, z.subarray(60 * 16), 0.025, 0);
  for (const shares of kindsOf(setting, memory, z, depths, [0, 1, 2, 3, 4, 5, 6])) {
    t.ok(Math.abs(KINDS.reduce((sum, kind) => sum + shares[kind], 0) - 1) < 1e-12);
    t.equal(shares.memory, 0, "nothing unseen is called memory");
  }
  fold.dispose();
});

t.test("baselines: each is asked with the same noisy cue", async (t) => {
  const fold = open(2, 16);
  const memory = memoryOf(fold, 16, { sigma: 0.025 });
  const baselines = new Baselines(fold, memory, { m: 16, sigma: 0.025, seed: 3 });
  const z = fold.latents("test").slice(0, 40 * 16);
  const noisy = baselines.noisy(z);
  t.same(noisy.latents, Float32Array.from(memory.quantiser.inverse(noisy.levels)));
  const quantised = memory.quantiser.transform(z);
  t.ok([...noisy.levels].every((level, at) => Math.abs(level - Math.min(15, Math.max(0, quantised[at]))) <= 3), "within the kernel's reach");
  t.ok([...noisy.levels].some((level, at) => level !== quantised[at]), "and moved");
  const fill = fold.latents("fill");
  const range = memory.quantiser.ranges();
  const distance = (a: Float32Array, c: number, k: number): number => Array.from({ length: 16 }, (_, j) => ((a[c * 16 + j] - fill[k * 16 + j]) / range[j]) ** 2).reduce((x, y) => x + y, 0);
  const closest = (a: Float32Array, c: number): number => Array.from({ length: 200 }, (_, k) => k).reduce((best, k) => (distance(a, c, k) < distance(a, c, best) ? k : best), 0);
  t.same([...baselines.nearest(noisy.latents)], Array.from({ length: 40 }, (_, c) => closest(noisy.latents, c)));
  const answers = new Map(BASELINES.map((name) => [name, baselines.answer(name, z, noisy)]));
  t.same(answers.get("register")!.classes, answersOf(fold, memory, z, { sigma: 0.025, seed: 3 }).classes);
  t.same([...answers.get("1 nearest")!.classes], Array.from({ length: 40 }, (_, c) => fold.labels("fill")[closest(noisy.latents, c)]));
  t.same(answers.get("no memory")!.classes, fold.classify(noisy.latents));
  // One near-delta: LSE at that beta is the nearest item, read out whole.
  const lse = answers.get("modern Hopfield (LSE)")!.state!;
  const alike = Array.from({ length: 40 }, (_, c) => distance(lse, c, closest(lse, c))).filter((d) => d < 0.01).length;
  t.ok(alike >= 20, `${alike} of 40 settle at an item`);
  const items = itemsOf(fold, memory);
  const one = itemRecall(items, 16, noisy.levels.subarray(0, 16), { sigma: 0.025, jitter: 0.025, rng: seeded(3).fork(0) });
  t.same(answers.get("items (E40)")!.state!.slice(0, 16), Float32Array.from(memory.quantiser.inverse(one.levels)));
  t.ok(answers.get("LSR")!.classes.includes(REJECTED), "compact support declines");
  t.notOk(answers.get("LSR, far: nearest")!.classes.includes(REJECTED));
  baselines.dispose();
  fold.dispose();
});

t.test("the judge of pictures: the encoder for the stand-in, nothing without the file", async (t) => {
  const fold = open(0, 16);
  const judge = openJudge(fold, false)!;
  t.same(judge.features(imagesOf(fold, fold.pictures("test", [3, 4]))), fold.latents("test").slice(3 * 16, 5 * 16));
  t.equal(openJudge(fold, true), undefined);
  t.equal(openJudge(fold, true, "spec"), undefined);
  fold.dispose();
});

t.test("entropic-sigma: numbers are those of memories asked by hand", async (t) => {
  const report = await run("entropic-sigma");
  t.ok(report.result.pass);
  t.equal(report.result.rows.length, 6);
  const mine = [0, 1, 2].map((f) => {
    const fold = open(f, 32);
    return scoreOf(answersOf(fold, memoryOf(fold, 16), fold.latents("test"), { sigma: 0.05, seed: 0 }).classes, fold.labels("test")).precision;
  });
  t.ok(Math.abs((report.result.rows[2].precision as number) - mine.reduce((a, b) => a + b) / 3) < 1e-12);
  t.ok(report.result.rows.every((row) => (row.right as number) + (row.unknown as number) <= 10 && (row.frechet as number) > 0));
  t.match([...report.files.keys()], ["result.json", "index.html", "filmstrip.png", "table.md", "sigma.svg", "register.svg", "frechet.svg"]);
  t.match(new TextDecoder().decode(report.files.get("index.html")), /Not comparable with the paper/);
});

t.test("entropic-chains: both kinds of cue, both tables, six depths", async (t) => {
  const report = await run("entropic-chains");
  t.ok(report.result.pass);
  t.equal(report.result.rows.length, 2 * 2 * 6);
  // At depth 0 nothing was fed back: the ones accept what the register accepts.
  const first = report.result.rows.filter(({ depth, cues }) => depth === 0 && cues === "clean");
  t.equal(first[0].rejected, first[1].rejected);
  for (const row of report.result.rows.filter(({ memory }) => memory === "register")) {
    t.ok(Math.abs(KINDS.reduce((sum, kind) => sum + (row[`kind ${kind}`] as number), 0) - 1) < 1e-12);
  }
  t.ok(report.files.has("chains-clean.png") && report.files.has("chains-noisy.png"));
});

t.test("entropic-noise: the clean rows are entropic-sigma's, sigma .01 leaves the cue where it was", async (t) => {
  const [noise, sigma] = [await run("entropic-noise"), await run("entropic-sigma")];
  t.ok(noise.result.pass);
  t.equal(noise.result.rows.length, 4 * 6);
  const clean = noise.result.rows.filter(({ cues }) => cues === "clean");
  t.same(clean.map(({ precision }) => precision), sigma.result.rows.map(({ precision }) => precision));
  t.equal(clean[0].cue, 0, "a clean cue is the clean picture");
  for (const row of noise.result.rows.filter((one) => one.sigma === 0.01)) t.ok(Math.abs((row.found as number) - (row.cue as number)) < 1e-3);
});

t.test("entropic-baselines: every memory on every kind of cue, differences paired", async (t) => {
  const report = await run("entropic-baselines");
  t.ok(report.result.pass);
  const unseen = report.result.rows.filter(({ part }) => part === "unseen");
  t.equal(unseen.length, 3 * BASELINES.length);
  const register = unseen.find(({ memory, cues }) => memory === "register" && cues === "clean")!;
  for (const row of unseen.filter(({ cues }) => cues === "clean")) {
    t.ok(Math.abs((row["recall to register"] as number) - ((row.recall as number) - (register.recall as number))) < 1e-9, String(row.memory));
    t.ok((row["recall low"] as number) <= (row["recall to register"] as number) && (row["recall to register"] as number) <= (row["recall high"] as number));
  }
  t.equal(report.result.rows.filter(({ part }) => part === "stored").length, 3 * (BASELINES.length - 3 + 1));
});

/** The semantic memory: numpy's numbers, the bits of the universal memory, batch = single, permutations, files, calibrated recognition. */
import t from "tap";
import fc from "fast-check";
import { seeded } from "../../src/numeric/index.ts";
import { embeddingsOf, type FeatureMap, functionMap, networkMap, pca, pixels, randomConv, randomProjection, SemanticMemory, uHop } from "../../src/semantic/index.ts";
import { calibrated } from "../../src/semantic/calibrate.ts";
import { UniversalMemory, type UniversalOptions } from "../../src/universal/index.ts";
import { apart, golden, numbers, sameBits, sameRecall, weightsFile } from "./made.ts";

const squaresAndNeighbours = functionMap("squares and neighbours", (x) => Float64Array.from({ length: 2 * x.length }, (_, i) => (i < x.length ? x[i] * x[i] : x[i - x.length] * x[(i + 1) % x.length])));

t.test("scores, weights and read-outs of numpy: patterns (S5), values (S6), keys; five similarities", async (t) => {
  const { N, d, Q, beta, q, by } = golden().recall;
  const M = { rows: N, dim: d, data: numbers(N * d, 300) };
  const values = { rows: N, dim: 2, data: numbers(N * 2, 800) };
  for (const [similarity, want] of Object.entries(by)) {
    const options = { encoder: squaresAndNeighbours, similarity, separation: `softmax(${beta})`, precision: "f64" } as const;
    const memory = new SemanticMemory(options);
    memory.store(M);
    const hetero = new SemanticMemory(options);
    hetero.store(M, { values });
    const keys = new SemanticMemory({ ...options, keep: "keys" });
    keys.store(M);
    t.same([memory.dim, memory.featureDim, memory.valueDim, hetero.valueDim, keys.valueDim, keys.dim], [d, 2 * d, d, 2, 2 * d, d]);
    for (let c = 0; c < Q; c++) {
      // both sides in f64; sums of 12 terms in another order
      t.ok(apart(memory.recall(q[c]).scores, want.scores[c]) < 1e-13, `${similarity}, scores`);
      t.ok(apart(memory.recall(q[c]).state, want.z[c]) < 1e-12, `${similarity}, z`);
      t.ok(apart(hetero.recall(q[c]).state, want.values[c]) < 1e-12, `${similarity}, values`);
      t.ok(apart(keys.recall(q[c]).state, want.keys[c]) < 1e-12, `${similarity}, keys`);
    }
  }
});

const r = seeded(5);
const X = Array.from({ length: 60 }, () => Float64Array.from({ length: 48 }, () => Math.fround(r.uniform())));
const cues = X.slice(0, 9).map((x) => x.map((value) => value + 0.1 * r.normal()));

t.test("phi = identity is the universal memory to the bit, masked, iterated, hetero-associative, in reference mode", async (t) => {
  const choices: UniversalOptions[] = [
    {}, { similarity: "cosine", separation: "sparsemax" }, { similarity: "pearson", separation: "topK(3)" }, { similarity: "negSqL2", separation: "entmax" }, { projection: "median" },
    { similarity: "dot", separation: "identity", post: "sign" }, { similarity: "negHalfSqL2", separation: "lsr" }, { similarity: "invL1", separation: "power(4)" }, { precision: "f64" },
    { similarity: "negL1", mode: "reference", separation: "softmax(1000)" }, { separation: "max", threshold: { on: "margin", value: 1 } },
  ];
  const visible = X[0].map((_, i) => (i % 5 === 0 ? 0 : 1));
  const values = X.map((x) => Array.from(x.slice(0, 3)));
  for (const options of choices) {
    for (const stored of [{}, { values }]) {
      const universal = new UniversalMemory(options);
      universal.store(X, stored);
      const semantic = new SemanticMemory({ encoder: pixels, ...options });
      semantic.store(X, stored);
      for (const asked of options.mode === "reference" ? [{}] : [{}, { visible }]) {
        for (const [c, cue] of cues.entries()) {
          const want = universal.recall(cue, asked);
          t.ok(sameRecall(semantic.recall(cue, asked), want), `${JSON.stringify(options)}, cue ${c}`);
          t.same(semantic.recognize(cue, asked), universal.recognize(cue, asked));
        }
        t.ok(semantic.recallMany(cues, asked).every((found, c) => sameRecall(found, universal.recall(cues[c], asked))), "recallMany");
        t.ok(sameBits(semantic.scores(cues, asked), universal.scores(cues, asked)), "scores");
      }
      if (options.mode !== "reference") t.equal(semantic.energy(cues[0]), universal.energy(cues[0]));
      t.equal(semantic.parameters.beta, universal.parameters.beta);
    }
  }
  // iterated: the states move in feature space, which here is pixel space, and are read out at the end by the same sum
  const options = { similarity: "negSqL2", iterations: 6, separation: "softmax(4)" } as const;
  const universal = new UniversalMemory(options);
  universal.store(X, { values: X });
  const semantic = new SemanticMemory({ encoder: pixels, ...options });
  semantic.store(X);
  t.ok(cues.every((cue) => sameRecall(semantic.recall(cue), universal.recall(cue))));
  t.ok(universal.recall(cues[0]).steps > 1, "it does iterate");
});

const MAPS: readonly (() => FeatureMap)[] = [
  () => squaresAndNeighbours, () => randomProjection(48, 16), () => randomConv([3, 4, 4]), () => pca({ dim: 7 }).fit(Float64Array.from(X.flatMap((x) => Array.from(x))), 60),
  () => uHop({ dim: 8, steps: 5 }).fit(Float64Array.from(X.flatMap((x) => Array.from(x))), 60), () => networkMap("small-conv", weightsFile("small-conv"), { shape: [3, 4, 4] }),
];

t.test("batch = single to the bit, embeddings computed before too; both twins; hidden is black", async (t) => {
  for (const make of MAPS) {
    const map = make();
    const memory = new SemanticMemory({ encoder: map });
    memory.store(X);
    const before = new SemanticMemory({ encoder: map, backend: "scalar" });
    before.store(X, { embeddings: embeddingsOf(map, X) });
    const many = memory.recallMany(cues);
    const embedded = before.recallEmbedded(embeddingsOf(map, cues));
    cues.forEach((cue, c) => {
      t.ok(sameRecall(memory.recall(cue), many[c]), `${map.name}, cue ${c}`);
      t.ok(sameRecall(embedded[c], many[c]), `${map.name}, cue ${c}, embedded before, scalar`);
    });
    t.same([...memory.indices(cues)], many.map(({ index }) => index));
    t.ok(X.every((x, mu) => memory.recall(x).index === mu), `${map.name}: every clean cue finds itself`);
    const visible = X[0].map((_, i) => (i % 3 === 0 ? 0 : 1));
    const black = cues.map((cue) => cue.map((x, i) => x * visible[i]));
    t.ok(cues.every((cue, c) => sameRecall(memory.recall(cue, { visible }), memory.recall(black[c]))), `${map.name}: hidden is black`);
    t.ok(memory.recallMany(cues, { visible }).every((found, c) => sameRecall(found, memory.recall(black[c]))));
    const picture = { width: 4, height: 4, channels: 3, data: cues[0], alpha: visible.slice(0, 16) };
    const shown = cues[0].map((x, i) => x * visible[i % 16]);
    t.ok(sameRecall(memory.recall(picture), memory.recall(shown)) && sameRecall(memory.recallMany([cues[1], picture])[1], memory.recall(shown)), `${map.name}: alpha 0 of a picture`);
  }
});

t.test("permuting the memories permutes the weights", async (t) => {
  fc.assert(fc.property(fc.shuffledSubarray(X.map((_, mu) => mu), { minLength: 2 }), fc.integer({ min: 0, max: 8 }), (order, c) => {
    const sorted = order.slice().sort((a, b) => a - b);
    const [a, b] = [sorted, order].map((list) => {
      const memory = new SemanticMemory({ encoder: squaresAndNeighbours, beta: 2 });
      memory.store(list.map((mu) => X[mu]), { keys: list });
      return memory.recall(cues[c]);
    });
    // sums over memories in another order: some units of the last place
    return a.key === b.key && order.every((mu, i) => Math.abs(b.weights![i] - a.weights![sorted.indexOf(mu)]) < 1e-14) && apart(a.state, b.state) < 1e-6;
  }), { numRuns: 40 });
  t.pass("40 subsets and orders");
});

t.test("forget is as if never stored; what is learned from the first patterns stays", async (t) => {
  const memory = new SemanticMemory({ encoder: squaresAndNeighbours });
  memory.store(X);
  memory.forget(3);
  const without = new SemanticMemory({ encoder: squaresAndNeighbours });
  without.store(X.filter((_, mu) => mu !== 3), { keys: X.map((_, mu) => mu).filter((mu) => mu !== 3) });
  t.ok(cues.every((cue) => sameRecall(memory.recall(cue), without.recall(cue))));
  const fitted = new SemanticMemory({ encoder: pca({ dim: 5 }) });
  fitted.store(X.slice(0, 30));
  const { sha256 } = fitted.encoder!;
  fitted.store(X.slice(30));
  t.equal(fitted.encoder!.sha256, sha256);
  t.same([fitted.size, fitted.featureDim], [60, 5]);
  t.match(fitted.parameters, { encoder: "whitened PCA to 5", "encoder.kind": "linear", "encoder.sha256": sha256, inputs: "48", features: "5" });
});

t.test("files: everything comes back to the bit; the same memory gives the same bytes; maps that a file can hold come along", async (t) => {
  for (const make of [() => pixels, ...MAPS]) {
    const map = make();
    for (const keep of ["patterns", "keys"] as const) {
      const memory = new SemanticMemory({ encoder: map, keep, similarity: "cosine", separation: "topK(4)" });
      memory.store(X, { keys: X.map((_, mu) => `key ${mu}`) });
      memory.calibrate({ falseAccepts: 0.1 });
      memory.forget("key 2");
      const bytes = memory.toBytes();
      const held = !["network", "function"].includes(map.saved.kind);
      const again = SemanticMemory.fromBytes(bytes, held ? {} : { encoder: map });
      t.ok(cues.every((cue) => sameRecall(again.recall(cue), memory.recall(cue))), `${map.name}, ${keep}`);
      t.same(again.parameters, memory.parameters);
      t.same(again.calibration, memory.calibration);
      t.ok(sameBits(again.toBytes(), bytes));
      if (held) continue;
      const without = SemanticMemory.fromBytes(bytes);
      t.same(without.parameters, memory.parameters, "opened without its encoder, it says which it needs");
      t.ok(sameRecall(without.recallEmbedded(embeddingsOf(map, cues))[0], memory.recall(cues[0])));
      t.throws(() => without.recall(cues[0]), new RegExp(`expected ${map.name.replace(/[()]/g, ".")} with sha256 ${map.sha256}`));
    }
  }
});

t.test("calibrated on what is stored, strangers pass at most at the stated rate, and clean cues pass", async (t) => {
  // the conformal bound is for the rate over draws of memory and stranger: measured over 40 memories of 100 patterns with 100 strangers each
  for (const on of ["score", "margin"] as const) {
    for (const falseAccepts of [0.05, 0.3]) {
      let passed = 0;
      let known = 0;
      for (let run = 0; run < 40; run++) {
        const rng = seeded(1000 + run);
        const draw = (): Float64Array[] => Array.from({ length: 100 }, () => Float64Array.from({ length: 6 }, () => rng.normal()));
        const [own, strangers, others] = [draw(), draw(), draw()];
        const memory = new SemanticMemory({ encoder: squaresAndNeighbours, separation: "max" });
        memory.store(own);
        const found = memory.calibrate(run % 2 === 0 ? { falseAccepts, on } : { falseAccepts, on, strangers: others });
        t.ok(found.measured <= falseAccepts);
        passed += strangers.filter((cue) => memory.recognize(cue).accepted).length;
        known += own.filter((cue) => memory.recognize(cue).accepted).length;
      }
      // 4,000 trials, not quite independent: memories share their threshold. Standard error of the mean over memories below 0.01
      t.ok(passed / 4000 <= falseAccepts + 0.03, `${on}, at most ${falseAccepts}: ${passed / 4000}`);
      t.ok(passed / 4000 >= falseAccepts / 2, `and it is used: ${passed / 4000}`);
      // a clean cue's lead is its whole distance to the nearest other, a stranger's only a difference of two such
      t.ok(known / 4000 > (on === "score" ? 0.9999 : falseAccepts > 0.1 ? 0.95 : 0.5), `clean cues accepted, ${on} ${falseAccepts}: ${known / 4000}`);
    }
  }
});

t.test("a stranger is told so, by name of the threshold", async (t) => {
  const memory = new SemanticMemory({ encoder: squaresAndNeighbours });
  memory.store(X);
  t.equal(memory.recognize(cues[0]).criterion, "none");
  const found = memory.calibrate({ falseAccepts: 0.05, on: "score" });
  t.same([found.who, found.strangers, found.on], ["stored patterns, each left out", 60, "score"]);
  t.match(memory.recognize(X[4]), { accepted: true, criterion: "threshold", key: 4 });
  const stranger = memory.recognize(X[0].map((x) => 1 - x));
  t.match(stranger, { accepted: false, criterion: "threshold" });
  t.match(stranger.reason, /score .* is below the threshold/);
  t.match(JSON.parse(memory.parameters.calibration), { on: "score", falseAccepts: 0.05, strangers: 60 });
  const twins = new SemanticMemory({ encoder: squaresAndNeighbours });
  twins.store([...X, X[0], X[1]]);
  t.equal(twins.calibrate({ falseAccepts: 0.05, on: "score" }).strangers, 58, "twins are known, and no strangers");
  memory.acceptAbove(undefined);
  t.equal(memory.calibration, undefined);
});

t.test("what is stored later was not calibrated for: the threshold stays, the stated rate goes, in files too", async (t) => {
  const rng = seeded(5);
  const draw = (n: number): Float64Array[] => Array.from({ length: n }, () => Float64Array.from({ length: 6 }, () => rng.normal()));
  const memory = new SemanticMemory({ encoder: squaresAndNeighbours, separation: "max" });
  memory.store(draw(100), { keys: Array.from({ length: 100 }, (_, i) => `a${i}`) });
  const { threshold } = memory.calibrate({ falseAccepts: 0.05 });
  const strangers = draw(400);
  const accepted = (): number => memory.recallMany(strangers).filter((found) => found.accepted).length / 400;
  const before = accepted();
  // 0.05 with 400 trials: three standard errors are 0.033, the threshold's own spread about as much
  t.ok(before < 0.12, `${before} of strangers accepted`);
  memory.store(draw(1500), { keys: Array.from({ length: 1500 }, (_, i) => `b${i}`) });
  t.ok(accepted() > 3 * before, `${accepted()} of them now: sixteen times as many memories`);
  t.equal(memory.calibration, undefined, "so no rate is stated");
  t.same([memory.parameters.calibration, memory.parameters.threshold], [undefined, `score ${threshold}`]);
  t.equal(memory.recognize(strangers[0]).criterion, "threshold");
  t.equal(SemanticMemory.fromBytes(memory.toBytes(), { encoder: squaresAndNeighbours }).calibration, undefined);
  memory.calibrate({ falseAccepts: 0.05 });
  t.ok(accepted() < 0.12, "calibrated again");
  memory.store([]);
  t.ok(memory.calibration !== undefined, "nothing stored, nothing changed");
  memory.forget("a3");
  t.equal(memory.calibration, undefined);
});

t.test("the promised rate is kept exactly: whichever of n + 1 is the stranger, at most rate (n + 1) of them are accepted", async (t) => {
  // strangers given: m is one of n + 1 numbers, calibrated on the others
  for (const n of [1, 4, 9, 19, 20, 99, 101]) {
    const rng = seeded(n);
    const reached = Array.from({ length: n + 1 }, () => rng.normal());
    for (const rate of [0.01, 0.05, 0.1, 0.29, 0.5, 0.99]) {
      const most = Math.floor(rate * (n + 1) + 1e-9);
      const others = (j: number): number[] => reached.filter((_, i) => i !== j);
      if (most < 1) {
        t.throws(() => calibrated(others(0), rate, "score", "given"), new RegExp(`at least ${Math.ceil(1 / rate) - 1} strangers for a false-accept rate of ${rate}, got ${n}`));
        continue;
      }
      t.equal(reached.filter((m, j) => m >= calibrated(others(j), rate, "score", "given").threshold).length, most, `n ${n}, rate ${rate}: no more, and no less`);
    }
  }
  // none given: one of n + 1 points is the stranger, the others are stored
  for (const [n, dim] of [[19, 2], [40, 1], [40, 3], [60, 6], [120, 30]]) {
    const rng = seeded(1000 * n + dim);
    const points = Array.from({ length: n + 1 }, () => Float64Array.from({ length: dim }, () => rng.normal()));
    for (const rate of [0.1, 0.3]) {
      let accepted = 0;
      points.forEach((stranger, j) => {
        const memory = new SemanticMemory({ encoder: pixels, separation: "max" });
        memory.store(points.filter((_, i) => i !== j));
        memory.calibrate({ falseAccepts: rate });
        if (memory.recognize(stranger).accepted) accepted++;
        memory.dispose();
      });
      t.ok(accepted <= rate * (n + 1), `${n} stored in ${dim} dimensions, rate ${rate}: ${accepted} of ${n + 1}`);
      t.ok(accepted >= rate * (n + 1) * 0.4 - 2, "and the rate is used");
    }
  }
});

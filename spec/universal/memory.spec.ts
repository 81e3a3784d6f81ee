/** The universal memory: the verbs, bits, files, and every bad input. */
import t from "tap";
import fc from "fast-check";
import { EngramError } from "../../src/numeric/index.ts";
import { writeEngram, readEngram, tensor } from "../../src/formats/index.ts";
import { invL1, linear, masked, medianGap, negJS, negL1, SIMILARITY_NAMES, similarityOf, softmax, topK, UniversalMemory, type UniversalOptions } from "../../src/universal/index.ts";
import { matrix, random, worst } from "./golden.ts";

const r = random(51);
const images = matrix(40, 24, () => Math.fround(r.uniform() < 0.2 ? 0 : r.uniform()));
const noisy = images.map((row) => row.map((x) => x + 0.05 * r.normal()));

function made(options: UniversalOptions, X: number[][] = images): UniversalMemory {
  const memory = new UniversalMemory(options);
  memory.store(X);
  return memory;
}

t.test("no options: negL1, softmax with beta from (U11), mean; it says what it chose", async (t) => {
  const memory = made({});
  const { similarity, separation, projection, mode, beta, betaRule } = memory.parameters;
  t.match({ similarity, separation, projection, mode }, { similarity: "negL1", separation: "softmax", projection: "mean", mode: "stable" });
  const gaps = images.map((xi, mu) => Math.min(...images.filter((_, nu) => nu !== mu).map((other) => -negL1.pair(other, xi)))).sort((a, b) => a - b);
  // f32 sums of 24 terms
  t.ok(Math.abs(Number(beta) - Math.log(39 * 99) / gaps[19]) < 1e-5 * Number(beta), "beta = log((N-1)(1-delta)/delta) / median gap");
  t.match(betaRule, /U11.*0\.01.*median nearest-neighbour gap/);
  const recall = memory.recall(noisy[7]);
  t.equal(recall.index, 7);
  t.equal(recall.key, 7);
  t.ok(recall.accepted && recall.criterion === "none" && recall.converged && recall.steps === 1);
  t.ok(recall.weights![7] > 0.9 && recall.margin > 0);
  t.equal(recall.ranking.length, 5);
  t.equal(recall.ranking[0].key, 7);
  t.ok(recall.ranking.every((entry, i) => i === 0 || entry.score <= recall.ranking[i - 1].score));
  t.ok(Math.abs(recall.weights!.reduce((a, b) => a + b, 0) - 1) < 1e-14);
  t.equal(recall.energies.length, 1);
  t.equal(recall.energies[0], memory.energy(noisy[7]), "(U16) at the cue");
  t.equal(memory.parameters.betaRule, betaRule, "the parameters do not wander");
});

t.test("indexExact = 1 on clean cues for every distance, cosine and Pearson, and not for dot", async (t) => {
  for (const name of SIMILARITY_NAMES) {
    const memory = made({ similarity: name === "rbf" ? "rbf(0.5)" : name, separation: "max" });
    const hits = [...memory.indices(images)].filter((index, mu) => index === mu).length;
    if (name === "hamming") t.equal(hits, 1, "hamming: non-negative data has one sign pattern");
    else if (!["dot", "massDot"].includes(name)) t.equal(hits, 40, name);
  }
  t.equal(made({ similarity: "dot", separation: "max" }, [[0.5, 0.5], [1, 1]]).recall([0.5, 0.5]).index, 1, "dot: the brighter one wins");
  t.equal(made({ similarity: "massDot", separation: "max" }, [[0.5, 1], [0, 1]]).recall([0.5, 1]).index, 1, "massDot: the more concentrated one wins");
});

const CHOICES: UniversalOptions[] = [
  {}, { similarity: "cosine", separation: "sparsemax" }, { similarity: "negKL", separation: "entmax" }, { similarity: "pearson", separation: "topK(3)" },
  { similarity: "negL1", projection: "median", iterations: 8 }, { similarity: "negSqL2", iterations: 20 }, { similarity: "dot", separation: "identity", post: "sign" },
  { similarity: "negHalfSqL2", separation: "lsr" }, { similarity: "invL1", separation: "power(4)" }, { separation: "kSubsets(2)" },
  { similarity: "negJS", separation: "normmax" }, { precision: "f64" }, { separation: "max", trace: true },
  { mode: "reference", similarity: "l1Reference", separation: "softmax(1000)" }, { mode: "reference", similarity: "negJS", separation: "max" },
];

t.test("recallMany = recall, simd = scalar, bit for bit, masked or not", async (t) => {
  const visible = images[0].map((_, i) => (i % 3 === 0 ? 0 : 1));
  for (const options of CHOICES) {
    const memory = made({ ...options, backend: "simd" });
    const twin = made({ ...options, backend: "scalar" });
    for (const v of options.mode === "reference" ? [undefined] : [undefined, visible]) {
      const many = memory.recallMany(noisy.slice(0, 7), { visible: v });
      many.forEach((recall, c) => {
        const label = `${JSON.stringify(options)} cue ${c}`;
        for (const other of [memory.recall(noisy[c], { visible: v }), twin.recall(noisy[c], { visible: v })]) {
          t.ok(bits(recall.state, other.state) && bits(recall.weights!, other.weights!) && bits(recall.scores, other.scores) && bits(recall.energies, other.energies), label);
          t.same([recall.index, recall.steps, recall.converged, recall.accepted], [other.index, other.steps, other.converged, other.accepted]);
        }
      });
      t.same([...memory.indices(noisy.slice(0, 7), { visible: v })], options.iterations === undefined ? many.map(({ index }) => index) : [...memory.indices(noisy.slice(0, 7), { visible: v })]);
    }
  }
});

t.test("permuting the memories permutes the weights", async (t) => {
  for (const options of CHOICES.filter(({ mode }) => mode !== "reference")) {
    const turned = made(options, images.map((_, mu) => images[(mu * 7 + 3) % 40]));
    const [a, b] = [made(options).recall(noisy[3]), turned.recall(noisy[3])];
    // sums over memories run in another order: a few ulp, once through beta too
    t.ok(worst(b.weights!, a.weights!.map((_, mu) => a.weights![(mu * 7 + 3) % 40])) < 1e-9, JSON.stringify(options));
  }
});

t.test("hetero-association through the same call", async (t) => {
  const values = matrix(40, 3, () => Math.fround(r.normal()));
  const memory = new UniversalMemory({ separation: "max" });
  memory.store(images, { values });
  t.same([...memory.recall(noisy[5]).state], values[5]);
  t.equal(memory.valueDim, 3);
  const iterated = new UniversalMemory({ iterations: 30, similarity: "negSqL2", beta: 60 });
  iterated.store(images, { values });
  const settled = iterated.recall(noisy[5]);
  t.ok(settled.converged && settled.steps > 1, "settles among the patterns");
  // what is left of the other weights at beta 60
  t.ok(worst(settled.state, values[5]) < 1e-3, "and reads out the value");
  const attention = new UniversalMemory({ similarity: "dot", separation: "softmax", beta: 0.7, precision: "f64" });
  attention.store(images, { values });
  const logits = images.map((xi) => 0.7 * xi.reduce((sum, x, i) => sum + x * noisy[5][i], 0));
  const e = logits.map((l) => Math.exp(l - Math.max(...logits)));
  const total = e.reduce((a, b) => a + b, 0);
  const wanted = [0, 1, 2].map((i) => e.reduce((sum, w, mu) => sum + (w / total) * values[mu][i], 0));
  // forty f64 terms
  t.ok(worst(attention.recall(noisy[5]).state, wanted) < 1e-13, "(U6) dot and softmax are attention");
});

t.test("iterated recall descends its energy, and says when it has not settled", async (t) => {
  for (const options of [{ similarity: "negL1" }, { similarity: "negSqL2" }, { similarity: "cosine" }, { similarity: "negL2" }, { similarity: "negKL" }, { similarity: "negRKL" }, { similarity: "rbf(0.2)", beta: 5 }]) {
    const memory = made({ ...options, precision: "f64", iterations: 40 });
    const { energies, steps, converged } = memory.recall(noisy[9].map(Math.abs));
    t.equal(energies.length, steps + 1, JSON.stringify(options));
    t.ok(energies.every((E, i) => i === 0 || E <= energies[i - 1] + 1e-12 * Math.abs(E)), "never rises");
    t.ok(converged, `settles in ${steps} steps`);
  }
  t.equal(made({ iterations: 2 }).parameters.projection, "descent", "iterated, it takes the step that descends");
  t.ok(bits(made({ iterations: 9 }).recall(noisy[3]).state, made({ iterations: 9, projection: "median" }).recall(noisy[3]).state), "for negL1 the median");
  t.throws(() => new UniversalMemory({ similarity: "pearson", projection: "descent" }), /a similarity with an exact step, got pearson/);
  t.equal(made({ similarity: "pearson", iterations: 3 }).parameters.projection, "mean", "where none is known, the mean");
  const bytes = noisy[2].map((x) => Math.fround(255 * x));
  const loud = made({ similarity: "negSqL2", iterations: 50, beta: 5e-5 }, images.map((row) => row.map((x) => Math.fround(255 * x))));
  t.ok(loud.recall(bytes).converged, "pixels of 0..255 settle too, in f32");
  const short = made({ similarity: "negSqL2", iterations: 50, beta: 0.2 }).recall(noisy[0], { maxSteps: 2, tolerance: 0 });
  t.match(short, { steps: 2, converged: false, accepted: false, reason: /still moving after 2 steps/ });
  t.equal(made({ separation: "max", trace: true }).recall(noisy[0]).energies.length, 2, "trace: also after the one shot");
});

t.test("a declared mask recalls what a black half cannot", async (t) => {
  const visible = images[0].map((_, i) => (i < 12 ? 1 : 0));
  const black = images.map((row) => row.map((x, i) => (i < 12 ? x : 0)));
  for (const similarity of ["negL1", "negSqL2", "cosine", "pearson", "negKL", "negJS"]) {
    const memory = made({ similarity, separation: "max" });
    t.same([...memory.indices(black, { visible })], images.map((_, mu) => mu), similarity);
    t.same([...memory.recall(black[3], { visible: visible.map(() => 1) }).scores], [...memory.recall(black[3]).scores], "all visible is no mask");
  }
});

t.test("exact matches, duplicates, zero rows, one memory", async (t) => {
  const rows = [...images.slice(0, 5), images[2], images[0].map(() => 0)];
  for (const similarity of SIMILARITY_NAMES.map((name) => (name === "rbf" ? "rbf(1)" : name))) {
    for (const separation of ["softmax", "max", "sparsemax", "entmax(1.5)", "topK(2)", "lsr"]) {
      const memory = made({ similarity, separation }, rows);
      for (const recall of memory.recallMany([images[2], images[0].map(() => 0)])) {
        t.ok([...recall.state, ...recall.weights!, ...recall.scores, ...recall.energies].every(Number.isFinite), `${similarity} ${separation}: finite`);
      }
    }
  }
  const duplicate = made({}, rows).recall(images[2]);
  t.equal(duplicate.index, 2, "the lower index");
  t.equal(duplicate.margin, 0);
  t.equal(duplicate.weights![2], duplicate.weights![5]);
  const single = made({}, [images[0]]).recall(noisy[0]);
  t.same([...single.state], images[0]);
  t.same([...single.weights!], [1]);
  t.equal(single.margin, Infinity);
  t.match(made({}, [images[0], images[0]]).parameters, { beta: "1", betaRule: /no stored pattern leads another/ });
});

t.test("extreme beta", async (t) => {
  for (const beta of [1e-300, 1e-6, 1e6, 1e300]) {
    const { state, weights, energies } = made({ beta }).recall(noisy[4]);
    t.ok([...state, ...weights!, ...energies].every(Number.isFinite), `beta ${beta}`);
  }
  t.ok(worst(made({ beta: 1e6 }).recall(noisy[4]).state, images[4]) === 0);
});

t.test("weights outside the range of f32 lose nothing", async (t) => {
  const spread = images.map((row) => row.map((x) => 1e5 * x));
  const cue = spread[4].map((x) => x + 30);
  for (const options of [{ similarity: "invL1", separation: "power(20)" }, { similarity: "negL1", separation: "exp", beta: 0.05 }, { similarity: "dot", separation: "power(11)", normalize: true }]) {
    const [single, double] = [made(options, spread).recall(cue), made({ ...options, precision: "f64" }, spread).recall(cue)];
    // f32 scores to the 20th power
    t.ok(worst(single.state, [...double.state]) < 1e-4, `${JSON.stringify(options)}: weights like ${Math.max(...single.weights!)}`);
  }
});

t.test("acceptance: none, threshold, support; recognize agrees with recall", async (t) => {
  const stranger = images[0].map(() => 9);
  const cases: [UniversalOptions, string, boolean, boolean][] = [
    [{}, "none", true, true], [{ threshold: { on: "score", value: -5 } }, "threshold", true, false],
    [{ threshold: { on: "margin", value: 1 } }, "threshold", true, false], [{ separation: "threshold(-5)" }, "support", true, false],
    [{ similarity: "negHalfSqL2", separation: "lsr" }, "support", true, false],
  ];
  for (const [options, criterion, known, unknown] of cases) {
    const memory = made(options, [...images, images[0].map(() => 8.99), images[0].map(() => 9.01)].slice(0, criterion === "support" ? 40 : 42));
    const cue = options.threshold?.on === "score" ? images[0].map(() => 4) : stranger;
    for (const [q, wanted] of [[noisy[3], known], [cue, unknown]] as const) {
      const recalled = memory.recall(q);
      const recognised = memory.recognize(q);
      t.equal(recalled.accepted, wanted, `${JSON.stringify(options)}: ${recalled.reason}`);
      t.same([recalled.accepted, recalled.reason, recalled.key, recalled.ranking], [recognised.accepted, recognised.reason, recognised.key, recognised.ranking]);
      if (criterion !== "support" || !wanted) t.equal(recalled.criterion, criterion);
      if (!wanted) t.type(recalled.reason, "string");
    }
  }
  const later = made({});
  const { state } = later.recall(noisy[3]);
  later.acceptAbove({ on: "score", value: -5 });
  t.match(later.recall(stranger), { accepted: false, criterion: "threshold" });
  t.ok(bits(later.recall(noisy[3]).state, state) && later.recall(noisy[3]).accepted, "a threshold set later changes the verdict only");
  t.equal(UniversalMemory.fromBytes(later.toBytes()).parameters.threshold, "score -5");
  later.acceptAbove(undefined);
  t.equal(later.recall(stranger).criterion, "none");
  t.throws(() => later.acceptAbove({ on: "score", value: NaN }), /finite value/);
  const empty = made({ separation: "threshold(-1)" }).recall(stranger);
  t.same([...empty.state], stranger, "nothing to read out: the cue stays");
  t.equal(empty.key, undefined);
});

t.test("forget is exact", async (t) => {
  const memory = made({ separation: "sparsemax" });
  memory.store([images[0].map((x) => x + 1)], { keys: ["extra"] });
  for (const key of ["extra", 3, 17]) memory.forget(key);
  const never = new UniversalMemory({ separation: "sparsemax" });
  const kept = images.map((_, mu) => mu).filter((mu) => mu !== 3 && mu !== 17);
  never.store(kept.map((mu) => images[mu]), { keys: kept });
  t.same(memory.parameters, never.parameters);
  t.same(memory.keys, never.keys);
  t.ok(bits(memory.recall(noisy[5]).state, never.recall(noisy[5]).state));
  t.throws(() => memory.forget(3), /forget: expected the key of a stored pattern, got 3/);
  memory.store([images[3]]);
  t.equal(memory.keys[memory.size - 1], 41, "a running row number is never given twice");
});

t.test("storing in parts = storing at once", async (t) => {
  const parts = made({}, images.slice(0, 13));
  parts.recall(noisy[0]);
  parts.store(images.slice(13));
  t.ok(bits(parts.recall(noisy[20]).state, made({}).recall(noisy[20]).state));
  t.equal(parts.parameters.beta, made({}).parameters.beta, "beta follows what is stored");
});

t.test("the median gap stands for large stores by a sample", async (t) => {
  const many = matrix(2500, 2, () => r.uniform());
  const memory = made({ precision: "f64" }, many);
  const { Rows } = await import("../../src/kernels/index.ts");
  const rows = new Rows(2, { precision: "f64" });
  rows.append(many.flat());
  const gap = medianGap(negL1.bind(rows), rows)!;
  const picked = Array.from({ length: 1000 }, (_, j) => Math.floor((j * 2500) / 1000));
  const gaps = picked.map((mu) => Math.min(...many.map((xi, nu) => (nu === mu ? Infinity : -negL1.pair(xi, many[mu]))))).sort((a, b) => a - b);
  t.equal(gap, gaps[499]);
  t.match(memory.parameters.betaRule, String(gap));
  // divergences ask 64 rows
  const positive = many.slice(0, 200).map(([x, y]) => [x + 0.1, y + 0.1]);
  const divergent = made({ similarity: "negJS", precision: "f64" }, positive);
  const asked = Array.from({ length: 64 }, (_, j) => Math.floor((j * 200) / 64));
  const nearest = asked.map((mu) => Math.min(...positive.map((xi, nu) => (nu === mu ? Infinity : -negJS.pair(xi, positive[mu]))))).filter((d) => d > 0).sort((a, b) => a - b);
  const median = nearest[Math.floor((nearest.length - 1) / 2)];
  // a divergence of 1e-7 is a difference of logarithms of order 1
  t.ok(Math.abs(Number(divergent.parameters.beta) / (Math.log(199 * 99) / median) - 1) < 1e-6);
});

t.test("inverse distances: beta from a gap that a damaged cue has, so that recall from noise is decisive", async (t) => {
  const shades = matrix(700, 101, () => r.uniform());
  const strokes = matrix(700, 101, () => (r.uniform() < 0.3 ? 1 : 0)); // like emoji: mostly empty
  for (const [kind, X] of [["shades", shades], ["strokes", strokes]] as const) {
    const asked = Array.from({ length: 50 }, (_, j) => 14 * j);
    const cues = asked.map((mu) => X[mu].map((x) => x + 0.1 * r.normal()));
    for (const similarity of ["invL1", "invSqL2", "masked"]) {
      const memory = made({ similarity: similarity === "masked" ? masked(invL1, X[0].map(() => 1)) : similarity }, X);
      const recalls = memory.recallMany(cues);
      t.same(recalls.map(({ index }) => index), asked, `${kind}, ${similarity}: the right row leads`);
      // delta = .01 at half the way; noise .1 is nearer than that in nearly every row
      t.ok(recalls.filter(({ weights }, j) => weights![asked[j]] > 0.99).length >= 48, `${kind}, ${similarity}: and has the weight`);
      const exact = memory.recall(X[7]);
      t.ok(exact.weights![7] === 1 && exact.energies.every(Number.isFinite), "an exact cue stays finite");
    }
  }
  // by the equation: a cue half way on a line of three rows, distance 2 to the nearest
  const line = [[0], [2], [4]];
  for (const [similarity, gap] of [["invL1", 1 / 1 - 1 / 2], ["invSqL2", 1 / 1 - 1 / 4]] as const) {
    const beta = Number(made({ similarity, precision: "f64" }, line).parameters.beta);
    t.ok(Math.abs(beta / (Math.log(2 * 99) / gap) - 1) < 1e-5, `${similarity}: eps0 = 1e-6 of distances of 1`);
    t.match(made({ similarity }, [[1], [1]]).parameters, { beta: "1", betaRule: /no stored pattern leads another/ });
    t.ok(made({ similarity, separation: "exp" }, line).recall([2]).state.every(Number.isFinite), "exp holds the score of an exact match");
  }
});

t.test("the file: same parameters, same bits", async (t) => {
  const values = matrix(40, 2, () => Math.fround(r.normal()));
  const W = matrix(5, 24, () => r.normal());
  const visible = images[0].map((_, i) => i % 2);
  const keys = images.map((_, mu) => (mu % 2 ? mu : `Bild ${mu} \u{1f41d}`));
  const options: UniversalOptions[] = [...CHOICES, { similarity: linear(W) }, { similarity: masked(negL1, visible) }, { similarity: masked(linear(W), visible) },
    { separation: topK(3, 2.5) }, { separation: softmax(7) }, { separation: "softmax(3)" }, { beta: 2, normalize: true, threshold: { on: "margin", value: 0.25 } }, { separation: "threshold(-3.5)" }];
  for (const option of options) {
    const memory = new UniversalMemory(option);
    memory.store(images, option.post === "sign" ? { values, keys } : { keys });
    memory.forget(keys[6]);
    const bytes = memory.toBytes();
    const back = UniversalMemory.fromBytes(bytes);
    const label = JSON.stringify({ ...option, similarity: memory.parameters.similarity });
    t.same(back.parameters, memory.parameters, label);
    t.same(back.keys, memory.keys);
    t.ok(bits(back.recall(noisy[8]).state, memory.recall(noisy[8]).state), "the same recall");
    t.same(Buffer.compare(Buffer.from(back.toBytes()), Buffer.from(bytes)), 0, "the same bytes again");
    back.store([images[0]], option.post === "sign" ? { values: [values[0]] } : {});
    t.equal(back.keys[back.size - 1], 40, "running row numbers go on");
  }
  const own = new UniversalMemory({ similarity: { ...negL1, name: "mine" } });
  own.store(images);
  t.throws(() => own.toBytes(), /one that has a name.*got mine/);
});

t.test("hostile files", async (t) => {
  const bytes = made({}, images.slice(0, 4)).toBytes();
  t.throws(() => UniversalMemory.fromBytes(bytes.slice(0, 300)), EngramError);
  t.throws(() => UniversalMemory.fromBytes(undefined as never), EngramError);
  const flipped = bytes.slice();
  flipped[bytes.length - 5] ^= 1;
  t.throws(() => UniversalMemory.fromBytes(flipped), /sha256/);
  const { parameters, tensors } = readEngram(bytes);
  const rewritten = (p: Record<string, string>, extra: Record<string, ReturnType<typeof tensor>> = {}, model = "universal"): Uint8Array =>
    writeEngram({ model, parameters: { ...parameters, ...p }, tensors: { ...Object.fromEntries(tensors), ...extra } });
  const refused: [Uint8Array, RegExp][] = [
    [rewritten({}, {}, "dense"), /model universal/], [rewritten({ similarity: "negL3" }), /Did you mean "negL1"/], [rewritten({ separation: "soft" }), /one of softmax/],
    [rewritten({ beta: "-1" }), /beta > 0/], [rewritten({ iterations: "1e99.5" }), /iterations/], [rewritten({ delta: "2" }), /delta/], [rewritten({ mode: "fast" }), /mode/],
    [rewritten({ threshold: "fear 3" }), /threshold/], [rewritten({ threshold: "score x" }), /finite value/], [rewritten({ nextKey: "-3" }), /nextKey/],
    [rewritten({}, { keys: tensor(new TextEncoder().encode("[1,2]")) }), /4 keys/], [rewritten({}, { keys: tensor(new TextEncoder().encode("[1,1,2,3]")) }), /unique keys/],
    [rewritten({}, { keys: tensor(Uint8Array.of(255)) }), /JSON/], [rewritten({}, { patterns: tensor(new Float32Array([1, NaN]), [1, 2]) }), /finite/],
    [rewritten({}, { patterns: tensor(new Float32Array(4)) }), /two-dimensional/], [rewritten({}, { patterns: tensor(new Float32Array(0), [0, 4]) }), /at least one pattern/],
    [rewritten({}, { values: tensor(new Float32Array(3), [3, 1]) }), /4 rows/],
  ];
  for (const [file, message] of refused) t.throws(() => UniversalMemory.fromBytes(file), { name: "EngramError", message });
  fc.assert(fc.property(fc.constantFrom(...Object.keys(parameters)), fc.string(), (name, text) => {
    try {
      UniversalMemory.fromBytes(rewritten({ [name]: text })).recall(images[0]);
    } catch (error) {
      return error instanceof EngramError;
    }
    return true;
  }), { numRuns: 200, seed: 5 });
  t.pass("any text in any parameter: refused or harmless");
});

t.test("bad input", async (t) => {
  const memory = made({});
  t.throws(() => memory.recall([1, 2]), /cue: expected 24 numbers, got 2/);
  t.throws(() => memory.recall(noisy[0].map((x, i) => (i === 13 ? NaN : x))), /cue, row 0, column 13: expected a finite number, got NaN/);
  t.throws(() => memory.recall(noisy[0].map((x, i) => (i === 2 ? 1e39 : x))), /cue, row 0, column 2: expected a number that f32 can hold/);
  t.throws(() => made({ similarity: "negSqL2" }).recall(noisy[0].map(() => 1e25)), /overflow f32/);
  t.throws(() => memory.recallMany([noisy[0], noisy[1].slice(1)]), /cues, row 1/);
  t.throws(() => memory.recall(noisy[0], { visible: [1] }), /visible: expected 24/);
  t.throws(() => new UniversalMemory().recall(noisy[0]), /memory: expected at least one stored pattern/);
  const emptied = made({}, [images[0]]);
  emptied.forget(0);
  t.throws(() => emptied.recall(noisy[0]), /an empty memory/);
  t.throws(() => emptied.recallMany(noisy), /an empty memory/);
  const before = memory.toBytes();
  t.throws(() => memory.store([images[0]], { keys: [5] }), /keys: expected unique keys, got 5 twice/);
  t.throws(() => memory.store([images[0], images[1]], { keys: ["a", "a"] }), /"a" twice/);
  t.throws(() => memory.store([images[0]], { keys: [] }), /1, one per pattern/);
  t.throws(() => memory.store([images[0]], { keys: [NaN] }), /finite numbers/);
  t.throws(() => memory.store([images[0].slice(1)]), /24 numbers/);
  t.throws(() => memory.store([images[0].map(() => Infinity)]), /finite number/);
  t.throws(() => memory.store([images[0].map(() => 1e300)]), /f32 can hold/);
  t.throws(() => memory.store([images[0]], { values: [[1]] }), /auto- or hetero-associative/);
  t.throws(() => new UniversalMemory().store([images[0]], { values: [[1], [2]] }), /1 rows, one per pattern/);
  t.equal(Buffer.compare(Buffer.from(memory.toBytes()), Buffer.from(before)), 0, "a refused store changes nothing");
  memory.store([]);
  t.equal(memory.size, 40, "storing nothing is nothing");
  t.throws(() => new UniversalMemory({ similarity: "cosin" }), /Did you mean "cosine"\?/);
  t.throws(() => new UniversalMemory({ simlarity: "cosine" } as UniversalOptions), /Did you mean "similarity"\?/);
  t.throws(() => new UniversalMemory({ beta: -1 }), /beta > 0/);
  t.throws(() => new UniversalMemory({ iterations: 0 }), /whole number >= 1/);
  t.throws(() => new UniversalMemory({ precision: "f16" as "f32" }), /one of f32, f64/);
  t.throws(() => made({ similarity: "negL1", separation: "power(2)" }).recall(noisy[0]), /scores >= 0/);
  memory.dispose();
  t.throws(() => memory.recall(noisy[0]), /disposed/);
  t.throws(() => memory.store(images), /disposed/);
  memory.dispose();
});

t.test("options of a wrong kind or a misspelt name", async (t) => {
  const memory = made({});
  const wrong = (options: unknown): UniversalOptions => options as UniversalOptions;
  t.throws(() => memory.recall(noisy[0], { visble: images[0] } as never), /Did you mean "visible"\?/);
  t.throws(() => memory.recallMany(noisy, { tops: 3 } as never), /Did you mean "top"\?/);
  t.throws(() => memory.recognize(noisy[0], { top: -1 }), /top: expected a whole number >= 0, got -1/);
  t.throws(() => memory.scores(noisy, { visible: images[0].map((_, i) => (i === 3 ? NaN : 1)) }), /visible, coordinate 3: expected a number, got NaN/);
  for (const maxSteps of [0, -1, 1.5, NaN]) t.throws(() => memory.recall(noisy[0], { maxSteps }), /maxSteps: expected a whole number >= 1/);
  for (const tolerance of [-1, NaN]) t.throws(() => memory.recall(noisy[0], { tolerance }), /tolerance: expected a number >= 0/);
  t.throws(() => memory.store([images[0]], { key: ["a"] } as never), /Did you mean "keys"\?/);
  t.equal(memory.recall(noisy[0], { top: 0 }).ranking.length, 0);
  t.equal(memory.recall(noisy[0], { top: 1e9 }).ranking.length, 40, "no more than there are");
  const refused: [unknown, RegExp][] = [
    [null, /an object, got null/], [{ similarity: 3 }, /a name, or an object with name, pair, bind, got a number/], [{ similarity: {} }, /an object without them/],
    [{ separation: { name: "mine" } }, /name, weights, lagrangian/], [{ projection: 3 }, /name, project, got a number/], [{ beta: "3" }, /beta > 0, got "3"/],
    [{ delta: "0.1" }, /0 < delta < 1/], [{ normalize: "false" }, /true or false/], [{ trace: 1 }, /true or false/], [{ backend: "gpu" }, /one of simd, scalar/],
    [{ threshold: null }, /threshold.on/], [{ separation: "softmax(3)", beta: 7 }, /one inverse temperature, got 3 of the separation and the option 7/],
  ];
  for (const [options, message] of refused) t.throws(() => new UniversalMemory(wrong(options)), { name: "EngramError", message });
  t.equal(made({ separation: "softmax(3)", beta: 3 }).parameters.beta, "3", "the same twice is no contradiction");
});

t.test("parts that never fit are refused when the memory is made, by both names", async (t) => {
  const refused = (options: UniversalOptions, name: string): void => void t.throws(() => new UniversalMemory(options), {
    name: "EngramError", message: new RegExp(`separation log: expected a similarity with scores > 0, got ${name}, whose scores are never above 0`),
  });
  refused({ separation: "log" }, "negL1");
  refused({ separation: "log", similarity: masked(negL1, images[0]) }, "masked\\(negL1\\)");
  // the names are those whose scores are never above 0, on any data
  for (const name of SIMILARITY_NAMES) {
    const similarity = similarityOf(name === "rbf" ? "rbf(0.3)" : name);
    const scores = images.flatMap((xi) => noisy.map((q) => similarity.pair(xi, q)));
    if (scores.every((s) => s <= 0)) refused({ separation: "log", similarity }, name);
    else t.doesNotThrow(() => new UniversalMemory({ separation: "log", similarity }), name);
  }
  t.doesNotThrow(() => new UniversalMemory({ mode: "reference", separation: "log" }), "the authors' pipeline has scores of its own");
  t.ok(made({ similarity: "invL1", separation: "log" }).recall(noisy[3]).index === 3);
  t.throws(() => new UniversalMemory({ projection: "meen" }), { name: "EngramError", message: /mean.*majority.*descent/ });
  t.throws(() => new UniversalMemory({ projection: "descnet" }), { name: "EngramError", message: /Did you mean "descent"/ });
  t.throws(() => new UniversalMemory({ mode: "reference", projection: "descent" }), { name: "EngramError", message: /projection mean and one iteration, got descent/ });
});

t.test("what overflows is refused, not recalled", async (t) => {
  t.throws(() => made({ beta: 1e308 }).recall(noisy[0]), /beta times every score within f64/);
  const growing = made({ similarity: "dot", separation: "power(3)", iterations: 50, precision: "f64" }, images.map((row) => row.map((x) => 5 * x)));
  t.throws(() => growing.recall(noisy[0]), /expected a finite value|that f64 can hold|finite scores/, "a state that grows without bound");
  t.ok(made({ similarity: "dot", separation: "power(3)", iterations: 50, post: "sign" }).recall(noisy[0]).converged, "bounded by the sign it settles");
  const crowd = made({ similarity: "dot", separation: "exp", beta: 1, precision: "f64" }, [1, 2, 3, 4, 5, 6, 7].map(() => [30, 0]));
  t.throws(() => crowd.recall([23.6, 0]), /(sum of the weights|energy): expected a finite value/, "seven times e^708");
});

t.test("images are patterns and cues", async (t) => {
  const picture = { width: 4, height: 3, channels: 2, data: Float32Array.from(images[4]) };
  const memory = new UniversalMemory();
  memory.store([picture, ...images.slice(5, 9)]);
  t.equal(memory.recall(picture).index, 0);
  t.equal(memory.recognize(picture).key, 0);
  t.equal(memory.energy(picture), memory.energy(images[4]));
  // a half of the pixels hidden, in both channels, and something else drawn there
  const alpha = Float32Array.from({ length: 12 }, (_, i) => (i < 6 ? 0 : 1));
  const half = { ...picture, data: picture.data.map((x, i) => (alpha[i % 12] === 0 ? 9 : x)), alpha };
  const visible = Array.from({ length: 24 }, (_, i) => alpha[i % 12]);
  const declared = memory.recall([...half.data], { visible });
  for (const found of [memory.recall(half), memory.recallMany([images[6], half])[1]]) t.ok(bits(found.state, declared.state) && bits(found.scores, declared.scores), "hidden pixels are no evidence");
  t.equal(declared.scores[0], 0);
  t.same(memory.recognize(half).ranking, declared.ranking);
  t.same([...memory.indices([images[6], half])], [2, 0]);
  t.same([...memory.scores([images[6], half])], [...memory.scores([images[6]]), ...declared.scores]);
  t.not(memory.recall(half, { visible: visible.map(() => 1) }).scores[0], 0, "unless told that all is known");
});

t.test("results are copies", async (t) => {
  const memory = made({});
  const first = memory.recall(noisy[0]);
  const state = first.state.slice();
  first.state.fill(7);
  first.scores.fill(7);
  first.weights!.fill(7);
  t.same([...memory.recall(noisy[0]).state], [...state]);
});

function bits(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

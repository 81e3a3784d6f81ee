import t from "tap";
import { merge, seeded } from "../../src/numeric/index.ts";
import { Rows } from "../../src/kernels/index.ts";
import {
  additiveFinish, additiveMerge, additivePartial, DenseMemory, ENERGY_NAMES, epanechnikov, lseFinish, lseMerge, lsePartial, lsrEnergy, rectified, softmaxEnergy,
} from "../../src/dense/index.ts";
import { UniversalMemory } from "../../src/universal/index.ts";
import type { DenseOptions } from "../../src/dense/index.ts";

const draw = (n: number, d: number, seed: number): Float64Array[] => {
  const rng = seeded(seed);
  return Array.from({ length: n }, () => Float64Array.from({ length: d }, () => Math.fround(rng.normal())));
};
const bipolar = (n: number, d: number, seed: number): Float64Array[] => draw(n, d, seed).map((row) => row.map((x) => (x > 0 ? 1 : -1)));
const binary = (energy: string): boolean => ["classical", "polynomial", "rectified", "exponential"].includes(energy);
const make = (energy: string, n: number, d: number, options: DenseOptions = {}): { memory: DenseMemory; patterns: Float64Array[] } => {
  const patterns = binary(energy) ? bipolar(n, d, 1) : draw(n, d, 1);
  const memory = new DenseMemory({ energy, ...options });
  memory.store(patterns, { keys: patterns.map((_, i) => `p${i}`) });
  return { memory, patterns };
};

for (const energy of ENERGY_NAMES) {
  t.test(`${energy}: recalls from noise; batch = single, SIMD = scalar, order and forgetting leave no trace, the file holds it all`, async (t) => {
    const n = binary(energy) ? 5 : 23;
    const d = 67;
    // Wide supports: a cue with noise .2 lies at about .2 sqrt(67) = 1.6 from its pattern, patterns at about 11 from each other.
    const options: DenseOptions = binary(energy) || energy.startsWith("lse") || energy === "gaussian" ? {} : { beta: 0.06 };
    const { memory, patterns } = make(energy, n, d, options);
    const rng = seeded(9);
    const cues = patterns.map((row) => row.map((x) => (binary(energy) ? (rng.uniform() < 0.1 ? -x : x) : x + 0.2 * rng.normal())));
    const recalls = memory.recallMany(cues);
    t.same(recalls.map(({ key }) => key), patterns.map((_, i) => `p${i}`), "keys");
    t.ok(recalls.every(({ accepted, converged }) => accepted && converged));
    t.same(memory.recall(cues[3]), recalls[3], "one cue = batch");

    const scalar = make(energy, n, d, { ...options, backend: "scalar" }).memory;
    t.same(scalar.recallMany(cues).map((r) => ({ ...r })), recalls.map((r) => ({ ...r })), "scalar twin");

    // A permuted memory sums in another order: the same keys, states within rounding (f32 sums of 23 rows).
    const shuffled = new DenseMemory({ energy, ...options });
    const order = patterns.map((_, i) => (i * 3) % n);
    shuffled.store(order.map((i) => patterns[i]), { keys: order.map((i) => `p${i}`) });
    shuffled.recallMany(cues).forEach((recall, i) => {
      t.equal(recall.key, recalls[i].key);
      t.ok(recall.state.every((value, k) => Math.abs(value - recalls[i].state[k]) < 1e-4));
    });

    const file = memory.toBytes();
    const reopened = DenseMemory.fromBytes(file);
    t.same(reopened.recall(cues[1]), memory.recall(cues[1]), "reopened");
    t.same(reopened.toBytes(), file, "the same bytes again");

    if (n > 5) {
      const kept = new DenseMemory({ energy, ...options });
      kept.store(patterns.filter((_, i) => i !== 2), { keys: patterns.map((_, i) => `p${i}`).filter((_, i) => i !== 2) });
      memory.forget("p2");
      t.same(memory.recall(cues[5]), kept.recall(cues[5]), "forgotten = never stored");
    }
    for (const m of [memory, scalar, shuffled, reopened]) m.dispose();
  });
}

t.test("no options: LSE on distances with beta by (U11), and it says so", async (t) => {
  const { memory, patterns } = make("lse", 50, 20);
  const plain = new DenseMemory();
  plain.store(patterns);
  t.match(plain.parameters, { energy: "lse", betaRule: /U11.*delta 0.01/ });
  t.equal(plain.parameters.beta, memory.parameters.beta);
  const { weights } = plain.recall(patterns[7]);
  t.ok(weights![7] > 0.9, "a clean cue gets its weight");
  t.equal(plain.recall(patterns[7]).criterion, "none");
});

t.test("LSR: exact recall, members, basin, honest rejection off the support", async (t) => {
  const { memory, patterns } = make("lsr", 12, 6, { precision: "f64", beta: 40 });
  const recall = memory.recall(patterns[4].map((x) => x + 0.01));
  t.same(recall.state, patterns[4], "to the last bit");
  t.same(recall.members, ["p4"]);
  t.ok(recall.basin! > 0);
  const far = memory.recall(new Float64Array(6).fill(50));
  t.match(far, { accepted: false, criterion: "support", reason: /outside the support.*beyond/ });
  t.equal(far.energies[0], Infinity);
  t.notOk(far.state.some(Number.isNaN));
  t.equal(far.key, undefined);
  const found = memory.minima();
  t.equal(found.preserved, 12);
  t.throws(() => make("lse", 3, 2).memory.minima(), { message: /lsr/ });
  const emergent = make("lsr", 2, 1, { precision: "f64" }).memory;
  emergent.dispose();
});

t.test("a declared half mask: hidden coordinates come from the memory", async (t) => {
  for (const energy of ["lse", "lsr"]) {
    const { memory, patterns } = make(energy, 40, 30, energy === "lsr" ? { beta: 0.5 } : {});
    const visible = Uint8Array.from({ length: 30 }, (_, k) => (k < 15 ? 1 : 0));
    const cue = patterns[11].map((x, k) => (k < 15 ? x : 0));
    const recall = memory.recall(cue, { visible });
    t.equal(recall.key, "p11");
    t.ok(recall.state.every((x, k) => Math.abs(x - patterns[11][k]) < 0.2), energy);
  }
  const { memory, patterns } = make("rectified", 4, 40);
  const cue = patterns[2].map((x, k) => (k < 25 ? x : -1));
  t.equal(memory.recall(cue, { visible: cue.map((_, k) => (k < 25 ? 1 : 0)) }).key, "p2");
});

t.test("images are patterns and cues; their hidden pixels are unknown, each cue by its own mask", async (t) => {
  const images = draw(7, 24, 5).map((data) => ({ width: 4, height: 3, channels: 2, data }));
  const hide = (image: { data: Float64Array }, hidden: (pixel: number) => boolean, drawn: number): { width: number; height: number; channels: number; data: Float64Array; alpha: Float32Array } => ({
    width: 4, height: 3, channels: 2, data: image.data.map((x, i) => (hidden(i % 12) ? drawn : x)), alpha: Float32Array.from({ length: 12 }, (_, pixel) => (hidden(pixel) ? 0 : 1)),
  });
  const visible = (image: { alpha: Float32Array }): number[] => Array.from({ length: 24 }, (_, i) => image.alpha[i % 12]);
  for (const energy of ENERGY_NAMES) {
    const memory = new DenseMemory({ energy, ...(binary(energy) ? { binarize: 0 } : energy.startsWith("lse") ? {} : { beta: 0.1 }) });
    memory.store(images);
    const cues = [images[3], hide(images[5], (pixel) => pixel < 6, 9), hide(images[1], (pixel) => pixel % 3 === 0, -4)];
    const many = memory.recallMany(cues);
    t.same(many, cues.map((cue) => memory.recall(cue)), `${energy}: batch = single`);
    t.same(many[0], memory.recall(images[3].data), `${energy}: an image is its numbers`);
    cues.slice(1).forEach((cue, i) => t.same(many[1 + i], memory.recall(cue.data, { visible: visible(cue as ReturnType<typeof hide>) }), `${energy}: alpha = visible`));
    t.same(memory.recognize(cues[1]), memory.recognize(cues[1].data, { visible: visible(cues[1] as ReturnType<typeof hide>) }));
    t.equal(memory.energy(cues[1]), memory.energy(cues[1].data), "the energy is that of the whole state");
    if (!binary(energy)) t.same(memory.gradient(cues[1]), memory.gradient(cues[1].data));
    const all = { visible: new Uint8Array(24).fill(1) };
    t.same(memory.recall(cues[1], all), memory.recall(cues[1].data, all), "unless told that all is known");
    t.throws(() => memory.recall(hide(images[0], () => true, 0)), { name: "EngramError", message: /at least one visible/ });
    for (const name of ["visible", "free"] as const) t.throws(() => memory.recall(cues[0], { [name]: [1, 1] }), { message: /24 numbers/ });
    t.throws(() => memory.recall(cues[0], { visibel: [1] } as object), { message: /Did you mean "visible"/ });
    memory.dispose();
  }
  const lse = new DenseMemory();
  lse.store(images);
  t.equal(lse.recall(hide(images[5], (pixel) => pixel < 6, 9)).key, 5, "what is drawn there is no evidence");
  const bits = new DenseMemory({ energy: "classical" });
  bits.store(bipolar(2, 24, 5));
  const half = { ...hide({ data: bipolar(2, 24, 5)[1] }, (pixel) => pixel < 4, 0) };
  t.equal(bits.recall(half).key, 1, "a hidden value need not be a bit");
  t.throws(() => bits.recall(half.data), { message: /-1 or 1/ });
});

t.test("the fold: shards cut at multiples of 256 give the bits of the whole, any grouping; other cuts agree in value", async (t) => {
  const data = draw(1100, 9, 3);
  const x = data[5].map((value) => value + 0.5);
  const pack = (from: number, to: number): Rows => {
    const rows = new Rows(9);
    rows.append(data.slice(from, to).flatMap((row) => Array.from(row)));
    return rows;
  };
  const whole = pack(0, 1100);
  const cuts = [[0, 256], [256, 768], [768, 1100]];
  const grouped = <T>(parts: T[], join: (a: T, b: T) => T): T[] => [join(join(parts[0], parts[1]), parts[2]), join(parts[0], join(parts[1], parts[2])), join(parts[2], join(parts[0], parts[1]))];
  for (const form of ["euclidean", "dot"] as const) {
    const lse = cuts.map(([from, to]) => lsePartial(pack(from, to), x, 0.7, form, { firstRow: from }));
    const want = lseFinish(lsePartial(whole, x, 0.7, form), 0.7);
    for (const tree of grouped(lse, lseMerge)) t.same(lseFinish(tree, 0.7), want, `LSE ${form}`);
    for (const [separation, scaling] of [[epanechnikov, "log"], [rectified(3), "identity"]] as const) {
      const parts = cuts.map(([from, to]) => additivePartial(pack(from, to), x, 0.1, separation, form, { firstRow: from }));
      const sum = additiveFinish(additivePartial(whole, x, 0.1, separation, form), 0.1, scaling);
      for (const tree of grouped(parts, additiveMerge)) t.same(additiveFinish(tree, 0.1, scaling), sum, `${separation.name} ${form}`);
    }
  }
  t.same(lseFinish(lsePartial(whole, x, 0.7, "euclidean"), 0.7)!.next, softmaxEnergy(0.7, "euclidean").evaluate(whole, x)[0].next, "what recall uses");
  t.equal(additiveFinish(additivePartial(whole, x, 0.1, epanechnikov, "euclidean"), 0.1, "log")!.energy, lsrEnergy(0.1).evaluate(whole, x)[0].energy);
  t.throws(() => lsePartial(whole, x, 1, "dot", { firstRow: 100 }), { message: /256/ });
  t.equal(typeof merge, "function");
});

t.test("sizes 1 and duplicates; bad input says what and where", async (t) => {
  const one = new DenseMemory();
  one.store([[1, 2, 3]]);
  t.equal(one.recall([0, 0, 0]).key, 0);
  const twins = new DenseMemory({ energy: "lsr", beta: 1 });
  twins.store([[1, 1], [1, 1], [9, 9]]);
  t.same(twins.recall([1, 1]).members, [0, 1]);
  const lines = new DenseMemory({ energy: "lsr" });
  lines.store([[1], [2], [5]]);
  t.notOk(Number.isNaN(lines.energy([2])));

  t.throws(() => new DenseMemory().recall([1]), { message: /empty memory/ });
  t.throws(() => one.recall([1, 2]), { message: /3 numbers/ });
  t.throws(() => one.recall([1, NaN, 3]), { message: /column 1.*NaN/ });
  t.throws(() => one.store([[1, 2, Infinity]]), { message: /column 2/ });
  t.throws(() => one.store([[1, 2, 3]], { keys: [0] }), { message: /twice/ });
  t.throws(() => one.store([[1, 2, 3]], { values: [[1]] }), { message: /universal/ });
  t.throws(() => one.forget("nobody"), { message: /nobody/ });
  t.throws(() => new DenseMemory({ energy: "lsse" }), { message: /Did you mean "lse"/ });
  t.throws(() => new DenseMemory({ betta: 1 } as DenseOptions), { message: /Did you mean "beta"/ });
  for (const beta of [0, -1, Infinity, NaN]) t.throws(() => new DenseMemory({ beta }), { message: /beta/ });
  t.throws(() => make("classical", 3, 5).memory.store([[0.5, 1, 1, 1, 1]]), { message: /row 0, column 0: expected -1 or 1/ });
  t.throws(() => make("classical", 3, 5).memory.gradient([1, 1, 1, 1, 1]), { message: /continuous/ });
  const bits = new DenseMemory({ energy: "classical", binarize: 0.5 });
  bits.store([[0.1, 0.9, 0.8]]);
  t.same(Array.from(bits.recall([0, 1, 1]).state), [-1, 1, 1]);
  for (const bytes of [new Uint8Array(10), undefined, null, 3, "file", {}]) t.throws(() => DenseMemory.fromBytes(bytes as never), { name: "EngramError" }, `bytes: ${String(bytes)}`);
});

t.test("options and arguments of a wrong kind are EngramErrors; nothing is taken for a number that is none", async (t) => {
  const wrong = [null, "3", NaN, -1, {}, [], true, Symbol("s"), 5n, (): number => 1];
  const refused = (use: () => unknown, label: string): void => void t.throws(use, { name: "EngramError" }, label);
  for (const energy of ["lse", "lsr", "rectified"]) {
    const memory = new DenseMemory({ energy, beta: 1, ...(energy === "rectified" ? { binarize: 0 } : {}) });
    memory.store([[1, 2, 3], [3, 1, -2]]);
    for (const value of wrong) {
      const label = `${energy}, ${typeof value === "object" ? JSON.stringify(value) : String(value)}`;
      for (const name of ["energy", "beta", "delta", "interactions", "degree", "epsilon", "maxSteps", "threshold", "precision", "backend"]) refused(() => new DenseMemory({ [name]: value } as DenseOptions), `${label} as ${name}`);
      for (const name of ["visible", "free", "maxSteps", "tolerance", "top"]) refused(() => memory.recall([1, 2, 3], { [name]: value }), `${label} as ${name}`);
      if (energy !== "rectified") for (const name of ["method", "dt"]) refused(() => memory.recall([1, 2, 3], { [name]: value }), `${label} as ${name}`);
      for (const verb of ["recall", "recognize", "energy", "gradient", "forget"] as const) refused(() => memory[verb](value as never), `${verb}(${label})`);
      if (!Array.isArray(value)) {
        refused(() => memory.store([[0, 0, 1]], { keys: value as never }), `${label} as keys`);
        refused(() => memory.store(value as never), `store(${label})`);
        refused(() => memory.recallMany(value as never), `recallMany(${label})`);
        refused(() => memory.recall({ width: 3, height: 1, channels: 1, data: Float64Array.of(1, 2, 3), alpha: value as never }), `${label} as alpha`);
      }
    }
    for (const options of [null, "x", 3]) {
      for (const use of [() => new DenseMemory(options as never), () => memory.recall([1, 2, 3], options as never), () => memory.store([], options as never), () => DenseMemory.fromBytes(memory.toBytes(), options as never)]) refused(use, `${options} as options`);
    }
    memory.dispose();
  }
});

t.test("after dispose every use is an error but another dispose, in both rooms", async (t) => {
  for (const make of [() => new DenseMemory({ energy: "lsr", beta: 1 }), () => new DenseMemory({ energy: "classical", binarize: 0 }), () => new UniversalMemory()]) {
    for (const stored of [true, false]) {
      const memory: DenseMemory | UniversalMemory = make();
      if (stored) memory.store([[1, 2, 3], [3, 2, -1]]);
      const file = stored ? memory.toBytes() : undefined;
      memory.dispose();
      memory.dispose();
      memory[Symbol.dispose]();
      const x = [1, 2, 3];
      const uses: [string, () => unknown][] = [
        ["size", () => memory.size], ["dim", () => memory.dim], ["keys", () => memory.keys], ["backend", () => memory.backend], ["parameters", () => memory.parameters],
        ["store", () => memory.store([x])], ["store of nothing", () => memory.store([])], ["recall", () => memory.recall(x)], ["recallMany", () => memory.recallMany([])],
        ["recognize", () => memory.recognize(x)], ["energy", () => memory.energy(x)], ["forget", () => memory.forget(0)], ["toBytes", () => memory.toBytes()],
        ...(memory instanceof DenseMemory
          ? [["gradient", () => memory.gradient(x)], ["minima", () => memory.minima()]] satisfies [string, () => unknown][]
          : [["valueDim", () => memory.valueDim], ["scores", () => memory.scores([x])], ["indices", () => memory.indices([x])], ["acceptAbove", () => memory.acceptAbove(undefined)]] satisfies [string, () => unknown][]),
      ];
      for (const [name, use] of uses) t.throws(use, { name: "EngramError", message: /a live memory, got one that was disposed/ }, name);
      if (file !== undefined) t.equal((memory instanceof DenseMemory ? DenseMemory : UniversalMemory).fromBytes(file).size, 2, "what was written before lives on");
    }
  }
});

t.test("a cue that is a number is told from a list of patterns", async (t) => {
  for (const memory of [new DenseMemory(), new UniversalMemory()]) {
    memory.store([[1, 2], [3, 4]]);
    for (const use of [() => memory.recall(3 as never), () => memory.recognize(3 as never)]) t.throws(use, { name: "EngramError", message: /^cue: expected an array of numbers or an image, got a number/ });
  }
});

t.test("no beta is chosen from stored rows whose scores overflow", async (t) => {
  for (const energy of ["lse", "lse-dot", "gaussian"]) {
    for (const [precision, scale] of [["f64", 1e200], ["f32", 1e30]] as const) {
      const memory = new DenseMemory({ energy, precision });
      memory.store([[scale, 0, 0], [0, scale, 0], [-scale, 0, scale]]);
      const message = new RegExp(`of stored patterns: expected a number that ${precision} can hold, got Infinity.*overflow: scale the data`);
      for (const use of [() => memory.parameters, () => memory.toBytes(), () => memory.recall([scale, 0, 0])]) t.throws(use, { name: "EngramError", message }, `${energy} ${precision}`);
      memory.forget(1);
      memory.forget(2);
      t.match(memory.parameters.betaRule, /^1, since/, "one row needs no beta");
    }
    const equal = new DenseMemory({ energy });
    equal.store([[1, 2], [1, 2]]);
    t.match(equal.parameters.betaRule, /no stored pattern leads another/, "that reason stays where it is true");
  }
});

t.test("masks: one rule in both rooms; NaN, and what is no number, is refused with its place", async (t) => {
  const X = [[1, -1, 1], [-1, 1, 1]];
  for (const make of [() => new DenseMemory(), () => new DenseMemory({ energy: "classical" }), () => new UniversalMemory()]) {
    const memory = make();
    memory.store(X);
    for (const [bad, got] of [[NaN, "NaN"], ["0", "0"], [false, "false"], [undefined, "undefined"]] as const) {
      const mask = [1, bad, 1] as number[];
      const message = new RegExp(`coordinate 1: expected a number, got ${got}`);
      for (const use of [() => memory.recall(X[0], { visible: mask }), () => memory.recallMany(X, { visible: mask }), () => memory.recognize(X[0], { visible: mask })]) t.throws(use, { name: "EngramError", message }, got);
      if (memory instanceof DenseMemory) t.throws(() => memory.recall(X[0], { free: mask }), { name: "EngramError", message: new RegExp(`free, ${message.source}`) });
    }
    t.equal(memory.recall(X[0], { visible: [1, 0, -2] }).key, 0, "what is not 0 is visible");
  }
});

t.test("an energy of 0 is 0, not -0", async (t) => {
  for (const energy of ["lsr", "quartic", "gaussian"]) {
    const memory = new DenseMemory({ energy, beta: 1, precision: "f64" });
    memory.store([[0, 0], [30, 40]]);
    const { energies } = memory.recall([0, 0]);
    t.ok(Object.is(memory.energy([0, 0]), 0) && energies.every((E) => Object.is(E, 0)), energy);
  }
  const lsr = new DenseMemory({ energy: "lsr", beta: 1 });
  lsr.store([[0, 0], [3, 4]]);
  t.ok(lsr.minima().minima.every(({ energy }) => Object.is(energy, 0)));
});

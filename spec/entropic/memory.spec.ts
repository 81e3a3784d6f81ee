/** The entropic memory: the verbs, bits, hidden parts, files, and every bad input. */
import t from "tap";
import fc from "fast-check";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { kernels } from "../../src/kernels/host.ts";
import { readEngram, tensor, writeEngram, type Tensor } from "../../src/formats/index.ts";
import { EntropicMemory, type EntropicOptions, fitQuantiser, PRESET_NAMES } from "../../src/entropic/index.ts";

const rng = seeded(51);
const [N, n] = [60, 23];
const patterns = Array.from({ length: N }, () => Float64Array.from({ length: n }, (_, j) => rng.normal() * (j + 1)));
const near = patterns.slice(0, 9).map((row) => row.map((x) => x + 0.01 * rng.normal()));
const made = (options: EntropicOptions = {}, X = patterns): EntropicMemory => {
  const memory = new EntropicMemory(options);
  memory.store(X);
  return memory;
};
const bits = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]));

t.test("no options: cifar2024; stored patterns are always accepted at iota = kappa = xi = 0", async (t) => {
  const memory = made();
  t.match(memory.parameters, { preset: "cifar2024", overrides: "none", levels: "16", quantiser: "local", sigma: "0.025", iota: "0", kappa: "0", xi: "0", cap: "1023" });
  t.same([memory.size, memory.dim, memory.keys.length], [N, n, N]);
  memory.recallMany(patterns).forEach((recall, mu) => {
    t.ok(recall.accepted && recall.criterion === "eta" && recall.converged && recall.mismatches === 0 && recall.reason === undefined, `pattern ${mu}`);
    t.equal(recall.key, mu);
    t.equal(recall.ranking.length, 5);
    t.equal(recall.energies.length, 2);
    t.ok(recall.energies[0] === memory.energy(patterns[mu]));
  });
  // sigma 0: half a quantisation step, and what f32 adds
  const ranges = memory.quantiser.ranges();
  t.ok(memory.recall(patterns[7], { sigma: 0 }).state.every((x, j) => Math.abs(x - patterns[7][j]) <= (ranges[j] / 30) * (1 + 1e-5)));
});

t.test("it warns of what would surprise", async (t) => {
  t.match(made({ levels: 8 }).parameters.warning, /sigma is 0\.2 levels: retrieval copies its cue/);
  t.match(made({ cap: 2 }).parameters.warning, /% of the cells have reached the cap 2/);
  t.match(made().parameters.warning, /a fresh cue is expected beyond the stored range in 0\.75 columns, and xi allows 0/);
  t.equal(made({ preset: "hetero2024", levels: 4, xi: 1 }).parameters.warning, undefined);
  t.match(made({}, patterns.map((row) => row.map((x, j) => (j === 3 ? 1 : x)))).parameters.warning, /column 3 is constant/);
  const wide = (varying: number): Float64Array<ArrayBuffer>[] => Array.from({ length: 9 }, (_, i) => Float64Array.from({ length: 3000 }, (_, j) => (j < varying ? (i * 7 + j) % 9 : 5)));
  t.match(made({}, wide(2350)).parameters.warning, /in 470 columns/, "constant columns have no strays; a plain number");
  t.match(made({}, wide(10)).parameters.warning, /in 2\.0 columns/);
  t.notMatch(made({}, wide(0)).parameters.warning, /fresh cue/);
});

t.test("rejection is a result with its reason", async (t) => {
  const memory = made();
  const strange = patterns[3].map((x, j) => (j === 4 ? x + 1e6 : x));
  const { accepted, reason, state, levels, key, ranking, steps } = memory.recall(strange);
  t.same([accepted, key, ranking.length, steps], [false, undefined, 0, 0]);
  t.match(reason!, /1 of 23 columns do not match \(xi allows 0\): 1 outside the range; columns 4/);
  t.ok(state.every((x) => x === 0) && levels.every((level) => level === -1));
  t.match(memory.recognize(strange), { accepted: false, criterion: "eta", reason });
  t.same(memory.explain(strange).columns.map(({ column, test }) => [column, test]), [[4, "outside"]]);
  t.ok(memory.recall(strange, { xi: 1 }).accepted);
  t.notOk(memory.recall(patterns[3], { kappa: 1e6 }).accepted);
  t.match(memory.recall(patterns[3], { kappa: 1e6 }).reason!, /weight/);
});

t.test("one cue, a batch, any batch, simd and scalar, a file: the same bits", async (t) => {
  for (const preset of PRESET_NAMES) {
    const options: EntropicOptions = { preset, levels: 8, sigma: 0.2, xi: 3 };
    const memory = made({ ...options, backend: "simd" });
    const others = [made({ ...options, backend: "scalar" }), EntropicMemory.fromBytes(memory.toBytes()), EntropicMemory.fromBytes(memory.toBytes(), { backend: "scalar" })];
    const whole = memory.recallMany(near, { seed: 9, sample: 2 });
    const visible = patterns[0].map((_, j) => (j % 3 === 0 ? 0 : 1));
    near.forEach((cue, c) => {
      for (const other of [memory, ...others]) {
        const one = other.recall(cue, { seed: 9, sample: 2 });
        t.ok(bits(one.state, whole[c].state) && bits(one.energies, whole[c].energies), `${preset} cue ${c}`);
        t.same([one.accepted, one.key, one.mismatches, one.weight], [whole[c].accepted, whole[c].key, whole[c].mismatches, whole[c].weight]);
        t.ok(bits(other.recall(cue, { visible }).state, memory.recallMany(near, { visible })[c].state));
      }
    });
    t.ok(whole.some(({ state }, c) => !bits(state, memory.recall(near[c], { seed: 10, sample: 2 }).state)), "another seed, other draws");
  }
});

t.test("stored in parts, in any order: the same table; items do not change a recall", async (t) => {
  const memory = made();
  const parts = new EntropicMemory({ items: false });
  parts.store(patterns.slice(30), { keys: patterns.slice(30).map((_, i) => `late ${i}`) });
  parts.store(patterns.slice(0, 30));
  t.same(parts.register.cells, memory.register.cells);
  t.ok(near.every((cue) => bits(parts.recall(cue).state, memory.recall(cue).state)));
  t.same([parts.recall(near[0]).key, parts.recall(near[0]).ranking], [undefined, []]);
  t.throws(() => parts.forget("late 3"), /keeps its items/);
  t.same(parts.keys.slice(29, 31), ["late 29", 30], "row numbers go on");
});

t.test("hidden pixels are undefined columns, no mismatches, and drawn from the column", async (t) => {
  const size = { width: 4, height: 4, channels: 1 };
  const X = Array.from({ length: 30 }, () => ({ ...size, data: Float32Array.from({ length: 16 }, () => rng.uniform()) }));
  const memory = new EntropicMemory();
  memory.store(X);
  const alpha = Float32Array.from({ length: 16 }, (_, k) => (k < 8 ? 0 : 1));
  const cue = { ...X[3], data: X[3].data.map((x, k) => (k < 8 ? 99 : x)), alpha };
  const visible = alpha;
  const recall = memory.recall(cue);
  t.ok(recall.accepted && recall.levels.every((level) => level >= 0));
  t.ok(bits(recall.state, memory.recall(Array.from(cue.data), { visible }).state));
  t.ok(bits(recall.state, memory.recallMany([X[4], cue])[1].state), "each image by its own mask");
  t.notOk(memory.recall(Array.from(cue.data)).accepted, "without the mask they are out of range");
  t.ok(memory.recognize(cue).accepted);
  const beyond = { ...cue, data: cue.data.map((x, k) => (k === 12 ? 99 : x)) };
  t.same(memory.explain(beyond).columns.map(({ column }) => column), [12], "hidden columns are in no reason");
  t.throws(() => memory.recall(Array.from(cue.data), { visible: [1] }), /visible/);
});

t.test("forget: as if never stored; refused where the cap took counts", async (t) => {
  const quantiser = fitQuantiser(patterns, { levels: 16 });
  const memory = made({ quantiser });
  memory.forget(5);
  memory.forget(59);
  const without = made({ quantiser }, patterns.filter((_, mu) => mu !== 5 && mu !== 59));
  t.same(memory.register.cells, without.register.cells);
  t.same([memory.size, memory.keys.includes(5)], [58, false]);
  t.ok(near.every((cue) => bits(memory.recall(cue, { xi: n }).state, without.recall(cue, { xi: n }).state)));
  t.equal(memory.recall(patterns[20], { sigma: 0 }).key, 20, "keys go on naming their items");
  t.throws(() => memory.forget(5), /key of a stored pattern/);
  const full = made({ quantiser, cap: 3 });
  t.throws(() => full.forget(0), /saturated at 3/);
  t.equal(full.size, N, "an error changes nothing");
  const exact = made({ quantiser, cap: 3, exactCounts: true });
  exact.forget(0);
  t.same(exact.register.cells, made({ quantiser, cap: 3 }, patterns.slice(1)).register.cells);
});

t.test("merge: as if stored here; other quantisers, shapes and caps are refused", async (t) => {
  const quantiser = fitQuantiser(patterns, { levels: 16 });
  const keyed = (from: number, to: number, options: EntropicOptions = {}): EntropicMemory => {
    const memory = new EntropicMemory({ quantiser, ...options });
    memory.store(patterns.slice(from, to), { keys: patterns.slice(from, to).map((_, i) => `${from + i}`) });
    return memory;
  };
  const memory = keyed(0, 25);
  memory.merge(keyed(25, 60));
  t.same(memory.register.cells, made({ quantiser }).register.cells);
  t.equal(memory.recall(patterns[40], { sigma: 0 }).key, "40");
  t.throws(() => memory.merge(keyed(3, 4)), /unique keys/);
  t.throws(() => memory.merge(keyed(3, 4, { cap: 5 })), /unique keys|cap 5/);
  t.throws(() => keyed(0, 4).merge(keyed(5, 9, { cap: 5 })), /cap 5/);
  t.throws(() => keyed(0, 4).merge(made({}, patterns.slice(9))), /one with another/);
  t.throws(() => keyed(0, 4).merge(made({ levels: 5 }, patterns.slice(9))), /one with another/);
  memory.merge(keyed(60, 60, {}).size === 0 ? (() => { const other = new EntropicMemory({ quantiser, items: false }); other.store([patterns[0]], { keys: ["again"] }); return other; })() : memory);
  t.throws(() => memory.forget("40"), /keeps its items/, "a memory without items takes them along");
});

t.test("files: everything comes back; the same bytes", async (t) => {
  for (const options of [{}, { items: false }, { preset: "hetero2024", exactCounts: true }, { preset: "mnist2021", quantiser: "global" }, { levels: 300, cap: 70000, sigma: 0.1, iota: 0.3, kappa: 0.5, xi: 4 }] as EntropicOptions[]) {
    const memory = new EntropicMemory(options);
    memory.store(patterns, { keys: patterns.map((_, i) => (i % 2 === 0 ? `p${i}` : i)) });
    const bytes = memory.toBytes();
    const again = EntropicMemory.fromBytes(bytes);
    t.same(again.parameters, memory.parameters);
    t.same(again.keys, memory.keys);
    t.same(again.register.cells, memory.register.cells);
    t.ok(Buffer.from(again.toBytes()).equals(Buffer.from(bytes)), "the same bytes");
    again.store([patterns[0]]);
    t.equal(again.keys[60], 60, "the running number goes on");
    if (options.items !== false && options.preset !== "mnist2021") again.forget("p0");
  }
});

/** A file with something changed, its digest right. */
function altered(bytes: Uint8Array, change: (parameters: Record<string, string>, tensors: Record<string, Tensor>) => void): Uint8Array {
  const { model, parameters, tensors } = readEngram(bytes);
  const [p, x] = [{ ...parameters }, Object.fromEntries(tensors)];
  change(p, x);
  return writeEngram({ model, parameters: p, tensors: x });
}

t.test("hostile files: each lie is found", async (t) => {
  const bytes = made({ exactCounts: true }).toBytes();
  const plain = made().toBytes();
  const lies: Record<string, Parameters<typeof altered>[1]> = {
    "no cells": (_, x) => delete x.cells,
    "cells f32": (_, x) => (x.cells = tensor(new Float32Array(n * 16), [n, 16])),
    "cells u64": (_, x) => (x.cells = tensor(new BigUint64Array(n * 16), [n, 16])),
    "cells of one dimension": (_, x) => (x.cells = tensor(new Uint16Array(n * 16))),
    "no columns": (_, x) => (x.cells = tensor(new Uint16Array(0), [0, 16])),
    "more levels than a level can name": (_, x) => (x.cells = tensor(new Uint16Array(70000), [1, 70000])),
    "a cell above the cap": (_, x) => ((x.cells = { ...x.cells, data: x.cells.data.slice() }).data[0] = 1024),
    "a cell that is not its count": (_, x) => ((x.cells = { ...x.cells, data: x.cells.data.slice() }).data[3] = 999),
    "short undefined row": (_, x) => (x.undefinedRow = tensor(new Uint32Array(n - 1))),
    "counts that are not the cells": (_, x) => (x.counts = tensor(new Uint32Array(n * 16), [n, 16])),
    "counts of another shape": (_, x) => (x.counts = tensor(new Uint32Array(n * 15), [n, 15])),
    "lo of another length": (_, x) => (x.lo = tensor(new Float64Array(n + 1))),
    "lo NaN": (_, x) => (x.lo = tensor(new Float64Array(n).fill(NaN))),
    "lo above hi": (_, x) => (x.lo = tensor(new Float64Array(n).fill(1e9))),
    "items out of range": (_, x) => (x.items = tensor(new Uint8Array(N * n).fill(16), [N, n])),
    "fewer items": (_, x) => (x.items = tensor(new Uint8Array((N - 1) * n), [N - 1, n])),
    "items of another width": (_, x) => (x.items = tensor(new Uint8Array(N * 2), [N, 2])),
    "no items": (_, x) => (x.items = tensor(new Uint8Array(0), [0, n])),
    "keys of another count": (_, x) => (x.keys = tensor(new TextEncoder().encode("[1,2]"))),
    "keys twice": (_, x) => (x.keys = tensor(new TextEncoder().encode(JSON.stringify(patterns.map(() => 1))))),
    "size a lie": (p) => (p.size = "1e9"),
    "size no number": (p) => (p.size = "many"),
    "nextKey behind": (p) => (p.nextKey = "3"),
    "cap 0": (p) => (p.cap = "0"),
    "no cap": (p) => delete p.cap,
    "cap NaN": (p) => (p.cap = "x"),
    "sigma -1": (p) => (p.sigma = "-1"),
    "xi 1e400": (p) => (p.xi = "1e400"),
    "no such policy": (p) => (p.outside = "maybe"),
    "no such flag": (p) => (p.reference = "perhaps"),
    "no such preset": (p) => (p.preset = "cifar"),
    "no such quantiser": (p) => (p.quantiser = "curved"),
  };
  for (const [what, lie] of Object.entries(lies)) t.throws(() => EntropicMemory.fromBytes(altered(bytes, lie), { name: "x.engram" }), EngramError, what);
  t.throws(() => EntropicMemory.fromBytes(altered(plain, (_, x) => ((x.cells = { ...x.cells, data: x.cells.data.slice() }).data[3] = 999))), /another table/);
  const lean = made({ items: false }).toBytes();
  t.throws(() => EntropicMemory.fromBytes(altered(lean, (p, x) => { delete x.keys; p.size = String(2 ** 52); p.nextKey = p.size; })), /items or keys/);
  t.throws(() => EntropicMemory.fromBytes(altered(lean, (p) => { p.size = String(2 ** 52); p.nextKey = p.size; })), EngramError, "a size without items is no reason to allocate");
  t.throws(() => EntropicMemory.fromBytes(writeEngram({ model: "dense", parameters: {}, tensors: {} })), /model entropic/);
  for (const cut of [0, 8, 100, 500, bytes.length - 1]) t.throws(() => EntropicMemory.fromBytes(bytes.slice(0, cut)), EngramError);
  fc.assert(fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
    const wrong = bytes.slice();
    wrong[at] ^= by;
    try {
      EntropicMemory.fromBytes(wrong);
      return false;
    } catch (error) {
      return error instanceof EngramError;
    }
  }), { numRuns: 60 });
});

t.test("bad input is refused and changes nothing", async (t) => {
  for (const bad of [{ levels: 0 }, { levels: 1.5 }, { levels: NaN }, { preset: "cifar" }, { quantiser: "lokal" }, { sigma: -1 }, { cap: 0 }, { xi: 0.5 }, { iota: NaN }, { sigme: 0.1 }, null, 5] as unknown as EntropicOptions[]) {
    t.throws(() => new EntropicMemory(bad), EngramError, JSON.stringify(bad));
  }
  for (const levels of [5793, 20000, 65534]) t.throws(() => new EntropicMemory({ levels }), new RegExp(`levels m: expected at most 5792 to recall from, got ${levels}`));
  new EntropicMemory({ levels: 5792 }).dispose();
  const fine = new EntropicMemory({ quantiser: fitQuantiser([[0], [1]], { levels: 65534 }) });
  fine.store([[0], [1]]);
  t.ok(fine.recognize([1]).accepted, "of a quantiser that is given: recognised, not recalled");
  t.throws(() => fine.recall([1]), /at most 5792/);
  fine.dispose();
  t.throws(() => new EntropicMemory({ levels: 4, quantiser: fitQuantiser(patterns, { levels: 5 }) }), /5, those of the quantiser/);
  const empty = new EntropicMemory();
  for (const ask of [() => empty.recall([1]), () => empty.recognize([1]), () => empty.energy([1]), () => empty.forget(0), () => empty.toBytes(), () => empty.register]) t.throws(ask, /empty memory/);
  empty.store([]);
  t.same([empty.size, empty.dim], [0, 0]);
  const memory = made();
  t.throws(() => memory.store([[1, 2]]), /23 numbers/);
  t.throws(() => memory.store([patterns[0].map((x, j) => (j === 2 ? NaN : x))]), /row 0, column 2/);
  t.throws(() => memory.store([patterns[0].map((x, j) => (j === 2 ? 1e300 : x))]), /f32/);
  t.throws(() => memory.store([patterns[0]], { keys: [3] }), /unique keys/);
  t.throws(() => memory.store([patterns[0]], { values: [[1]] }), /HeteroMemory/);
  t.equal(memory.size, N);
  for (const cue of [[1, 2], [], patterns[0].map(() => NaN), patterns[0].map(() => Infinity), null, 5, "x"]) t.throws(() => memory.recall(cue as number[]), EngramError, String(cue));
  for (const bad of [{ sigma: -1 }, { sigma: NaN }, { seed: 0.5 }, { top: -1 }, { top: 1.5 }, { temperature: 0 }, { mode: "x" }, { xi: -1 }, { sigme: 1 }]) t.throws(() => memory.recall(patterns[0], bad as never), EngramError, JSON.stringify(bad));
  t.throws(() => memory.recall(patterns[0], { sigme: 1 } as never), /Did you mean "sigma"/);
  t.ok(memory.recall(patterns[0], { sigma: 0 }).accepted, "the documented limit");
  t.throws(() => new EntropicMemory({ constantColumns: "refuse" }).store([[1, 2], [1, 3]]) ?? made({ constantColumns: "refuse" }, [Float64Array.of(1, 2), Float64Array.of(1, 3)]).recall([1, 2]), /column 0 is constant/);
  memory.dispose();
  for (const ask of [() => memory.recall(patterns[0]), () => memory.store(patterns), () => memory.recognize(patterns[0]), () => memory.toBytes(), () => memory.forget(0), () => memory.energy(patterns[0]), () => memory.size, () => memory.dim, () => memory.keys, () => memory.backend, () => memory.parameters, () => memory.register]) t.throws(ask, /disposed/);
  memory.dispose();
});

t.test("a memory that comes from a file merges", async (t) => {
  const quantiser = fitQuantiser(patterns, { levels: 16 });
  const [a, b] = [made({ quantiser }, patterns.slice(0, 30)), new EntropicMemory({ quantiser })];
  b.store(patterns.slice(30), { keys: patterns.slice(30).map((_, i) => `b ${i}`) });
  a.merge(EntropicMemory.fromBytes(b.toBytes()));
  t.equal(a.size, N);
  t.same(a.register.cells, made({ quantiser }).register.cells);
});

t.test("exact counts of undefined columns survive a file", async (t) => {
  const memory = new EntropicMemory({ quantiser: fitQuantiser([[0, 0], [1, 1]], { levels: 4 }), cap: 1, exactCounts: true });
  memory.store([[5, 0], [6, 0], [0, 1]]);
  const bytes = memory.toBytes();
  const again = EntropicMemory.fromBytes(bytes);
  again.forget(0);
  t.same([...again.register.undefinedRow], [1, 0], "two were undefined, one is left");
  again.forget(1);
  t.same([[...again.register.undefinedRow], again.size], [[0, 0], 1]);
  const { model, parameters, tensors } = readEngram(bytes);
  for (const undefinedCounts of [undefined, tensor(Uint32Array.of(1, 0)), tensor(Uint32Array.of(0, 0)), tensor(Uint32Array.of(2)), tensor(Float64Array.of(2, 0))]) {
    const { undefinedCounts: _, ...rest } = Object.fromEntries(tensors);
    t.throws(() => EntropicMemory.fromBytes(writeEngram({ model, parameters, tensors: undefinedCounts === undefined ? rest : { ...rest, undefinedCounts } })), EngramError);
  }
});

t.test("options that cannot work are refused at once, and a given quantiser refuses strays when they are stored", async (t) => {
  for (const bad of [{ quantiser: "percentile", outside: "error" }, { preset: "hetero2024", outside: "error" }, { constantColumns: "x" }]) t.throws(() => new EntropicMemory(bad as never), EngramError, JSON.stringify(bad));
  const used = (): number => kernels()!.arena.usedBytes;
  const before = used();
  const memory = new EntropicMemory({ quantiser: fitQuantiser([[0, 0], [1, 1]], { levels: 4 }), outside: "error" });
  t.throws(() => memory.store([[0, 0], [9, 0]]), EngramError);
  t.equal(memory.size, 0);
  memory.store([[1, 0]]);
  t.ok(memory.recall([1, 0]).accepted);
  memory.dispose();
  t.equal(used(), before, "nothing stays behind");
});

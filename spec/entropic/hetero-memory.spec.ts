/** Pairs of features: recognition, recall both ways, files, bad input. */
import t from "tap";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { readEngram, tensor, writeEngram, type Tensor } from "../../src/formats/index.ts";
import { kernels } from "../../src/kernels/host.ts";
import { HETERO_MODES, HeteroMemory, HeteroRegister, type HeteroMemoryOptions } from "../../src/entropic/index.ts";

const rng = seeded(77);
const [N, n, p] = [24, 9, 7];
/** Three classes; both sides scatter little around their class. */
const centres = [n, p].map((dim) => Array.from({ length: 3 }, () => Array.from({ length: dim }, () => 4 * rng.normal())));
const pairs = Array.from({ length: N }, (_, c) => centres.map((all) => all[c % 3].map((x) => x + 0.2 * rng.normal())));
const [left, right] = [pairs.map(([v]) => v), pairs.map(([, w]) => w)];
const made = (options: HeteroMemoryOptions = {}): HeteroMemory => {
  const memory = new HeteroMemory(options);
  memory.store(left.slice(0, 10), { values: right.slice(0, 10) });
  memory.store(left.slice(10), { values: right.slice(10) });
  return memory;
};

t.test("every registered pair is recognised at 0, 0, 0, and its partner is in every column of the projection", async (t) => {
  const memory = made();
  t.equal(memory.size, N);
  for (let c = 0; c < N; c++) {
    t.ok(memory.recognize(left[c], right[c]).accepted, `pair ${c}`);
    const w = memory.register.levels("right", memory.quantiser("right").transform(right[c]));
    const { P, levels } = memory.register.project("left", memory.register.levels("left", memory.quantiser("left").transform(left[c])));
    t.ok(w.every((b, j) => P[j * levels + b] > 0));
  }
  t.notOk(memory.recognize(left[0], right[1]).accepted, "another class");
});

t.test("a pair nothing is known of is rejected: its weight (E28) is 0 / 0", async (t) => {
  const memory = new HeteroMemory();
  const ends = (dim: number): number[][] => Array.from({ length: 40 }, (_, c) => new Array<number>(dim).fill(c % 2 === 0 ? 0 : 10));
  memory.store(ends(3), { values: ends(2) });
  t.same(memory.recognize([5, 5, 5], [5, 5]), { accepted: false, mismatches: 0, weight: 0, leastWeight: 0, failed: ["kappa"] });
  t.ok(memory.recognize([10, 10, 10], [10, 10]).accepted);
  const { register } = memory;
  const none = [NaN, NaN, NaN];
  t.notOk(register.recognize(none, [0, 0]).accepted, "undefined throughout");
  t.notOk(register.recognize([0, 0, 0], [NaN, NaN]).accepted);
  t.notOk(register.recognize([0, 0, 0], [0, 0], [0, 0, 0], [1, 1]).accepted, "weights of 0");
  memory.dispose();
});

t.test("recall brings the class of the partner, from either side, in every mode, the same for the same seed", async (t) => {
  const memory = made();
  const nearest = (x: ArrayLike<number>, side: 0 | 1): number => {
    const d = centres[side].map((centre) => centre.reduce((sum, y, j) => sum + (y - x[j]) ** 2, 0));
    return d.indexOf(Math.min(...d));
  };
  for (const mode of ["random", "test", "search"] as const) {
    for (let c = 0; c < N; c++) {
      const there = memory.recall(left[c], { mode });
      const back = memory.recall(right[c], { mode, from: "right" });
      t.ok(there.accepted && nearest(there.state, 1) === c % 3 && back.accepted && nearest(back.state, 0) === c % 3, `${mode} ${c}`);
      t.same(memory.recall(left[c], { mode }), there);
    }
  }
  const strange = memory.recall(left[0].map((x, j) => (j === 4 ? centres[0][1][4] : x)), { mode: "random" });
  if (!strange.accepted) t.ok(strange.state.every((x) => x === 0) && /columns of the projection are empty/.test(strange.reason!));
  t.match(strange.criterion, "eta");
});

t.test("files: the same answers; lies are found", async (t) => {
  const memory = made({ sigma: 0.2, xi: 2, levels: 8 });
  const bytes = memory.toBytes();
  const again = HeteroMemory.fromBytes(bytes);
  t.ok(Buffer.from(again.toBytes()).equals(Buffer.from(bytes)));
  t.same(again.recall(left[5]), memory.recall(left[5]));
  t.same(again.recognize(left[5], right[8]), memory.recognize(left[5], right[8]));
  const altered = (change: (p: Record<string, string>, x: Record<string, Tensor>) => void): Uint8Array => {
    const { model, parameters, tensors } = readEngram(bytes);
    const [q, x] = [{ ...parameters }, Object.fromEntries(tensors)];
    change(q, x);
    return writeEngram({ model, parameters: q, tensors: x });
  };
  const lies: ((p: Record<string, string>, x: Record<string, Tensor>) => unknown)[] = [
    (_, x) => delete x.table, (_, x) => (x.table = tensor(new Uint16Array(16), [2, 2, 2, 2])), (_, x) => (x.table = tensor(new Uint16Array(4), [2, 2])),
    (_, x) => delete x.leftCells, (_, x) => (x.rightCells = tensor(new Uint16Array(8), [1, 8])), (_, x) => (x.leftUndefined = tensor(new Uint32Array(1))),
    (p) => (p.levels = "9"), (p) => (p.size = "-1"), (p) => (p.size = "x"), (p) => (p.size = "0"), (p) => (p.cap = "0"), (p) => (p.cap = "2"), (p) => (p.left = "{"), (p) => (p.left = "{}"), (p) => (p.right = p.left), (p) => delete p.sigma, (p) => (p.shape = "9 7 8"),
    (p) => (p.nextKey = "3"), (_, x) => (x.left = tensor(new Uint8Array(N * n), [N, n])), (_, x) => (x.left = tensor(new Uint8Array(N * n).fill(8), [N, n])), (_, x) => delete x.left, (_, x) => (x.keys = tensor(new TextEncoder().encode("[1]"))),
    (_, x) => (x.leftCells = tensor(new Uint16Array(n * 8), [n, 8])), (_, x) => (x.labels = tensor(new Uint16Array(3))),
  ];
  lies.forEach((lie, i) => t.throws(() => HeteroMemory.fromBytes(altered(lie)), EngramError, `lie ${i}`));
  t.throws(() => HeteroMemory.fromBytes(bytes.slice(0, -1)), EngramError);
  t.throws(() => HeteroMemory.fromBytes(writeEngram({ model: "entropic", parameters: {}, tensors: {} })), /model entropic-hetero/);
});

t.test("a table with few rows in use is written as those rows, and read back to the same bytes", async (t) => {
  const memory = new HeteroMemory({ levels: 32, cap: 9 });
  memory.store(left, { values: right, keys: left.map((_, c) => `pair ${c}`), labels: left.map((_, c) => c % 3) });
  t.ok(memory.register.table.occupancy < 1 / 3);
  const bytes = memory.toBytes();
  const { tensors } = readEngram(bytes);
  t.notOk(tensors.has("table"));
  t.equal(tensors.get("rows")!.shape[0], memory.register.table.filledRows().rows.length);
  const again = HeteroMemory.fromBytes(bytes);
  t.ok(Buffer.from(again.toBytes()).equals(Buffer.from(bytes)));
  t.same([again.keys, again.labels, again.entropy], [memory.keys, memory.labels, memory.entropy]);
  t.same(again.recall(left[3], { mode: "prototype" }), memory.recall(left[3], { mode: "prototype" }));
  const { model, parameters, tensors: held } = readEngram(bytes);
  const rows = held.get("rows")!.data as Uint32Array;
  for (const lie of [rows.slice().reverse(), rows.map((row, k) => (k === 1 ? rows[0] : row)), rows.map((row, k) => (k === rows.length - 1 ? n * p * 32 : row))]) {
    t.throws(() => HeteroMemory.fromBytes(writeEngram({ model, parameters, tensors: { ...Object.fromEntries(held), rows: tensor(lie) } })), EngramError);
  }
});

t.test("forget is exact: what is left is what never held the pair; all or nothing", async (t) => {
  const quantisers = made();
  const whole = made();
  for (const key of [23, 0, 11]) whole.forget(key);
  t.same(whole.keys, quantisers.keys.filter((key) => ![0, 11, 23].includes(key as number)));
  // The same quantisers: the pairs left, registered into empty tables.
  const rest = new HeteroRegister(whole.register.shape);
  for (let c = 0; c < N; c++) {
    if ([0, 11, 23].includes(c)) continue;
    rest.register(quantisers.side("left").levels(quantisers.quantiser("left").transform(left[c])), quantisers.side("right").levels(quantisers.quantiser("right").transform(right[c])));
  }
  t.same(whole.register.table.toArray(), rest.table.toArray());
  t.same([whole.size, whole.register.size, whole.side("left").size, whole.side("right").size], [N - 3, N - 3, N - 3, N - 3]);
  t.equal(whole.entropy, rest.entropy);
  t.ok(whole.keys.every((key) => whole.recognize(left[key as number], right[key as number]).accepted));
  const again = HeteroMemory.fromBytes(whole.toBytes());
  t.same(again.keys, whole.keys);
  again.store([left[0]], { values: [right[0]] });
  t.equal(again.keys.at(-1), N, "a number once given is never given again");
  t.throws(() => whole.forget(0), /the key of a stored pair|the key of a stored pattern/);
  const capped = made({ cap: 3 });
  const before = capped.toBytes();
  t.throws(() => capped.forget(0), /cap/);
  t.ok(Buffer.from(capped.toBytes()).equals(Buffer.from(before)), "refused whole");
  const bare = made({ items: false });
  t.throws(() => bare.forget(0), /keeps its items/);
  t.same(bare.recall(left[0]).ranking, []);
  t.ok(Buffer.from(HeteroMemory.fromBytes(bare.toBytes()).toBytes()).equals(Buffer.from(bare.toBytes())));
  const last = new HeteroMemory();
  last.store([[1, 2]], { values: [[3]], keys: ["only"] });
  last.forget("only");
  t.equal(last.size, 0);
  t.throws(() => last.recall([1, 2]), /empty memory/);
  last.store([[1, 2]], { values: [[3]], keys: ["only"] });
  t.ok(last.recognize([1, 2], [3]).accepted);
  const register = new HeteroRegister({ n: 1, p: 1, m: 2, q: 2 }, { cap: 2 });
  t.throws(() => register.unregister([0], [0]), /registered/);
  register.register([0, 0], [1, 1]);
  t.throws(() => register.unregister([0], [1]), /cap/, "at the cap counts may be lost");
});

t.test("keys and classes: the nearest stored partner is named; prototypes of classes, oracles, hidden columns", async (t) => {
  // With few pairs a class mean may lie on empty cells: sqrt(xi) = 5 of 7 are allowed.
  const memory = new HeteroMemory({ xi: 25 });
  const keys = left.map((_, c) => `p${c}`);
  memory.store(left, { values: right, keys, labels: left.map((_, c) => c % 3) });
  t.same([memory.keys, memory.labels], [keys, left.map((_, c) => c % 3)]);
  for (let c = 0; c < N; c += 5) {
    for (const mode of HETERO_MODES) {
      const found = memory.recall(left[c], { mode, top: 3, ...(mode === "partner" ? { partner: right[c] } : {}) });
      t.equal(found.ranking.length, 3);
      t.equal(found.key, found.ranking[0].key);
      t.equal(keys.indexOf(String(found.key)) % 3, c % 3, `${mode} ${c}: of the class`);
      t.equal(found.oracle, mode === "partner");
      if (mode === "prototype") t.equal(found.chosen, c % 3);
    }
    const given = { mode: "prototype", prototypes: centres[1], classify: (w: Float64Array) => [0, 1, 2].find((k) => centres[1][k].every((x, j) => Math.abs(x - w[j]) < 2)) ?? 9 } as const;
    t.equal(memory.recall(left[c], given).chosen, c % 3);
    t.match(memory.recall(left[c], { mode: "prototype", label: c % 3 }), { oracle: true, chosen: c % 3 });
    const half = memory.recall(left[c], { visible: left[c].map((_, i) => (i < 5 ? 1 : 0)) });
    t.equal(keys.indexOf(String(half.key)) % 3, c % 3, "half a cue");
  }
  const stored = memory.energy(left[0], right[0]);
  t.ok(stored < memory.energy(left[0], right[1]), "less surprising than a pair that was never stored");
  const [v, w] = [memory.side("left").levels(memory.quantiser("left").transform(left[0])), memory.side("right").levels(memory.quantiser("right").transform(right[0]))];
  let literal = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) literal += -Math.log2((memory.register.table.get(i, j, v[i], w[j]) + 1) / (N + 256)) / (n * p);
  t.ok(Math.abs(stored - literal) < 1e-12, "(T + 1) / (N + m q), the mean over pairs of columns");
  t.match(memory.parameters, { entropy: String(memory.entropy), store: "dense", preset: "hetero2024" });
  for (const [bad, message] of [
    [{ mode: "partner" }, /partner/], [{ partner: right[0] }, /mode partner/], [{ mode: "random", label: 1 }, /mode prototype/], [{ mode: "prototype", label: 7 }, /0, 1, 2/], [{ top: -1 }, /top/], [{ visible: [1] }, /visible/],
    [{ mode: "prototype", prototypes: [[1]] }, /prototypes/],
  ] as const) t.throws(() => memory.recall(left[0], bad as never), message);
  t.throws(() => made().recall(left[0], { mode: "prototype" }), /labels/);
  for (const [bad, message] of [
    [{ keys: ["x"] }, /keys/], [{ keys: ["p0", "y"] }, /twice/], [{ labels: [1] }, /labels/], [{ labels: [1, 0.5] }, /whole numbers/], [{}, /labels/],
  ] as const) t.throws(() => memory.store(left.slice(0, 2), { values: right.slice(0, 2), ...bad }), message);
  t.throws(() => made().store(left.slice(0, 1), { values: right.slice(0, 1), labels: [1] }), /all pairs or to none/);
  t.equal(memory.size, N);
});

t.test("bad input", async (t) => {
  const memory = made();
  for (const bad of [() => new HeteroMemory({ levels: 0 }), () => new HeteroMemory({ sigma: -1 }), () => new HeteroMemory().recall([1]), () => new HeteroMemory().toBytes(), () => memory.store(left, { values: right.slice(1) }),
    () => memory.store([[1]], { values: [right[0]] }), () => memory.store([left[0]], { values: [[NaN]] }), () => memory.recall([1]), () => memory.recall(left[0], { mode: "x" } as never), () => memory.recall(left[0], { from: "x" } as never),
    () => memory.recall(left[0], { seed: 0.5 }), () => memory.recognize(right[0], left[0])]) t.throws(bad, EngramError);
  for (const x of [1e300, -3.5e38]) {
    t.throws(() => memory.store([left[0], left[1].map((y, j) => (j === 2 ? x : y))], { values: right.slice(0, 2) }), /patterns, row 1, column 2: expected a number that f32 can hold/);
    const fresh = new HeteroMemory();
    t.throws(() => fresh.store(left.slice(0, 2), { values: [right[0].map((y, j) => (j === 3 ? x : y)), right[1]] }), /values, row 0, column 3: expected a number that f32 can hold/);
    t.same([fresh.size, fresh.dim], [0, 0]);
  }
  t.equal(memory.size, N);
  memory.dispose();
  for (const ask of [() => memory.recognize(left[0], right[0]), () => memory.recall(left[0]), () => memory.store(left, { values: right }), () => memory.toBytes()]) t.throws(ask, /disposed/);
});

t.test("options by name; a batch is its cues one by one; refused files leave nothing behind", async (t) => {
  for (const bad of [{ iotta: 0.5 }, { outside: "error" }, { undefinedIsMismatch: true }, { preset: "x" }, { cap: 70000 }, { quantiser: "x" }, { store: "x" }, { items: 1 }, { constantColumns: "x" }]) t.throws(() => new HeteroMemory(bad as never), EngramError, JSON.stringify(bad));
  t.throws(() => new HeteroRegister({ n: 1, m: 2, p: 1, q: 2 }, { sigmma: 1 } as never), EngramError);
  const memory = made();
  for (const ask of [() => memory.store(left, undefined as never), () => memory.store(left, { values: right, keys: [] } as never), () => memory.recall(left[0], { sead: 1 } as never)]) t.throws(ask, EngramError);
  t.same([memory.dim, memory.rightDim, memory.backend, new HeteroMemory({ backend: "scalar" }).backend, new HeteroMemory().dim], [n, p, "simd", "scalar", 0]);
  t.same(memory.recallMany(left.slice(0, 5), { seed: 3 }), left.slice(0, 5).map((cue) => memory.recall(cue, { seed: 3 })));
  t.same(memory.recallMany(right.slice(0, 2), { from: "right" }), right.slice(0, 2).map((cue) => memory.recall(cue, { from: "right" })));
  const { model, parameters, tensors } = readEngram(memory.toBytes());
  const bad = writeEngram({ model, parameters, tensors: { ...Object.fromEntries(tensors), rightCells: tensor(new Uint16Array(8), [8, 1]) } });
  const used = kernels()!.arena.usedBytes;
  t.throws(() => HeteroMemory.fromBytes(bad), EngramError);
  t.equal(kernels()!.arena.usedBytes, used);
  const scalar = HeteroMemory.fromBytes(memory.toBytes(), { backend: "scalar" });
  t.same([scalar.backend, scalar.recognize(left[0], right[0])], ["scalar", memory.recognize(left[0], right[0])]);
});

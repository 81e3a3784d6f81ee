/** The hetero-associative register: fixture 14.6, numpy, stores, every way of retrieval, and bad input. */
import t from "tap";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { NO_LEVEL } from "../../src/kernels/index.ts";
import {
  alternate, AssociativeRegister, Candidate, classPrototypes, cueFreeRecalls, cueOracle, drawFrom, HeteroMemory, HeteroRegister, HeteroTable, modulated, prototypeOracle,
  prototypeRetrieval, randomRetrieval, sampleAndTest, searchAndTest, type HeteroOptions, type HeteroShape,
} from "../../src/entropic/index.ts";
import { BackRows, Judge } from "../../src/entropic/hetero-judge.ts";
import { chiSquare, golden, worst } from "./golden.ts";

const rng = seeded(2411);
const draws = (Q: number, n: number, m: number): number[] => Array.from({ length: Q * n }, () => Math.floor(m * rng.uniform()));

t.test("fixture 14.6 by hand", async (t) => {
  const register = new HeteroRegister({ n: 2, p: 1, m: 2, q: 2 });
  register.register([0, 0, 0, 1], [1, 0]);
  const { P, recognised } = register.project("left", [0, 0]);
  t.same([[...P], recognised], [[0, 2], true]);
  const found = randomRetrieval(register, "left", [0, 0], { rng });
  t.same([[...found.levels], found.distance], [[1], 0]);
  const other = register.project("left", [1, 0]);
  t.same([[...other.P], other.recognised, other.empty], [[0, 0], false, [0]]);
  t.match(randomRetrieval(register, "left", [1, 0], { rng }), { accepted: false, distance: Infinity, reason: /1 of 1 columns/ });
  t.same(register.recognize([0, 0], [0]).mismatches, 1);
});

t.test("against numpy: table, entropy, mismatches, projections, distances", async (t) => {
  for (const { n, p, m, q, iota, left, right, table, H, mean, cues } of golden().hetero) {
    for (const store of ["auto", "dense", "blocked"] as const) {
      const register = new HeteroRegister({ n, p, m, q }, { iota, kappa: 1, store });
      register.register(left, right);
      t.same([...register.table.toArray()], table, `${store} table`);
      // sums of n p entropies, and (E25) as log2 S - sum x log2 x / S
      t.ok(Math.abs(register.entropy - H) < 1e-12, `${store} entropy`);
      t.equal(register.fullness, table.filter((x) => x > 0).length / table.length);
      cues.forEach(({ v, w, g, P, recognised, distance, mismatches, weight }, c) => {
        const projection = register.project("left", v, g);
        t.ok(worst(projection.P, P) < 1e-13, `${store} cue ${c} P`);
        t.equal(projection.recognised, recognised);
        const pair = register.recognize(v, w);
        t.equal(pair.mismatches, mismatches);
        t.ok(Math.abs(pair.weight - weight) < 1e-12 && Math.abs(pair.leastWeight - mean) < 1e-12);
        t.ok(Math.abs(new Candidate(register, "left", v, register.project("left", v), w).distance - distance) < 1e-12, `${store} cue ${c} distance`);
      });
    }
  }
});

t.test("(E31), (E36): from scratch, after moves, and as written", async (t) => {
  const [n, p, m, q] = [5, 7, 4, 3];
  for (const iota of [0, 0.5]) {
    const register = new HeteroRegister({ n, p, m, q }, { iota });
    register.register(draws(60, n, m), draws(60, p, q));
    for (const side of ["left", "right"] as const) {
      const [own, levels, columns, other] = side === "left" ? [n, m, p, q] : [p, q, n, m];
      const v = draws(1, own, levels).map((x, i) => (i === 2 ? NaN : x));
      const projection = register.project(side, v);
      const T = (i: number, a: number, j: number, b: number): number => {
        const held = side === "left" ? register.table.get(i, j, a, b) : register.table.get(j, i, b, a);
        return held >= (side === "left" ? register.least(i, j) : register.least(j, i)) ? held : 0;
      };
      const literal = (w: ArrayLike<number>): number => {
        let [sum, defined] = [0, 0];
        for (let i = 0; i < own; i++) {
          if (Number.isNaN(v[i])) continue;
          defined++;
          const back = Array.from({ length: levels }, (_, a) => {
            let [mass, all] = [0, true];
            for (let j = 0; j < columns; j++) {
              mass += projection.P[j * other + w[j]] * T(i, a, j, w[j]);
              all &&= T(i, a, j, w[j]) > 0;
            }
            return all ? mass : 0;
          });
          const total = back.reduce((x, y) => x + y, 0);
          if (total > 0) back.forEach((x, a) => (sum += ((a - v[i]) ** 2 * x) / total));
        }
        return sum / defined;
      };
      const w = draws(1, columns, other);
      const candidate = new Candidate(register, side, v, projection, w);
      t.ok(Math.abs(candidate.distance - literal(w)) < 1e-12, `${side} from scratch`);
      const judge = new Judge(register, side, v, projection, new BackRows(register, projection.side));
      for (let k = 0; k < 60; k++) {
        // Some columns undefined, as of an empty one, and some objects that meet nothing.
        const object = Uint16Array.from(draws(1, columns, other), (b, j) => (k % 5 === 0 && j === k % columns ? NO_LEVEL : b));
        t.equal(judge.distance(object), new Candidate(register, side, v, projection, object).distance, `${side}: judged alone, the same bits`);
      }
      t.equal(judge.distance(new Uint16Array(columns).fill(NO_LEVEL)), 0);
      for (let k = 0; k < 40; k++) {
        const [j, b] = [Math.floor(columns * rng.uniform()), Math.floor(other * rng.uniform())];
        candidate.move(j, b);
        w[j] = b;
        t.equal(candidate.distance, new Candidate(register, side, v, projection, w).distance, `${side} after ${k} moves: the same bits`);
      }
      t.ok(Math.abs(candidate.distance - literal(w)) < 1e-12);
    }
  }
});

t.test("registered pairs: recognised at iota = kappa = xi = 0, the partner in every column of the projection", async (t) => {
  for (const [n, p, m, q, N] of [[6, 5, 4, 3, 20], [17, 31, 7, 5, 50], [1, 1, 1, 1, 2]]) {
    const register = new HeteroRegister({ n, p, m, q });
    const [left, right] = [draws(N, n, m), draws(N, p, q)];
    register.register(left, right);
    for (let c = 0; c < N; c++) {
      const [v, w] = [left.slice(c * n, (c + 1) * n), right.slice(c * p, (c + 1) * p)];
      t.ok(register.recognize(v, w).accepted, `pair ${c}`);
      const [there, back] = [register.project("left", v), register.project("right", w)];
      t.ok(there.recognised && w.every((b, j) => there.P[j * q + b] > 0));
      t.ok(back.recognised && v.every((a, i) => back.P[i * m + a] > 0));
    }
  }
});

t.test("retrieval: (E30) follows P; testing and searching never do worse; oracles say so", async (t) => {
  const shape = { n: 8, p: 8, m: 6, q: 6 };
  const register = new HeteroRegister(shape, { sigma: 0.1 });
  const N = 12;
  const centre = [draws(3, 8, 6), draws(3, 8, 6)];
  const pairs = Array.from({ length: N }, (_, c) => centre.map((all) => all.slice((c % 3) * 8, (c % 3) * 8 + 8).map((x) => Math.max(0, Math.min(5, x + Math.floor(3 * rng.uniform()) - 1)))));
  register.register(pairs.flatMap(([v]) => v), pairs.flatMap(([, w]) => w));
  const { P, levels } = register.project("left", pairs[0][0]);
  const counts = new Array<number>(6).fill(0);
  for (let k = 0; k < 20000; k++) counts[drawFrom(P, levels, rng)[3]]++;
  const column = P.subarray(18, 24);
  const total = column.reduce((a, b) => a + b, 0);
  const { statistic, freedom } = chiSquare(counts, column.map((x) => x / total), 20000);
  t.ok(statistic < freedom + 5 * Math.sqrt(2 * freedom) + 5);
  const mean = { random: 0, tested: 0, searched: 0 };
  for (const [v, w] of pairs) {
    const random = randomRetrieval(register, "left", v, { rng: seeded(1) });
    const tested = sampleAndTest(register, "left", v, { rng: seeded(1) });
    const searched = searchAndTest(register, "left", v, { rng: seeded(1) });
    t.ok(random.accepted && tested.distance <= random.distance && searched.distance <= tested.distance, "the same first draw, then better ones");
    t.ok(tested.judged <= 128 && searched.judged >= tested.judged);
    const again = new Candidate(register, "left", v, register.project("left", v), searched.levels);
    t.equal(again.distance, searched.distance);
    // no +-1 move onto P lowers it further
    const end = searched.levels;
    const projection = register.project("left", v);
    end.forEach((b, j) => [b - 1, b + 1].forEach((to) => {
      if (to < 0 || to > 5 || projection.P[j * 6 + to] === 0) return;
      const next = new Candidate(register, "left", v, projection, end);
      next.move(j, to);
      t.ok(next.distance >= searched.distance);
    }));
    const oracle = cueOracle(register, "left", v, w, { rng: seeded(1), sigma: 0 });
    t.ok(oracle.oracle && oracle.levels.every((b, j) => b === w[j]), "the true partner at sigma 0");
    t.same(sampleAndTest(register, "left", v, { rng: seeded(1) }), tested, "the same seed, the same answer");
    for (const key of ["random", "tested", "searched"] as const) mean[key] += { random, tested, searched }[key].distance / N;
  }
  t.ok(mean.searched <= mean.tested && mean.tested <= mean.random);
  const path = alternate(register, "left", pairs[0][0], randomRetrieval, { rng: seeded(4) });
  t.ok(path.length <= 10 && path.slice(0, -1).every(({ accepted }) => accepted));
});

t.test("prototypes (E34), (E35)", async (t) => {
  const shape = { n: 6, p: 6, m: 8, q: 8 };
  const register = new HeteroRegister(shape, { sigma: 0.1 });
  // two classes: right sides near 1 and near 6
  const near = (at: number): number[] => Array.from({ length: 6 }, () => at + Math.floor(3 * rng.uniform()) - 1);
  const classes = Array.from({ length: 40 }, (_, c) => c % 2);
  const right = classes.map((c) => near(c === 0 ? 1 : 6));
  const left = classes.map((c) => near(c === 0 ? 6 : 1));
  register.register(left.flat(), right.flat());
  const prototypes = classPrototypes(right.flat(), 6, classes, 2).map((mu) => mu!);
  t.ok(prototypes[0].every((x) => x <= 2) && prototypes[1].every((x) => x >= 5), "means of 0..2 and of 5..7");
  t.same(classPrototypes(right.flat(), 6, classes, 3)[2], undefined);
  const classify = (w: Uint16Array): number => (w.reduce((a, b) => a + b, 0) / 6 < 3.5 ? 0 : 1);
  let wrong = 0;
  left.forEach((v, k) => {
    const { accepted, chosen, coherences, levels } = prototypeRetrieval(register, "left", v, { rng: seeded(k), prototypes, classify });
    const many = (objects: Uint16Array): number[] => Array.from({ length: objects.length / 6 }, (_, i) => classify(objects.slice(6 * i, 6 * i + 6)));
    t.same(prototypeRetrieval(register, "left", v, { rng: seeded(k), prototypes, classify, classifyMany: many }), prototypeRetrieval(register, "left", v, { rng: seeded(k), prototypes, classify }), "all at once, the same");
    if (accepted && (chosen !== classes[k] || classify(levels) !== classes[k])) wrong++;
    // 254 draws of one class: 1 / 1.44e-4; the other prototype lies on empty cells
    t.ok(!accepted || Math.abs(coherences[classes[k]] - 1 / 1.44e-4) < 1 || coherences[classes[k]] === 0);
  });
  t.equal(wrong, 0);
  t.equal(prototypeOracle(register, "left", left[0], prototypes[0], { rng: seeded(1) }).oracle, true);
  t.match(prototypeRetrieval(register, "left", left[0], { rng, prototypes: [], classify }), { accepted: false, reason: /no prototype/ });
  const side = new AssociativeRegister(6, 8, { preset: "hetero2024" });
  side.register(right.flat());
  const free = cueFreeRecalls(side, 50, 3);
  t.ok(free.every((b) => b <= 2 || b >= 5), "from the columns");
  t.same(modulated({ P: Float64Array.of(1, 2, 3), levels: 3 }, [NO_LEVEL], 0.1), Float64Array.of(1, 2, 3));
});

t.test("stores: blocked while it is smaller, dense when it is not, the same table", async (t) => {
  const shape: HeteroShape = { n: 9, p: 8, m: 7, q: 5 };
  const few = new HeteroRegister(shape);
  few.register(draws(1, 9, 7), draws(1, 8, 5));
  t.same([few.table.store, few.table.occupancy], ["blocked", 1 / 7]);
  const [v, w] = [draws(40, 9, 7), draws(40, 8, 5)];
  few.register(v, w);
  t.equal(few.table.store, "dense");
  t.ok(few.table.occupancy > 1 / 3);
  const blocked = new HeteroRegister(shape, { store: "blocked" });
  const dense = new HeteroRegister(shape, { store: "dense" });
  for (const register of [blocked, dense]) register.register(v, w);
  t.equal(blocked.table.store, "blocked");
  t.same(blocked.table.toArray(), dense.table.toArray());
  t.equal(blocked.table.occupancy, dense.table.occupancy);
  t.same(blocked.project("right", w.slice(0, 8)).P, dense.project("right", w.slice(0, 8)).P);
  const large: HeteroShape = { n: 100, p: 1000, m: 100, q: 100 }; // 2 GB dense
  t.throws(() => new HeteroTable(large, "dense"), /at most 1073741824 bytes/);
  const sparse = new HeteroTable(large);
  sparse.add(99, 999, 99, 99, 3, 65535);
  t.same([sparse.get(99, 999, 99, 99), sparse.get(0, 0, 0, 0), sparse.store], [3, 0, "blocked"]);
  t.throws(() => sparse.toArray(), EngramError);
  t.throws(() => new HeteroTable({ n: 60000, p: 60000, m: 2, q: 2 }), /index/);
  // 1 GiB of index, .5 GiB of cells for a single pair: refused before either is made
  const held = process.memoryUsage().arrayBuffers;
  t.throws(() => new HeteroTable({ n: 4096, p: 4096, m: 16, q: 16 }), { name: "EngramError", message: "hetero table, 4096 and 4096 columns of 16 and 16 levels, its index and the cells of one pair: expected at most 1073741824 bytes, got 1610612736. Use fewer columns or levels." });
  const memory = new HeteroMemory();
  const wide = { rows: 1, dim: 4096, data: new Float64Array(4096) };
  t.throws(() => memory.store(wide, { values: wide }), /hetero table, 4096 and 4096 columns.* at most 1073741824 bytes/);
  t.same([memory.size, memory.dim], [0, 0], "an error leaves the memory as it was");
  t.ok(process.memoryUsage().arrayBuffers - held < 2 ** 20, "nothing was allocated");
});

t.test("weights, caps, undefined columns, loading", async (t) => {
  const shape = { n: 2, p: 2, m: 2, q: 2 };
  const register = new HeteroRegister(shape, { cap: 5 });
  register.register([0, NaN], [1, 0], [4, 9], [9, 1]); // floor sqrt: (0,0) 6 -> cap 5, (0,1) 2
  t.same([register.table.get(0, 0, 0, 1), register.table.get(0, 1, 0, 0), register.table.get(1, 0, 0, 1)], [5, 2, 0]);
  t.ok(register.recognize([0, NaN], [1, 0]).accepted);
  t.ok(register.recognize([0, 1], [1, NaN], [1, 0]).accepted, "weight 0 is skipped");
  t.notOk(register.recognize([0, 1], [1, NaN]).accepted);
  t.notOk(register.project("left", [NaN, NaN]).recognised, "a fully undefined cue");
  t.notOk(register.project("left", [0, 0], [0, 0]).recognised, "no weight");
  const again = new HeteroRegister(shape, { cap: 5 });
  const { rows, cells } = register.table.filledRows();
  again.load(rows, cells, register.size);
  t.same(again.table.toArray(), register.table.toArray());
  for (const bad of [() => again.load([0], new Uint16Array(3), 1), () => again.load([0], new Uint16Array(2).fill(6), 1), () => again.load([8], new Uint16Array(2), 1), () => register.register([0, 0], [0, 0, 1, 1]), () => register.project("left", [0]),
    () => register.project("left", [0, 0], [1]), () => register.project("left", [0, 0], [1, NaN]), () => new HeteroRegister({ ...shape, n: 0 }), () => new HeteroRegister(shape, { cap: 70000 }),
    () => new HeteroRegister(shape, { store: "x" } as unknown as HeteroOptions), () => sampleAndTest(register, "left", [0, NaN], { rng, samples: 0 }), () => classPrototypes([1], 2, [0], 1)]) t.throws(bad, EngramError);
});

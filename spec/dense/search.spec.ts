import t from "tap";
import fc from "fast-check";
import { type Rng, seeded } from "../../src/numeric/index.ts";
import { Rows } from "../../src/kernels/index.ts";
import { type DenseRecall, DenseMemory, fullSearch, KERNELS, SupportIndex } from "../../src/dense/index.ts";
import { reach, roundingOf } from "../../src/dense/bounds.ts";

type Precision = "f32" | "f64";
const LAYOUTS = ["uniform", "clustered", "duplicates", "lattice", "line", "tiny", "huge", "one outlier"] as const;

/** N x D numbers that make trouble in different ways: ties at whole distances, equal rows, squares that underflow, ranges of 1e15. */
function layout(kind: (typeof LAYOUTS)[number], N: number, D: number, rng: Rng): Float64Array {
  const centres = Float64Array.from({ length: 8 * D }, () => 10 * rng.normal());
  return Float64Array.from({ length: N * D }, (_, i) => {
    const [row, k] = [Math.floor(i / D), i % D];
    if (kind === "uniform") return rng.uniform();
    if (kind === "clustered") return centres[(row % 8) * D + k] + 0.3 * rng.normal();
    if (kind === "duplicates") return centres[(row % 3) * D + k];
    if (kind === "lattice") return rng.integer(4);
    if (kind === "line") return k === 0 ? row : 0;
    if (kind === "tiny") return 1e-24 * rng.normal();
    if (kind === "huge") return 1e15 + 1e12 * rng.normal();
    return row === 0 && k === 0 ? 1e6 : rng.normal();
  });
}

const stored = (X: Float64Array, D: number, precision: Precision): Rows => {
  const rows = new Rows(D, { precision });
  rows.append(X);
  return rows;
};

/** Wanted rows of a result: those within, the nearest `top` by (distance, row), the closest to the sphere. */
function wantedOf(at: ArrayLike<number>, squared: ArrayLike<number>, within: number, top: number, sphere: number): unknown {
  const all = Array.from(at, (row, i) => ({ row, d2: squared[i] }));
  const gap = Math.min(...all.map(({ d2 }) => Math.abs(Math.sqrt(d2) - sphere)));
  return { inside: all.filter(({ d2 }) => d2 <= within), nearest: all.slice().sort((a, b) => a.d2 - b.d2 || a.row - b.row).slice(0, top), gap };
}

t.test("bands and tree find what a full scan finds, with its bits: ties, duplicates, d = 1, M = 1, tiny and huge numbers, f32 and f64", async (t) => {
  let skipped = 0;
  fc.assert(fc.property(
    fc.constantFrom(...LAYOUTS), fc.constantFrom<Precision>("f32", "f64"), fc.constantFrom(1, 2, 3, 5, 17, 64, 257), fc.constantFrom(1, 2, 5, 31, 256, 257, 700),
    fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 9 }),
    (kind, precision, D, N, seed, share, top) => {
      const rng = seeded(seed);
      const X = layout(kind, N, D, rng);
      const rows = stored(X, D, precision);
      // States: a stored row, a mean of two (ties), something near, something far.
      const states = Float64Array.from({ length: 4 * D }, (_, i) => {
        const k = i % D;
        const [a, b] = [X[(seed % N) * D + k], X[((seed + 7) % N) * D + k]];
        return [a, a / 2 + b / 2, a + (b - a) * 0.1 * rng.normal(), a + (b - a) * 9 + rng.normal()][Math.floor(i / D)];
      });
      const full = fullSearch.near(rows, states, { within: 0 });
      const sorted = full.map(({ squared }) => squared.slice().sort());
      // Radii at distances that occur: equality is where a wrong bound shows.
      const within = sorted[seed % 4][Math.floor(share * share * (N - 1))];
      const sphere = Math.sqrt(within);
      const everyRow = Array.from({ length: N }, (_, mu) => mu);
      for (const kind of ["bands", "tree"] as const) {
        const index = new SupportIndex(rows, kind);
        index.near(rows, states, { within, top, sphere }).forEach(({ at = Int32Array.from(everyRow), squared, scanned }, q) => {
          t.same(wantedOf(at, squared, within, top, sphere), wantedOf(everyRow, full[q].squared, within, top, sphere));
          if (at.some((row, i) => i > 0 && row <= at[i - 1])) throw new Error("rows must ascend");
          if (scanned < N) skipped++;
        });
        index.dispose();
      }
      rows.dispose();
    },
  ), { numRuns: 100 });
  t.ok(skipped > 200, `${skipped} of 800 searches left rows unread`);
});

t.test("an index that is behind: rows stored later and rows forgotten", async (t) => {
  const D = 7;
  const rng = seeded(4);
  const rows = stored(layout("clustered", 600, D, rng), D, "f32");
  const indices = [new SupportIndex(rows, "bands"), new SupportIndex(rows, "tree")];
  const state = rows.row(5);
  for (let round = 0; round < 40; round++) {
    if (round % 3 === 0) rows.append(layout("clustered", 37, D, seeded(round)));
    const mu = rng.integer(rows.count);
    rows.remove(mu);
    for (const index of indices) index.forgotten(mu);
    const [{ squared }] = fullSearch.near(rows, state, { within: 0 });
    const within = squared.slice().sort()[rng.integer(60)];
    const expected = wantedOf(squared.map((_, i) => i), squared, within, 4, 1);
    for (const index of indices) {
      const [{ at, squared: found }] = index.near(rows, state, { within, top: 4, sphere: 1 });
      t.same(wantedOf(at!, found, within, 4, 1), expected);
    }
  }
  t.ok(indices[1].behind(rows) > 100 && !indices[1].isStale(rows));
});

t.test("distances that could overflow, masks, and dimensions beyond the bounds go to the full scan, with its errors", async (t) => {
  const rows = stored(Float64Array.of(0, 0, 1e19, 1e19, 5, 5), 2, "f32");
  const index = new SupportIndex(rows, "tree");
  const far = Float64Array.of(1e19, -1e19);
  t.throws(() => fullSearch.near(rows, far, { within: 1 }), { message: /squared distance: expected a number that f32 can hold/ });
  t.throws(() => index.near(rows, far, { within: 1 }), { message: /squared distance: expected a number that f32 can hold/ });
  t.equal(index.near(rows, Float64Array.of(1, 1), { within: 1, visible: [1, 0] })[0].at, undefined);
  t.equal(reach(1, roundingOf("f32", 4, false)) > 1, true);
  t.equal(roundingOf("f32", 1 << 24, true).g, Infinity);
});

t.test("the rounding bound holds: computed f32 distances against exact ones", async (t) => {
  // f64 sums of exact f32 differences are exact to 1e-13: the f32 error shows. Random and adversarial (growing terms) rows.
  let worst = 0;
  for (const n of [1, 5, 64, 255, 256, 257, 2000]) {
    const rng = seeded(n);
    const { g } = roundingOf("f32", n);
    for (let trial = 0; trial < 50; trial++) {
      const x = Float32Array.from({ length: n }, (_, k) => rng.normal() * (trial % 2 === 0 ? 1 : 1 + k));
      const y = Float32Array.from({ length: n }, () => rng.normal() * 3.3);
      const rows = stored(Float64Array.from(x), n, "f32");
      const exact = x.reduce((sum, value, k) => sum + (value - y[k]) * (value - y[k]), 0);
      const error = Math.abs(rows.scores("squaredL2", y)[0] - exact) / exact;
      worst = Math.max(worst, error / g);
      rows.dispose();
    }
  }
  t.ok(worst < 1, `the largest error is ${worst} of the bound`);
  t.ok(worst > 0.01, "and the bound is no fantasy");
});

const ENERGIES = ["lsr", ...KERNELS.map(({ name }) => name).filter((name) => !["gaussian", "uniform", "epanechnikov"].includes(name))];

/** Everything but the work done. */
const answer = ({ scanned: _, ...rest }: DenseRecall): Omit<DenseRecall, "scanned"> => rest;

t.test("memories: every search gives the answers of the full scan, bit for bit, in batches, after store and forget", async (t) => {
  for (const energy of ENERGIES) {
    for (const precision of ["f32", "f64"] as const) {
      const D = 11;
      const rng = seeded(12);
      const X = layout("clustered", 600, D, rng);
      const patterns = Array.from({ length: 600 }, (_, mu) => X.slice(mu * D, (mu + 1) * D));
      const beta = 2 / 1.1;
      const make = (search: "full" | "bands" | "tree" | "auto"): DenseMemory => new DenseMemory({ energy, beta, precision, search });
      const memories = [make("full"), make("bands"), make("tree"), make("auto")];
      const cues = Array.from({ length: 15 }, (_, q) => patterns[q * 29].map((value) => value + (q % 5 === 4 ? 30 : 0.1) * rng.normal()));
      const compare = (what: string): void => {
        const [full, ...others] = memories.map((memory) => memory.recallMany(cues, { top: 7 }));
        t.ok(full.some(({ accepted }) => accepted) && full.some(({ boundary }) => boundary !== undefined && boundary > 0), "inside and outside");
        t.ok(full.every(({ scanned }) => scanned === 1));
        for (const other of others) t.same(other.map(answer), full.map(answer), `${energy}, ${precision}: ${what}`);
        t.ok(others[1].every(({ scanned }) => scanned! < 0.4), "the tree reads few rows");
        for (const memory of memories.slice(1)) {
          t.same(answer(memory.recall(cues[3], { top: 7 })), answer(full[3]), "one cue");
          t.equal(memory.energy(cues[2]), memories[0].energy(cues[2]));
          t.same(memory.gradient(cues[2]), memories[0].gradient(cues[2]));
        }
      };
      for (const memory of memories) memory.store(patterns);
      compare("stored");
      for (const memory of memories) for (const key of [0, 29, 30, 31, 58, 599, 500]) memory.forget(key);
      compare("forgotten");
      for (const memory of memories) memory.store(patterns.slice(0, 100).map((row) => row.map((value) => value + 0.01)));
      compare("stored again");
      for (const memory of memories) memory.dispose();
    }
  }
});

t.test("other paths: flows, masks, clamped coordinates, one pattern", async (t) => {
  const rng = seeded(3);
  const D = 5;
  const X = layout("clustered", 400, D, rng);
  const patterns = Array.from({ length: 400 }, (_, mu) => X.slice(mu * D, (mu + 1) * D));
  const [full, tree] = (["full", "tree"] as const).map((search) => {
    const memory = new DenseMemory({ energy: "lsr", beta: 3, search });
    memory.store(patterns);
    return memory;
  });
  const cue = patterns[17].map((value) => value + 0.1);
  for (const options of [{ method: "euler", maxSteps: 40 }, { method: "rk4", maxSteps: 40 }, { visible: [1, 1, 0, 1, 1] }, { free: [1, 0, 1, 1, 1] }, { top: 0 }, { top: 1000 }] as const) {
    t.same(answer(tree.recall(cue, options)), answer(full.recall(cue, options)), JSON.stringify(options));
  }
  t.equal(tree.recall(cue, { visible: [1, 1, 0, 1, 1] }).scanned, 1, "with a mask everything is scanned");
  const single = new DenseMemory({ energy: "lsr", beta: 3, search: "tree" });
  single.store([patterns[0]]);
  t.same(single.recall(patterns[0]).state, Float64Array.from(patterns[0], Math.fround));
  t.throws(() => new DenseMemory({ energy: "lsr", search: "tre" as "tree" }), { message: /search.*tree/s });
});

t.test("auto: an index where it pays, none where it does not; the answers stay", async (t) => {
  const D = 32;
  const N = 5000;
  const recalls = (kind: "clustered" | "uniform", beta: number): number[] => {
    const X = layout(kind, N, D, seeded(1));
    const memory = new DenseMemory({ energy: "lsr", beta });
    memory.store(Array.from({ length: N }, (_, mu) => X.slice(mu * D, (mu + 1) * D)));
    const cues = Array.from({ length: 32 }, (_, q) => X.slice(q * 31 * D, (q * 31 + 1) * D));
    const first = cues.map((cue) => memory.recall(cue)).slice(0, 4);
    const later = memory.recallMany(cues); // by now a tree was worth making
    t.same(later.slice(0, 4).map(answer), first.map(answer));
    memory.dispose();
    return [first[0].scanned!, later[0].scanned!];
  };
  const [before, after] = recalls("clustered", 2 / 4);
  t.equal(before, 1);
  t.ok(after < 0.25, `clustered: ${after} of the rows are read`);
  t.same(recalls("uniform", 2 / 9), [1, 1], "uniform in 32 dimensions, wide supports: nothing to prune");
});

/** The pieces that the semantic experiments are made of measure what they say. Their quick runs: semantic-quick-*.spec.ts. */
import t from "tap";
import { seeded } from "../../src/numeric/index.ts";
import { ALL_DAMAGES, damaged, damageOf, MAIN_DAMAGES, streamOf } from "../../src/experiments/semantic-damage.ts";
import { PIXELS, type Features, type Phi } from "../../src/experiments/semantic-phi.ts";
import { answers, scoreMatrices, scaledRows, SIMILARITIES, summarise } from "../../src/experiments/semantic-recall.ts";
import { bestOf, rowOf, semanticSweep } from "../../src/experiments/semantic-sweep.ts";
import { semanticSet } from "../../src/experiments/semantic-set.ts";
import { duplicateGroups, similarityOf, UniversalMemory } from "../../src/universal/index.ts";

/** Element by element: deep comparison of thousands of numbers is slow. */
function same(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

const context = { quick: true, seed: 0, progress: () => {}, now: () => 0 };

t.test("damages: names apart, each picture its own, whatever stands beside it; rotation by any angle is another for each", async (t) => {
  t.equal(new Set(ALL_DAMAGES.map(({ name }) => name)).size, ALL_DAMAGES.length);
  const rows = semanticSet(context, "x").rows(0, 3);
  const [d, shape] = [3072, [3, 32, 32]] as const;
  for (const damage of MAIN_DAMAGES) {
    const all = damaged(rows, shape, damage, streamOf(0, 1, damage));
    const alone = damaged(rows.subarray(0, d), shape, damage, streamOf(0, 1, damage));
    t.ok(same(all.subarray(0, d), alone), damage.name);
    t.equal(same(all, rows), damage.family === "clean", damage.name);
    t.ok(same(all, damaged(rows, shape, damage, streamOf(0, 1, damage))), "the same again");
  }
  const any = damageOf("rotation", 0);
  const twice = damaged(Float32Array.from([...rows.subarray(0, d), ...rows.subarray(0, d)]), shape, any, seeded(1));
  t.notOk(same(twice.subarray(0, d), twice.subarray(d)), "two copies, two angles");
});

t.test("answers are those of a memory of the block; ranks, margins and errors by their definitions", async (t) => {
  const r = seeded(3);
  const [N, e] = [24, 7];
  const draw = (base?: Float32Array): Features => ({ kind: "", dim: e, data: Float32Array.from({ length: N * e }, (_, i) => (base === undefined ? r.normal() : base[i] + 0.8 * r.normal())) });
  const K = draw();
  K.data.set(K.data.subarray(5 * e, 6 * e), 9 * e); // a twin
  const Q = draw(K.data);
  const groups = duplicateGroups(K.data, e);
  for (const matrix of scoreMatrices(K, Q, e)) {
    const { similarity, scale } = SIMILARITIES.find(({ label }) => label === matrix.label)!;
    for (const [from, size] of [[0, N], [8, 8], [16, 5]]) {
      const memory = new UniversalMemory({ similarity: similarityOf(similarity), separation: "max" });
      const [own, cues] = [K, Q].map(({ data }) => scaledRows(data, e, scale).subarray(from * e, (from + size) * e));
      memory.store({ rows: size, dim: e, data: own });
      const want = memory.recallMany({ rows: size, dim: e, data: cues });
      answers(matrix, groups, from, size).forEach(({ winner, hit, rank, best, margin }, n) => {
        t.same([winner, best, margin], [from + want[n].index, want[n].scores[want[n].index], want[n].margin], matrix.label);
        t.equal(hit, winner === from + n || (groups[winner] === groups[from + n]));
        t.equal(rank, 1 + [...want[n].scores].filter((s, nu) => s > want[n].scores[n] || (s === want[n].scores[n] && nu < n)).length);
      });
    }
  }
  const answered = [{ winner: 0, hit: true, rank: 1, best: 0, margin: 2 }, { winner: 2, hit: false, rank: 3, best: 0, margin: 1 }];
  const images = Float32Array.of(0, 0, 1, 0, 0, 8);
  t.same(summarise(answered, 0, images, 2, [1, 1, 0]), { exact: 0.5, medianRank: 2, margin: 1.5, label: 0.5, mse: 65 / 4, within60: 0.5, within50: 0.5 });
});

t.test("the sweep: clean cues are all right; a map that forgets all but one number is near chance; blocks and slices are counted", async (t) => {
  const set = semanticSet(context, "x");
  const brightness: Phi = { name: "mean", about: "nothing", encode: (rows) => [{ kind: "", dim: 1, data: Float32Array.from({ length: rows.length / 3072 }, (_, i) => rows.subarray(i * 3072, (i + 1) * 3072).reduce((sum, x) => sum + x, 0) / 3072) }] };
  const rows = semanticSweep([set], [PIXELS, brightness], { slice: 20, slices: 2, sizes: [5, 20], damages: [damageOf("clean", 0), damageOf("square", 16)] }, context, { from: 0, to: 1 });
  t.equal(rows.length, 2 * 2 * 2 * SIMILARITIES.length);
  t.ok(["L1", "L2"].every((similarity) => [5, 20].every((N) => rowOf(rows, "pixels", "", similarity, "clean", N)!.exact === 1)));
  const row = rowOf(rows, "mean", "", "L1", "square, 16 px", 20)!;
  t.same([row.R, row.cues, rowOf(rows, "mean", "", "L1", "clean", 5)!.cues], [2, 40, 40]);
  t.ok(row.exact < 0.3 && bestOf(rows, "pixels", "square, 16 px", 20)!.exact > row.exact + 0.3, "a black square moves the mean");
  t.ok(rows.every(({ beta, family }) => (beta !== undefined) === (family === "clean")));
});

t.test("several seeds: each its own order and draws, pooled as further slices, mean and population standard deviation", async (t) => {
  const sets = [0, 1, 2].map((seed) => semanticSet({ ...context, seed }, "x"));
  t.notOk(same(sets[0].rows(0, 20), sets[1].rows(0, 20)), "another order");
  const plan = { slice: 20, slices: 2, sizes: [20], damages: [damageOf("square", 24)], similarities: () => ["L1"] };
  const sweep = (some: typeof sets): ReturnType<typeof semanticSweep> => semanticSweep(some, [PIXELS], plan, context, { from: 0, to: 1 });
  const [row] = sweep(sets);
  const alone = sets.map((set) => sweep([set])[0]);
  t.same([row.R, row.cues], [6, 120]);
  t.ok(new Set(alone.map(({ margin }) => margin)).size === 3, "the seeds differ, even where as many are right");
  // exact: shares of 20 cues; three sums of them in another order, 1e-12 for their rounding
  t.ok(Math.abs(row.exact - (alone[0].exact + alone[1].exact + alone[2].exact) / 3) < 1e-12);
  const variance = alone.reduce((sum, { exact, exactStd }) => sum + exactStd ** 2 + (exact - row.exact) ** 2, 0) / 3;
  t.ok(Math.abs(row.exactStd - Math.sqrt(variance)) < 1e-12, "variance within seeds and between them");
});

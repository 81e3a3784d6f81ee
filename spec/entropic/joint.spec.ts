/** Joint priors (E38)-(E40): the tree against a sum over every assignment, its limits, mixtures, items. */
import t from "tap";
import { EngramError, seeded } from "../../src/numeric/index.ts";
import { NO_LEVEL } from "../../src/kernels/index.ts";
import { kernels } from "../../src/kernels/host.ts";
import { AssociativeRegister, fitTree, itemRecall, kMeansGroups, MixtureRegister, mutualInformation, spanningTree, TreeRegister } from "../../src/entropic/index.ts";
import { chiSquare, golden, worst } from "./golden.ts";

const rng = seeded(1968);
const draws = (Q: number, n: number, m: number): number[] => Array.from({ length: Q * n }, () => Math.floor(m * rng.uniform()));
const repeat = (cue: readonly number[], times: number): number[] => Array.from({ length: times }, () => cue).flat();

t.test("(E38) against numpy: information, tree, posterior of every column, MAP, samples", async (t) => {
  const { n, m, items, information, edges, sigma, cue, marginals, map, mapShare } = golden().tree;
  const I = mutualInformation(Uint16Array.from(items), n, m);
  t.ok(worst(I, information) < 1e-13);
  t.same(spanningTree(I, n).map(([j, k]) => [Math.min(j, k), Math.max(j, k)]).sort(), edges);
  const tree = fitTree(items, n, m, { sigma, xi: n, undefinedIsMismatch: false });
  t.ok(worst(tree.posterior(cue), marginals) < 1e-13, "the posterior");
  t.same([...tree.retrieve(cue, { mode: "map" }).levels], map);
  const Q = 20000;
  const { levels } = tree.retrieve(repeat(cue, Q));
  for (let j = 0; j < n; j++) {
    const counts = new Array<number>(m).fill(0);
    for (let c = 0; c < Q; c++) counts[levels[c * n + j]]++;
    const { statistic, freedom } = chiSquare(counts, marginals.slice(j * m, (j + 1) * m), Q);
    t.ok(statistic < freedom + 5 * Math.sqrt(2 * freedom) + 5, `column ${j}`);
  }
  let best = 0;
  for (let c = 0; c < Q; c++) if (map.every((level, j) => levels[c * n + j] === level)) best++;
  t.ok(Math.abs(best / Q - mapShare) < 5 * Math.sqrt(mapShare * (1 - mapShare) / Q), "the joint distribution, not only its columns");
});

t.test("without edges it is (E13): the very levels the register draws", async (t) => {
  for (const [n, m] of [[5, 4], [17, 16]]) {
    const items = draws(60, n, m);
    const amr = new AssociativeRegister(n, m, { sigma: 0.1, xi: n });
    amr.register(items);
    const tree = fitTree(items, n, m, { edges: [], sigma: 0.1, xi: n });
    const cues = draws(40, n, m);
    // p_j K and R_j K differ by a factor: the same draw but where rounding moves a running sum past u, one in 2^50
    t.same(tree.retrieve(cues, { seed: 3 }).levels, amr.retrieve(cues, { seed: 3 }).levels);
    t.same(tree.retrieve(cues, { mode: "map" }).levels, amr.retrieve(cues, { mode: "map" }).levels);
    const mean = amr.retrieve(cues.slice(0, n), { mode: "mean" }).values;
    const p = tree.posterior(cues.slice(0, n));
    t.ok(worst(mean.map((_, j) => p.slice(j * m, (j + 1) * m).reduce((sum, x, i) => sum + i * x, 0)), mean) < 1e-12);
  }
});

t.test("a hidden column follows the one it depends on, which no register can do", async (t) => {
  const items = Array.from({ length: 200 }, () => Math.floor(8 * rng.uniform())).flatMap((x) => [x, 7 - x, Math.floor(8 * rng.uniform())]);
  const tree = fitTree(items, 3, 8, { undefinedIsMismatch: false, sigma: 0.01 });
  const amr = new AssociativeRegister(3, 8, { undefinedIsMismatch: false, sigma: 0.01 });
  amr.register(items);
  let [joint, single] = [0, 0];
  for (let x = 0; x < 8; x++) {
    if (tree.retrieve([x, NaN, NaN]).levels[1] === 7 - x) joint++;
    if (amr.retrieve([x, NaN, NaN]).levels[1] === 7 - x) single++;
  }
  t.equal(joint, 8);
  t.ok(single < 8);
  t.ok(tree.logLikelihood([2, 5, 1])[0] > tree.logLikelihood([2, 4, 1])[0] + 3, "an unseen pair of seen levels is unlikely, by more than 3 bits");
  t.equal(tree.register.recognize([2, 4, 1]).accepted[0], 1, "which the register accepts");
  t.equal(tree.bytes, 4 * 24 + 2 * 4 * 64);
});

t.test("adding in parts is adding at once; undefined levels are left out; a chain of one", async (t) => {
  const [n, m] = [6, 5];
  const items = draws(90, n, m).map((x) => (rng.uniform() < 0.1 ? NaN : x));
  const edges = spanningTree(mutualInformation(Uint16Array.from(items, (x) => (Number.isNaN(x) ? NO_LEVEL : x)), n, m), n);
  const [whole, parts] = [0, 0].map(() => new TreeRegister(n, m, edges, { undefinedIsMismatch: false, xi: n, sigma: 0.3 }));
  whole.add(items);
  parts.add(items.slice(0, 20 * n));
  parts.add(items.slice(20 * n));
  const cues = draws(10, n, m);
  t.same(whole.retrieve(cues).levels, parts.retrieve(cues).levels);
  t.same(whole.retrieve(cues).levels.subarray(n * 3, n * 4), whole.retrieve(cues.slice(n * 3, n * 4), { numbers: Uint32Array.of(3) }).levels, "one cue and a batch");
  t.same([...whole.retrieve(new Array<number>(n).fill(99), { xi: 0 }).accepted], [1], "undefined throughout");
  t.same([...new TreeRegister(1, 3, []).retrieve([1]).accepted], [0]);
  for (const bad of [() => new TreeRegister(3, 2, [[0, 3]]), () => new TreeRegister(3, 2, [[0, 1], [1, 0]]), () => new TreeRegister(3, 2, [[0, 1], [1, 2], [2, 0]]), () => fitTree([], 3, 2), () => whole.retrieve(cues, { mode: "x" } as never), () => whole.retrieve(cues, { sigma: -1 })]) t.throws(bad, EngramError);
});

t.test("(E39): responsibilities by hand; G = 1 is the register; k-means finds what is apart", async (t) => {
  const items = [...draws(30, 4, 3), ...draws(30, 4, 3).map((x) => x + 5)];
  const mixture = new MixtureRegister(4, 8, 2, { sigma: 0.05, xi: 4 });
  const groups = kMeansGroups(items, 4, 2, seeded(3));
  t.equal(new Set(groups.subarray(0, 30)).size, 1);
  t.ok(groups[0] !== groups[59]);
  mixture.register(items, groups);
  const r = mixture.responsibilities([1, 1, 1, 1]);
  t.ok(r[groups[0]] > 0.999999 && Math.abs(r[0] + r[1] - 1) < 1e-15);
  const cue = [6, 6, NaN, NaN];
  const answer = mixture.retrieve(cue, { rng: seeded(1) });
  t.equal(answer.group, groups[59]);
  t.ok(answer.levels.every((level) => level >= 5), "hidden columns come from the group of the others");
  const one = new MixtureRegister(4, 8, 1, { sigma: 0.05, xi: 4 });
  one.register(items, new Int32Array(60));
  const amr = new AssociativeRegister(4, 8, { sigma: 0.05, xi: 4 });
  amr.register(items);
  const numbers = Uint32Array.of(7);
  t.same(one.retrieve([1, 2, 1, 0], { rng, numbers }).levels, amr.retrieve([1, 2, 1, 0], { numbers }).levels);
  // by hand: N_g prod_j (sum_u p K) / (sum_u K), equal columns
  const few = new MixtureRegister(1, 2, 2, { sigma: 0.5, xi: 1 });
  few.register([0, 0, 1, 1], [0, 0, 0, 1]);
  const k = Math.exp(-1 / 2);
  const [a, b] = [3 * ((2 / 3 + k / 3) / (1 + k)), 1 * (k / (1 + k))];
  t.ok(Math.abs(few.responsibilities([0])[0] - a / (a + b)) < 1e-14);
  for (const bad of [() => new MixtureRegister(4, 8, 0), () => mixture.register([1, 1, 1, 1], [2]), () => mixture.register([1, 1, 1, 1], []), () => kMeansGroups(items, 4, 61, rng), () => mixture.retrieve(cue, { rng, tau: -1 })]) t.throws(bad, EngramError);
});

t.test("(E40): the stored item comes back from half of it", async (t) => {
  const items = Uint16Array.from(draws(50, 12, 16));
  for (let k = 0; k < 50; k++) {
    const half = items.slice(k * 12, (k + 1) * 12).fill(NO_LEVEL, 6);
    const { item, weights, levels } = itemRecall(items, 16, half, { sigma: 0.025, beta: 4, rng: seeded(k) });
    t.equal(item, k);
    t.ok(weights[k] > 0.99 && levels.every((level, j) => level === items[k * 12 + j]));
  }
  const v = items.slice(0, 12);
  const jittered = itemRecall(items, 16, v, { sigma: 0.025, jitter: 0.1, rng });
  t.ok(jittered.levels.some((level, j) => level !== v[j]) && jittered.levels.every((level) => level < 16));
  for (const bad of [{ sigma: 0, rng }, { sigma: 0.1, beta: 0, rng }, { sigma: 0.1, jitter: -1, rng }]) t.throws(() => itemRecall(items, 16, v, bad), EngramError);
  t.throws(() => itemRecall(new Uint16Array(0), 16, v, { sigma: 0.1, rng }), EngramError);
});

t.test("without edges it is (E13) where weights underflow, too, and where a column is empty", async (t) => {
  for (const sigma of [0.004, 0.01, 0, 1e-200]) {
    const [tree, amr] = [new TreeRegister(2, 16, [], { sigma, xi: 2 }), new AssociativeRegister(2, 16, { sigma, xi: 2 })];
    for (const item of [[0, NaN], [0, NaN], [0, NaN], [15, NaN], [2, NaN]]) {
      tree.add(item);
      amr.register(item);
    }
    for (let v = 0; v < 16; v++) {
      for (const mode of ["map", "sample"] as const) t.same(tree.retrieve([v, 3], { mode }).levels, amr.retrieve([v, 3], { mode }).levels, `sigma ${sigma}, cue ${v}`);
    }
    t.same(tree.posterior([12, 3]), Float64Array.from({ length: 32 }, (_, at) => (at === 15 ? 1 : 0)));
    amr.dispose();
    tree.dispose();
  }
});

t.test("where a part of the tree underflows: least distance over what the prior allows, by trying every assignment; other parts are drawn", async (t) => {
  const tree = new TreeRegister(3, 16, [[0, 1], [1, 2]], { sigma: 0.01, xi: 3 });
  for (let i = 0; i < 9; i++) tree.add([3, 3, 0]);
  for (let i = 0; i < 3; i++) tree.add([9, 9, 15]);
  for (const mode of ["map", "sample"] as const) t.same([...tree.retrieve([9, 9, 8, 3, 3, 7, 6, 6, 7], { mode }).levels], [9, 9, 15, 3, 3, 0, 3, 3, 0], mode);
  t.equal(tree.posterior([9, 9, 8])[2 * 16 + 15], 1);
  const [n, m] = [4, 3];
  const edges = [[0, 1], [0, 2]] as const;
  const items = draws(9, n, m);
  const mixed = new TreeRegister(n, m, edges, { sigma: 1e-9, xi: n });
  mixed.add(items);
  const p = (j: number, k: number, a: number, b: number): number => {
    const rows = Array.from({ length: 9 }, (_, c) => [items[c * n + j], items[c * n + k]]);
    const under = rows.filter(([x]) => x === a);
    return under.length === 0 ? rows.filter(([, y]) => y === b).length / 9 : under.filter(([, y]) => y === b).length / under.length;
  };
  for (let cue = 0; cue < 27; cue++) {
    const v = [cue % 3, Math.floor(cue / 3) % 3, Math.floor(cue / 9)];
    const all = Array.from({ length: 27 }, (_, x) => [x % 3, Math.floor(x / 3) % 3, Math.floor(x / 9)]).map((u) => ({
      u, d: u.reduce((sum, level, j) => sum + (level - v[j]) ** 2, 0), P: (items.filter((x, at) => at % n === 0 && x === u[0]).length / 9) * p(0, 1, u[0], u[1]) * p(0, 2, u[0], u[2]),
    })).filter(({ P }) => P > 0).sort((a, b) => a.d - b.d || b.P - a.P);
    const { levels } = mixed.retrieve([...v, NaN], { mode: "map", visible: [1, 1, 1, 0] });
    const found = all.find(({ u }) => u.every((level, j) => level === levels[j]))!;
    // products of three in another order: the last bits
    t.ok(found.d === all[0].d && found.P > all[0].P * (1 - 1e-12), `cue ${v}`);
  }
});

t.test("different cues draw different numbers; a mixture lets go of its tables", async (t) => {
  const mixture = new MixtureRegister(1, 64, 1, { sigma: 0.2 });
  mixture.register(Uint16Array.from({ length: 64 }, (_, i) => i), new Int32Array(64));
  const shifts = new Set(Array.from({ length: 16 }, (_, i) => mixture.retrieve([24 + i], { rng: seeded(1) }).levels[0] - 24 - i));
  t.ok(shifts.size > 5, "one number for all gives at most 2 shifts but for the edges of the table");
  const used = (): number => kernels()!.arena.usedBytes;
  mixture.dispose();
  const before = used();
  new MixtureRegister(100, 16, 4).dispose();
  t.equal(used(), before);
});

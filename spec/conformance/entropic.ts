/** Entropic memories: every preset's register, recognition and sampling, joint priors, mixtures, pairs. */
import { rowsOf } from "./dense.ts";
import { plain, twin, type Case, type Tools } from "./suite.ts";

const [N, n, m] = [40, 11, 16];
const PRESETS = ["mnist2021", "dimex2022", "fashion2023", "cifar2024", "hetero2024"] as const;

/** Objects of n levels around three classes, as a memory of features would hold. */
function objects(tools: Tools, count: number, columns: number, levels: number, name: string): Uint16Array {
  const centres = tools.integers(`${name} centres`, 3 * columns, levels);
  const shift = tools.integers(`${name} shifts`, count * columns, 3);
  return Uint16Array.from({ length: count * columns }, (_, at) => {
    const [c, j] = [Math.floor(at / columns), at % columns];
    return Math.min(levels - 1, Math.max(0, centres[(c % 3) * columns + j] + shift[at] - 1));
  });
}

export const ENTROPIC: readonly Case[] = [
  ...PRESETS.map((preset) => twin(`entropic/${preset}`, "40 objects of 11 levels: table, entropy, recognition, levels sampled, the most probable, the mean", { preset, N, n, m, sigma: 0.1, xi: 4, seed: 7 }, (tools, { sigma, xi, seed }) => {
    const register = new tools.engram.entropic.AssociativeRegister(n, m, { preset, sigma, xi, backend: tools.backend });
    const stored = objects(tools, N, n, m, "objects");
    register.register(stored);
    const cues = Uint16Array.from([...stored.subarray(0, 6 * n), ...tools.integers("other cues", 6 * n, m)]);
    const found = register.recognize(cues);
    const out: Record<string, ArrayLike<number>> = {
      cells: register.cells, entropy: [register.entropy], accepted: found.accepted, weight: found.weights, mismatches: found.mismatches, likelihood: register.logLikelihood(cues, 1),
    };
    for (const mode of ["sample", "map", "mean"] as const) {
      const { levels, values } = register.retrieve(cues, { mode, seed, sample: 3 });
      Object.assign(out, { [`${mode} levels`]: levels, [`${mode} values`]: values });
    }
    register.dispose();
    return out;
  })),
  twin("entropic/narrow", "150 objects of 37 columns and 16 levels, registered and looked up 16 at a time and the rest one by one", { objects: 150, columns: 37, m, cap: 60, xi: 9 }, (tools, { objects: count, columns, cap, xi }) => {
    const register = new tools.engram.entropic.AssociativeRegister(columns, m, { sigma: 0.1, cap, xi, backend: tools.backend });
    const stored = objects(tools, count, columns, m, "narrow objects");
    register.register(stored);
    const found = register.recognize(Uint16Array.from([...stored.subarray(0, 50 * columns), ...tools.integers("narrow cues", 50 * columns, m)]));
    const out = { cells: register.cells.slice(), entropy: [register.entropy], accepted: found.accepted, weight: found.weights, mismatches: found.mismatches };
    register.dispose();
    return out;
  }),
  ...PRESETS.map((preset) => twin(`entropic/memory ${preset}`, "features through the preset's quantiser: state, levels, energies", { preset, N, n, xi: 3, seed: 9 }, (tools, { xi, seed }) => {
    const memory = new tools.engram.EntropicMemory({ preset, xi, levels: 8, sigma: 0.2, backend: tools.backend });
    const features = rowsOf(tools.numbers("features", N * n, 4), n);
    memory.store(features);
    const noise = tools.numbers("feature noise", 5 * n, 0.125);
    const recalls = memory.recallMany(features.slice(0, 5).map((row, c) => row.map((value, j) => value + noise[c * n + j])), { seed });
    memory.dispose();
    return {
      state: recalls.flatMap(({ state }) => Array.from(state)), levels: Int32Array.from(recalls.flatMap(({ levels }) => Array.from(levels))), energies: recalls.flatMap(({ energies }) => Array.from(energies)),
      accepted: Uint8Array.from(recalls, ({ accepted }) => Number(accepted)), weight: recalls.map(({ weight }) => weight),
    };
  })),
  twin("entropic/tree", "the joint prior of a tree (E38): information, edges, posterior, samples", { N, n: 7, m: 5, seed: 3 }, (tools, { seed }) => {
    const items = objects(tools, N, 7, 5, "tree objects");
    const { fitTree, mutualInformation } = tools.engram.entropic;
    const tree = fitTree(items, 7, 5, { sigma: 0.1, xi: 7, backend: tools.backend });
    const cues = Uint16Array.from(tools.integers("tree cues", 6 * 7, 5));
    return {
      information: mutualInformation(items, 7, 5), edges: Int32Array.from(tree.edges.flat()), posterior: tree.posterior(cues.subarray(0, 7)), sample: tree.retrieve(cues, { seed }).levels,
      map: tree.retrieve(cues, { mode: "map" }).levels,
    };
  }),
  twin("entropic/mixture", "mixtures of registers (E39), recall of items (E40), groups by k-means", { N, n, m, groups: 3, seed: 5 }, (tools, { groups, seed }) => {
    const { itemRecall, kMeansGroups, MixtureRegister } = tools.engram.entropic;
    const stored = objects(tools, N, n, m, "objects");
    const found = kMeansGroups(stored, n, groups, tools.engram.seeded(seed));
    const mixture = new MixtureRegister(n, m, groups, { sigma: 0.1, xi: n, backend: tools.backend });
    mixture.register(stored, found);
    const answers = [0, 1, 2].map((c) => mixture.retrieve(stored.subarray(c * n, (c + 1) * n), { rng: tools.engram.seeded(seed + c), seed }));
    const item = itemRecall(stored, m, stored.slice(n, 2 * n), { sigma: 0.1, jitter: 0.05, rng: tools.engram.seeded(seed) });
    mixture.dispose();
    return {
      groups: found, responsibilities: answers.flatMap(({ responsibilities }) => Array.from(responsibilities)), levels: Uint16Array.from(answers.flatMap(({ levels }) => Array.from(levels))),
      group: Int32Array.from(answers, ({ group }) => group), item: [item.item], weights: item.weights, itemLevels: item.levels,
    };
  }),
  twin("entropic/pairs", "hetero-association: 24 pairs, three ways of retrieval, both directions", { pairs: 24, left: 9, right: 7, seed: 2 }, (tools, { pairs, left, right, seed }) => {
    const [v, w] = [left, right].map((dim) => {
      const levels = objects(tools, pairs, dim, 16, `pairs ${dim}`);
      const noise = tools.numbers(`pair noise ${dim}`, pairs * dim, 0.125);
      return rowsOf(Float64Array.from(levels, (level, i) => level + noise[i]), dim);
    });
    const memory = new tools.engram.entropic.HeteroMemory({ xi: 2, sigma: 0.2, backend: tools.backend });
    memory.store(v, { values: w });
    const out: Record<string, ArrayLike<number>> = { entropy: [memory.register.entropy], weight: v.map((row, c) => memory.recognize(row, w[c]).weight) };
    for (const mode of ["random", "test", "search"] as const) {
      const [there, back] = [memory.recallMany(v.slice(0, 4), { mode, seed, samples: 16 }), memory.recallMany(w.slice(0, 4), { mode, seed, samples: 16, from: "right" })];
      out[`${mode} right`] = there.flatMap(({ state }) => Array.from(state));
      out[`${mode} left`] = back.flatMap(({ state }) => Array.from(state));
    }
    memory.dispose();
    return out;
  }),
  plain("entropic/quantisers", "levels and means of every kind of quantiser", { kinds: ["global", "local", "percentile"], levels: 8 }, (tools, { kinds, levels }) => {
    const data = tools.numbers("features", N * n, 4);
    return Object.fromEntries(kinds.filter((kind) => (tools.engram.entropic.QUANTISER_KINDS as readonly string[]).includes(kind)).flatMap((kind) => {
      const quantiser = tools.engram.entropic.fitQuantiser({ rows: N, dim: n, data }, { kind: kind as "global", levels });
      const q = quantiser.transform(data);
      return [[`${kind} levels`, Float64Array.from(q)], [`${kind} inverse`, quantiser.inverse(Float64Array.from(q))]];
    }));
  }),
];

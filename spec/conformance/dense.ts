/** Dense memories: every energy, its recall, gradient, minima, file; capacity; the projection rule; the memory as a fold over shards. */
import { plain, twin, type Case, type Tools } from "./suite.ts";

type Dense = InstanceType<Tools["engram"]["DenseMemory"]>;
const [N, D] = [23, 17];

/** Row-major numbers as rows. */
export function rowsOf(data: ArrayLike<number>, dim: number): number[][] {
  return Array.from({ length: data.length / dim }, (_, i) => Array.from({ length: dim }, (_, k) => data[i * dim + k]));
}

/** What a recall says, as numbers. */
function told(recalls: ReturnType<Dense["recallMany"]>): Record<string, ArrayLike<number>> {
  return {
    state: recalls.flatMap(({ state }) => Array.from(state)), energies: recalls.flatMap(({ energies }) => Array.from(energies)), steps: Int32Array.from(recalls, ({ steps }) => steps),
    converged: Uint8Array.from(recalls, ({ converged }) => Number(converged)), accepted: Uint8Array.from(recalls, ({ accepted }) => Number(accepted)),
    key: Int32Array.from(recalls, ({ key }) => (key === undefined ? -1 : Number(key))), weights: recalls.flatMap(({ weights }) => Array.from(weights ?? [])),
    ranking: recalls.flatMap(({ ranking }) => ranking.flatMap(({ key, score, weight }) => [Number(key), score, weight])),
  };
}

const near = (tools: Tools, patterns: readonly number[][]): number[][] => {
  const noise = tools.numbers("noise", 5 * D, 0.25);
  return patterns.slice(0, 5).map((row, i) => row.map((value, k) => value + noise[i * D + k]));
};
const mask = Uint8Array.from({ length: D }, (_, k) => (k % 3 === 1 ? 0 : 1));

const CONTINUOUS = ["lse", "lse-dot", "lsr", "epanechnikov", "gaussian", "triangle", "cosine", "quartic", "triweight", "tricube"];
const BINARY = ["classical", "polynomial", "rectified", "exponential"];

export const DENSE: readonly Case[] = [
  ...CONTINUOUS.flatMap((energy) => (["f32", "f64"] as const).map((precision) => twin(`dense/${energy}/${precision}`, "23 patterns of 17 numbers, beta by the memory's own rule; five noisy cues, whole and with coordinates k = 1 mod 3 hidden", { energy, precision, N, D }, (tools) => {
    const memory = new tools.engram.DenseMemory({ energy, precision, backend: tools.backend, maxSteps: 60 });
    const patterns = rowsOf(tools.numbers("patterns", N * D), D);
    memory.store(patterns);
    const cues = near(tools, patterns);
    const whole = told(memory.recallMany(cues));
    const hidden = told(memory.recallMany(cues, { visible: mask }));
    const out = {
      beta: [Number(memory.parameters.beta)], energy: cues.map((cue) => memory.energy(cue)), gradient: patterns.slice(0, 3).flatMap((x) => Array.from(memory.gradient(x))),
      ...whole, ...Object.fromEntries(Object.entries(hidden).map(([name, values]) => [`${name}, masked`, values])),
    };
    memory.dispose();
    return out;
  }))),
  ...BINARY.map((energy) => twin(`dense/${energy}`, "23 patterns of 17 bits; five cues with three bits turned", { energy, N, D }, (tools) => {
    const memory = new tools.engram.DenseMemory({ energy, backend: tools.backend });
    const patterns = rowsOf(Array.from(tools.integers("bits", N * D, 2), (bit) => 2 * bit - 1), D);
    memory.store(patterns);
    const cues = patterns.slice(0, 5).map((row, i) => row.map((value, k) => (k % 6 === i ? -value : value)));
    const out = { energy: cues.map((cue) => memory.energy(cue)), ...told(memory.recallMany(cues)) };
    memory.dispose();
    return out;
  })),
  twin("dense/minima", "all minima of LSR (L36), members by their numbers, energies", { N: 9, dim: 3 }, (tools, { N: rows, dim }) => {
    const memory = new tools.engram.DenseMemory({ energy: "lsr", precision: "f64", backend: tools.backend });
    memory.store(rowsOf(tools.numbers("minima", rows * dim), dim));
    const { minima } = memory.minima();
    memory.dispose();
    return { members: Int32Array.from(minima.flatMap(({ members }) => [members.length, ...members])), energy: minima.map(({ energy }) => energy) };
  }),
  plain("dense/capacity", "numbers of patterns and probabilities of flips, (M6) and its relatives", { D: 100 }, (tools) => {
    const { errorFreePatterns, flipProbability, flipProbabilityTail, maxPatterns } = tools.engram.dense;
    const n = [2, 3, 4, 5, 7];
    return { max: n.map((k) => maxPatterns(100, k)), errorFree: n.map((k) => errorFreePatterns(100, k)), flips: n.map((k) => flipProbability(17, 12, k)), tail: n.map((k) => flipProbabilityTail(100, 500, k)) };
  }),
  plain("dense/projection-rule", "the network of the pseudo-inverse: energy, projection, settled states", { K: 5, D }, (tools, { K }) => {
    const patterns = rowsOf(Array.from(tools.integers("bits", K * D, 2), (bit) => 2 * bit - 1), D);
    const network = new tools.engram.dense.ProjectionNetwork(patterns);
    const cue = patterns[1].map((value, k) => (k < 4 ? -value : value));
    const settled = network.settle(cue);
    return { energy: [network.energy(cue)], sigma: Float64Array.from(settled.sigma), energies: settled.energies };
  }),
  twin("dense/shards", "LSE and LSR as folds over shards of 256, 256 and 188 rows", { rows: 700, dim: 5, beta: 3 }, (tools, { rows, dim, beta }) => {
    const { additiveFinish, additiveMerge, additivePartial, epanechnikov, lseFinish, lseMerge, lsePartial } = tools.engram.dense;
    const data = tools.numbers("shards", rows * dim);
    const x = tools.numbers("shard cue", dim);
    const parts = [0, 256, 512].map((firstRow) => {
      const shard = new tools.engram.kernels.Rows(dim, { backend: tools.backend });
      shard.append(data.subarray(firstRow * dim, Math.min(rows, firstRow + 256) * dim));
      const states = { lse: lsePartial(shard, x, beta, "euclidean", { firstRow }), lsr: additivePartial(shard, x, beta, epanechnikov, "euclidean", { firstRow }) };
      shard.dispose();
      return states;
    });
    const lse = lseFinish(parts.map((part) => part.lse).reduce(lseMerge), beta)!;
    const lsr = additiveFinish(parts.map((part) => part.lsr).reduce(additiveMerge), beta, "log")!;
    return { lse: [lse.energy, ...lse.next], lsr: [lsr.energy, lsr.W, ...lsr.z] };
  }),
];

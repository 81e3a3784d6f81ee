/** Universal Hopfield networks: every similarity by every separation, every read-out, descent, values of another kind, the authors' pipeline. */
import { rowsOf } from "./dense.ts";
import { twin, type Case, type Tools } from "./suite.ts";

const [N, D] = [19, 13];
const SIMILARITIES = ["negL1", "negL2", "negSqL2", "negHalfSqL2", "invL1", "invSqL2", "dot", "massDot", "cosine", "pearson", "negKL", "negRKL", "negJS", "hamming", "rbf(0.5)"];
const SEPARATIONS = ["softmax", "max", "identity", "power(3)", "exp", "threshold(0.25)", "lsr", "topK(3)", "sparsemax", "entmax(1.5)", "normmax(2)", "kSubsets(2)"];
const PROJECTIONS = ["mean", "massMean", "median", "geometricMedian", "sphericalMean", "geometricMean", "majority"];
const REFERENCE = ["plainDotReference", "dotReference", "cosineReference", "l1Reference", "l2Reference", "klReference", "rklReference", "jsReference"];
type Options = NonNullable<ConstructorParameters<Tools["engram"]["UniversalMemory"]>[0]>;

/** Patterns in (0, 1], four cues near them. */
function data(tools: Tools): { patterns: number[][]; cues: number[][] } {
  const patterns = rowsOf(tools.numbers("images", N * D).map((u) => (u + 1) / 2 + 2 ** -10), D);
  const noise = tools.numbers("noise of images", 4 * D, 0.125);
  return { patterns, cues: patterns.slice(3, 7).map((row, i) => row.map((value, k) => Math.abs(value + noise[i * D + k]))) };
}

const mask = Uint8Array.from({ length: D }, (_, k) => (k % 3 === 1 ? 0 : 1));

/** Recalls by one choice; a choice that has no answer (scores outside the domain of its separation) says so by a single NaN. */
function recalled(tools: Tools, options: Options, visible?: Uint8Array, values?: number[][]): Record<string, ArrayLike<number>> {
  const { patterns, cues } = data(tools);
  const memory = new tools.engram.UniversalMemory({ ...options, backend: tools.backend });
  memory.store(patterns, { values });
  try {
    const recalls = memory.recallMany(cues, { visible });
    return {
      state: recalls.flatMap(({ state }) => Array.from(state)), weights: recalls.flatMap(({ weights }) => Array.from(weights ?? [])), scores: recalls.flatMap(({ scores }) => Array.from(scores)),
      energies: recalls.flatMap(({ energies }) => Array.from(energies)), index: Int32Array.from(recalls, ({ index }) => index), steps: Int32Array.from(recalls, ({ steps }) => steps),
      margin: recalls.map(({ margin }) => margin),
    };
  } catch (error) {
    if (!(error instanceof tools.engram.EngramError)) throw error;
    return { refused: [NaN] };
  } finally {
    memory.dispose();
  }
}

/** State and weights of several choices, one after the other; a refusal is one NaN in both. */
function strung(choices: readonly Record<string, ArrayLike<number>>[]): Record<string, ArrayLike<number>> {
  const all = (name: string): Float64Array => Float64Array.from(choices.flatMap((one) => Array.from(one[name] ?? one.refused)));
  return { state: all("state"), weights: all("weights") };
}

const named = (prefix: string, outputs: Record<string, ArrayLike<number>>): Record<string, ArrayLike<number>> => Object.fromEntries(Object.entries(outputs).map(([name, values]) => [`${prefix} ${name}`, values]));

export const UNIVERSAL: readonly Case[] = [
  ...SIMILARITIES.map((similarity) => twin(`universal/${similarity}`, "by softmax with the memory's own beta, in f32, f64 and with coordinates k = 1 mod 3 hidden", { similarity, N, D }, (tools) => ({
    ...named("f32", recalled(tools, { similarity })), ...named("f64", recalled(tools, { similarity, precision: "f64" })), ...named("masked", recalled(tools, { similarity }, mask)),
  }))),
  ...SEPARATIONS.map((separation) => twin(`universal/by ${separation}`, "of every similarity, one after the other; one NaN where scores are outside its domain", { separation, similarities: SIMILARITIES }, (tools, { similarities }) => (
    strung(similarities.map((similarity) => recalled(tools, { similarity, separation })))
  ))),
  ...PROJECTIONS.map((projection) => twin(`universal/read-out ${projection}`, "softmax of -L1, one shot", { projection, beta: 1.5 }, (tools, { beta }) => recalled(tools, { projection, beta }))),
  twin("universal/descent", "thirty steps that never raise the energy", { similarities: ["negSqL2", "negHalfSqL2", "dot", "cosine"], beta: 4 }, (tools, { similarities, beta }) => (
    Object.assign({}, ...similarities.map((similarity) => named(similarity, recalled(tools, { similarity, beta, iterations: 30 })))) as Record<string, ArrayLike<number>>
  )),
  twin("universal/values", "hetero-association: values of three numbers", { valueDim: 3 }, (tools, { valueDim }) => recalled(tools, {}, undefined, rowsOf(tools.numbers("values", N * valueDim), valueDim))),
  twin("universal/reference", "the authors' pipeline in float32, quirks included; every similarity by each separation", { similarities: REFERENCE, separations: ["softmax(1000)", "max", "power(3)"] }, (tools, { similarities, separations }) => (
    strung(similarities.flatMap((similarity) => separations.map((separation) => recalled(tools, { mode: "reference", similarity, separation }))))
  )),
];

/**
 * `inference-objectives`: one energy E(x, y), three questions (arXiv 2507.06211 (3.22); modern-methods.md (M24)). Which layers are clamped decides what the
 * network is: a classifier (x clamped, y searched), a generator near a start (y clamped, x searched), or a memory (both searched).
 *
 *   x  D tanh neurons, y  K softmax neurons;  xi  K x D in {-1, 1}, one per label
 *   E = E_x + E_y - log sum_mu exp(xi^mu . xhat + c yhat_mu)      one DenseAM hypersynapse whose hidden layer both share
 *
 * Controls: the pattern nearest to the cue; the generator without its clamp, which ends in the intended memory by chance only.
 */
import { denseAM, HAM, layer, type Run, softmax, tanh } from "../hamux/index.ts";
import { argmax, type Rng, seeded } from "../numeric/index.ts";
import { check, htmlTable, paragraph, result } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const inferenceObjectives: Experiment = { name: "inference-objectives", title: "One energy, three questions", needsData: false, run };

const [D, K] = [64, 10];
/** What a label adds to its memory's score. A random start overlaps a pattern by +-8; the label must outweigh that. */
const C = 40;
/** Bits flipped in a cue. */
const FLIPS = 16;

function memoryOf(xi: readonly Int8Array[]): HAM {
  const patterns = { shape: [D, K], data: Float64Array.from({ length: D * K }, (_, at) => xi[at % K][Math.floor(at / K)]) };
  const labels = { shape: [K, K], data: Float64Array.from({ length: K * K }, (_, at) => (at % (K + 1) === 0 ? C : 0)) };
  return new HAM({
    layers: { x: layer(D, tanh()), y: layer(K, softmax()) }, synapses: { memory: denseAM([patterns, labels]) }, connections: [[["x", "y"], "memory"]],
  });
}

interface Row {
  readonly question: string;
  /** Share of runs whose label, and whose pattern, are the intended ones; null where that layer is clamped. */
  readonly label: number | null;
  readonly pattern: number | null;
  readonly raised: number;
  readonly unsettled: number;
}

function run(context: Context): Report {
  const start = context.now();
  const trials = context.quick ? 20 : 200;
  const rng = seeded(context.seed);
  const xi = Array.from({ length: K }, () => Int8Array.from({ length: D }, () => rng.sign()));
  const ham = memoryOf(xi);
  const wanted = Array.from({ length: trials }, (_, i) => i % K);
  const cues = wanted.map((mu) => damaged(xi[mu], rng));
  const starts = wanted.map(() => Float64Array.from({ length: D }, () => rng.sign()));
  const named = wanted.map((mu) => Float64Array.from({ length: K }, (_, k) => (k === mu ? C : 0)));
  const questions: [string, () => Run[], "x" | "y" | undefined][] = [
    ["x clamped, y searched", () => ham.runMany(cues.map((x) => ({ x })), { free: { x: 0 } }), "x"],
    ["y clamped, x searched", () => ham.runMany(starts.map((x, i) => ({ x, y: named[i] })), { free: { y: 0 } }), "y"],
    ["both searched, from a damaged x", () => ham.runMany(cues.map((x) => ({ x }))), undefined],
    ["control: both searched, from a random x", () => ham.runMany(starts.map((x) => ({ x }))), undefined],
  ];
  const rows = questions.map(([question, ask, clamped], q) => {
    context.progress(question, q / questions.length);
    return rowOf(question, ask(), xi, wanted, clamped);
  });
  const nearest = wanted.filter((mu, i) => argmax(xi.map((one) => one.reduce((sum, bit, k) => sum + bit * cues[i][k], 0))) === mu).length / trials;
  const [classify, generate, recall, control] = rows;
  const found = result({
    experiment: inferenceObjectives.name, title: inferenceObjectives.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick: context.quick, D, K, c: C, flips: FLIPS, trials, "nearest pattern": nearest }, rows: rows.map((row) => ({ ...row })),
    checks: [
      check({ name: "classifier: right labels, less the nearest pattern's", measured: classify.label! - nearest, expected: 0, relation: "at least", origin: "derived: one memory wins the softmax, the nearest" }),
      check({ name: "generator: x is the label's pattern", measured: generate.pattern!, expected: 0.95, relation: "at least", origin: "goal" }),
      check({ name: "memory: pattern and label right, less the nearest pattern's", measured: Math.min(recall.pattern!, recall.label!) - nearest, expected: 0, tolerance: 0.05, relation: "at least", origin: "goal" }),
      check({ name: "control: pattern met by chance", measured: control.pattern!, expected: 0.35, relation: "at most", origin: `derived: 1 / K = ${1 / K}, and its scatter` }),
      check({ name: "steps that raised an energy", measured: rows.reduce((sum, { raised }) => sum + raised, 0), expected: 0, relation: "equals", origin: "paper, (3.5)" }),
      check({ name: "runs that did not settle", measured: rows.reduce((sum, { unsettled }) => sum + unsettled, 0), expected: 0, relation: "equals", origin: "paper, (3.5)" }),
    ],
  });
  return reportOf(found, {
    lead: "The weights and the energy are the same in all rows. Only the clamps differ.",
    sections: [{ heading: "Three questions", parts: [
      paragraph(`${ham.describe().split("\n").join("; ")}. ${trials} runs each; damaged cues have ${FLIPS} of ${D} bits flipped. The pattern nearest to the cue is the right one in ${nearest * 100} %.`),
      htmlTable({ columns: ["question", "label right", "pattern right"], rows: rows.map(({ question, label, pattern }) => [question, label ?? "clamped", pattern ?? "clamped"]) }),
    ] }],
  });
}

function damaged(xi: Int8Array, rng: Rng): Float64Array {
  const cue = Float64Array.from(xi);
  const order = Int32Array.from({ length: D }, (_, i) => i);
  rng.shuffle(order);
  for (const i of order.subarray(0, FLIPS)) cue[i] = -cue[i];
  return cue;
}

function rowOf(question: string, runs: readonly Run[], xi: readonly Int8Array[], wanted: readonly number[], clamped?: "x" | "y"): Row {
  const share = (right: (run: Run, mu: number) => boolean): number => runs.filter((one, i) => right(one, wanted[i])).length / runs.length;
  return {
    question,
    label: clamped === "y" ? null : share(({ activations }, mu) => argmax(activations.y) === mu),
    pattern: clamped === "x" ? null : share(({ activations }, mu) => activations.x.every((value, k) => (value >= 0 ? 1 : -1) === xi[mu][k])),
    raised: runs.reduce((sum, { raised }) => sum + raised, 0),
    unsettled: runs.filter(({ converged }) => !converged).length,
  };
}

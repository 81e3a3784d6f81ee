/**
 * `ham-exercise`: Exercise 3.1 of arXiv 2507.06211 and its limits (modern-methods.md (M25)).
 *
 *   xi  K x D in {-1, 1};   L = (1/beta) sum log cosh beta x (tanh neurons);   E_syn = -sum_mu F(xi^mu . xhat), a DenseAM whose hidden Lagrangian is F
 *   flow             tau dx/dt = sum_mu xi^mu f(xi^mu . xhat) - x,  f = F'
 *   tau = dt = 1     x <- sum_mu xi^mu f(xi^mu . xhat)
 *   beta -> infinity xhat = sign x; the layer keeps ln 2 / beta per neuron and E -> -sum_mu F(xi^mu . sigma), the binary memory (M1)
 *
 * F = z^2/2 is Hopfield's network, F = max(z, 0)^n / n the dense memory, F = log sum exp its exponential end. All neurons step at once here, with the
 * neuron's own bit in the overlap; the binary memory flips one bit at a time without it (M3). Both are run from the same cues.
 */
import { BinaryMemory, type BinarySeparation } from "../dense/index.ts";
import { denseAM, HAM, identity, layer, type Lagrangian, repu, softmax, tanh } from "../hamux/index.ts";
import { exp, log, type Rng, seeded } from "../numeric/index.ts";
import { check, figure, htmlTable, lineChart, paragraph, result } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const hamExercise: Experiment = { name: "ham-exercise", title: "From the hierarchical memory to Hopfield's and back", needsData: false, run };

const D = 100;
/** Bits flipped in a cue. */
const FLIPS = 15;
const LSE_BETA = 1;

interface Model {
  readonly name: string;
  readonly hidden: () => Lagrangian;
  readonly binary: BinarySeparation;
  /** f of all overlaps. */
  readonly f: (m: readonly number[]) => number[];
  readonly K: number;
  /** Share of cues it should recall: at least (below capacity) or at most (above). */
  readonly recalls: readonly ["at least" | "at most", number];
}

const square = (name: string, K: number, recalls: Model["recalls"]): Model => ({ name, hidden: identity, binary: { kind: "power", n: 2 }, f: (m) => [...m], K, recalls });
const MODELS: readonly Model[] = [
  square("classical, z^2/2", 5, ["at least", 0.95]),
  square("classical, z^2/2, overfull", 60, ["at most", 0.1]),
  { name: "dense, z+^4/4", hidden: () => repu(4), binary: { kind: "rectified", n: 4 }, f: (m) => m.map((z) => Math.max(z, 0) * Math.max(z, 0) * Math.max(z, 0)), K: 60, recalls: ["at least", 0.95] },
  { name: "exponential, log sum exp", hidden: () => softmax(LSE_BETA), binary: { kind: "lse", beta: LSE_BETA }, f: shares, K: 1000, recalls: ["at least", 0.95] },
];

function shares(m: readonly number[]): number[] {
  const top = Math.max(...m);
  const e = m.map((z) => exp(LSE_BETA * (z - top)));
  const sum = e.reduce((all, value) => all + value, 0);
  return e.map((value) => value / sum);
}

function patterns(K: number, rng: Rng): Int8Array[] {
  return Array.from({ length: K }, () => Int8Array.from({ length: D }, () => rng.sign()));
}

/** The exercise's memory: tanh neurons and one DenseAM synapse whose columns are the patterns. */
function exerciseHam(xi: readonly Int8Array[], { hidden }: Pick<Model, "hidden">, beta: number): HAM {
  const W = { shape: [D, xi.length], data: Float64Array.from({ length: D * xi.length }, (_, at) => xi[at % xi.length][Math.floor(at / xi.length)]) };
  return new HAM({ layers: { x: layer(D, tanh(beta)) }, synapses: { memory: denseAM(W, { hidden: hidden() }) }, connections: [[["x"], "memory"]] });
}

/** sum_mu xi^mu f(xi^mu . xhat), from the equation. */
function field(xi: readonly Int8Array[], f: Model["f"], xhat: ArrayLike<number>): Float64Array {
  const weights = f(xi.map((one) => one.reduce((sum, bit, i) => sum + bit * xhat[i], 0)));
  return Float64Array.from({ length: D }, (_, i) => xi.reduce((sum, one, mu) => sum + one[i] * weights[mu], 0));
}

interface Outcome {
  readonly model: string;
  readonly K: number;
  /** Largest relative distance of the signal, and of one step, from the equation. */
  readonly signal: number;
  readonly step: number;
  /** Share of cues whose pattern came back: HAM, and the binary memory. */
  readonly ham: number;
  readonly binary: number;
  /** Share of cues that both end in the same state. */
  readonly agree: number;
}

function measure(model: Model, cues: number, rng: Rng): Outcome {
  const xi = patterns(model.K, rng);
  const ham = exerciseHam(xi, model, 10);
  const soft = exerciseHam(xi, model, 0.3);
  const binary = new BinaryMemory(xi, model.binary);
  let [signal, step, back, backBinary, agree] = [0, 0, 0, 0, 0];
  const away = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / Math.max(...b.map(Math.abs));
  for (let c = 0; c < cues; c++) {
    const x = Float64Array.from({ length: D }, () => 3 * rng.normal());
    const wanted = field(xi, model.f, soft.activations({ x }).x);
    signal = Math.max(signal, away(soft.signals({ x }).x, wanted));
    step = Math.max(step, away(soft.run({ x }, { steps: 1, dt: 1, tolerance: 0, guard: false }).states.x, wanted));
    const original = xi[c % xi.length];
    const cue = Float64Array.from(original);
    const order = Int32Array.from({ length: D }, (_, i) => i);
    rng.shuffle(order);
    for (const i of order.subarray(0, FLIPS)) cue[i] = -cue[i];
    const { activations } = ham.run({ x: cue }, { steps: 50, dt: 1, guard: false });
    const ends = activations.x.map((value) => (value >= 0 ? 1 : -1));
    const { sigma } = binary.settle(cue);
    if (ends.every((bit, i) => bit === original[i])) back++;
    if (sigma.every((bit, i) => bit === original[i])) backBinary++;
    if (sigma.every((bit, i) => bit === ends[i])) agree++;
  }
  return { model: model.name, K: model.K, signal, step, ham: back / cues, binary: backBinary / cues, agree: agree / cues };
}

/** (E_HAM - E_binary) / D against beta, at saturated states: ln 2 / beta. */
function limit(betas: readonly number[], rng: Rng): { beta: number; difference: number; expected: number }[] {
  const model = MODELS[2];
  const xi = patterns(model.K, rng);
  const sigma = Int8Array.from({ length: D }, () => rng.sign());
  const binary = new BinaryMemory(xi, model.binary).energy(sigma);
  return betas.map((beta) => {
    const x = Float64Array.from(sigma, (bit) => (40 * bit) / beta); // tanh(40) is 1 in f64
    return { beta, difference: (exerciseHam(xi, model, beta).energy({ x }) - binary) / D, expected: log(2) / beta };
  });
}

function run(context: Context): Report {
  const start = context.now();
  const cues = context.quick ? 20 : 200;
  const outcomes = MODELS.map((model, i) => {
    context.progress(model.name, i / (MODELS.length + 1));
    return measure(model, cues, seeded(context.seed).fork(i));
  });
  const limits = limit([0.1, 0.3, 1, 3, 10, 30, 100], seeded(context.seed).fork(99));
  const found = result({
    experiment: hamExercise.name, title: hamExercise.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick: context.quick, D, cues, flips: FLIPS, "beta of the neurons": 10, "beta of log sum exp": LSE_BETA },
    rows: [...outcomes.map((row) => ({ part: "recall", ...row })), ...limits.map((row) => ({ part: "limit", ...row }))],
    checks: [
      ...outcomes.map((row) => check({ name: `signal = sum xi f(xi . xhat), ${row.model}`, measured: row.signal, expected: 0, tolerance: 1e-12, relation: "at most", origin: "paper, Exercise 3.1" })),
      ...outcomes.map((row) => check({ name: `one step of 1 = the signal, ${row.model}`, measured: row.step, expected: 0, tolerance: 1e-12, relation: "at most", origin: "paper, Exercise 3.1" })),
      ...MODELS.map(({ name, K, recalls: [relation, expected] }, i) => (
        check({ name: `cues recalled, ${name}, K = ${K}`, measured: outcomes[i].ham, expected, relation, origin: "derived from the capacities (M12), (M17)" }))),
      check({ name: "largest distance of (E - E_binary) / D from ln 2 / beta", measured: Math.max(...limits.map(({ difference, expected }) => Math.abs(difference - expected))), expected: 0, tolerance: 1e-7, relation: "at most", origin: "derived" }),
    ],
  });
  const chart = lineChart({
    title: "The layer's share of the energy goes with beta", xLabel: "beta of the neurons", yLabel: "(E - E_binary) / D", xScale: "log", yScale: "log",
    series: [
      { name: "HAM", x: limits.map(({ beta }) => beta), y: limits.map(({ difference }) => difference) },
      { name: "ln 2 / beta", x: limits.map(({ beta }) => beta), y: limits.map(({ expected }) => expected), dashed: true },
    ],
  });
  return reportOf(found, {
    lead: "One layer of tanh neurons and one DenseAM hypersynapse: the choice of its hidden Lagrangian makes it Hopfield's network, a dense memory, or attention over memories.",
    files: [["limit.svg", chart]],
    sections: [
      { heading: "Recall", parts: [
        paragraph(`${D} neurons, ${cues} cues with ${FLIPS} bits flipped. The binary memory flips one bit at a time by exact energy differences; the network steps all neurons at once. An overfull classical network is the control.`),
        htmlTable({ columns: ["F", "K", "HAM recalls", "binary recalls", "same end", "signal off by", "step off by"], rows: outcomes.map((row) => [row.model, row.K, row.ham, row.binary, row.agree, row.signal, row.step]) }),
      ] },
      { heading: "The limit of steep neurons", parts: [figure(chart, "At saturated states the network's energy is the binary memory's plus ln 2 / beta per neuron.")] },
    ],
  });
}

/**
 * Whether the energy of a HAM must fall and come to an end (modern-methods.md (M22), section 3.2). What can be known is said as such, the rest is
 * looked for on samples:
 *
 *   convex     the Hessian of every Lagrangian is positive semi-definite: its smallest eigenvalue (up to 48 neurons), or v^T H v along random v
 *   bounded    all activations are bounded; else the energy is followed outward along the directions the signals themselves amplify
 *   feedback   no connection withholds its signal from a layer
 *   signals    closed-form signals of custom synapses are minus the gradient of their energy
 */
import { checkNames, EngramError, largestDifference, maxAbs, seeded, symmetricEigen } from "../numeric/index.ts";
import { constant, dot, grad, type Var, variable } from "../autodiff/index.ts";
import { constants, type Lagrangian } from "./lagrangian.ts";
import { labelOf, paramsOf } from "./graph.ts";
import type { HAM } from "./ham.ts";
import { type Mask, maskOf, type NeuronLayer } from "./layer.ts";
import { signalsOf, tapeSignals } from "./synapse.ts";

export interface ConditionsOptions {
  /** Random states per check. Default 8. */
  samples?: number;
  /** Their standard deviation. Default 2. */
  sd?: number;
  /** Default 1. */
  seed?: number;
}

export interface Conditions {
  /** Whether the energy must fall in continuous time and is bounded below: convex, bounded and fed back, as far as it was looked. */
  readonly guaranteed: boolean;
  readonly convex: Readonly<Record<string, { readonly pass: boolean; /** Smallest curvature met, relative to the largest. */ readonly smallest: number; readonly flat?: string }>>;
  readonly bounded: { readonly pass: boolean; /** "activations are bounded", "no fall to be found", or where it falls. */ readonly reason: string };
  readonly feedback: { readonly pass: boolean; readonly without: readonly string[] };
  /** Largest relative distance between closed form and tape, by custom synapse with closed form. */
  readonly signals: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** A relative curvature above this below zero is rounding: Hessians come from f64 sums of up to some thousand terms. */
const ROUNDING = 1e-9;
const EXACT_SIZE = 48;

/** H v of a layer's Lagrangian at x, both of one example. */
export function lagrangianHessianVector({ lagrangian, shape }: Pick<NeuronLayer, "lagrangian" | "shape">, x: ArrayLike<number>, v: ArrayLike<number>): Float64Array {
  const p = constants(lagrangian.parameters);
  const at = variable(Float64Array.from(x), [1, ...shape]);
  const along = constant(Float64Array.from(v), [1, ...shape]);
  return Float64Array.from(grad(dot(lagrangian.activation(at, p), along), [at])[0].data);
}

/** Smallest curvature over samples, relative to the largest; the worst asymmetry counts as negative curvature. */
function smallestCurvature(layer: NeuronLayer, { samples = 8, sd = 2, seed = 1 }: ConditionsOptions): number {
  const rng = seeded(seed);
  const { size } = layer;
  let worst = Infinity;
  const numbers = (scale: number): Float64Array => Float64Array.from({ length: size }, () => scale * rng.normal());
  for (let i = 0; i < samples; i++) {
    const x = numbers(sd);
    if (size <= EXACT_SIZE) {
      const H = new Float64Array(size * size);
      for (let k = 0; k < size; k++) H.set(lagrangianHessianVector(layer, x, Float64Array.from({ length: size }, (_, j) => (j === k ? 1 : 0))), k * size);
      const largest = H.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (!Number.isFinite(largest)) return -Infinity;
      if (largest === 0) worst = Math.min(worst, 0);
      else {
        let asymmetry = 0;
        const half = H.map((value, at) => {
          const mirror = H[(at % size) * size + Math.floor(at / size)];
          asymmetry = Math.max(asymmetry, Math.abs(value - mirror));
          return (value + mirror) / 2;
        });
        worst = Math.min(worst, symmetricEigen({ rows: size, columns: size, data: half }).lambda[0] / largest, ROUNDING - asymmetry / largest);
      }
    } else {
      for (let direction = 0; direction < 8; direction++) {
        const v = numbers(1);
        const Hv = lagrangianHessianVector(layer, x, v);
        const [vHv, size2] = v.reduce(([a, b], value, k) => [a + value * Hv[k], b + Math.abs(value * Hv[k])], [0, 0]);
        worst = Math.min(worst, size2 === 0 ? 0 : vHv / size2);
      }
    }
  }
  return worst;
}

/** What is known to void the guarantee without being asked: custom Lagrangians that curve downward on samples, connections without feedback. */
export function standingWarnings(ham: HAM): string[] {
  const { layers, synapses, connections } = ham.graph;
  const bent = (what: string, one: NeuronLayer): string[] => {
    if (one.lagrangian.custom !== true) return [];
    const smallest = smallestCurvature(one, { samples: 4 });
    return smallest >= -ROUNDING ? [] : [`${what}: Lagrangian ${one.lagrangian.name} is not convex (relative curvature ${smallest.toPrecision(3)} on a sample), so the energy may rise`];
  };
  const asLayer = (lagrangian: Lagrangian): NeuronLayer => ({ lagrangian, shape: [5], size: 5, tau: 1, free: new Uint8Array(5).fill(1) });
  return [
    ...Object.entries(layers).flatMap(([name, one]) => bent(`layer ${name}`, one)),
    ...Object.entries(synapses).flatMap(([name, { hidden }]) => (hidden === undefined ? [] : bent(`hidden layer of ${name}`, asLayer(hidden)))),
    ...connections.filter(([, , options]) => (options?.noFeedback ?? []).length > 0)
      .map((one) => `connection ${labelOf(one)} gives no feedback into ${one[2]!.noFeedback!.join(", ")}, so the energy may rise`),
  ];
}

/** A mask that splits a layer whose Hessian is not diagonal: dE/dt = -tau v^T H (free v) need not be negative there. */
export function partlyClamped(ham: HAM, free: Readonly<Record<string, Mask>>): string[] {
  return Object.entries(ham.graph.layers).flatMap(([name, one]) => {
    const mask = Object.hasOwn(free, name) ? maskOf(free[name], one.size, `mask of ${name}`) : one.free;
    const split = mask.includes(0) && mask.includes(1);
    return split && !one.lagrangian.pointwise ? [`layer ${name} is clamped in part, but ${one.lagrangian.name} ties its neurons together: without the guard the energy may rise`] : [];
  });
}

/** @throws EngramError on samples, sd or seed out of range */
export function conditionsOf(ham: HAM, options: ConditionsOptions): Conditions {
  checkNames("conditions option", options, ["samples", "sd", "seed"] satisfies (keyof ConditionsOptions)[]);
  const { samples = 8, sd = 2, seed = 1 } = options;
  if (!(Number.isInteger(samples) && samples >= 1)) throw new EngramError("samples", "a whole number, 1 or above", String(samples), "Leave it out for the default.");
  if (!(sd > 0 && sd < Infinity)) throw new EngramError("sd", "a finite number above 0", String(sd), "Leave it out for the default.");
  const convex = Object.fromEntries(Object.entries(ham.graph.layers).map(([name, one]) => {
    const smallest = smallestCurvature(one, { samples, sd, seed });
    return [name, { pass: smallest >= -ROUNDING, smallest, flat: one.lagrangian.flat }];
  }));
  const bounded = boundedBelow(ham, seed);
  const without = ham.graph.connections.filter(([, , one]) => (one?.noFeedback ?? []).length > 0).map(labelOf);
  const signals = customSignals(ham, samples, sd, seed);
  const warnings = [
    ...ham.warnings,
    ...(bounded.pass ? [] : [`the energy is not bounded below: ${bounded.reason}`]),
    ...Object.entries(signals).filter(([, off]) => !(off <= 1e-6)).map(([name, off]) => `signals of ${name} differ from the gradient of its energy by ${off.toPrecision(3)}`),
  ];
  const guaranteed = Object.values(convex).every(({ pass }) => pass) && bounded.pass && without.length === 0 && Object.values(signals).every((off) => off <= 1e-6);
  return { guaranteed, convex, bounded, feedback: { pass: without.length === 0, without }, signals, warnings };
}

/**
 * Activations that are all bounded bound any continuous energy. Else: power iteration on x + I(x) finds the directions that the signals amplify most,
 * and the energy is read along them further and further out.
 */
function boundedBelow(ham: HAM, seed: number): Conditions["bounded"] {
  const loose = Object.entries(ham.graph.layers).filter(([, { lagrangian }]) => !lagrangian.bounded).map(([name]) => name);
  if (loose.length === 0) return { pass: true, reason: "activations are bounded" };
  const rng = seeded(seed);
  const unit = (states: Record<string, Float64Array>): Record<string, Float64Array> => {
    const length = Math.sqrt(Object.values(states).reduce((sum, x) => x.reduce((all, value) => all + value * value, sum), 0));
    return Object.fromEntries(Object.entries(states).map(([name, x]) => [name, length > 0 ? x.map((value) => value / length) : x]));
  };
  const scaled = (states: Record<string, Float64Array>, s: number): Record<string, Float64Array> => Object.fromEntries(Object.entries(states).map(([name, x]) => [name, x.map((value) => s * value)]));
  for (let start = 0; start < 4; start++) {
    let v = unit(ham.randomStates(rng));
    try {
      for (let i = 0; i < 40; i++) {
        const I = ham.signals(scaled(v, 3));
        v = unit(Object.fromEntries(Object.entries(v).map(([name, x]) => [name, x.map((value, k) => 3 * value + I[name][k])])));
      }
      const E = [10, 100, 1000].map((s) => ham.energy(scaled(v, s)));
      if (E.every(Number.isFinite) && E[0] < 0 && E[1] < 5 * E[0] && E[2] < 5 * E[1]) return { pass: false, reason: `it falls to ${E[2].toPrecision(3)} along one direction, 1000 out (${loose.join(", ")})` };
    } catch (error) {
      if (!(error instanceof EngramError)) throw error; // a Lagrangian that refuses such states does not fall along them
    }
  }
  return { pass: true, reason: `no fall to be found, though activations of ${loose.join(", ")} are not bounded` };
}

/** How far closed-form signals of custom synapses are from the tape's. */
function customSignals(ham: HAM, samples: number, sd: number, seed: number): Record<string, number> {
  const rng = seeded(seed);
  const off: Record<string, number> = {};
  for (const [layers, name] of ham.graph.connections) {
    const synapse = ham.graph.synapses[name];
    if (synapse.custom !== true || synapse.signals === undefined) continue;
    const xhats = ham.graph.activations(ham.vars(Array.from({ length: samples }, () => ham.randomStates(rng, sd))), ham.params);
    const [slots, p] = [layers.map((layer): Var => xhats[layer]), paramsOf(ham.params, name)];
    const wanted = tapeSignals(synapse, slots, p);
    signalsOf(synapse, slots, p).forEach((signal, i) => {
      const scale = Math.max(maxAbs(wanted[i].data), 1e-300);
      off[name] = Math.max(off[name] ?? 0, largestDifference(signal.data, wanted[i].data) / scale);
    });
  }
  return off;
}


/**
 * What becomes of a cue outside every support of a compact energy (arXiv 2506.10801 names two remedies; section 14 of the notes proposes
 * these designs). All end in the energy's own minima, exactly: the remedy only brings the state into a support.
 *
 *   reject     nothing: the recall says so, with the distance to the nearest boundary (the default)
 *   nearest    x <- the nearest stored pattern (of equal ones the lowest row), the centre of the nearest support; then the energy's own steps
 *   adaptive   (a) beta(x): 2 / beta_0 = kappa^2 min ||x - xi||^2, kappa = 1.1, so that the nearest pattern is inside; settle, raise beta by
 *              at most the factor 1.1, settle again, up to the memory's beta, while the state stays supported
 *   lse        (b) steps of LSE (L6) at the memory's beta until a support is entered; then the energy's own steps
 *
 * The path lists what was done before the energy's own dynamics began; in the trace of energies it is one step. A remedy can fail: adaptive where raising beta leaves the mean of
 * several patterns without any, lse where LSE rests outside of every support. The hybrid energy (hybrid.ts) is (c).
 */
import { unknownName } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import { softmaxEnergy } from "./continuous.ts";
import { descend, type DynamicsOptions, OUTSIDE, type Trajectory } from "./dynamics.ts";
import type { ContinuousEnergy } from "./landscape.ts";
import { rowOf } from "./nearby.ts";

export type Far = "reject" | "nearest" | "adaptive" | "lse";

export const FAR_NAMES: readonly Far[] = ["reject", "nearest", "adaptive", "lse"];

/** @throws EngramError for another name (suggests the nearest) */
export function checkFar(name: string): Far {
  if (!FAR_NAMES.includes(name as Far)) throw unknownName("far", name, FAR_NAMES);
  return name as Far;
}

/** One stage before the energy's own dynamics. */
export interface FarStage {
  /** `nearest`, `adaptive` or `lse`. */
  readonly remedy: Far;
  /** The inverse temperature of its steps. */
  readonly beta: number;
  readonly steps: number;
  /** Whether the state at its end is inside a support at this beta; for `lse` and `nearest`, at the memory's. */
  readonly supported: boolean;
}

export interface FarPath extends Trajectory {
  readonly far: readonly FarStage[];
}

/** beta_0 lets the nearest pattern in by this factor of its distance. */
const KAPPA = 1.1;
/** The largest factor between two temperatures. */
const RAISE = 1.1;

/**
 * Brings one state into a support and follows the energy from there.
 * @param outside the trajectory that ended at its start, unsupported; its energy stays the first of the trace
 * @param at the energy with another beta
 */
export function descendFar(
  rows: Rows, energy: ContinuousEnergy, at: (beta: number) => ContinuousEnergy, outside: Trajectory, remedy: Far, options: DynamicsOptions,
): FarPath {
  const x = outside.state;
  const entered = remedy === "nearest" ? nearest(rows, energy, x, options) : remedy === "lse" ? byLse(rows, energy, x, options) : adaptive(rows, energy, at, x, options);
  const rest = descend(rows, energy, entered.state, options);
  return {
    ...rest, far: entered.far, steps: 1 + rest.steps, energies: Float64Array.of(...outside.energies, ...rest.energies),
    reason: rest.reason === OUTSIDE ? `${OUTSIDE}, after ${FAILED[remedy]}` : rest.reason,
    looks: outside.looks + rest.looks, scanned: outside.scanned + rest.scanned,
  };
}

const FAILED: Readonly<Record<Far, string>> = {
  reject: "nothing", nearest: "a step to the nearest pattern", adaptive: "beta was raised", lse: "steps of LSE that rest outside",
};

interface Entered {
  readonly state: Float64Array;
  readonly far: readonly FarStage[];
}

/** A clamped coordinate stays. */
function held(x: Float64Array, y: Float64Array, free?: ArrayLike<number>): Float64Array {
  return free === undefined ? y : y.map((value, k) => (free[k] === 0 ? x[k] : value));
}

/** The nearest stored pattern and its squared distance. */
function nearestOf(rows: Rows, energy: ContinuousEnergy, x: Float64Array, visible?: ArrayLike<number>): { mu: number; d2: number } {
  const [near] = energy.compact!.search.near(rows, x, { within: 0, top: 1, visible });
  let best = 0;
  for (let i = 1; i < near.squared.length; i++) if (near.squared[i] < near.squared[best]) best = i;
  return { mu: rowOf(near, best), d2: near.squared[best] };
}

function isSupported(rows: Rows, energy: ContinuousEnergy, x: Float64Array, visible?: ArrayLike<number>): boolean {
  return energy.evaluate(rows, x, visible)[0].next !== undefined;
}

function nearest(rows: Rows, energy: ContinuousEnergy, x: Float64Array, { free, visible }: DynamicsOptions): Entered {
  const state = held(x, rows.row(nearestOf(rows, energy, x, visible).mu), free);
  return { state, far: [{ remedy: "nearest", beta: energy.beta, steps: 1, supported: isSupported(rows, energy, state, visible) }] };
}

function byLse(rows: Rows, energy: ContinuousEnergy, x: Float64Array, options: DynamicsOptions): Entered {
  const { visible, maxSteps = 1000 } = options;
  const soft = softmaxEnergy(energy.beta, "euclidean");
  let state = x;
  let steps = 0;
  let supported = false;
  while (steps < maxSteps && !supported) {
    const path = descend(rows, soft, state, { ...options, method: "fixed-point", maxSteps: 1 });
    if (path.steps === 0 || path.state.every((value, k) => value === state[k])) break; // LSE rests
    state = path.state;
    steps++;
    supported = isSupported(rows, energy, state, visible);
    if (path.converged) break;
  }
  return { state, far: [{ remedy: "lse", beta: energy.beta, steps, supported }] };
}

function adaptive(rows: Rows, energy: ContinuousEnergy, at: (beta: number) => ContinuousEnergy, x: Float64Array, options: DynamicsOptions): Entered {
  const { d2 } = nearestOf(rows, energy, x, options.visible);
  const first = 2 / (KAPPA * KAPPA * d2);
  const far: FarStage[] = [];
  let state = x;
  // The memory's own beta is left to the caller.
  for (let beta = first; beta < energy.beta; beta *= RAISE) {
    const path = descend(rows, at(beta), state, options);
    const supported = path.reason !== OUTSIDE;
    far.push({ remedy: "adaptive", beta, steps: path.steps, supported });
    if (!supported) break;
    state = path.state;
  }
  return { state, far };
}

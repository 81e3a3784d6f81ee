/**
 * What a recall says of the state it ended in: the nearest stored patterns, whether it is accepted and why not, the members of an
 * LSR minimum. Rejection is a result, not an exception.
 */
import { highestFew } from "../numeric/highest.ts";
import type { Key, Ranked, Recall, RecallOptions } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import type { BinaryMemory, Settled } from "./binary.ts";
import { type DynamicsOptions, OUTSIDE, type Trajectory } from "./dynamics.ts";
import type { ContinuousEnergy } from "./landscape.ts";
import type { Far, FarPath, FarStage } from "./far.ts";
import { basinAmong } from "./lsr.ts";
import { fullSearch, type Nearby, rowOf } from "./nearby.ts";

export interface DenseRecallOptions extends RecallOptions, Pick<DynamicsOptions, "method" | "dt"> {
  /** D entries; 0 = clamped: this coordinate of the state keeps the cue's value. */
  free?: ArrayLike<number>;
  /** Compact kernels: what becomes of a cue outside every support; default: the memory's. */
  far?: Far;
}

export interface DenseRecall extends Recall {
  /** LSR: the patterns the state is the mean of. More than one: an emergent memory. */
  members?: Key[];
  /** LSR, unmasked: radius of the ball around the state from which one step returns it (L23). */
  basin?: number;
  /** Outside every support: the distance from the state to the nearest boundary (nearest pattern's distance less r_s). */
  boundary?: number;
  /** What was done to bring a cue from outside every support into one, where the memory or the call asked for it. */
  far?: readonly FarStage[];
  /** Compact support: share of the stored rows of which a coordinate was read, the mean over the scans of this recall; 1 = all of them. Tells of work, not of the answer. */
  scanned?: number;
}

/** The memory that is asked. */
export interface Asked {
  readonly rows: Rows;
  readonly keys: readonly Key[];
  /** See `DenseOptions.threshold`. */
  readonly threshold?: number;
}

/** Energies without compact support: converging says nothing about knowing the cue. Nor does it where a remedy led into a support. */
const EVERYWHERE: readonly string[] = ["lse", "lse-dot", "gaussian", "hybrid"];

/** The answer of a continuous energy. */
export function answerOf(asked: Asked, energy: ContinuousEnergy, path: Trajectory | FarPath, options: DenseRecallOptions, top: number): DenseRecall {
  const { rows, keys } = asked;
  const { visible, free } = options;
  const { state, energies, steps, converged } = path;
  const { compact } = energy;
  // A clamped or masked state is no mean of its members in every coordinate, and has no ball around it.
  const certified = compact?.membersOf !== undefined && converged && visible === undefined && free === undefined;
  const wanted = { within: compact?.within ?? 0, top: Math.max(top, 1), sphere: certified ? Math.sqrt(2 / energy.beta) : undefined, visible };
  const [near] = (compact?.search ?? fullSearch).near(rows, state, wanted);
  const { squared } = near;
  const weights = compact?.weightsOf(near, rows.count) ?? energy.weights(rows, state, visible);
  const ranking = ranked(squared.map((d2) => -d2 / 2), keys, weights, top, near);
  const scanned = compact === undefined ? {} : { scanned: (path.scanned + near.scanned / rows.count) / (path.looks + 1) };
  const far = "far" in path ? { far: path.far } : {};
  const common = { state, energies, steps, converged, weights, ranking, ...scanned, ...far };
  if (path.reason?.startsWith(OUTSIDE) === true) {
    const boundary = Math.sqrt(smallest(squared)) - Math.sqrt(2 / energy.beta);
    return { ...common, accepted: false, criterion: "support", reason: `${path.reason}: ${boundary} beyond the nearest boundary`, boundary };
  }
  const verdict = verdictOf(asked, EVERYWHERE.includes(energy.name) || "far" in path ? "none" : "support", converged, path.reason, squared);
  const members = compact?.membersOf?.(near);
  if (members === undefined) return { ...common, ...verdict, key: ranking[0]?.key };
  return {
    ...common, ...verdict, key: members.length === 1 ? keys[members[0]] : undefined, members: members.map((mu) => keys[mu]),
    ...(certified ? { basin: basinAmong(squared, energy.beta) } : {}),
  };
}

/** The answer of a binary energy; its ranking is by overlap. */
export function settledAnswer(asked: Asked, { dim }: BinaryMemory, settled: Settled, top: number): DenseRecall {
  const { sigma, overlaps, converged, sweeps, energies } = settled;
  const ranking = ranked(overlaps, asked.keys, new Float64Array(overlaps.length), top);
  return {
    state: Float64Array.from(sigma), energies: Float64Array.from(energies), steps: sweeps, converged, ranking, key: ranking[0]?.key,
    ...verdictOf(asked, "none", converged, `still flipping after ${sweeps} sweeps`, overlaps.map((m) => 2 * (dim - m))), // ||sigma - xi||^2
  };
}

function verdictOf(
  { threshold, rows }: Asked, criterion: string, converged: boolean, reason: string | undefined, squared: Float64Array,
): { accepted: boolean; criterion: string; reason?: string } {
  if (!converged || threshold === undefined) return { accepted: converged, criterion, reason: converged ? undefined : reason };
  const distance = Math.sqrt(smallest(squared) / rows.dim);
  return distance <= threshold
    ? { accepted: true, criterion: "threshold" }
    : { accepted: false, criterion: "threshold", reason: `the answer is ${distance} (root mean square) from the nearest stored pattern, above the threshold ${threshold}` };
}

function smallest(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

/** The `top` stored patterns with the largest score, the lower row first on a tie. */
function ranked(scores: Float64Array, keys: readonly Key[], weights: Float64Array, top: number, near?: Nearby): Ranked[] {
  return highestFew(scores, top).map((i) => {
    const mu = near === undefined ? i : rowOf(near, i);
    return { key: keys[mu], score: scores[i], weight: weights[mu] };
  });
}

/**
 * Running an energy downhill: the fixed point x <- next(x), or gradient flow dx/dt = -grad E by Euler or RK4 with an energy guard.
 * A clamped coordinate (free = 0) never moves. (M56), (M60), (L6), (L13), (L27).
 *
 * The guard halves the step while the energy would rise; it gives up (and says so) when the step no longer moves the state.
 * For the fixed points of LSE and LSR it never acts, by (M60) and (L27), except within rounding or with clamped coordinates.
 */
import { EngramError, eulerStep, rk4Step } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import type { ContinuousEnergy, Evaluation } from "./continuous.ts";

export interface DynamicsOptions {
  /** Default "fixed-point". "euler" and "rk4" follow the gradient with step `dt`. */
  method?: "fixed-point" | "euler" | "rk4";
  /** Step of the flow. Default 0.1. */
  dt?: number;
  /** Default 1000 for the fixed point, 10000 for the flow. */
  maxSteps?: number;
  /** Stop when no coordinate moves more than this, relative to the largest coordinate (at least 1). Default 1e-9 (f64), 1e-6 (f32). */
  tolerance?: number;
  /** D entries; 0 = clamped. */
  free?: ArrayLike<number>;
  /** D entries; 0 = not part of the similarity. Fixed point only. */
  visible?: ArrayLike<number>;
}

export interface Trajectory {
  readonly state: Float64Array;
  /** At the start and after every step. */
  readonly energies: Float64Array;
  readonly steps: number;
  readonly converged: boolean;
  /** Why it stopped when it did not converge. */
  readonly reason?: string;
}

/** The guard halves the step down to this share of it. */
const SMALLEST = 1e-12;

/** The reason of a recall whose cue no stored pattern reaches. */
export const OUTSIDE = "outside the support of every stored pattern";

interface Walker {
  x: Float64Array;
  at: Evaluation;
  readonly energies: number[];
  steps: number;
  converged: boolean;
  reason?: string;
  done: boolean;
}

/** Follows the energy downhill from x0. @throws EngramError for a step or tolerance that is not positive */
export function descend(rows: Rows, energy: ContinuousEnergy, x0: Float64Array, options: DynamicsOptions = {}): Trajectory {
  return descendMany(rows, energy, x0, options)[0];
}

/** The same from Q starts (Q x D numbers) in lockstep, so that every step scores all moving states in one batch. Same bits. */
export function descendMany(rows: Rows, energy: ContinuousEnergy, X0: Float64Array, options: DynamicsOptions = {}): Trajectory[] {
  const { method = "fixed-point", dt = 0.1, free, visible } = options;
  const { dim } = rows;
  const tolerance = options.tolerance ?? (rows.precision === "f32" ? 1e-6 : 1e-9);
  if (!(dt > 0 && dt < Infinity)) throw new EngramError("dt", "a finite number above 0", String(dt), "The flow needs a positive time step.");
  if (!(tolerance >= 0)) throw new EngramError("tolerance", "0 or above", String(tolerance), "Leave it out for the default.");
  const maxSteps = options.maxSteps ?? (method === "fixed-point" ? 1000 : 10000);
  const walkers: Walker[] = energy.evaluate(rows, X0, visible).map((at, q) => (
    { x: X0.slice(q * dim, (q + 1) * dim), at, energies: [at.energy], steps: 0, converged: false, done: false }));
  const stop = (walker: Walker, converged: boolean, reason?: string): void => void Object.assign(walker, { done: true, converged, reason });
  for (;;) {
    for (const walker of walkers) {
      if (walker.done) continue;
      if (walker.at.next === undefined) stop(walker, false, OUTSIDE);
      else if (walker.steps >= maxSteps) stop(walker, false, `still moving after ${maxSteps} steps`);
    }
    const moving = walkers.filter((walker) => !walker.done);
    if (moving.length === 0) break;
    const targets = moving.map(({ x, at }) => (method === "fixed-point" ? at.next! : flowTarget(rows, energy, x, method, dt)));
    const ahead = new Float64Array(moving.length * dim);
    moving.forEach(({ x }, i) => ahead.set(step(x, targets[i], 1, free), i * dim));
    energy.evaluate(rows, ahead, visible).forEach((evaluation, i) => {
      const walker = moving[i];
      const { x, at: { energy: E } } = walker;
      let y: Float64Array = ahead.slice(i * dim, (i + 1) * dim);
      let there = evaluation;
      // Rounding of the energy itself (f32 scores) is no rise.
      const slack = (rows.precision === "f32" ? 1e-5 : 1e-12) * Math.max(1, Math.abs(E));
      for (let size = 0.5; there.energy > E + slack && size > SMALLEST; size /= 2) {
        y = step(x, targets[i], size, free);
        [there] = energy.evaluate(rows, y, visible);
      }
      const moved = largestMove(x, y);
      if (there.energy > E + slack) return stop(walker, moved <= tolerance, "no step lowers the energy any further");
      walker.x = y;
      walker.at = there;
      walker.energies.push(there.energy);
      walker.steps++;
      if (moved <= tolerance) stop(walker, true);
    });
  }
  return walkers.map(({ x, energies, steps, converged, reason }) => ({ state: x, energies: Float64Array.from(energies), steps, converged, reason }));
}

/** Where one step of dx/dt = -grad E leads. */
function flowTarget(rows: Rows, energy: ContinuousEnergy, x: Float64Array, method: "euler" | "rk4", dt: number): Float64Array {
  const slope = (y: Float64Array): Float64Array => energy.gradient(rows, y).map((value) => -value);
  return method === "euler" ? eulerStep(slope, x, dt) : rk4Step(slope, x, dt);
}

/** x + size (target - x) on the free coordinates; size 1 is the target itself, exactly. */
function step(x: Float64Array, target: Float64Array, size: number, free?: ArrayLike<number>): Float64Array {
  return x.map((value, k) => {
    if (free !== undefined && free[k] === 0) return value;
    return size === 1 ? target[k] : value + size * (target[k] - value);
  });
}

/** Largest change of a coordinate, relative to the largest coordinate (at least 1). */
function largestMove(a: Float64Array, b: Float64Array): number {
  let move = 0;
  let size = 1;
  for (let k = 0; k < a.length; k++) {
    move = Math.max(move, Math.abs(a[k] - b[k]));
    size = Math.max(size, Math.abs(b[k]));
  }
  return move / size;
}

/**
 * Running an energy downhill: the fixed point x <- next(x), or gradient flow dx/dt = -grad E by Euler or RK4 with step control.
 * A clamped coordinate (free = 0) never moves. (M56), (M60), (L6), (L13), (L27).
 *
 *   fixed point   x <- x + size (next(x) - x); size is halved while the energy would rise. For the fixed points of LSE and LSR that
 *                 never happens, by (M60) and (L27), except within rounding or with clamped coordinates.
 *   flow          numeric/ode.ts `descend`: dt is halved while the energy would rise, doubled again up to the first dt
 *
 * Converged means at rest: the whole step (not one the guard cut down) moves no coordinate by more than the tolerance, nor does the next.
 * An energy without a bottom (a composed one may have none) is followed while it is a number, and never converges.
 */
import { descend as descendFlow, ENERGY_ROUNDING, EngramError } from "../numeric/index.ts";
import type { Rows } from "../kernels/index.ts";
import { type ContinuousEnergy, type Evaluation, type Landscape, landscapeOf } from "./landscape.ts";

export interface DynamicsOptions {
  /** Default "fixed-point". "euler" and "rk4" follow the gradient with step `dt`. */
  method?: "fixed-point" | "euler" | "rk4";
  /** First and largest step of the flow. Default 0.1. */
  dt?: number;
  /** Default 1000 for the fixed point, 10000 for the flow. */
  maxSteps?: number;
  /** Stop when no coordinate would move more than this, relative to the largest coordinate met after the start. Default 1e-9 (f64), 1e-6 (f32); LSR: 0. */
  tolerance?: number;
  /** D entries; 0 = clamped. */
  free?: ArrayLike<number>;
  /** D entries; 0 = not part of the similarity. The flow leaves hidden coordinates where they are. */
  visible?: ArrayLike<number>;
}

export interface Trajectory {
  readonly state: Float64Array;
  /** At the start and after every step. Each is at most the one before, within the rounding of the scores. */
  readonly energies: Float64Array;
  readonly steps: number;
  readonly converged: boolean;
  /** Why it stopped when it did not converge. */
  readonly reason?: string;
  /** Energies looked at, and, summed over them, the shares of the rows that were read for it (compact support; else 0). */
  readonly looks: number;
  readonly scanned: number;
}

/** The guard halves the step down to this share of it. */
const SMALLEST = 1e-12;

/** The reason of a recall whose cue no stored pattern reaches. */
export const OUTSIDE = "outside the support of every stored pattern";
const STUCK = "no step lowers the energy any further";
const BOTTOMLESS = "the energy falls without bound";

/** Follows the energy downhill from x0. @throws EngramError for a step, tolerance or mask out of range */
export function descend(rows: Rows, energy: ContinuousEnergy, x0: Float64Array, options: DynamicsOptions = {}): Trajectory {
  return descendMany(rows, energy, x0, options)[0];
}

/** The same from Q starts (Q x D numbers) in lockstep, so that every step scores all moving states in one batch. Same bits. */
export function descendMany(rows: Rows, energy: ContinuousEnergy, X0: Float64Array, options: DynamicsOptions = {}): Trajectory[] {
  return descendIn(landscapeOf(rows, energy), X0, options);
}

/** The same in any landscape. */
export function descendIn(landscape: Landscape, X0: Float64Array, options: DynamicsOptions = {}): Trajectory[] {
  const { method = "fixed-point", dt = 0.1, free } = options;
  const { dim } = landscape;
  const tolerance = options.tolerance ?? (landscape.finite && method === "fixed-point" ? 0 : landscape.precision === "f32" ? 1e-6 : 1e-9);
  const maxSteps = options.maxSteps ?? (method === "fixed-point" ? 1000 : 10000);
  if (!["fixed-point", "euler", "rk4"].includes(method)) throw new EngramError("method", "fixed-point, euler or rk4", String(method), "Leave it out for the fixed point.");
  if (!(Number.isFinite(dt) && dt > 0)) throw new EngramError("dt", "a finite number above 0", String(dt), "The flow needs a positive time step.");
  if (!(tolerance >= 0)) throw new EngramError("tolerance", "0 or above", String(tolerance), "Leave it out for the default.");
  if (!(maxSteps >= 0)) throw new EngramError("maxSteps", "0 or above", String(maxSteps), "Leave it out for the default.");
  if (free !== undefined && free.length !== dim) throw new EngramError("free", `${dim} entries`, String(free.length), "One entry per coordinate: 0 clamped, anything else free.");
  const walk = { ...options, dt, tolerance, maxSteps };
  if (method !== "fixed-point") {
    return Array.from({ length: X0.length / dim }, (_, q) => follow(landscape, X0.slice(q * dim, (q + 1) * dim), { ...walk, method }));
  }
  return iterate(landscape, X0, walk);
}

interface Walker {
  x: Float64Array;
  at: Evaluation;
  /** The largest free coordinate met after the start: what the tolerance is relative to. */
  size: number;
  readonly energies: number[];
  steps: number;
  converged: boolean;
  reason?: string;
  done: boolean;
  looks: number;
  scanned: number;
}

type Walk = DynamicsOptions & { dt: number; tolerance: number; maxSteps: number };

/** All walkers take their fixed-point steps together. */
function iterate(landscape: Landscape, X0: Float64Array, { tolerance, maxSteps, free, visible }: Walk): Trajectory[] {
  const { dim } = landscape;
  const walkers: Walker[] = landscape.evaluate(X0, visible).map((at, q) => (
    { x: X0.slice(q * dim, (q + 1) * dim), at, size: 0, energies: [at.energy], steps: 0, converged: false, done: false, looks: 1, scanned: at.scanned ?? 0 }));
  const tally = (walker: Walker, { scanned = 0 }: Evaluation): void => {
    walker.looks++;
    walker.scanned += scanned;
  };
  const stop = (walker: Walker, converged: boolean, reason?: string): void => void Object.assign(walker, { done: true, converged, reason });
  for (;;) {
    for (const walker of walkers) {
      if (walker.done) continue;
      if (walker.at.next === undefined) stop(walker, false, OUTSIDE);
      else if (walker.steps >= maxSteps) stop(walker, false, `still moving after ${maxSteps} steps`);
    }
    const moving = walkers.filter((walker) => !walker.done);
    if (moving.length === 0) break;
    const ahead = new Float64Array(moving.length * dim);
    moving.forEach(({ x, at }, i) => ahead.set(step(x, at.next!, 1, free), i * dim));
    landscape.evaluate(ahead, visible).forEach((evaluation, i) => {
      const walker = moving[i];
      const { x, at } = walker;
      let y: Float64Array = ahead.slice(i * dim, (i + 1) * dim);
      let there = evaluation;
      tally(walker, there);
      const whole = largestMove(x, y);
      const bound = at.energy + ENERGY_ROUNDING[landscape.precision] * at.scale;
      for (let size = 0.5; !(there.energy <= bound) && size > SMALLEST; size /= 2) {
        y = step(x, at.next!, size, free);
        [there] = landscape.evaluate(y, visible);
        tally(walker, there);
      }
      walker.size = largestFree(y, free, walker.size);
      const rests = whole <= tolerance * walker.size;
      if (!(there.energy <= bound)) return stop(walker, rests, rests ? undefined : STUCK);
      if (isBottomless(y, there.energy)) return stop(walker, false, BOTTOMLESS);
      walker.x = y;
      walker.at = there;
      walker.energies.push(there.energy);
      walker.steps++;
      if (rests && there.next !== undefined && largestMove(y, step(y, there.next, 1, free)) <= tolerance * walker.size) stop(walker, true);
    });
  }
  return walkers.map(({ x, energies, steps, converged, reason, looks, scanned }) => ({ state: x, energies: Float64Array.from(energies), steps, converged, reason, looks, scanned }));
}

/** The flow from one start. */
function follow(landscape: Landscape, x0: Float64Array, { method, dt, tolerance, maxSteps, free, visible }: Walk & { method: "euler" | "rk4" }): Trajectory {
  const [{ energy, next, scale: energySize, scanned: share = 0 }] = landscape.evaluate(x0, visible);
  let [looks, scanned] = [1, share];
  if (next === undefined) return { state: x0, energies: Float64Array.of(energy), steps: 0, converged: false, reason: OUTSIDE, looks, scanned };
  const downhill = (y: Float64Array): Float64Array => landscape.gradient(y, visible).map((value, k) => (free !== undefined && free[k] === 0 ? 0 : -value));
  // ode.ts takes lengths relative to at least 1; small patterns need them smaller.
  const size = Math.max(largestFree(x0, free, 0), largestFree(next, free, 0));
  let bottomless = false;
  const E = (y: Float64Array): number => {
    const [{ energy: value, scanned: more = 0 }] = landscape.evaluate(y, visible);
    looks++;
    scanned += more;
    bottomless = isBottomless(y, value);
    return bottomless ? NaN : value; // NaN: a smaller step
  };
  const path = descendFlow(downhill, E, x0, {
    dt, method: method === "rk4" ? "rk4" : "euler", maxSteps,
    tolerance: tolerance * Math.min(1, size), slack: ENERGY_ROUNDING[landscape.precision], energySize,
  });
  const reason = path.converged ? undefined : path.steps >= maxSteps ? `still moving after ${maxSteps} steps` : bottomless ? BOTTOMLESS : STUCK;
  return { state: path.x, energies: path.energies, steps: path.steps, converged: path.converged, reason, looks, scanned };
}

function isBottomless(x: Float64Array, E: number): boolean {
  return E === -Infinity || !x.every(Number.isFinite);
}

/** x + size (target - x) on the free coordinates; size 1 is the target itself, exactly. */
function step(x: Float64Array, target: Float64Array, size: number, free?: ArrayLike<number>): Float64Array {
  return x.map((value, k) => {
    if (free !== undefined && free[k] === 0) return value;
    return size === 1 ? target[k] : value + size * (target[k] - value);
  });
}

/** The largest change of a coordinate. */
function largestMove(a: Float64Array, b: Float64Array): number {
  let move = 0;
  for (let k = 0; k < a.length; k++) move = Math.max(move, Math.abs(a[k] - b[k]));
  return move;
}

/** The largest free |x_k|, at least `least`. */
function largestFree(x: Float64Array, free: ArrayLike<number> | undefined, least: number): number {
  let largest = least;
  for (let k = 0; k < x.length; k++) if (free === undefined || free[k] !== 0) largest = Math.max(largest, Math.abs(x[k]));
  return largest;
}

/**
 * Steps of dx/dt = f(x) for vectors: Euler, the classical Runge-Kutta step, the pair of Dormand and Prince (1980, order 5 with an
 * embedded order 4) with step control, and descent of an energy that never climbs. Written by hand so that the order of operations is ours.
 *
 *   x  D numbers, never changed in place;  f(x)  D numbers, a fresh array or not
 */
import { pow } from "./elementary/pow.ts";
import { EngramError } from "./errors.ts";
import type { Precision } from "./memory.ts";
import { dot, largestDifference, maxAbs } from "./vectors.ts";

export type Flow = (x: Float64Array) => Float64Array;

/** x + dt f(x). */
export function eulerStep(f: Flow, x: Float64Array, dt: number): Float64Array {
  return along(x, dt, [1], [f(x)]);
}

/** The classical fourth-order Runge-Kutta step. */
export function rk4Step(f: Flow, x: Float64Array, dt: number): Float64Array {
  const k1 = f(x).slice();
  const k2 = f(along(x, dt / 2, [1], [k1])).slice();
  const k3 = f(along(x, dt / 2, [1], [k2])).slice();
  const k4 = f(along(x, dt, [1], [k3]));
  return x.map((value, i) => value + (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
}

export interface Adaptive {
  readonly x: Float64Array;
  readonly t: number;
  /** Steps tried, those thrown back included. */
  readonly steps: number;
  /** Whether `until` was reached within `maxSteps`. */
  readonly finished: boolean;
}

/** The tableau of Dormand and Prince: stage i starts at x + dt sum_j A[i][j] k_j; its last row is the step itself. */
const A: readonly (readonly number[])[] = [
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** The step of order 5 less that of order 4. */
const ERROR: readonly number[] = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/**
 * Integrates from 0 to `until`, holding the estimated error of every step below `tolerance` (absolute and relative, largest coordinate).
 * A step that meets NaN or Infinity is tried again smaller; where none helps, `finished` is false and x is the last sound state.
 * @throws EngramError on a negative `until`, a tolerance that is not positive, or an x0 that is not finite
 */
export function integrate(f: Flow, x0: Float64Array, until: number, tolerance = 1e-8, maxSteps = 100000): Adaptive {
  if (!(until >= 0 && until < Infinity)) throw new EngramError("until", "a finite time, 0 or above", String(until), "Turn the flow round to go backwards.");
  if (!(tolerance > 0)) throw new EngramError("tolerance", "a number above 0", String(tolerance), "1e-8 is the default.");
  finite(x0);
  let x: Float64Array = x0.slice();
  let t = 0;
  let dt = until / 100;
  let steps = 0;
  let first = f(x).slice();
  while (t < until && steps < maxSteps && dt >= 1e-14 * until) {
    dt = Math.min(dt, until - t);
    const k = [first];
    let y = x;
    for (const row of A) {
      y = along(x, dt, row, k);
      k.push(f(y).slice());
    }
    let error = 0;
    for (let i = 0; i < x.length; i++) {
      let difference = 0;
      for (let stage = 0; stage < 7; stage++) difference += ERROR[stage] * k[stage][i];
      const relative = Math.abs(dt * difference) / (1 + Math.max(Math.abs(x[i]), Math.abs(y[i])));
      error = Number.isNaN(relative) ? Infinity : Math.max(error, relative);
    }
    steps++;
    if (error <= tolerance) {
      t = dt >= until - t ? until : t + dt;
      x = y;
      first = k[6]; // the last stage is the first of the next step
    }
    const factor = error === 0 ? 5 : 0.9 * pow(tolerance / error, 0.2); // the error of a step grows with dt^5
    dt *= Math.min(5, Math.max(0.2, factor));
  }
  return { x, t, steps, finished: t >= until };
}

/** What rounding does to an energy, relative to its terms, by the precision they are computed in. */
export const ENERGY_ROUNDING: Readonly<Record<Precision, number>> = { f32: 1e-5, f64: 1e-12 };

export interface DescentOptions {
  /** First time step. Default .1. */
  dt?: number;
  /** Default "euler". */
  method?: "euler" | "rk4";
  /** Default 10,000. */
  maxSteps?: number;
  /** Stop when the flow would move no coordinate by more than this times the largest coordinate (at least 1) in the first dt. Default 1e-9. */
  tolerance?: number;
  /** How exact the energy is, relative to its size. Where the flow is too slow to change it by more than that in the first dt, its rounding counts as no rise. Default 1e-12. */
  slack?: number;
  /** Size of the energy where its value is smaller: that of the terms it is the sum of. Default 1. */
  energySize?: number;
}

export interface Descent {
  readonly x: Float64Array;
  /** At the start and after every step. */
  readonly energies: Float64Array;
  readonly steps: number;
  readonly converged: boolean;
  /** The time step it ended with. */
  readonly dt: number;
}

/**
 * Follows dx/dt = f(x) downhill: while a step would raise the energy above its lowest value so far (or make it NaN), dt is halved;
 * after a step that needed no halving it doubles again, up to the first dt. Converged means a flow at rest, whatever dt has become.
 * Where no step helps, however small, it stops, not converged.
 * @throws EngramError on a dt, tolerance, slack or energySize out of range, or a start that is not finite or has a NaN energy
 */
export function descend(f: Flow, energy: (x: Float64Array) => number, x0: Float64Array, options: DescentOptions = {}): Descent {
  const { dt: largest = 0.1, method = "euler", maxSteps = 10000, tolerance = 1e-9, slack = 1e-12, energySize = 1 } = options;
  if (!(largest > 0 && largest < Infinity)) throw new EngramError("dt", "a finite number above 0", String(largest), "The flow needs a positive time step.");
  if (!(tolerance >= 0)) throw new EngramError("tolerance", "0 or above", String(tolerance), "Leave it out for the default.");
  if (!(slack >= 0)) throw new EngramError("slack", "0 or above", String(slack), "Leave it out for the default.");
  if (!(energySize >= 0)) throw new EngramError("energySize", "0 or above", String(energySize), "Leave it out for the default.");
  finite(x0);
  const step = method === "euler" ? eulerStep : rk4Step;
  let x: Float64Array = x0.slice();
  let lowest = energy(x);
  if (Number.isNaN(lowest)) throw new EngramError("energy at the start", "a number", "NaN", "Check the energy function.");
  const energies = [lowest];
  let dt = largest;
  const end = (converged: boolean): Descent => ({ x, energies: Float64Array.from(energies), steps: energies.length - 1, converged, dt });
  let settling = false; // close to rest, where the energy no longer tells a stable dt from one too large: no more growth
  for (;;) {
    const slope = f(x);
    if (maxAbs(slope) * largest <= tolerance * Math.max(1, maxAbs(x))) return end(true);
    if (energies.length > maxSteps) return end(false);
    const rounding = slack * Math.max(energySize, Math.abs(lowest));
    settling ||= dot(slope, slope) * largest <= rounding; // f = -grad E loses dt |f|^2
    const bound = settling ? lowest + rounding : lowest;
    const tried = dt;
    let y = step(f, x, dt);
    let E = energy(y);
    while (!(E <= bound) && dt > largest * 2 ** -60) {
      dt /= 2;
      y = step(f, x, dt);
      E = energy(y);
    }
    if (!(E <= bound) || largestDifference(x, y) === 0) return end(false);
    x = y;
    energies.push(E);
    lowest = Math.min(lowest, E);
    if (dt === tried && !settling) dt = Math.min(largest, 2 * dt);
  }
}

/** x + dt sum_j a_j k_j. */
function along(x: Float64Array, dt: number, a: readonly number[], k: readonly Float64Array[]): Float64Array {
  return x.map((value, i) => {
    let sum = 0;
    for (let j = 0; j < a.length; j++) sum += a[j] * k[j][i];
    return value + dt * sum;
  });
}

function finite(x: Float64Array): void {
  const at = x.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new EngramError(`start, coordinate ${at}`, "a finite number", String(x[at]), "Start from a sound state.");
}

/**
 * Steps of dx/dt = f(x) for vectors: Euler, the classical Runge-Kutta step, and an adaptive pair (Bogacki and Shampine 1989, order 3
 * with an embedded order 2) for flows whose stiffness is not known. Written by hand so that the order of operations is ours.
 */
export type Flow = (x: Float64Array) => Float64Array;

/** x + dt f(x). */
export function eulerStep(f: Flow, x: Float64Array, dt: number): Float64Array {
  return along(x, dt, f(x));
}

/** The classical fourth-order Runge-Kutta step. */
export function rk4Step(f: Flow, x: Float64Array, dt: number): Float64Array {
  const k1 = f(x);
  const k2 = f(along(x, dt / 2, k1));
  const k3 = f(along(x, dt / 2, k2));
  const k4 = f(along(x, dt, k3));
  return x.map((value, i) => value + (dt / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
}

export interface Adaptive {
  readonly x: Float64Array;
  readonly t: number;
  readonly steps: number;
  /** Whether `until` was reached within `maxSteps`. */
  readonly finished: boolean;
}

/** Integrates from 0 to `until`, holding the estimated error of every step below `tolerance` (absolute and relative, largest coordinate). */
export function integrate(f: Flow, x0: Float64Array, until: number, tolerance = 1e-8, maxSteps = 100000): Adaptive {
  let x = x0;
  let t = 0;
  let dt = until / 100;
  let steps = 0;
  let k1 = f(x);
  while (t < until && steps < maxSteps) {
    dt = Math.min(dt, until - t);
    const k2 = f(along(x, dt / 2, k1));
    const k3 = f(along(x, (3 * dt) / 4, k2));
    const y = x.map((value, i) => value + dt * ((2 / 9) * k1[i] + (1 / 3) * k2[i] + (4 / 9) * k3[i]));
    const k4 = f(y);
    let error = 0;
    for (let i = 0; i < x.length; i++) {
      const difference = dt * ((-5 / 72) * k1[i] + (1 / 12) * k2[i] + (1 / 9) * k3[i] - (1 / 8) * k4[i]);
      error = Math.max(error, Math.abs(difference) / (1 + Math.abs(y[i])));
    }
    steps++;
    if (error <= tolerance) {
      t = t + dt >= until ? until : t + dt;
      x = y;
      k1 = k4;
      dt *= error < tolerance / 16 ? 2 : 1; // order 3: doubling multiplies the error by 8
    } else dt /= 2;
    if (dt < 1e-14 * until) break;
  }
  return { x, t, steps, finished: t >= until };
}

function along(x: Float64Array, dt: number, k: Float64Array): Float64Array {
  return x.map((value, i) => value + dt * k[i]);
}

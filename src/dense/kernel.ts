/**
 * The eight density kernels of the LSR paper (arXiv 2506.10801, Figure 5; section 4.2 of the notes) as separations.
 *
 *   u      x / h; t = u^2 = ||x - xi||^2 / h^2; with h^2 = 2 / beta, t = (beta/2)||x - xi||^2 = -z
 *   K(u) = kappa(t);  F(z) = kappa(-z);  step weight -kappa'(t)                       (L30)
 *   muK = int u^2 K, sigmaK = int K^2 of the normalised kernel; C = sqrt(muK) sigmaK  (L28)
 *   efficiency = C(Epanechnikov) / C(K)                                              (L29; the text defines the inverse)
 *
 * A kernel's t is never negative; a similarity that gives z > 0 (an overlap) leaves the table. There polynomials in t and the Gaussian go on
 * as written, the uniform stays 1, and those in u = sqrt t (triangle, cosine, tricube) rest at kappa(0) with derivative 0.
 *
 * Deviation: the Gaussian is e^{-t} (the paper's expression, not the code's e^{-t/2}), so that it is the LSE energy at the same beta.
 */
import { cos, exp, sin } from "../numeric/index.ts";
import type { Separation } from "./separation.ts";

export interface Kernel extends Separation {
  /** kappa(t), t >= 0. */
  kappa(t: number): number;
  /** -kappa'(t): the weight of the mean-shift step. Finite everywhere (the triangle's is capped at its centre). */
  weight(t: number): number;
  /** int K(u) du over the line, before normalising. */
  readonly mass: number;
  readonly muK: number;
  readonly sigmaK: number;
  /** In (0, 1]; Epanechnikov = 1. */
  readonly efficiency: number;
  /** Largest t with kappa > 0; Infinity for the Gaussian. */
  readonly support: number;
  /** Whether kappa is convex and falling, so that mean shift never lowers the density (false for the tricube; the uniform has no gradient). */
  readonly monotone: boolean;
}

const PI = 3.141592653589793;
const EPANECHNIKOV_C = Math.sqrt(1 / 5) * (3 / 5);
const TINY = 1e-12;

function kernel(
  name: string, kappa: (t: number) => number, weight: (t: number) => number,
  constants: { mass: number; muK: number; sigmaK: number; support?: number; monotone?: boolean; inRoot?: boolean },
): Kernel {
  const support = constants.support ?? 1;
  const inside = (t: number): boolean => t < support;
  const beyond = constants.inRoot === true ? (t: number): boolean => t < 0 : (): boolean => false;
  const kappaOf = (t: number): number => (beyond(t) ? 1 : inside(t) ? kappa(t) : 0);
  const weightOf = (t: number): number => (beyond(t) || !inside(t) ? 0 : weight(t));
  return {
    name, kappa: kappaOf, weight: weightOf, F: (z) => kappaOf(-z), f: (z) => weightOf(-z),
    mass: constants.mass, muK: constants.muK, sigmaK: constants.sigmaK, support, monotone: constants.monotone ?? true,
    efficiency: EPANECHNIKOV_C / (Math.sqrt(constants.muK) * constants.sigmaK),
  };
}

const root = (t: number): number => Math.sqrt(t);

export const gaussian: Kernel = kernel("gaussian", (t) => exp(-t), (t) => exp(-t),
  { mass: Math.sqrt(PI), muK: 1 / 2, sigmaK: 1 / Math.sqrt(2 * PI), support: Infinity });
export const triangle: Kernel = kernel("triangle", (t) => 1 - root(t), (t) => 1 / (2 * Math.max(root(t), TINY)),
  { mass: 1, muK: 1 / 6, sigmaK: 2 / 3, inRoot: true });
export const uniform: Kernel = kernel("uniform", () => 1, () => 0, { mass: 2, muK: 1 / 3, sigmaK: 1 / 2, monotone: false });
export const epanechnikovKernel: Kernel = kernel("epanechnikov", (t) => 1 - t, () => 1, { mass: 4 / 3, muK: 1 / 5, sigmaK: 3 / 5 });
export const cosine: Kernel = kernel("cosine", (t) => cos((PI / 2) * root(t)),
  (t) => (t < TINY ? (PI * PI) / 8 : ((PI / 4) * sin((PI / 2) * root(t))) / root(t)),
  { mass: 4 / PI, muK: 1 - 8 / (PI * PI), sigmaK: (PI * PI) / 16, inRoot: true });
export const quartic: Kernel = kernel("quartic", (t) => (1 - t) * (1 - t), (t) => 2 * (1 - t), { mass: 16 / 15, muK: 1 / 7, sigmaK: 5 / 7 });
export const triweight: Kernel = kernel("triweight", (t) => (1 - t) * (1 - t) * (1 - t), (t) => 3 * (1 - t) * (1 - t),
  { mass: 32 / 35, muK: 1 / 9, sigmaK: 350 / 429 });
export const tricube: Kernel = kernel("tricube",
  (t) => {
    const rest = 1 - t * root(t);
    return rest * rest * rest;
  },
  (t) => {
    const rest = 1 - t * root(t);
    return (9 / 2) * root(t) * rest * rest;
  },
  { mass: 81 / 70, muK: 35 / 243, sigmaK: 175 / 247, monotone: false, inRoot: true });

/** In the order of the paper's figure. */
export const KERNELS: readonly Kernel[] = [gaussian, triangle, uniform, epanechnikovKernel, cosine, quartic, triweight, tricube];

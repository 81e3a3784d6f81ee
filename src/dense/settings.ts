/**
 * The options of a dense memory, checked and filled with defaults, and the rule by which it chooses beta.
 * Default: LSE on distances, beta from (U11) at delta = .01 and the median nearest-neighbour gap of what is stored.
 */
import type { Rows } from "../kernels/index.ts";
import { checkBackend, EngramError, unknownName } from "../numeric/index.ts";
import type { Backend, Precision } from "../numeric/index.ts";
import { betaForInteractions, chooseSoftmaxBeta } from "./beta.ts";
import type { ChosenBeta } from "./beta.ts";
import { softmaxEnergy } from "./continuous.ts";
import { checkFar, type Far } from "./far.ts";
import { checkLambda, hybridEnergy } from "./hybrid.ts";
import { checkBeta, checkEpsilon } from "./parameters.ts";
import { KERNELS } from "./kernel.ts";
import { kernelEnergy } from "./kernel-energy.ts";
import type { ContinuousEnergy } from "./landscape.ts";
import { lsrEnergy } from "./lsr.ts";
import type { BinarySeparation } from "./overlap-energy.ts";
import type { RowSearch } from "./nearby.ts";
import { checkSearch, type SearchMode } from "./search.ts";
import { checkNames } from "./recall-options.ts";
import { checkDegree } from "./separation.ts";

/** Energies of binary (-1, 1) patterns, settled bit by bit. */
export const BINARY_ENERGIES: readonly string[] = ["classical", "polynomial", "rectified", "exponential"];

/** Every name `energy` takes; `epanechnikov` is `lsr` and `gaussian` is e^{-(beta/2) d^2}, like `lse`, by mean shift. */
export const ENERGY_NAMES: readonly string[] = [...BINARY_ENERGIES, "lse", "lse-dot", "lsr", "hybrid", ...KERNELS.map((kernel) => kernel.name).filter((name) => name !== "uniform")];

export interface DenseOptions {
  /** One of ENERGY_NAMES. Default `lse`. */
  energy?: string;
  /** Inverse temperature. Default: chosen from what is stored (LSE by `delta`, compact kernels by `interactions`). */
  beta?: number;
  /** LSE: doubt allowed when beta is chosen: the best memory gets weight >= 1 - delta at the median gap. Default .01. */
  delta?: number;
  /** LSR and the other kernels: mean number of interacting patterns, self included, when beta is chosen. Default 3. */
  interactions?: number;
  /** n of the polynomial and rectified energies. Default 3. */
  degree?: number;
  /** Constant inside the logarithm of LSR and the kernels. Default 0. */
  epsilon?: number;
  /** Hybrid: weight of the Gaussian tail, above 0. Default .001. */
  lambda?: number;
  /** Compact kernels: what becomes of a cue outside every support (far.ts). Default reject. */
  far?: Far;
  /** Binary energies: values above this become 1, the others -1. Default: patterns and cues must be -1 or 1. */
  binarize?: number;
  /** Bound on steps (sweeps for binary energies). Default 1000. */
  maxSteps?: number;
  /** Rejects answers farther than this from every stored pattern (root mean square difference). Default: none. */
  threshold?: number;
  /** Compact kernels: how the rows near a state are found. The answer has the same bits in each. Default auto: everything is scanned until an index pays. */
  search?: SearchMode;
  precision?: Precision;
  backend?: Backend;
}

export interface DenseSettings {
  readonly energy: string;
  readonly binary: boolean;
  readonly beta?: number;
  readonly delta: number;
  readonly interactions: number;
  readonly degree: number;
  readonly epsilon: number;
  readonly lambda: number;
  readonly far: Far;
  readonly binarize?: number;
  readonly maxSteps: number;
  readonly threshold?: number;
  readonly search: SearchMode;
  readonly precision: Precision;
  readonly backend?: Backend;
}

const OPTION_NAMES: readonly (keyof DenseOptions)[] = [
  "energy", "beta", "delta", "interactions", "degree", "epsilon", "lambda", "far", "binarize", "maxSteps", "threshold", "search", "precision", "backend",
];

/** @throws EngramError for an unknown option or energy (suggests the nearest), or a value outside its range */
export function settingsOf(options: DenseOptions): DenseSettings {
  checkNames("dense memory option", options, OPTION_NAMES);
  const { energy = "lse", beta, delta = 0.01, interactions = 3, degree = 3, epsilon = 0, lambda = 0.001, far = "reject", binarize, maxSteps = 1000, threshold, search = "auto", precision = "f32", backend } = options;
  if (!ENERGY_NAMES.includes(energy)) throw unknownName("energy", energy, ENERGY_NAMES);
  if (beta !== undefined) checkBeta(beta);
  if (!(Number.isFinite(delta) && delta > 0 && delta < 1)) throw new EngramError("delta", "0 < delta < 1", String(delta), "delta = .01 gives the best memory 99 % of the weight.");
  if (!(Number.isFinite(interactions) && interactions > 1)) throw new EngramError("interactions", "a number above 1 (self included)", String(interactions), "3 means two neighbours each.");
  checkDegree(degree);
  checkEpsilon(epsilon);
  if (binarize !== undefined && !Number.isFinite(binarize)) throw new EngramError("binarize", "a finite threshold", String(binarize), "For pixels in [0, 1] use .5.");
  if (!Number.isInteger(maxSteps) || maxSteps < 1) throw new EngramError("maxSteps", "a whole number above 0", String(maxSteps), "1 is a single step.");
  if (threshold !== undefined && !(Number.isFinite(threshold) && threshold >= 0)) throw new EngramError("threshold", "0 or above", String(threshold), "Calibrate one on cues that should and should not be known.");
  checkSearch(search);
  checkLambda(lambda);
  checkFar(far);
  if (far !== "reject" && !isCompact(energy)) throw noSupport("far", energy);
  if (precision !== "f32" && precision !== "f64") throw unknownName("precision", precision, ["f32", "f64"]);
  checkBackend(backend);
  return { energy, binary: BINARY_ENERGIES.includes(energy), beta, delta, interactions, degree, epsilon, lambda, far, binarize, maxSteps, threshold, search, precision, backend };
}

/** Whether an energy's support ends: LSR and the kernels but the Gaussian. */
export function isCompact(energy: string): boolean {
  return ENERGY_NAMES.includes(energy) && !BINARY_ENERGIES.includes(energy) && !["lse", "lse-dot", "gaussian", "hybrid"].includes(energy);
}

/** The error for an option that needs supports. */
export function noSupport(option: string, energy: string): EngramError {
  return new EngramError(option, "an energy of compact support (lsr or a kernel)", energy, "The other energies reach every cue; leave it out.");
}

/** Beta for the stored rows: the one given, or by the energy's rule. */
export function chooseBeta(settings: DenseSettings, rows: Rows): ChosenBeta {
  if (settings.beta !== undefined) return { beta: settings.beta, rule: "given" };
  if (settings.energy === "lse" || settings.energy === "gaussian") return chooseSoftmaxBeta(rows, "euclidean", settings.delta);
  if (settings.energy === "lse-dot") return chooseSoftmaxBeta(rows, "dot", settings.delta);
  if (rows.count < 2) return { beta: 1, rule: "1, since one pattern interacts with nothing" };
  const { beta, rule } = betaForInteractions(rows, settings.interactions);
  return { beta, rule };
}

export function continuousEnergy(settings: DenseSettings, beta: number, search: RowSearch): ContinuousEnergy {
  const { energy, epsilon } = settings;
  if (energy === "lse") return softmaxEnergy(beta, "euclidean");
  if (energy === "lse-dot") return softmaxEnergy(beta, "dot");
  if (energy === "hybrid") return hybridEnergy(beta, settings.lambda);
  if (energy === "lsr" || energy === "epanechnikov") return lsrEnergy(beta, epsilon, search);
  return kernelEnergy(KERNELS.find((kernel) => kernel.name === energy)!, beta, epsilon, search);
}

export function binarySeparation(settings: DenseSettings): BinarySeparation {
  if (settings.energy === "classical") return { kind: "power", n: 2 };
  if (settings.energy === "polynomial") return { kind: "power", n: settings.degree };
  if (settings.energy === "rectified") return { kind: "rectified", n: settings.degree };
  return settings.beta === undefined ? { kind: "exponential" } : { kind: "lse", beta: settings.beta };
}

/** Binary energies: -1 and 1, by threshold where one is given. A hidden value need not be a bit: it starts as its sign. */
export function bitsOf({ binary, binarize, energy }: DenseSettings, data: Float64Array, dim: number, what: string, visible?: ArrayLike<number>): Float64Array {
  if (!binary) return data;
  if (binarize !== undefined) return data.map((value) => (value > binarize ? 1 : -1));
  const shown = visible === undefined ? data : data.map((value, i) => (visible[i % dim] !== 0 ? value : value > 0 ? 1 : -1));
  const bad = shown.findIndex((value) => value !== 1 && value !== -1);
  if (bad < 0) return shown;
  throw new EngramError(`${what}, row ${Math.floor(bad / dim)}, column ${bad % dim}`, `-1 or 1 for the ${energy} energy`, String(data[bad]), "Binarise first, or pass binarize (pixels in [0, 1]: .5).");
}

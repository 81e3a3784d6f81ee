/**
 * The numbers of an independent re-run of the UHN protocol that ours must meet (semantic-memory.md section 11), and the
 * tolerance (U18). Cells: fraction of indexExact (MNIST: and within T = 60), separation max, R = 5 slices.
 */

/** Columns: the reference forms of section 3, then `cos` (true cosine) and `dot` (plain), which are not in the paper. */
export const REFERENCE_COLUMNS = ["L2", "L1", "Dot", "KL", "RKL", "JSref", "cos", "dot"] as const;

export interface TargetRow {
  readonly set: "MNIST" | "CIFAR10";
  readonly N: number;
  /** Noise sigma, or masked fraction. */
  readonly strength: number;
  /** indexExact, one per column. */
  readonly exact: readonly number[];
  /** Fraction with sum of squares <= 60, where the table has it. */
  readonly within?: readonly number[];
}

export const CAPACITY_TARGETS: readonly TargetRow[] = [
  { set: "MNIST", N: 10, strength: 0.5, exact: [1, 0.98, 1, 0.68, 0.62, 0, 0.9, 0.42], within: [1, 1, 1, 0.7, 0.68, 0.1, 0.92, 0.48] },
  { set: "MNIST", N: 100, strength: 0.5, exact: [0.98, 0.98, 0.94, 0.22, 0.15, 0, 0.57, 0.1], within: [1, 1, 0.99, 0.23, 0.17, 0.09, 0.58, 0.11] },
  { set: "MNIST", N: 1000, strength: 0.5, exact: [0.95, 0.94, 0.76, 0.06, 0.03, 0, 0.27, 0.01], within: [0.99, 0.99, 0.93, 0.07, 0.04, 0.13, 0.29, 0.02] },
  { set: "CIFAR10", N: 10, strength: 0.5, exact: [0.78, 0.96, 0.92, 0.52, 0.76, 0, 0.72, 0.16] },
  { set: "CIFAR10", N: 100, strength: 0.5, exact: [0.46, 0.8, 0.81, 0.2, 0.56, 0, 0.4, 0.02] },
  { set: "CIFAR10", N: 1000, strength: 0.5, exact: [0.28, 0.69, 0.51, 0.09, 0.44, 0, 0.24, 0] },
];

export const NOISE_TARGETS: readonly TargetRow[] = [
  { set: "CIFAR10", N: 100, strength: 0.1, exact: [1, 1, 0.83, 1, 1, 0, 1, 0.03] },
  { set: "CIFAR10", N: 100, strength: 0.5, exact: [0.44, 0.77, 0.78, 0.23, 0.57, 0.01, 0.41, 0.01] },
  { set: "CIFAR10", N: 100, strength: 1, exact: [0.04, 0.04, 0.47, 0.02, 0.03, 0.01, 0.03, 0.01] },
];

export const MASK_TARGETS: readonly TargetRow[] = [
  { set: "CIFAR10", N: 50, strength: 0.3, exact: [0.52, 0.93, 0.4, 0.23, 0.42, 0, 0.48, 0.04] },
  { set: "CIFAR10", N: 50, strength: 0.5, exact: [0.32, 0.6, 0.23, 0.07, 0.19, 0, 0.22, 0.03] },
  { set: "CIFAR10", N: 50, strength: 0.7, exact: [0.1, 0.19, 0.07, 0.02, 0.04, 0, 0.06, 0.03] },
];

/** Separations at N = 100, similarity 1/L1, bottom half cleared: fraction within T = 60. The last three are our stable form at beta = 1. */
export const SEPARATION_COLUMNS = [
  "log", "identity", "sqrt", "x^2", "x^3", "x^4", "x^10", "softmax(1000)", "max", "softmax(-D1)", "softmax(-D2)", "softmax(dot)",
] as const;

export const SEPARATION_TARGETS: Readonly<Record<"MNIST" | "CIFAR10", readonly number[]>> = {
  MNIST: [0.76, 0.78, 0.77, 0.8, 0.82, 0.84, 0.91, 0.92, 0.87, 0.89, 0.79, 0.87],
  CIFAR10: [0.04, 0.06, 0.05, 0.06, 0.09, 0.13, 0.36, 0.37, 0.4, 0.4, 0.13, 0.01],
};

/** Trials behind a target cell: 5 slices of N cues. */
export const TARGET_RUNS = 5;

/**
 * (U18) How far two independent runs of R N trials may lie apart: .03 + 4 sqrt(2 p (1 - p) / (R N)), p their mean.
 * @param hubs true for KL, RKL and cosine on noisy MNIST, where a few memories absorb most queries: a further .08
 */
export function tolerance(a: number, b: number, trials: number, hubs: boolean): number {
  const p = (a + b) / 2;
  return 0.03 + 4 * Math.sqrt((2 * p * (1 - p)) / trials) + (hubs ? 0.08 : 0);
}

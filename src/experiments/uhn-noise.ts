/**
 * `uhn-noise` (arXiv 2202.04557; semantic-memory.md sections 10 and 11): recall of 100 images against the strength of folded noise
 * (C1), sigma = .05 to 1.5, separation max, R = 5 disjoint slices, T = 60.
 */
import { type Check, check } from "../report/index.ts";
import type { Experiment } from "./experiment.ts";
import { foldedNoise } from "./uhn-capacity.ts";
import { uhnExperiment } from "./uhn-report.ts";
import { columnsOf } from "./uhn-scores.ts";
import { find, type Row } from "./uhn-sweep.ts";
import { NOISE_TARGETS } from "./uhn-targets.ts";

const SIGMAS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1, 1.5];
const N = 100;

export const uhnNoise: Experiment = uhnExperiment({
  name: "uhn-noise",
  title: "Noise and universal Hopfield networks",
  lead: "Folding noise at black brightens every dark area. Distances collapse under that bias long before they collapse under the noise itself; mass-normalised products hold on.",
  along: "strength", alongLabel: "standard deviation of the folded noise", ticks: [0.05, 0.2, 0.5, 0.8, 1, 1.5], noisy: true, targets: NOISE_TARGETS,
  sweep: (quick) => ({
    corruption: "foldedGaussian (C1)", damage: foldedNoise, strengths: quick ? [0.05, 0.3, 0.5, 1] : SIGMAS, sizes: [N], runs: quick ? 3 : 5, wideRuns: quick ? 3 : 5,
    columns: columnsOf(quick), threshold: () => 60,
  }),
  shown: () => ({ strength: 0.5, N }),
  orderings,
});

/** "Robust at N >= 50": folded noise of sigma = 1, Dot over L1. */
function orderings(rows: readonly Row[]): Check[] {
  const [dot, l1] = ["Dot", "L1"].map((name) => find(rows, "CIFAR10", name, N, 1)!.exact);
  return [check({ name: "CIFAR10, sigma = 1: Dot minus L1", measured: dot - l1, expected: 0, relation: "at least", origin: "independent re-run (robust ordering)" })];
}

/**
 * `uhn-capacity` (arXiv 2202.04557; semantic-memory.md sections 10 and 11): how many images can be told apart from copies with
 * folded noise (C1), sigma = .5, by similarity; N = 2 to 1000, separation max, R = 5 disjoint slices, T = 60 * 784 / d.
 */
import { foldedGaussian, image } from "../images/index.ts";
import { uhnExperiment } from "./uhn-report.ts";
import { COLUMNS } from "./uhn-scores.ts";
import { CAPACITY_TARGETS } from "./uhn-targets.ts";
import type { Damage } from "./uhn-sweep.ts";
import type { Experiment } from "./experiment.ts";

const SIGMA = 0.5;
const SIZES = [2, 5, 10, 20, 50, 100, 200, 300, 500, 700, 1000];

/** (C1) on one row. */
export const foldedNoise: Damage = (row, [C, H, W], sigma, rng) => foldedGaussian(sigma)(image(W, H, C, row), rng).data;

export const uhnCapacity: Experiment = uhnExperiment({
  name: "uhn-capacity",
  title: "Capacity of universal Hopfield networks",
  lead: "The more images are stored, the harder it is to find the right one from a noisy copy. Which similarity compares them decides how fast recall falls.",
  along: "N", alongLabel: "memories, N", ticks: [2, 5, 10, 20, 50, 100, 200, 500, 1000], noisy: true, targets: CAPACITY_TARGETS,
  sweep: (quick) => ({
    corruption: "foldedGaussian (C1)", damage: foldedNoise, strengths: [SIGMA], sizes: quick ? SIZES.filter((N) => N <= 100) : SIZES, runs: 5, wideRuns: 5,
    // a logarithm per coordinate and pair
    columns: COLUMNS.map(({ name }) => name), limits: { negJS: quick ? 50 : 200 }, threshold: (d) => (60 * 784) / d,
  }),
  shown: (quick) => ({ strength: SIGMA, N: quick ? 100 : 1000 }),
});

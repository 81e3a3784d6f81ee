/**
 * `uhn-mask` (arXiv 2202.04557; semantic-memory.md sections 10 and 11): recall of 50 images against the share of rows blacked out
 * from below (C3), f = .1 to .9, separation max, R = 5 disjoint slices (checked on the mean over 20), T = 60.
 */
import { image, maskBottom } from "../images/index.ts";
import { type Check, check } from "../report/index.ts";
import type { Experiment } from "./experiment.ts";
import { uhnExperiment } from "./uhn-report.ts";
import { columnsOf } from "./uhn-scores.ts";
import { type Damage, find, type Row } from "./uhn-sweep.ts";
import { MASK_TARGETS } from "./uhn-targets.ts";

const FRACTIONS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const N = 50;

/** (C3) on one row. */
export const maskedBelow: Damage = (row, [C, H, W], f, rng) => maskBottom(f)(image(W, H, C, row), rng).data;

export const uhnMask: Experiment = uhnExperiment({
  name: "uhn-mask",
  title: "Masks and universal Hopfield networks",
  lead: "A black lower part counts as evidence when nobody says it is missing. The sum of absolute differences suffers least from it.",
  along: "strength", alongLabel: "share of rows masked", ticks: FRACTIONS, noisy: false, targets: MASK_TARGETS,
  sweep: (quick) => ({
    corruption: "maskBottom (C3)", damage: maskedBelow, strengths: quick ? [0.1, 0.3, 0.5, 0.7] : FRACTIONS, sizes: [N], runs: 5, wideRuns: quick ? 5 : 20,
    columns: columnsOf(quick), threshold: () => 60,
  }),
  shown: () => ({ strength: 0.5, N }),
  orderings,
});

/** "Robust at N >= 50": half mask on CIFAR-10, L1 over L2 and over Dot. */
function orderings(rows: readonly Row[]): Check[] {
  const at = (name: string): number => find(rows, "CIFAR10", name, N, 0.5)!.wideExact!;
  return ["L2", "Dot"].map((other) => check({ name: `CIFAR10, f = .5: L1 minus ${other}`, measured: at("L1") - at(other), expected: 0, relation: "at least", origin: "independent re-run (robust ordering)" }));
}

/** Checks of `lsr-likelihood`: what must hold for any sample, and the recomputed numbers for k = 10, d = 8, M = 25. */
import { type Check, check } from "../report/index.ts";
import { at, isTarget, type Setting } from "./lsr-likelihood-setting.ts";
import { PEAKS, TARGETS } from "./lsr-likelihood-targets.ts";

const RECOMPUTED = "recomputed (notes, 8.3)";

export function likelihoodChecks(settings: readonly Setting[], quick: boolean): Check[] {
  const target = settings.find((setting) => isTarget(setting, setting.betas.length));
  return [...settings.flatMap(derivedChecks), ...(quick || target === undefined ? [] : targetChecks(target))];
}

function derivedChecks(setting: Setting): Check[] {
  const { k, d, M, samples, betas } = setting;
  const name = (what: string): string => `k = ${k}, d = ${d}, M = ${M}: ${what}`;
  const points = samples.flat();
  const last = samples.map((sample) => sample[betas.length - 1]);
  return [
    check({ name: name("starts outside every support, or that never came to rest"), measured: points.reduce((sum, { lsr, lse }) => sum + lsr.left + lse.left, 0), expected: 0, relation: "equals", origin: "derived: radius < r_s; (L27)" }),
    check({ name: name("memories of LSR at the smallest beta"), measured: Math.max(...samples.map(([{ lsr }]) => lsr.unique)), expected: 1, relation: "equals", origin: "derived: every support covers the cube" }),
    check({ name: name("patterns kept by LSR at the largest beta"), measured: Math.min(...last.map(({ lsr }) => lsr.kept)), expected: M, relation: "equals", origin: "derived (L22)" }),
    check({ name: name("different memories of LSR at the largest beta"), measured: Math.max(...last.map(({ lsr }) => lsr.unique)), expected: M, relation: "equals", origin: "derived: supports are disjoint" }),
    check({ name: name("points at which LSE keeps more patterns than LSR (1e-3)"), measured: points.filter(({ lsr, lse }) => lse.kept > lsr.kept).length, expected: 0, relation: "equals", origin: "paper, Figures 7 and 8" }),
    // What the paper shows as "more memories": the largest counts, with the same starts.
    check({ name: name("largest number of LSR memories over that of LSE"), measured: largest(setting, "lsr") / largest(setting, "lse"), expected: 1, relation: "at least", origin: "paper, Figures 7 and 8" }),
  ];
}

function largest(setting: Setting, energy: "lsr" | "lse"): number {
  return Math.max(...setting.betas.map((_, place) => at(setting, place, energy, "unique").mean));
}

/**
 * The same samples as the target's, so its cells should come back: log p was printed to .005, and a start within f32 rounding of a support's
 * edge may end elsewhere; .05 allows for one in a hundred starts moving by 5. Counts are means over five seeds: half a memory.
 */
function targetChecks(setting: Setting): Check[] {
  const cells = TARGETS.flatMap((target) => {
    const name = (what: string): string => `beta = ${target.beta}: ${what}`;
    return [
      check({ name: name("mean beta"), measured: setting.betas[target.at], expected: target.beta, tolerance: 0.005 * target.beta, origin: RECOMPUTED }),
      ...(["lsr", "lse"] as const).flatMap((energy) => [
        check({ name: name(`log p, ${energy.toUpperCase()}`), measured: at(setting, target.at, energy, "logDensity").mean, expected: target[energy].logDensity, tolerance: 0.05, origin: RECOMPUTED }),
        check({ name: name(`unique, ${energy.toUpperCase()}`), measured: at(setting, target.at, energy, "unique").mean, expected: target[energy].unique, tolerance: 0.5, origin: RECOMPUTED }),
        check({ name: name(`kept, ${energy.toUpperCase()}`), measured: at(setting, target.at, energy, "kept").mean, expected: target[energy].kept, tolerance: 0.01, origin: RECOMPUTED }),
      ]),
      check({ name: name("kept, LSE by the released rule"), measured: at(setting, target.at, "lse", "keptReleased").mean, expected: target.lse.keptReleased, tolerance: 0.01, origin: RECOMPUTED }),
    ];
  });
  const peak = (energy: "lsr" | "lse", what: "logDensity" | "unique"): { value: number; beta: number } => {
    const values = setting.betas.map((_, place) => at(setting, place, energy, what).mean);
    const value = Math.max(...values);
    return { value, beta: setting.betas[values.indexOf(value)] };
  };
  return [
    ...(["lsr", "lse"] as const).flatMap((energy) => {
      const { value, beta } = peak(energy, "logDensity");
      return [
        check({ name: `peak of log p, ${energy.toUpperCase()}`, measured: value, expected: PEAKS[energy].logDensity, tolerance: 0.5, origin: RECOMPUTED }),
        check({ name: `beta of that peak over the target's, or its inverse, ${energy.toUpperCase()}`, measured: Math.max(beta / PEAKS[energy].beta, PEAKS[energy].beta / beta), expected: 1.6, relation: "at most", origin: RECOMPUTED }),
      ];
    }),
    check({ name: "largest number of different LSR memories", measured: peak("lsr", "unique").value, expected: PEAKS.unique.count, tolerance: 0.25 * PEAKS.unique.count, origin: RECOMPUTED }),
    ...cells,
  ];
}

/** Averages over the seeds of one setting of `lsr-likelihood`, as Figures 7 and 8 show them. */
import type { Measured, Point } from "./lsr-likelihood-measure.ts";

/** One setting: the averages over its seeds at each place of beta. */
export interface Setting {
  readonly k: number;
  readonly d: number;
  readonly M: number;
  /** Starts per pattern. */
  readonly N: { readonly lsr: number; readonly lse: number };
  readonly betas: readonly number[];
  readonly samples: readonly (readonly Point[])[];
}

/** What is averaged over the seeds, with the standard deviation (n - 1) the authors draw as bars. */
export interface Averaged {
  readonly mean: number;
  readonly deviation: number;
}

export function average(values: readonly number[]): Averaged {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(square / (values.length - 1)) };
}

/** Of one number, over the seeds. */
export function at(setting: Setting, place: number, energy: "lsr" | "lse", what: keyof Measured): Averaged {
  return average(setting.samples.map((sample) => sample[place][energy][what]));
}

/** Whether the recomputed table is about this setting. */
export function isTarget({ k, d, M }: Setting, count: number): boolean {
  return k === 10 && d === 8 && M === 25 && count === 20;
}

/** Stretches of neighbouring places where the mean log p of LSR is above that of LSE. */
export function bands(setting: Setting): { from: number; to: number }[] {
  const better = setting.betas.map((_, place) => at(setting, place, "lsr", "logDensity").mean > at(setting, place, "lse", "logDensity").mean);
  const found: { from: number; to: number }[] = [];
  for (let i = 0; i + 1 < better.length; i++) {
    if (!better[i] || !better[i + 1]) continue;
    if (i > 0 && better[i - 1]) found[found.length - 1] = { from: found[found.length - 1].from, to: setting.betas[i + 1] };
    else found.push({ from: setting.betas[i], to: setting.betas[i + 1] });
  }
  return found;
}

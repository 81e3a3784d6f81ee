/**
 * What `lsr-likelihood` is measured against: k = 10, d = 8, M = 25 recomputed from the authors' generator and seeds 3-7 (section 8.3 of the
 * notes), by place in the list of 20 beta; two further draws of the same design give the bands.
 */

export interface Target {
  /** Place of beta in the list, and its mean over the seeds. */
  readonly at: number;
  readonly beta: number;
  readonly lsr: { readonly logDensity: number; readonly unique: number; readonly kept: number };
  readonly lse: { readonly logDensity: number; readonly unique: number; readonly kept: number; readonly keptReleased: number };
}

const row = (at: number, beta: number, a: readonly [number, number, number], b: readonly [number, number, number, number]): Target => ({
  at, beta, lsr: { logDensity: a[0], unique: a[1], kept: a[2] }, lse: { logDensity: b[0], unique: b[1], kept: b[2], keptReleased: b[3] },
});

export const TARGETS: readonly Target[] = [
  row(0, 0.25, [-6.04, 1, 0], [-5.73, 1, 0, 0]), row(6, 1.94, [-1.18, 9.6, 0.2], [-2.79, 1, 0, 0]), row(8, 3.86, [5.29, 26, 1], [2.29, 1.6, 0, 1.4]),
  row(10, 7.69, [6.79, 26.8, 3], [5.67, 4, 0, 18.2]), row(12, 15.35, [5.84, 31.6, 11.2], [7.08, 7.8, 0.2, 25]), row(14, 30.7, [4.95, 42.4, 20.2], [6.4, 13.8, 1, 25]),
  row(16, 61.7, [4.65, 34.6, 25], [5.5, 19, 5.4, 25]), row(19, 176, [4.64, 25, 25], [4.66, 25, 18, 25]),
];

/** Peaks of the mean log p within .5, their beta within a factor 1.6, the largest number of unique LSR memories within 25 % (section 8.3). */
export const PEAKS = { lsr: { logDensity: 6.79, beta: 7.69 }, lse: { logDensity: 7.08, beta: 15.35 }, unique: { count: 42.4, beta: 30.7 } } as const;

/**
 * `lsr-likelihood`: Figures 3 (right), 7 and 8 of the LSR paper (arXiv 2506.10801; sections 7.3, 8.1 and 8.3 of the notes): how likely what
 * LSR and LSE recall is under the density the patterns were drawn from, how many different memories they recall, and how many patterns they keep.
 *
 *   k in {5, 10} Gaussians, d in {8, 16}, M in {25, 100} patterns, seeds 3-7, 20 beta from 2/d to 8/d_min^2 in equal ratios
 *
 * Averages are over seeds at one place in the list of beta, against the mean beta there. Captions say M = 10; code and figures say 25.
 * Deviation: LSE goes to its fixed points (L6) instead of 13,000 small gradient steps, and outside the setting with recomputed numbers
 * (k = 10, d = 8, M = 25) it takes the first 5,000 / M of the 500 starts of each pattern; LSR takes all 500 everywhere.
 */
import { pairDistances } from "../dense/index.ts";
import { exp, log } from "../numeric/index.ts";
import { figure, htmlTable, lineChart, paragraph, panels, result, type Section, type Value } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { likelihoodChecks } from "./lsr-likelihood-checks.ts";
import { type Design, drawSample } from "./lsr-likelihood-draw.ts";
import { geometric, type Measured, measureSample, type Point } from "./lsr-likelihood-measure.ts";
import { at, average, bands, isTarget, type Setting } from "./lsr-likelihood-setting.ts";
import { TARGETS } from "./lsr-likelihood-targets.ts";
import { reportOf } from "./report-files.ts";

export const lsrLikelihood: Experiment = {
  name: "lsr-likelihood",
  title: "Likelihood and diversity of what LSR and LSE recall",
  needsData: false,
  run,
};

const SEEDS = [3, 4, 5, 6, 7];

function run(context: Context): Report {
  const start = context.now();
  const { quick } = context;
  const settings = quick ? [{ k: 10, d: 8, M: 25 }] : [10, 5].flatMap((k) => [8, 16].flatMap((d) => [25, 100].map((M) => ({ k, d, M }))));
  const seeds = quick ? [3, 4] : SEEDS;
  const count = quick ? 10 : 20;
  // The share of the work: M = 100 takes four times M = 25 for as many starts.
  const work = settings.map(({ d, M }) => d * M);
  const all = work.reduce((a, b) => a + b, 0);
  let done = 0;
  const measured = settings.map(({ k, d, M }, i): Setting => {
    const N = { lsr: quick ? 24 : 500, lse: quick ? 24 : k === 10 && d === 8 && M === 25 ? 500 : 5000 / M };
    const samples = seeds.map((seed, s) => measureOne({ k, d, M, seed }, N, count, context.seed, (share) =>
      context.progress(`k = ${k}, d = ${d}, M = ${M}, seed ${seed}`, (done + (work[i] * (s + share)) / seeds.length) / all)));
    done += work[i];
    return { k, d, M, N, samples, betas: samples[0].map((_, place) => average(samples.map((sample) => sample[place].beta)).mean) };
  });
  const found = result({
    experiment: lsrLikelihood.name, title: lsrLikelihood.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick, settings: measured.map(({ k, d, M, N }) => `k = ${k}, d = ${d}, M = ${M}, ${N.lsr} starts per pattern, ${N.lse} for LSE`), "JAX seeds": seeds, "number of beta": count, sigma: 0.1 },
    rows: measured.flatMap(rowsOfSetting),
    checks: likelihoodChecks(measured, quick),
  });
  const charts = measured.map((setting): [string, string] => [`likelihood-k${setting.k}-d${setting.d}-m${setting.M}.svg`, chartOf(setting)]);
  return reportOf(found, {
    lead: "LSR's best recalls are about as likely as LSE's, at a smaller beta; what it gains is variety: it recalls several times as many different memories, and it keeps its patterns at a smaller beta.",
    files: charts,
    sections: measured.map((setting, i): Section => ({
      heading: `k = ${setting.k} Gaussians, d = ${setting.d}, M = ${setting.M} patterns`,
      parts: [
        figure(charts[i][1], `Means over ${seeds.length} seeds, bands one standard deviation. Shaded: LSR's mean log p above LSE's at neighbouring beta (${bandText(setting)}). The gradient of LSE at a pattern is never 0: "kept" counts patterns where it is below 1e-3; the released rule, below .1 sqrt(beta), calls every pattern kept long before any is.`),
        htmlTable(tableOf(setting, RECALLED)),
        htmlTable(keptOf(setting)),
        ...(isTarget(setting, count) ? [paragraph("Beside the numbers recomputed from the authors' generator (ours / recomputed):"), htmlTable(besideTargets(setting))] : []),
      ],
    })),
  });
}

function measureOne(design: Design, N: Setting["N"], count: number, seed: number, progress: (done: number) => void): Point[] {
  const sample = drawSample(design);
  const squared = pairDistances(sample.Xi, design.d).filter((value) => value > 0);
  const [low, high] = [2 / design.d, 8 / squared.reduce((least, value) => Math.min(least, value), Infinity)];
  const range = log(high / low);
  return measureSample(sample, design.d, N, geometric(low, high, count, (share) => exp(share * range)), seed, progress);
}

function bandText(setting: Setting): string {
  const found = bands(setting);
  return found.length === 0 ? "nowhere" : found.map(({ from, to }) => `beta ${from.toFixed(2)} to ${to.toFixed(2)}`).join(", ");
}

function chartOf(setting: Setting): string {
  const x = setting.betas;
  const series = (name: string, energy: "lsr" | "lse", what: keyof Measured, dashed = false): { name: string; x: readonly number[]; y: number[]; dashed: boolean; band: { low: number[]; high: number[] } } => {
    const values = x.map((_, place) => at(setting, place, energy, what));
    return { name, x, dashed, y: values.map(({ mean }) => mean), band: { low: values.map(({ mean, deviation }) => mean - deviation), high: values.map(({ mean, deviation }) => mean + deviation) } };
  };
  const common = { xLabel: "β (mean over seeds)", xScale: "log", height: 330 } as const;
  return panels([
    lineChart({ ...common, title: "Mean log p of what is recalled", yLabel: "log p", regions: bands(setting), series: [series("LSR", "lsr", "logDensity"), series("LSE", "lse", "logDensity")] }),
    lineChart({ ...common, title: "Different memories recalled", yLabel: "count", series: [series("LSR, sets", "lsr", "unique"), series("LSE, minima", "lse", "unique"), series("LSE, merged (paper)", "lse", "merged", true), series("LSE, grid cells (code)", "lse", "cells", true)] }),
    lineChart({ ...common, title: `Patterns kept, of ${setting.M}`, yLabel: "count", series: [series("LSR", "lsr", "kept"), series("LSE, gradient < 1e-3", "lse", "kept"), series("LSE, released rule", "lse", "keptReleased", true)] }),
  ], { title: `k = ${setting.k}, d = ${setting.d}, M = ${setting.M}`, columns: 1 });
}

type Column = readonly [energy: "lsr" | "lse", what: keyof Measured, name: string, digits: number];
const RECALLED: readonly Column[] = [
  ["lsr", "logDensity", "log p LSR", 2], ["lse", "logDensity", "log p LSE", 2], ["lsr", "unique", "different LSR", 1], ["lse", "unique", "different LSE", 1],
  ["lse", "merged", "LSE, merged", 1], ["lse", "cells", "LSE, grid cells", 1],
];
const KEPT: readonly Column[] = [
  ["lsr", "kept", "kept LSR", 1], ["lse", "kept", "kept LSE", 1], ["lse", "keptReleased", "LSE, released rule", 1], ["lsr", "novel", "novel share LSR", 2], ["lsr", "steps", "averages LSR", 2],
];

/** Means over the seeds by beta. */
function tableOf(setting: Setting, columns: readonly Column[]): { columns: string[]; rows: string[][] } {
  return {
    columns: ["β", ...columns.map(([, , name]) => name)],
    rows: setting.betas.map((beta, place) => [beta.toFixed(2), ...columns.map(([energy, what, , digits]) => at(setting, place, energy, what).mean.toFixed(digits))]),
  };
}

/** With the share of the cube in some support. */
function keptOf(setting: Setting): { columns: string[]; rows: string[][] } {
  const { columns, rows } = tableOf(setting, KEPT);
  const share = (place: number): string => average(setting.samples.map((sample) => sample[place].support)).mean.toFixed(3);
  return { columns: [...columns, "cube in a support"], rows: rows.map((row, place) => [...row, share(place)]) };
}

function besideTargets(setting: Setting): { columns: string[]; rows: string[][] } {
  const pair = (ours: number, theirs: number, digits: number): string => `${ours.toFixed(digits)} / ${theirs.toFixed(digits)}`;
  return {
    columns: ["β", "log p LSR", "log p LSE", "different LSR", "different LSE", "kept LSR", "kept LSE", "LSE, released rule"],
    rows: TARGETS.map((target) => [
      pair(setting.betas[target.at], target.beta, 2),
      ...(["lsr", "lse"] as const).map((energy) => pair(at(setting, target.at, energy, "logDensity").mean, target[energy].logDensity, 2)),
      ...(["lsr", "lse"] as const).map((energy) => pair(at(setting, target.at, energy, "unique").mean, target[energy].unique, 1)),
      ...(["lsr", "lse"] as const).map((energy) => pair(at(setting, target.at, energy, "kept").mean, target[energy].kept, 1)), pair(at(setting, target.at, "lse", "keptReleased").mean, target.lse.keptReleased, 1),
    ]),
  };
}

function rowsOfSetting(setting: Setting): Record<string, Value>[] {
  const { k, d, M, N } = setting;
  return setting.betas.map((beta, place) => ({
    k, d, M, "starts LSR": M * N.lsr, "starts LSE": M * N.lse, place, beta, ...Object.fromEntries((["lsr", "lse"] as const).flatMap((energy) => (Object.keys(setting.samples[0][place][energy]) as (keyof Measured)[]).map((what) => [`${energy} ${what}`, at(setting, place, energy, what).mean]))),
    ...Object.fromEntries((["lsr", "lse"] as const).flatMap((energy) => (["logDensity", "unique", "kept"] as const).map((what) => [`${energy} ${what} sd`, at(setting, place, energy, what).deviation]))),
    support: average(setting.samples.map((sample) => sample[place].support)).mean,
  }));
}

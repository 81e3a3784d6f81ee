/**
 * `entropic-controls`: what the entropic memory itself contributes to the precision that the paper reports of it (arXiv 2405.12500), asked with the
 * controls D1 to D13 of entropic-memory.md section 11. Predictions stand in entropic-targets.ts, written down before the first run.
 *
 * Every control answers the same test cues with the same random numbers, so that differences to D5, the paper's memory, are paired: t-intervals
 * over folds where there are three, else a bootstrap over cues. D6 and D8 to D13 run in the first fold.
 */
import { check, type Check, htmlTable, lineChart, figure, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { controlDetails, type ControlSetting, controlTrials, type FoldDetails, type FoldTrials, SIGMAS } from "./entropic-control-trials.ts";
import { protocolOf } from "./entropic-cifar.ts";
import type { Fold } from "./entropic-fold.ts";
import { type Graded, type OverFolds, overFolds, type Paired, pairedDifference, scoreOf } from "./entropic-scores.ts";
import { ABOUT, BANDS, CONTROLS, FEWER_FOLDS, PREDICTED } from "./entropic-targets.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const entropicControls: Experiment = { name: "entropic-controls", title: "What the entropic memory itself contributes", needsData: true, run };

const M = 16;
const SIGMA = 0.025;
/** Folds in which D6 and D8 to D13 are measured, which take four times as long as the others. */
const DETAILED = 1;

/** A way to answer, over folds. */
export interface Row {
  readonly control: string;
  readonly folds: number;
  readonly precision: OverFolds;
  readonly recall: OverFolds;
  readonly rejected: OverFolds;
  /** Precision of each fold: only the same folds are compared. */
  readonly byFold: readonly number[];
  /** To D5 on the same folds and cues. */
  readonly precisionToD5: Paired;
  readonly recallToD5: Paired;
}

/** All ways to answer of some folds against D5. @param seed of the resampling */
export function rowsOf(trials: readonly FoldTrials[], details: readonly Pick<FoldDetails, "classes">[], seed: number): Row[] {
  const graded = (name: string): Graded[] => trials.flatMap(({ classes, labels }, f) => {
    const own = classes[name] ?? details[f]?.classes[name];
    return own === undefined ? [] : [{ classes: Uint8Array.from(own), labels: Uint8Array.from(labels) }];
  });
  const place = (control: string): number => Number(/^D(\d+)/.exec(control)![1]);
  const names = new Set([...trials, ...details].flatMap(({ classes }) => Object.keys(classes)));
  return [...names].sort((a, b) => place(a) - place(b)).map((control) => {
    const own = graded(control);
    const paper = graded("D5").slice(0, own.length);
    const scores = own.map(({ classes, labels }) => scoreOf(classes, labels));
    const over = (what: "precision" | "recall" | "rejected"): OverFolds => overFolds(scores.map((score) => score[what]));
    return {
      control, folds: own.length, precision: over("precision"), recall: over("recall"), rejected: over("rejected"), byFold: scores.map((score) => score.precision),
      precisionToD5: pairedDifference(own, paper, "precision", seed), recallToD5: pairedDifference(own, paper, "recall", seed),
    };
  });
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const protocol = protocolOf(context, entropicControls.name);
  const n = protocol.sizes[protocol.sizes.length - 1];
  const folds = protocol.folds(n);
  const some = folds.slice(0, DETAILED);
  const kept: NonNullable<Context["part"]> = context.part ?? ((_, make) => make());
  const whole = folds.length + 4 * some.length;
  const measured = <T>(number: number, what: string, done: number, weight: number, measure: (fold: Fold, setting: ControlSetting) => T): T => {
    const fold = protocol.open(number, n);
    const say = (name: string, part: number): void => context.progress(`fold ${number}, ${name}`, (done + weight * part) / whole);
    const found = kept(`entropic-controls ${what}, ${fold.key}, m ${M}, sigma ${SIGMA}`, () => measure(fold, { m: M, sigma: SIGMA, seed, say }));
    fold.dispose();
    return found;
  };
  const trials = folds.map((number, f) => measured(number, "D1 to D5", f, 1, controlTrials));
  const details = some.map((number, f) => measured(number, "D6 to D13", folds.length + 4 * f, 4, controlDetails));
  const rows = rowsOf(trials, details, seed);
  const of = (control: string): Row => rows.find((row) => row.control === control)!;
  const mean = (what: (one: FoldTrials) => number): number => overFolds(trials.map(what)).mean;
  const uncapped = overFolds(details.map((one, f) => one.entropyUncapped - trials[f].entropy)).mean;
  const [{ matched }] = details;
  const auc = Object.keys(details[0].separations).map((group) => ({ group, ...means(details.map((one) => one.separations[group])) }));
  const verdict = contribution(of);
  const table = tableOf(rows);
  const sigmas = SIGMAS.map((sigma) => ({ sigma, precision: of(`D10 sigma ${sigma}`).precision.mean }));
  const chart = lineChart({
    title: `Precision against sigma, n = ${n}, m = ${M}`, xLabel: "sigma, fraction of the levels", yLabel: "precision, %", yDomain: [0, 100],
    series: [
      { name: "measured", x: SIGMAS, y: sigmas.map(({ precision }) => precision) },
      ...(protocol.comparable ? [{ name: "predicted", x: SIGMAS, y: PREDICTED.sigma.map(({ precision }) => precision), dashed: true }] : []),
    ],
    references: [{ x: SIGMA, label: "the paper's sigma" }],
  });
  const found = result({
    experiment: entropicControls.name, title: entropicControls.title, seed, seconds: context.now() - start,
    parameters: {
      quick, data: protocol.records.name, comparable: protocol.comparable, n, m: M, sigma: SIGMA, folds, "folds with D6 and D8 to D13": details.length, note: protocol.note,
      "entropy, bits": mean((one) => one.entropy), "change of the entropy without a cap": uncapped, "saturated cells": mean((one) => one.saturation),
      "one range with equal latent noise": `m ${matched.m}, sigma ${matched.sigma.toFixed(5)}`,
    },
    rows: [
      ...rows.map(plainRow),
      ...auc.map(({ group, ...shares }) => ({ control: `D9 ${group}`, folds: details.length, accepted: 100 * shares.accepted, "AUC mismatches": shares.mismatches, "AUC weight": shares.weight, "AUC likelihood": shares.likelihood })),
      ...trials.map(({ fold, classes, labels, entropy }) => ({ part: "fold", fold, entropy, ...Object.fromEntries(["D1", "D3", "D4", "D5"].map((name) => [name, scoreOf(Uint8Array.from(classes[name]), Uint8Array.from(labels)).precision])) })),
    ],
    checks: [...theorems(trials, of), ...(protocol.comparable ? predictions(of, auc, uncapped, folds.length, details.length) : [])],
  });
  const lead = `${verdict}${protocol.note === "" ? "" : ` ${protocol.note[0].toUpperCase()}${protocol.note.slice(1)}.`}`;
  return reportOf(found, {
    lead,
    files: [["table.md", `${markdownTable(table)}\n${lead}\n`], ["sigma.svg", chart]],
    sections: [
      { heading: "Every way to answer, on the same cues", parts: [
        htmlTable(table),
        paragraph(`Differences to D5 in points with 95 % intervals (${of("D3").precisionToD5.method}; D6 and D8 to D13 in the first fold, ${of("D6").precisionToD5.method}). Where 0 lies inside, the two cannot be told apart.`),
        htmlTable({ columns: ["control", "what it is", "what it isolates", "predicted before the run"], rows: CONTROLS.map(({ id, name, isolates, prediction }) => [id, name, isolates, prediction]) }),
      ] },
      { heading: "Width", parts: [figure(chart, "Predictions of the noise model (E37), which has no term for what is stored.")] },
      { heading: "Recognition (D9)", parts: [
        paragraph(`Stored pictures are accepted by construction (${(100 * mean((one) => one.storedAccepted)).toFixed(2)} %). Area under the ROC curve of stored against other cues: .5 tells nothing.`),
        htmlTable({ columns: ["cues", "accepted, %", "AUC mismatches", "AUC weight", "AUC likelihood"], rows: auc.map((one) => [one.group, 100 * one.accepted, one.mismatches, one.weight, one.likelihood]) }),
      ] },
    ],
  });
}

function means<T extends object>(list: readonly T[]): Record<keyof T, number> {
  return Object.fromEntries(Object.keys(list[0]).map((key) => [key, list.reduce((sum, one) => sum + (one[key as keyof T] as number), 0) / list.length])) as Record<keyof T, number>;
}

const points = ({ difference, low, high }: Paired): string => `${signed(difference)} (${signed(low)} to ${signed(high)})`;
const signed = (x: number): string => `${x < 0 ? "-" : "+"}${Math.abs(x).toFixed(2)}`;

/** The question of the page, answered in one sentence. */
export function contribution(of: (control: string) => Row): string {
  const [paper, ones, none] = [of("D5"), of("D4"), of("D3")];
  const against = (row: Row): string => `${row.precision.mean.toFixed(2)} (D5 less this: ${points(reversed(row.precisionToD5))} points)`;
  const weights = ones.precisionToD5.differs ? `change it by ${signed(-ones.precisionToD5.difference)} points` : "cannot be told from a table of ones";
  return `Of the memory's precision of ${paper.precision.mean.toFixed(2)} % (recall ${paper.recall.mean.toFixed(2)} %, ${paper.rejected.mean.toFixed(2)} % of the cues rejected) a table of ones that accepts the same cues gets ${against(ones)}, jitter without any store ${against(none)}: the stored weights ${weights}, and the rest is the classifier on a quantised, slightly jittered cue (${of("D1").precision.mean.toFixed(2)} % without either).`;
}

function reversed({ difference, low, high, ...rest }: Paired): Paired {
  return { ...rest, difference: -difference, low: -high, high: -low };
}

function tableOf(rows: readonly Row[]): Table {
  const named = (control: string): string => {
    const [id] = control.split(" ");
    const about = CONTROLS.find((one) => one.id === id)!;
    return control === id ? `${id} ${about.name}` : control;
  };
  const cell = ({ mean, sd }: OverFolds, folds: number): string => (folds === 1 ? mean.toFixed(2) : `${mean.toFixed(2)} \u00b1 ${sd.toFixed(2)}`);
  return {
    columns: ["control", "folds", "precision, %", "recall, %", "rejected, %", "precision less D5", "recall less D5", "differs"],
    rows: rows.map((row) => [
      named(row.control), String(row.folds), cell(row.precision, row.folds), cell(row.recall, row.folds), row.rejected.mean.toFixed(2),
      row.control === "D5" ? "-" : points(row.precisionToD5), row.control === "D5" ? "-" : points(row.recallToD5),
      row.control === "D5" ? "-" : row.precisionToD5.differs || row.recallToD5.differs ? "yes" : "no",
    ]),
  };
}

function plainRow({ control, folds, precision, recall, rejected, precisionToD5: P, recallToD5: R }: Row): Record<string, number | string> {
  return {
    control, folds, precision: precision.mean, "precision sd": precision.sd, recall: recall.mean, "recall sd": recall.sd, rejected: rejected.mean,
    "precision to D5": P.difference, "precision low": P.low, "precision high": P.high, "recall to D5": R.difference, "recall low": R.low, "recall high": R.high, interval: P.method,
  };
}

/** What must hold whatever the data. */
function theorems(trials: readonly FoldTrials[], of: (control: string) => Row): Check[] {
  return [
    check({ name: "D7: values shuffled within each column, the same table", measured: trials.every(({ sameTable }) => sameTable), expected: true, origin: "theorem" }),
    check({ name: "D4: rejects what D5 rejects", measured: of("D4").rejected.mean, expected: of("D5").rejected.mean, origin: "by construction" }),
    check({ name: "D9: stored items accepted at iota = kappa = xi = 0", measured: trials.every(({ storedAccepted }) => storedAccepted === 1), expected: true, origin: "theorem" }),
    check({ name: "D6: swapped columns reject at least as many", measured: of("D6").rejected.mean - of("D5").rejected.mean, expected: 0, relation: "at least", origin: "prediction D6" }),
  ];
}

/** What was predicted of CIFAR-10. Bands of precision are wider with fewer than ten folds. */
function predictions(of: (control: string) => Row, auc: readonly { group: string; accepted: number; mismatches: number }[], uncapped: number, folds: number, detailed: number): Check[] {
  const more = (of: number): number => (of < 10 ? FEWER_FOLDS : 0);
  const wider = (of: number): string => (of < 10 ? `; ${of} of ten folds, ${FEWER_FOLDS} points wider` : "");
  const about = (name: string, measured: number, expected: number, tolerance: number, origin: string): Check => check({ name, measured, expected, tolerance, origin });
  const [paper, unseen] = [of("D5"), auc.find(({ group }) => group === "unseen")!];
  const gap = (control: string): number => Math.abs(of(control).precisionToD5.difference);
  return [
    about("D1: classifier on raw latents", of("D1").precision.mean, BANDS.accuracy.middle, BANDS.accuracy.half, "authors' results"),
    about("D5: precision", paper.precision.mean, BANDS.precision.middle, BANDS.precision.half + more(folds), `acceptance band${wider(folds)}`),
    about("D5: recall", paper.recall.mean, BANDS.recall.middle, BANDS.recall.half + more(folds), `acceptance band${wider(folds)}`),
    about("D2 less sigma .01", overFolds(of("D10 sigma 0.01").byFold.map((precision, f) => of("D2").byFold[f] - precision)).mean, 0, PREDICTED.quantisedNear, "prediction D2"),
    about("D3 less D5, precision", of("D3").precisionToD5.difference, 0, PREDICTED.jitterNear, "prediction D3"),
    about("D4 less D5, precision", of("D4").precisionToD5.difference, 0, PREDICTED.uniformNear, "prediction D4"),
    check({ name: "D6: fall of precision", measured: -of("D6").precisionToD5.difference, expected: PREDICTED.swappedFall, relation: "at most", origin: "prediction D6" }),
    about("D8 less D5, recall", of("D8").recallToD5.difference, 0, PREDICTED.tenthNear, "prediction D8"),
    about("D9: unseen cues accepted, %", 100 * unseen.accepted, PREDICTED.unseenAccepted, 1, "prediction D9"),
    check({ name: "D9: stored against unseen, area under the curve of mismatches", measured: unseen.mismatches, expected: PREDICTED.familiarity, relation: "at most", origin: "prediction D9" }),
    ...PREDICTED.sigma.map(({ sigma, precision }) => about(`D10: precision at sigma ${sigma}`, of(`D10 sigma ${sigma}`).precision.mean, precision, ABOUT + more(detailed), `prediction D10${wider(detailed)}`)),
    ...[64, 512].map((m) => about(`D10: precision at m = ${m}, sigma 0`, of(`D10 m ${m}, sigma 0`).precision.mean, PREDICTED.copyAtManyLevels, ABOUT, "prediction D10")),
    check({ name: "D11: gap at equal latent noise less gap at equal sigma", measured: gap("D11 global, equal latent noise") - gap("D11 global, equal sigma"), expected: 0, relation: "at most", origin: "prediction D11" }),
    check({ name: "D13: change of the entropy without a cap, bits", measured: Math.abs(uncapped), expected: PREDICTED.capEntropy, relation: "at least", origin: "prediction D13" }),
    about("D13 less D5, precision", of("D13").precisionToD5.difference, 0, PREDICTED.capPoints, "prediction D13"),
    about("D13 less D5, recall", of("D13").recallToD5.difference, 0, PREDICTED.capPoints, "prediction D13"),
  ];
}

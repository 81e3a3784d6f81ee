/**
 * `entropic-fill`: precision, recall and entropy of the entropic memory while it fills (arXiv 2405.12500, experiment 1b; entropic-memory.md sections 7,
 * 8). 1, 2, 4, 8, 16, 32, 64, 100 % of the filling corpus from its start; the quantiser knows all of it from the beginning, as in the authors' code.
 *
 * For the three m whose mean precision and recall at full fill have the best F1, and m = 16, the paper's.
 */
import { check, type Check, figure, htmlTable, lineChart, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { protocolOf } from "./entropic-cifar.ts";
import type { Fold } from "./entropic-fold.ts";
import { answersOf, memoryOf, type OverFolds, overFolds, scoreOf } from "./entropic-scores.ts";
import { CURVE, FEWER_FOLDS, FILL } from "./entropic-targets.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const entropicFill: Experiment = { name: "entropic-fill", title: "The entropic memory of CIFAR-10 while it fills", needsData: true, run };

/** Coarser ones answer poorly, finer ones rejected too much to come near (entropic-cifar10 shows them). */
const CANDIDATES: readonly number[] = [8, 16, 32, 64, 128];
const PAPER = 16;
const SIGMA = 0.025;
const WHAT = ["precision", "recall", "entropy", "rejected"] as const;
type Numbers = Readonly<Record<(typeof WHAT)[number], number>>;

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const protocol = protocolOf(context, entropicFill.name);
  const n = protocol.sizes[protocol.sizes.length - 1];
  const folds = protocol.folds(n);
  const open = folds.map((number) => protocol.open(number, n));
  const kept: NonNullable<Context["part"]> = context.part ?? ((_, make) => make());
  const results = new Map<string, Numbers[]>();
  const whole = folds.length * (CANDIDATES.length + 4 * (FILL.percent.length - 1));
  let done = 0;
  const over = (m: number, percent: number, what: (typeof WHAT)[number]): OverFolds => overFolds(results.get(`${m} ${percent}`)!.map((one) => one[what]));
  const measure = (m: number, percent: number): void => {
    results.set(`${m} ${percent}`, open.map((fold) => {
      const one = kept(`entropic-fill, ${fold.key}, m ${m}, ${percent} %`, () => measured(fold, m, percent, seed));
      context.progress(`m ${m}, ${percent} %, fold ${fold.fold}: precision ${one.precision.toFixed(1)}, recall ${one.recall.toFixed(1)}`, ++done / whole);
      return one;
    }));
  };
  for (const m of CANDIDATES) measure(m, 100);
  const f1 = (m: number): number => {
    const [P, R] = [over(m, 100, "precision").mean, over(m, 100, "recall").mean];
    return P + R === 0 ? 0 : (2 * P * R) / (P + R);
  };
  const best = [...CANDIDATES].sort((a, b) => f1(b) - f1(a)).slice(0, 3);
  const levels = [...new Set([...best, PAPER])].sort((a, b) => a - b);
  for (const m of levels) for (const percent of FILL.percent) if (percent !== 100) measure(m, percent);
  open.forEach((fold) => fold.dispose());
  const known = protocol.comparable && n === 1024;
  const rows = levels.flatMap((m) => FILL.percent.map((percent) => ({
    m, percent, folds: folds.length, ...Object.fromEntries(WHAT.flatMap((what) => [[what, over(m, percent, what).mean], [`${what} sd`, over(m, percent, what).sd]])),
  })));
  const table: Table = {
    columns: known ? ["m", "fill, %", "precision, %", "authors", "recall, %", "authors", "entropy, bits", "authors", "rejected, %"] : ["m", "fill, %", "precision, %", "recall, %", "entropy, bits", "rejected, %"],
    rows: levels.flatMap((m) => FILL.percent.map((percent) => {
      const own = (what: (typeof WHAT)[number]): string => over(m, percent, what).mean.toFixed(what === "entropy" ? 3 : 2);
      const theirs = (list: readonly number[], digits: number): string | undefined => (m === PAPER ? list[(FILL.percent as readonly number[]).indexOf(percent)].toFixed(digits) : undefined);
      const [P, R, H, rejected] = WHAT.map(own);
      return known ? [String(m), String(percent), P, theirs(FILL.precision, 2), R, theirs(FILL.recall, 2), H, theirs(FILL.entropy, 3), rejected] : [String(m), String(percent), P, R, H, rejected];
    })),
  };
  const charts = WHAT.map((what) => ({ what, svg: chartOf(levels, what, (m, percent) => over(m, percent, what).mean, known) }));
  const sparse = results.get(`${PAPER} 1`)![0];
  const lead = `n = ${n}, ${folds.length} ${folds.length === 1 ? "fold" : "folds"}. With 1 % stored the memory of m = ${PAPER} answers ${(100 - over(PAPER, 1, "rejected").mean).toFixed(1)} % of the cues and is right about ${over(PAPER, 1, "precision").mean.toFixed(1)} % of those; with everything stored ${(100 - over(PAPER, 100, "rejected").mean).toFixed(1)} % and ${over(PAPER, 100, "precision").mean.toFixed(1)} %.${protocol.note === "" ? "" : ` ${protocol.note[0].toUpperCase()}${protocol.note.slice(1)}.`}`;
  return reportOf(result({
    experiment: entropicFill.name, title: entropicFill.title, seed, seconds: context.now() - start,
    parameters: { quick, data: protocol.records.name, comparable: protocol.comparable, n, sigma: SIGMA, cap: 1023, note: protocol.note, folds: [...folds], "m with the best F1 at full fill": best, "F1 at full fill": Object.fromEntries(CANDIDATES.map((m) => [`m ${m}`, f1(m)])) },
    rows, checks: [...laws(levels, over, sparse), ...(known ? targets(over, folds.length) : [])],
  }), {
    lead,
    files: [["table.md", `${markdownTable(table)}\n${lead}\n`], ...charts.map(({ what, svg }): [string, string] => [`${what}.svg`, svg])],
    sections: [
      { heading: "While it fills", parts: charts.map(({ what, svg }) => figure(svg, known ? `Dashed, where there are numbers (${what}): the authors' results for m = ${PAPER}.` : `${what}, mean over folds.`)) },
      { heading: "All numbers", parts: [htmlTable(table), paragraph("The late rise of the entropy is saturation: cells stop at 1,023 while their neighbours go on (entropic-controls, D13).")] },
    ],
  });
}

function measured(fold: Fold, m: number, percent: number, seed: number): Numbers {
  const memory = memoryOf(fold, m, { sigma: SIGMA, percent });
  const { classes } = answersOf(fold, memory, fold.latents("test"), { seed });
  const { entropy } = memory.register;
  memory.register.dispose();
  return { entropy, ...scoreOf(classes, fold.labels("test")) };
}

type Over = (m: number, percent: number, what: (typeof WHAT)[number]) => OverFolds;

/** What must hold whatever the data: more that is stored never empties a cell. */
function laws(levels: readonly number[], over: Over, sparse: Numbers): Check[] {
  const rises = levels.flatMap((m) => FILL.percent.slice(1).map((percent, i) => over(m, percent, "rejected").mean - over(m, FILL.percent[i], "rejected").mean));
  return [
    check({ name: "rejection never grows with fill", measured: Math.max(...rises), expected: 0, relation: "at most", origin: "derived: cells only fill" }),
    check({ name: "recall with 1 % stored is below that with all", measured: sparse.recall - over(PAPER, 100, "recall").mean, expected: 0, relation: "at most", origin: "derived" }),
  ];
}

function targets(over: Over, folds: number): Check[] {
  const [more, wider] = folds < 10 ? [FEWER_FOLDS, `; ${folds} of ten folds, ${FEWER_FOLDS} points wider`] : [0, ""];
  return FILL.percent.flatMap((percent, i) => [
    ...(["precision", "recall"] as const).map((what) => check({ name: `m ${PAPER}, ${percent} %: ${what}`, measured: over(PAPER, percent, what).mean, expected: FILL[what][i], tolerance: CURVE.points + more, origin: `authors' results${wider}` })),
    check({ name: `m ${PAPER}, ${percent} %: entropy`, measured: over(PAPER, percent, "entropy").mean, expected: FILL.entropy[i], tolerance: CURVE.bits, origin: "authors' results" }),
  ]);
}

function chartOf(levels: readonly number[], what: (typeof WHAT)[number], value: (m: number, percent: number) => number, known: boolean): string {
  const x = [...FILL.percent];
  return lineChart({
    title: `${what[0].toUpperCase()}${what.slice(1)} while it fills`, xLabel: "filling corpus stored, %", yLabel: what === "entropy" ? "bits" : "%", xScale: "log", xTicks: x,
    series: [
      ...levels.map((m) => ({ name: `m ${m}`, x, y: x.map((percent) => value(m, percent)) })),
      ...(known && what !== "rejected" ? [{ name: `authors, m ${PAPER}`, x, y: [...FILL[what]], dashed: true }] : []),
    ],
  });
}

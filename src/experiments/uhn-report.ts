/** What `uhn-capacity`, `uhn-noise` and `uhn-mask` have in common: run the sweep on both sets, check, and lay out the page. */
import { type Check, figure, htmlTable, lineChart, markdownTable, paragraph, picture, result, type Section, type Table } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { derivedChecks, targetChecks } from "./uhn-checks.ts";
import { uhnPicture } from "./uhn-picture.ts";
import { COLUMNS } from "./uhn-scores.ts";
import { pictureSets } from "./uhn-slices.ts";
import { type Row, runSweep, type Sweep } from "./uhn-sweep.ts";
import type { TargetRow } from "./uhn-targets.ts";

export interface UhnExperiment {
  readonly name: string;
  readonly title: string;
  readonly lead: string;
  /** What the charts run along. */
  readonly along: "N" | "strength";
  readonly alongLabel: string;
  /** Ticks of that axis. */
  readonly ticks: readonly number[];
  readonly noisy: boolean;
  readonly targets: readonly TargetRow[];
  sweep(quick: boolean): Sweep;
  /** Strength and N of the picture. */
  shown(quick: boolean): { strength: number; N: number };
  /** Orderings that hold robustly, on the official data. */
  orderings?(rows: readonly Row[]): Check[];
}

/** The experiment as the command line knows it. */
export function uhnExperiment(spec: UhnExperiment): Experiment {
  return { name: spec.name, title: spec.title, needsData: true, run: (context) => run(spec, context) };
}

function run(spec: UhnExperiment, context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const sets = pictureSets(context, spec.name);
  const sweep = spec.sweep(quick);
  const rows = sets.flatMap((set, i) => runSweep(set, sweep, context, { from: i / sets.length, to: (i + 1) / sets.length }));
  const shown = spec.shown(quick);
  const png = uhnPicture(sets, sweep, shown.strength, shown.N, seed);
  const found = result({
    experiment: spec.name, title: spec.title, seed, seconds: context.now() - start,
    parameters: {
      quick, sets: sets.map(({ name }) => name), corruption: sweep.corruption, strengths: sweep.strengths, N: sweep.sizes, "R (disjoint slices)": sweep.runs,
      separation: "max", T: sets.map(({ name, shape }) => `${sweep.threshold(shape[0] * shape[1] * shape[2])} for ${name}`),
    },
    rows: rows.map((row) => ({ ...row })),
    checks: [...(quick ? [] : [...targetChecks(rows, spec.targets, spec.noisy), ...(spec.orderings?.(rows) ?? [])]), ...derivedChecks(rows)],
  });
  const charts = sets.flatMap(({ name }) => (["reference", "stable"] as const).map((form) => ({ name, form, svg: chartOf(spec, rows, name, form) })));
  const left = sweep.columns.includes("negJS") ? Object.entries(sweep.limits ?? {}).map(([name, N]) => ` ${name}, a logarithm per coordinate and pair, is measured up to N = ${N}.`).join("") : " negJS, a logarithm per coordinate and pair, is left to the full run.";
  const sections: Section[] = [
    { heading: "What was seen, and what was recalled", parts: [
      figure(picture(png, "rows of images: original, cue, and what each similarity recalled"), `Separation max, ${shown.N} memories, strength ${shown.strength}. L2, L1, Dot and KL as in the authors' code.`),
    ] },
    ...sets.map(({ name }): Section => ({ heading: name, parts: [
      ...charts.filter((chart) => chart.name === name).map(({ form, svg }) => figure(svg, form === "reference" ? "As the authors' code computes it. Bands: one standard deviation over the slices." : "Our signed similarities, no normalisation. negL1, negSqL2 and massDot are left out: their curves are L1, L2 and Dot above (U9)." + left)),
      paragraph("Share of cues whose best-weighted memory is the one they were made from."),
      htmlTable(tableOf(spec, rows, name)),
    ] })),
  ];
  return reportOf(found, {
    lead: spec.lead, sections,
    files: [["recall.png", png], ["table.md", markdownOf(spec, rows)], ...charts.map(({ name, form, svg }): [string, string] => [`${name.toLowerCase().replaceAll(" ", "-")}-${form}.svg`, svg])],
  });
}

/** Stable columns whose curve is one of the reference chart (U9). */
const TWINS = ["negL1", "negSqL2", "massDot"];

function chartOf({ along, alongLabel, ticks, title }: UhnExperiment, rows: readonly Row[], set: string, form: Row["form"]): string {
  const own = rows.filter((row) => row.set === set && row.form === form);
  const names = COLUMNS.map(({ name }) => name).filter((name) => !TWINS.includes(name) && own.some(({ similarity }) => similarity === name));
  return lineChart({
    title: `${title}, ${set}, ${form === "reference" ? "the authors' forms" : "signed forms"}`, xTicks: ticks, xLabel: alongLabel, yLabel: "index exact", yDomain: [0, 1], yStyle: "percent", xScale: along === "N" ? "log" : "linear",
    series: names.map((name) => {
      const line = own.filter(({ similarity }) => similarity === name).sort((a, b) => a[along] - b[along]);
      return {
        name, x: line.map((row) => row[along]), y: line.map(({ exact }) => exact),
        band: { low: line.map(({ exact, exactStd }) => Math.max(0, exact - exactStd)), high: line.map(({ exact, exactStd }) => Math.min(1, exact + exactStd)) },
      };
    }),
  });
}

/** One line per similarity, one column per N or strength. */
function tableOf({ along }: UhnExperiment, rows: readonly Row[], set: string): Table {
  const own = rows.filter((row) => row.set === set);
  const steps = [...new Set(own.map((row) => row[along]))].sort((a, b) => a - b);
  const lines = COLUMNS.filter(({ name }) => own.some(({ similarity }) => similarity === name));
  return {
    columns: ["similarity", "form", ...steps.map((step) => `${along === "N" ? "N = " : ""}${step}`)],
    rows: lines.map(({ name, form }) => [name, form, ...steps.map((step) => own.find((row) => row.similarity === name && row[along] === step)?.exact ?? null)]),
    format: (value) => value.toFixed(2),
  };
}

function markdownOf(spec: UhnExperiment, rows: readonly Row[]): string {
  const sets = [...new Set(rows.map(({ set }) => set))];
  return sets.map((set) => `**${set}**, index exact\n\n${markdownTable(tableOf(spec, rows, set))}`).join("\n");
}

/**
 * `uhn-separation` (arXiv 2202.04557; semantic-memory.md sections 4, 10 and 11): which separation turns scores into the best recall.
 * Similarity 1/L1, lower half blacked out (C3), N = 5 to 1000, R = 5 disjoint slices, success: squared error at most T = 60.
 */
import { type Check, check, figure, htmlTable, lineChart, markdownTable, paragraph, picture, result, type Table } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { runSeparations, type SeparationRow, SEPARATIONS } from "./separation-sweep.ts";
import { maskedBelow } from "./uhn-mask.ts";
import { separationPicture } from "./separation-picture.ts";
import { pictureSets } from "./uhn-slices.ts";
import { SEPARATION_COLUMNS, SEPARATION_TARGETS, TARGET_RUNS, tolerance } from "./uhn-targets.ts";

const SIZES = [5, 7, 10, 20, 50, 100, 200, 300, 500, 700, 1000];
const CHECKED_N = 100;
const F = 0.5;

export const uhnSeparation: Experiment = {
  name: "uhn-separation",
  title: "Separations of universal Hopfield networks",
  needsData: true,
  run,
};

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const sets = pictureSets(context, uhnSeparation.name);
  const sizes = quick ? SIZES.filter((N) => N <= CHECKED_N) : SIZES;
  const sweep = { sizes, runs: 5, T: 60, corruption: "maskBottom (C3)", damage: maskedBelow, strength: F };
  const rows = sets.flatMap((set, i) => runSeparations(set, sweep, context, { from: i / sets.length, to: (i + 1) / sets.length }));
  const png = separationPicture(sets, sweep, CHECKED_N, seed);
  const found = result({
    experiment: uhnSeparation.name, title: uhnSeparation.title, seed, seconds: context.now() - start,
    parameters: { quick, sets: sets.map(({ name }) => name), corruption: sweep.corruption, strength: F, N: sizes, "R (disjoint slices)": sweep.runs, similarity: "1/L1 of the authors; last three: our stable form at beta = 1", T: sweep.T },
    rows: rows.map((row) => ({ ...row })),
    checks: [...(quick ? [] : targetChecks(rows)), ...derivedChecks(rows)],
  });
  const charts = sets.flatMap(({ name }) => CHARTS.map((chart) => ({ name, ...chart, svg: chartOf(rows, name, chart) })));
  return reportOf(found, {
    lead: "Scores become weights, weights a mean of memories. A steep separation returns one memory; a flat one returns a blur that is close to nothing on natural images.",
    files: [["recall.png", png], ["table.md", sets.map(({ name }) => `**${name}**, share within T = 60\n\n${markdownTable(tableOf(rows, name))}`).join("\n")], ...charts.map(({ name, kind, svg }): [string, string] => [`${name.toLowerCase().replaceAll(" ", "-")}-${kind}.svg`, svg])],
    sections: [
      { heading: "What was seen, and what was recalled", parts: [figure(picture(png, "rows of images: original, cue, and what each separation read out"), `Similarity 1/L1, ${CHECKED_N} memories, lower half masked. softmax(-D2): our stable form. An empty cell: NaN, since the cue is a stored image itself (B8).`)] },
      ...sets.map(({ name }) => ({ heading: name, parts: [
        ...charts.filter((chart) => chart.name === name).map(({ svg, caption }) => figure(svg, caption)),
        paragraph("softmax(1000) acts on scores that sum to 1, so it fades as 1/N (U8); log ranks backwards (U10). softmax(-D1), (-D2), (dot): our signed form at beta = 1."),
        htmlTable(tableOf(rows, name)),
      ] })),
    ],
  });
}

function at(rows: readonly SeparationRow[], set: string, separation: string, N: number): SeparationRow {
  return rows.find((row) => row.set === set && row.separation === separation && row.N === N)!;
}

function targetChecks(rows: readonly SeparationRow[]): Check[] {
  return (["MNIST", "CIFAR10"] as const).flatMap((set) => SEPARATION_COLUMNS.map((separation, i) => {
    const [measured, expected] = [at(rows, set, separation, CHECKED_N).within, SEPARATION_TARGETS[set][i]];
    return check({ name: `${set}, ${separation}, N = ${CHECKED_N}, within T = 60`, measured, expected, tolerance: tolerance(measured, expected, TARGET_RUNS * CHECKED_N, false), origin: "independent re-run (section 11)" });
  }));
}

/** (U9): identity, powers and max keep the order of the scores, so the best-weighted memory is the same; (U10): log turns it round. */
function derivedChecks(rows: readonly SeparationRow[]): Check[] {
  const sets = [...new Set(rows.map(({ set }) => set))];
  return sets.flatMap((set) => {
    const exact = (name: string): number => at(rows, set, name, CHECKED_N).exact;
    const apart = ["identity", "sqrt", "x^2", "x^3", "x^4"].map((name) => Math.abs(exact(name) - exact("max")));
    return [
      check({ name: `${set}: powers rank as max does, largest difference of index exact`, measured: Math.max(...apart), expected: 0, tolerance: 0.002, relation: "at most", origin: "derived (U9)" }),
      check({ name: `${set}: log ranks backwards, index exact`, measured: exact("log"), expected: 0, tolerance: 0.05, relation: "at most", origin: "derived (U10)" }),
    ];
  });
}

interface Chart {
  readonly kind: "gentle" | "steep";
  readonly names: readonly string[];
  readonly caption: string;
}

/** Twelve curves with bands hide each other in one chart. */
const CHARTS: readonly Chart[] = [
  { kind: "gentle", names: ["log", "sqrt", "identity", "x^2", "x^3", "x^4"], caption: "Gentle separations. Share of cues whose read-out lies within squared error 60 of the original; bands: one standard deviation over the slices." },
  { kind: "steep", names: ["x^10", "softmax(1000)", "max", "softmax(-D1)", "softmax(-D2)", "softmax(dot)"], caption: "Steep ones; dashed: our stable form." },
];

function chartOf(rows: readonly SeparationRow[], set: string, { kind, names }: Chart): string {
  return lineChart({
    title: `${uhnSeparation.title}, ${set}, ${kind}`, xTicks: [5, 10, 20, 50, 100, 200, 500, 1000], xLabel: "memories, N", yLabel: "within T = 60", yDomain: [0, 1], yStyle: "percent", xScale: "log",
    series: SEPARATIONS.filter(({ name }) => names.includes(name)).map(({ name, form }) => {
      const line = rows.filter((row) => row.set === set && row.separation === name);
      return { name, dashed: form === "stable", x: line.map(({ N }) => N), y: line.map(({ within }) => within),
        band: { low: line.map(({ within, withinStd }) => Math.max(0, within - withinStd)), high: line.map(({ within, withinStd }) => Math.min(1, within + withinStd)) } };
    }),
  });
}

function tableOf(rows: readonly SeparationRow[], set: string): Table {
  const sizes = [...new Set(rows.map(({ N }) => N))];
  return {
    columns: ["separation", "form", ...sizes.map((N) => `N = ${N}`)],
    rows: SEPARATIONS.map(({ name, form }) => [name, form, ...sizes.map((N) => at(rows, set, name, N).within)]),
    format: (value) => value.toFixed(2),
  };
}

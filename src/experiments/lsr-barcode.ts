/**
 * `lsr-barcode`: the memories of an LSR energy for every beta at once (arXiv 2506.10801; (L19) and (L37), golden fixture of section 9 of
 * epanechnikov-memory.md). Each set of patterns is a memory in one open window of beta, and in no other.
 *
 *   fixture   10 patterns in 4 dimensions, xi_{mu,i} = frac(m^2 sqrt(p_i)): every count is known
 *   draw      12 uniform patterns in 3 dimensions, by the seed: every window is checked on its own
 */
import { Barcode, certify, isMinimum, minimaAt, pairDistances, type Span, verify } from "../dense/index.ts";
import { seeded } from "../numeric/index.ts";
import { barcodeChart, type Check, check, figure, formatNumber, htmlTable, lineChart, paragraph, result, type Value } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const lsrBarcode: Experiment = {
  name: "lsr-barcode",
  title: "Barcode of LSR memories over beta",
  needsData: false,
  run,
};

const DRAW = { M: 12, d: 3 } as const;
/** Section 9: kept and novel. */
const COUNTS: readonly (readonly [beta: number, kept: number, novel: number])[] = [[0.5, 0, 1], [4, 0, 1], [6, 0, 11], [8, 4, 49], [12, 4, 34], [20, 10, 18], [40, 10, 4]];
const ORIGIN = "recomputed (epanechnikov-memory 9)";

/** The language-neutral fixture, 10 x 4. */
export function fixturePatterns(): Float64Array {
  const primes = [2, 3, 5, 7];
  return Float64Array.from({ length: 40 }, (_, j) => {
    const m = Math.floor(j / 4) + 1;
    const value = m * m * Math.sqrt(primes[j % 4]);
    return value - Math.floor(value);
  });
}

interface Set {
  readonly name: string;
  readonly X: Float64Array;
  readonly d: number;
  readonly bars: Barcode;
}

function run(context: Context): Report {
  const start = context.now();
  const rng = seeded(context.seed);
  const sets = [
    { name: "fixture", X: fixturePatterns(), d: 4 },
    { name: "draw", X: Float64Array.from({ length: DRAW.M * DRAW.d }, () => rng.uniform()), d: DRAW.d },
  ].map((set, i): Set => {
    context.progress(`windows of the ${set.name}`, i / 2);
    return { ...set, bars: Barcode.of(pairDistances(set.X, set.d)) };
  });
  const [fixture] = sets;
  const found = result({
    experiment: lsrBarcode.name, title: lsrBarcode.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick: context.quick, fixture: "frac(m^2 sqrt(p)), 10 x 4", draw: `uniform, ${DRAW.M} x ${DRAW.d}` },
    rows: sets.flatMap(bySize),
    checks: [...goldenChecks(fixture), ...sets.flatMap(ownChecks)],
  });
  const charts = sets.map((set): [string, string] => [`barcode-${set.name}.svg`, chartOf(set)]);
  const lives = sets.map((set): [string, string] => [`alive-${set.name}.svg`, aliveChart(set)]);
  return reportOf(found, {
    lead: "A set of patterns is a memory exactly while its own supports reach its mean and no other pattern's does: one window of beta per set. Read upwards at a beta, the bars that are crossed are all the memories there.",
    files: [...charts, ...lives, ...sets.map(({ name, bars }): [string, string] => [`windows-${name}.tsv`, tableOf(bars)])],
    sections: sets.map((set, i) => ({
      heading: set.name === "fixture" ? "The fixture of the notes: 10 patterns in 4 dimensions" : `A uniform draw: ${DRAW.M} patterns in ${DRAW.d} dimensions`,
      parts: [
        figure(charts[i][1], "One bar per set of patterns; colours by the size of the set. Single patterns are kept from some beta on, for ever; the set of all patterns is the only memory at small beta."),
        figure(lives[i][1], `Memories alive at each beta. Most novel at once: ${peakWords(set.bars.peak())}.`),
        paragraph("The longest-lived memories of several patterns, by the ratio of the ends of their windows:"),
        htmlTable({ columns: ["members", "from beta", "to beta", "ratio", "basin in the middle"], rows: longest(set, 8) }),
      ],
    })),
  });
}

/** Windows of the sets of each size. */
function bySize({ name, bars }: Set): Record<string, Value>[] {
  const sizes = [...new Set(bars.windows.map(({ members }) => members.length))].sort((a, b) => a - b);
  return sizes.map((size) => {
    const own = bars.windows.filter(({ members }) => members.length === size);
    return { set: name, "patterns in a set": size, windows: own.length, "from beta": Math.min(...own.map(({ low }) => low)), "to beta": Math.max(...own.map(({ high }) => high)) };
  });
}

/** All windows, one a line: beta from, beta to, kept or novel, members. */
function tableOf(bars: Barcode): string {
  return `low\thigh\tkind\tmembers\n${bars.windows.map(({ members, low, high, novel }) => `${low}\t${high}\t${novel ? "novel" : "kept"}\t${members.join(",")}\n`).join("")}`;
}

function peakWords({ low, high, novel, kept }: Span): string {
  return `${novel}, beside ${kept} kept, for beta in (${formatNumber(low, 7)}, ${formatNumber(high, 7)})`;
}

function goldenChecks({ bars }: Set): Check[] {
  const several = bars.windows.filter(({ members }) => members.length > 1);
  const peak = bars.peak();
  const end = (members: string): { low: number; high: number } => bars.windows.find((window) => window.members.join() === members) ?? { low: NaN, high: NaN };
  const counts = bars.counts(COUNTS.map(([beta]) => beta));
  // Printed to six and nine decimals.
  return [
    check({ name: "windows", measured: bars.windows.length, expected: 154, origin: ORIGIN }),
    check({ name: "windows of several patterns", measured: several.length, expected: 144, origin: ORIGIN }),
    check({ name: "most novel at once", measured: peak.novel, expected: 61, origin: ORIGIN }),
    check({ name: "from beta", measured: peak.low, expected: 8.909977, tolerance: 1e-6, origin: ORIGIN }),
    check({ name: "to beta", measured: peak.high, expected: 8.913611, tolerance: 1e-6, origin: ORIGIN }),
    check({ name: "all patterns, to beta", measured: end("0,1,2,3,4,5,6,7,8,9").high, expected: 5.151130108, tolerance: 1e-9, origin: ORIGIN }),
    check({ name: "all but pattern 4, from beta", measured: end("0,1,2,3,5,6,7,8,9").low, expected: 4.172415388, tolerance: 1e-9, origin: ORIGIN }),
    check({ name: "all but pattern 4, to beta", measured: end("0,1,2,3,5,6,7,8,9").high, expected: 5.484458018, tolerance: 1e-9, origin: ORIGIN }),
    ...COUNTS.flatMap(([beta, kept, novel], i) => [
      check({ name: `kept at beta ${beta}`, measured: counts.kept[i], expected: kept, origin: ORIGIN }), check({ name: `novel at beta ${beta}`, measured: counts.novel[i], expected: novel, origin: ORIGIN }),
    ]),
  ];
}

/** Every window on its own: a certificate from coordinates in its middle, none on either side, and every stretch against a search at its beta. */
function ownChecks({ name, X, d, bars }: Set): Check[] {
  const D2 = pairDistances(X, d);
  const inside = (low: number, high: number): number => (high === Infinity ? 2 * low : low === 0 ? high / 2 : (low + high) / 2);
  const good = bars.windows.filter(({ members, low, high }) => {
    const beside = [...(low > 0 ? [low * (1 - 1e-9)] : []), ...(high < Infinity ? [high * (1 + 1e-9)] : [])];
    return verify(X, d, certify(X, d, members, inside(low, high))).valid && !beside.some((beta) => isMinimum(certify(X, d, members, beta)));
  }).length;
  const spans = bars.spans();
  const same = spans.filter((span) => {
    const at = minimaAt(D2, inside(span.low, span.high));
    return at.preserved === span.kept && at.novel === span.novel;
  }).length;
  const origin = "derived (L17), (L19)";
  return [
    check({ name: `${name}: windows certified in their middle and refused beside their ends`, measured: good, expected: bars.windows.length, origin }),
    check({ name: `${name}: stretches of beta with the counts of a search there`, measured: same, expected: spans.length, origin }),
    check({ name: `${name}: searched whole`, measured: bars.complete, expected: true, origin }),
  ];
}

function longest({ X, d, bars }: Set, count: number): (string | number)[][] {
  const closed = bars.windows.filter(({ members, low, high }) => members.length > 1 && low > 0 && high < Infinity);
  return closed.sort((a, b) => b.high / b.low - a.high / a.low).slice(0, count).map(({ members, low, high }) => [
    members.join(" + "), low, high, high / low, certify(X, d, members, (low + high) / 2).basin,
  ]);
}

function chartOf({ name, bars }: Set): string {
  const sizes = Math.max(...bars.windows.map(({ members }) => members.length));
  const groups = Array.from({ length: sizes }, (_, i) => (i === 0 ? "kept patterns" : `sets of ${i + 1}`));
  return barcodeChart({
    title: `Memories over beta: ${name}`, xLabel: "beta", groups, references: [{ x: (bars.peak().low + bars.peak().high) / 2, label: `${bars.peak().novel} novel` }],
    bars: bars.windows.map(({ members, low, high }) => ({ from: low, to: high, group: members.length - 1, label: members.join(" + ") })),
  });
}

/** Counts as stairs: every stretch of beta has its own level. */
function aliveChart({ name, bars }: Set): string {
  const spans = bars.spans().filter(({ low, high }) => low > 0 && high < Infinity);
  const x = spans.flatMap(({ low, high }) => [low, high]);
  const stairs = (of: (span: Span) => number): number[] => spans.flatMap((span) => [of(span), of(span)]);
  return lineChart({
    title: `Alive at once: ${name}`, xLabel: "beta", yLabel: "local minima", xScale: "log",
    series: [{ name: "novel", x, y: stairs(({ novel }) => novel) }, { name: "kept", x, y: stairs(({ kept }) => kept), dashed: true }],
  });
}

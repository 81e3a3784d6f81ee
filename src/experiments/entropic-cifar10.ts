/**
 * `entropic-cifar10`: precision, recall, entropy and rejection of the entropic memory over n features and m levels, all items stored (arXiv 2405.12500,
 * experiment 1a; entropic-memory.md sections 7, 8). Sigma .025, iota = kappa = xi = 0, cells up to 1,023, the whole filling corpus in one register.
 *
 * What the numbers are: a convolutional classifier judges what the memory gives back for test cues that were never stored. They are not the share of
 * stored pictures recovered; entropic-controls.ts asks what the memory contributes.
 */
import { check, type Check, figure, htmlTable, lineChart, markdownTable, paragraph, result, type Table } from "../report/index.ts";
import { protocolOf } from "./entropic-cifar.ts";
import type { Fold, Protocol } from "./entropic-fold.ts";
import { answersOf, memoryOf, type OverFolds, overFolds, scoreOf } from "./entropic-scores.ts";
import { ABOUT, BANDS, CELLS, CURVE, FEWER_FOLDS, NETWORKS, PREDICTED_CELLS } from "./entropic-targets.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const entropicCifar10: Experiment = { name: "entropic-cifar10", title: "The entropic memory of CIFAR-10, over features and levels", needsData: true, run };

const LEVELS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const SIGMA = 0.025;

/** One register of one fold. */
interface Measured {
  readonly n: number;
  readonly fold: number;
  readonly m: number;
  readonly precision: number;
  readonly recall: number;
  readonly rejected: number;
  readonly entropy: number;
}

/** The networks of one fold on test cues. */
interface Judged {
  readonly n: number;
  readonly fold: number;
  readonly accuracy: number;
  /** Of the autoencoder, pixels in [0, 1]. */
  readonly rmse: number;
}

/** Over folds. */
export type CellOf = { readonly n: number; readonly m: number; readonly folds: number } & Readonly<Record<"precision" | "recall" | "rejected" | "entropy", OverFolds>>;

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const protocol = protocolOf(context, entropicCifar10.name);
  const work = protocol.sizes.flatMap((n) => protocol.folds(n).map((fold) => ({ n, fold })));
  // Time goes with the maps' area.
  const cost = ({ n }: { n: number }): number => (n > 256 ? 4 : 1);
  const whole = work.reduce((sum, one) => sum + cost(one), 0);
  const kept: NonNullable<Context["part"]> = context.part ?? ((_, make) => make());
  const measured: Measured[] = [];
  const judged: Judged[] = [];
  let done = 0;
  for (const { n, fold: number } of work) {
    const fold = protocol.open(number, n);
    judged.push(kept(`entropic-cifar10 networks, ${fold.key}`, () => judge(fold)));
    LEVELS.forEach((m, i) => {
      const one = kept(`entropic-cifar10, ${fold.key}, m ${m}`, () => measure(fold, m, seed));
      measured.push(one);
      context.progress(`n ${n}, fold ${number}, m ${m}: precision ${one.precision.toFixed(1)}`, (done + (cost({ n }) * (i + 1)) / LEVELS.length) / whole);
    });
    fold.dispose();
    done += cost({ n });
  }
  const cells = protocol.sizes.flatMap((n) => LEVELS.map((m) => cellOf(measured.filter((one) => one.n === n && one.m === m))));
  const found = result({
    experiment: entropicCifar10.name, title: entropicCifar10.title, seed, seconds: context.now() - start,
    parameters: { quick, data: protocol.records.name, comparable: protocol.comparable, sigma: SIGMA, cap: 1023, note: protocol.note, folds: Object.fromEntries(protocol.sizes.map((n) => [`n ${n}`, [...protocol.folds(n)]])) },
    rows: [
      ...cells.map((cell) => ({
        part: "mean", n: cell.n, m: cell.m, folds: cell.folds,
        ...Object.fromEntries((["precision", "recall", "rejected", "entropy"] as const).flatMap((what) => [[what, cell[what].mean], [`${what} sd`, cell[what].sd], [`${what} t`, cell[what].half]])),
      })),
      ...judged.map((one) => ({ part: "networks", ...one })), ...measured.map((one) => ({ part: "fold", ...one })),
    ],
    checks: [...simple(cells), ...(protocol.comparable ? targets(cells, judged) : [])],
  });
  const charts = (["precision", "recall", "entropy", "rejected"] as const).map((what) => ({ what, svg: chartOf(cells, protocol, what) }));
  const table = gridTable(cells, protocol.comparable);
  const networks = networkTable(judged, protocol);
  const head = headline(cells, protocol);
  return reportOf(found, {
    lead: head,
    files: [["table.md", `${markdownTable(table)}\n${markdownTable(networks)}\n${head}\n`], ...charts.map(({ what, svg }): [string, string] => [`${what}.svg`, svg])],
    sections: [
      { heading: "Over the levels", parts: charts.map(({ what, svg }) => figure(svg, protocol.comparable ? `Dashed, where there are numbers (${what}): the authors' results.` : `${what}, mean over folds.`)) },
      { heading: "All cells", parts: [htmlTable(table), paragraph(`Mean and population sd over folds.${protocol.comparable ? " A dash: nothing was published; ours is what was measured." : ""}`)] },
      { heading: "The networks on raw cues", parts: [htmlTable(networks)] },
    ],
  });
}

function judge(fold: Fold): Judged {
  const z = fold.latents("test");
  const { recall } = scoreOf(fold.classify(z), fold.labels("test"));
  const pictures = fold.pictures("test");
  const count = fold.records.sizes.test;
  const dim = pictures.length / count;
  let squares = 0;
  for (let from = 0; from < count; from += 500) {
    const back = fold.networks.decode(z.subarray(from * fold.n, Math.min(from + 500, count) * fold.n));
    for (let k = 0; k < back.length; k++) squares += (back[k] - pictures[from * dim + k]) ** 2;
  }
  return { n: fold.n, fold: fold.fold, accuracy: recall, rmse: Math.sqrt(squares / pictures.length) };
}

function measure(fold: Fold, m: number, seed: number): Measured {
  const memory = memoryOf(fold, m, { sigma: SIGMA });
  const { classes } = answersOf(fold, memory, fold.latents("test"), { seed });
  const { entropy } = memory.register;
  memory.register.dispose();
  return { n: fold.n, fold: fold.fold, m, entropy, ...scoreOf(classes, fold.labels("test")) };
}

function cellOf(folds: readonly Measured[]): CellOf {
  const over = (what: "precision" | "recall" | "rejected" | "entropy"): OverFolds => overFolds(folds.map((one) => one[what]));
  return { n: folds[0].n, m: folds[0].m, folds: folds.length, precision: over("precision"), recall: over("recall"), rejected: over("rejected"), entropy: over("entropy") };
}

/** What must hold whatever the data. */
function simple(cells: readonly CellOf[]): Check[] {
  const single = cells.filter(({ m }) => m === 1);
  return [
    check({ name: "m = 1: precision is chance", measured: Math.max(...single.map(({ precision }) => Math.abs(precision.mean - 10))), expected: 0, tolerance: 5, origin: "derived: one answer for all, the share of its class" }),
    check({ name: "m = 1: entropy and rejection", measured: Math.max(...single.map(({ entropy, rejected }) => entropy.mean + rejected.mean)), expected: 0, origin: "derived" }),
    check({ name: "entropy at most log2 m", measured: Math.max(...cells.map(({ m, entropy }) => entropy.mean - LEVELS.indexOf(m))), expected: 0, tolerance: 1e-12, relation: "at most", origin: "derived: (E6)" }),
    check({ name: "recall at most precision", measured: Math.max(...cells.map(({ precision, recall }) => recall.mean - precision.mean)), expected: 0, relation: "at most", origin: "derived: (E23)" }),
  ];
}

/** The authors' numbers, and what the noise model makes of the cells they do not give. */
function targets(cells: readonly CellOf[], judged: readonly Judged[]): Check[] {
  const near = (name: string, measured: number, expected: number, tolerance: number, origin: string): Check => check({ name, measured, expected, tolerance, origin });
  return cells.flatMap((cell) => {
    const { n, m, folds } = cell;
    const [more, wider] = folds < 10 ? [FEWER_FOLDS, `; ${folds} of ten folds, ${FEWER_FOLDS} points wider`] : [0, ""];
    const at = `n ${n}, m ${m}`;
    const known = CELLS.find((one) => one.n === n && one.m === m);
    const predicted = n === 1024 ? PREDICTED_CELLS.find((one) => one.m === m) : undefined;
    if (n === 1024 && m === 16) {
      return [
        near(`${at}: classifier on raw cues`, overFolds(judged.filter((one) => one.n === n).map(({ accuracy }) => accuracy)).mean, BANDS.accuracy.middle, BANDS.accuracy.half, "acceptance band"),
        ...(["precision", "recall"] as const).map((what) => near(`${at}: ${what}`, cell[what].mean, BANDS[what].middle, BANDS[what].half + more, `acceptance band${wider}`)),
        ...(["entropy", "rejected"] as const).map((what) => near(`${at}: ${what}`, cell[what].mean, BANDS[what].middle, BANDS[what].half, "acceptance band")),
      ];
    }
    if (known !== undefined) {
      return [
        ...(["precision", "recall"] as const).map((what) => near(`${at}: ${what}`, cell[what].mean, known[what], CURVE.points + more, `authors' results${wider}`)),
        near(`${at}: entropy`, cell.entropy.mean, known.entropy, CURVE.bits, "authors' results"), near(`${at}: rejected`, cell.rejected.mean, known.rejected, CURVE.rejected(known.rejected), "authors' results"),
      ];
    }
    return predicted === undefined ? [] : [near(`${at}: precision`, cell.precision.mean, predicted.precision, ABOUT + more, `prediction of the noise model (E37)${wider}`)];
  });
}

function chartOf(cells: readonly CellOf[], { sizes, comparable }: Protocol, what: "precision" | "recall" | "entropy" | "rejected"): string {
  const authors = comparable ? sizes.flatMap((n) => {
    const own = CELLS.filter((cell) => cell.n === n);
    return own.length === 0 ? [] : [{ name: `authors, n ${n}`, x: own.map(({ m }) => m), y: own.map((cell) => cell[what]), dashed: true }];
  }) : [];
  const series = sizes.map((n) => {
    const own = cells.filter((cell) => cell.n === n);
    return { name: `n ${n}`, x: own.map(({ m }) => m), y: own.map((cell) => cell[what].mean) };
  });
  return lineChart({ title: `${what[0].toUpperCase()}${what.slice(1)} over the levels`, xLabel: "levels m", yLabel: what === "entropy" ? "bits" : "%", xScale: "log", xTicks: LEVELS, series: [...series, ...authors] });
}

const shown = ({ mean, sd }: OverFolds, folds: number): string => (folds === 1 ? mean.toFixed(2) : `${mean.toFixed(2)} \u00b1 ${sd.toFixed(2)}`);

function gridTable(cells: readonly CellOf[], comparable: boolean): Table {
  const what = [["precision", "precision, %", 2], ["recall", "recall, %", 2], ["entropy", "entropy, bits", 3], ["rejected", "rejected, %", 2]] as const;
  return {
    columns: ["n", "m", "folds", ...what.flatMap(([, title]) => (comparable ? [title, "authors"] : [title]))],
    rows: cells.map((cell) => {
      const known = CELLS.find((one) => one.n === cell.n && one.m === cell.m);
      const numbers = what.flatMap(([name, , digits]) => {
        const own = digits === 3 || name === "rejected" ? cell[name].mean.toFixed(digits) : shown(cell[name], cell.folds);
        return comparable ? [own, known?.[name].toFixed(2)] : [own];
      });
      return [String(cell.n), String(cell.m), String(cell.folds), ...numbers];
    }),
  };
}

function networkTable(judged: readonly Judged[], { sizes, comparable }: Protocol): Table {
  return {
    columns: comparable ? ["n", "classifier on raw cues, %", "authors", "autoencoder, root mean squared error", "authors"] : ["n", "classifier on raw cues, %", "autoencoder, root mean squared error"],
    rows: sizes.map((n) => {
      const own = judged.filter((one) => one.n === n);
      const [accuracy, rmse] = [shown(overFolds(own.map((one) => one.accuracy)), own.length), overFolds(own.map((one) => one.rmse)).mean.toFixed(4)];
      return comparable ? [String(n), accuracy, NETWORKS[n]?.accuracy.toFixed(2), rmse, NETWORKS[n]?.rmse.toFixed(4)] : [String(n), accuracy, rmse];
    }),
  };
}

function headline(cells: readonly CellOf[], { comparable, note, sizes }: Protocol): string {
  const n = sizes[sizes.length - 1];
  const cell = cells.find((one) => one.n === n && one.m === 16)!;
  const numbers = `n = ${n}, m = 16, all items stored: precision ${shown(cell.precision, cell.folds)} %, recall ${shown(cell.recall, cell.folds)} %, entropy ${cell.entropy.mean.toFixed(2)} bits, ${cell.rejected.mean.toFixed(2)} % rejected, over ${cell.folds} ${cell.folds === 1 ? "fold" : "folds"}.`;
  const authors = comparable && n === 1024 ? " The authors: 68.12 %, 66.97 %, 3.40 bits, 1.68 %, over ten folds." : "";
  return `${numbers}${authors}${note === "" ? "" : ` ${note[0].toUpperCase()}${note.slice(1)}.`}`;
}

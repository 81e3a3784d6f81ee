/**
 * `entropic-kinds`: memory, association, imagination or noise? What an entropic memory recalls, by measure, as sigma grows, and what its
 * stored weights contribute (arXiv 2405.12500; entropic-memory.md sections 11, 15.11-15.13, proposed there, not in the paper).
 *
 * Pictures: the Fashion-MNIST slice that is shipped, 2 x 2 pixel means, n = 196 columns, m = 16. Nothing here is a number of the paper.
 * Predictions, written down before the first run: (a) what the register recalls is mostly reproduction, then noise; (b) hidden halves are
 * completed by items and by the tree better than by the register; (c) for columns as far apart as sigma, stored weights matter little:
 * real and ones differ by less than a tenth of the distance itself at the paper's sigma.
 */
import { KINDS } from "../entropic/index.ts";
import { seeded } from "../numeric/index.ts";
import { check, figure, htmlTable, lineChart, paragraph, result } from "../report/index.ts";
import { loadFashion, rowsOf } from "./data.ts";
import { completions, contribution, kindShares, MEMORIES, prepare, recognitions, type Shares } from "./entropic-trials.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const entropicKinds: Experiment = { name: "entropic-kinds", title: "Entropic memory: memory, association, imagination or noise", needsData: false, run };

const SIDE = 14;
const SIGMAS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.5];
/** Of the paper. */
const SIGMA = 0.025;
const M = 16;

interface Row {
  readonly memory: string;
  readonly cues: "stored" | "unseen";
  readonly sigma: number;
  readonly shares: Shares;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const [stored, held, fresh] = quick ? [300, 100, 60] : [700, 150, 150];
  const order = Array.from({ length: 1000 }, (_, i) => i);
  seeded(seed).shuffle(order);
  const set = loadFashion();
  const features = (from: number, count: number): Float32Array => pooled(rowsOf(set, order.slice(from, from + count)), count);
  context.progress("storing", 0);
  const n = SIDE * SIDE;
  const setting = prepare(features(0, stored), features(stored, held), features(stored + held, fresh), n, M, SIGMA, seed);
  const own = setting.items.subarray(0, fresh * n);
  const rows: Row[] = [];
  for (const memory of MEMORIES) {
    for (const cues of ["stored", "unseen"] as const) {
      for (const sigma of SIGMAS) {
        context.progress(`${memory}, ${cues} cues, sigma ${sigma}`, rows.length / (MEMORIES.length * 2 * SIGMAS.length));
        rows.push({ memory, cues, sigma, shares: kindShares(setting, memory, cues === "stored" ? own : setting.unseen, sigma, cues === "stored", seed) });
      }
    }
  }
  const halves = completions(setting, own, SIGMA, seed);
  const weights = contribution(setting, own, SIGMA, seed);
  const known = recognitions(setting, seed);
  const d = (memory: string): number => halves.find((one) => one.memory === memory)!.distance;
  const permuted = columnsPermuted(setting.items, n, seed);
  const { register, calibrated, limits } = setting;
  const found = result({
    experiment: entropicKinds.name, title: entropicKinds.title, seed, seconds: context.now() - start,
    parameters: { quick, n, m: M, stored, "held out": held, cues: fresh, sigma: SIGMA, "entropy, bits": register.entropy, ...limitTexts(limits), xi: calibrated.xi, kappa: calibrated.kappa, "rate asked for": calibrated.rate },
    rows: rows.map(({ memory, cues, sigma, shares }) => ({ model: memory, cues, sigma, ...shares })),
    checks: [
      check({ name: "stored pictures accepted at iota = kappa = xi = 0", measured: register.recognize(setting.items).accepted.every((yes) => yes === 1), expected: true, origin: "derived" }),
      check({ name: "values permuted within each column: the same register (D7)", measured: sameTable(permuted, setting.register.cells, n), expected: true, origin: "derived" }),
      check({ name: "held-out pictures rejected by the calibrated thresholds", measured: calibrated.rejected, expected: calibrated.rate, relation: "at most", origin: "derived: split conformal" }),
      check({ name: "items memory: stored cues are memory at the paper's sigma, share of the accepted", measured: ofAccepted(at(rows, "items", "stored"), "memory"), expected: 0.95, relation: "at least", origin: "derived" }),
      check({ name: "hidden half: items nearer to the truth than the register", measured: d("items") - d("register"), expected: 0, relation: "at most", origin: "prediction (b)" }),
      check({ name: "hidden half: the tree nearer to the truth than the register", measured: d("tree") - d("register"), expected: 0, relation: "at most", origin: "prediction (b)" }),
      check({ name: "|register - ones| over the distance itself, noisy cues", measured: Math.abs(weights.difference) / weights.ones, expected: 0.1, relation: "at most", origin: "prediction (c)" }),
    ],
  });
  const charts = MEMORIES.flatMap((memory) => (["stored", "unseen"] as const).map((cues) => ({ name: `kinds-${memory}-${cues}`, memory, cues, svg: chartOf(rows, memory, cues) })));
  return reportOf(found, {
    lead: `On noisy copies of stored pictures the register's weights change the distance to the truth by ${weights.difference.toFixed(4)} +- ${weights.error.toFixed(4)} of the range, against ${weights.ones.toFixed(4)} for a table of ones: that is what the stored weights contribute.`,
    files: charts.map(({ name, svg }): [string, string] => [`${name}.svg`, svg]),
    sections: [
      { heading: "What was recalled", parts: [
        paragraph("Each recall is given one kind by distances alone, with limits from held-out pictures. Register: the paper's. Ones: no store at all, accepting what the register accepts. Tree: pairs of columns. Items: the stored pictures themselves, the yardstick."),
        paragraph(`Prediction (a), reproduction and then noise: ${predicted(rows, "register")} % of what the register recalled from accepted unseen cues, ${predicted(rows, "ones")} % of what the table of ones did; the rest passes for association or imagination. Where ones gets the kinds of the register, they are the cue's own doing, not the store's.`),
        ...charts.map(({ svg, memory, cues }) => figure(svg, `${memory}, ${cues} cues`)),
      ] },
      { heading: "Half of a stored picture hidden", parts: [htmlTable({ columns: ["memory", "distance to the truth, hidden half", "+- 2 standard errors"], rows: halves.map(({ memory, distance, error }) => [memory, distance, error]) })] },
      { heading: "Recognition", parts: [
        paragraph("Area under the ROC curve of stored against other pictures: .5 tells nothing. A register accepts the whole product of its columns, so unseen pictures of the same kind pass for stored ones."),
        htmlTable({
          columns: ["cues", "accepted at 0, 0, 0", "accepted, calibrated", "AUC mismatches", "AUC weight", "AUC likelihood", "AUC likelihood, tree"],
          rows: known.map((one) => [one.group, one.accepted, one.calibrated, one.mismatches, one.weight, one.likelihood, one.tree]),
        }),
      ] },
    ],
  });
}

/** Means of 2 x 2 pixels. */
function pooled(rows: Float32Array, count: number): Float32Array {
  const wide = 2 * SIDE;
  return Float32Array.from({ length: count * SIDE * SIDE }, (_, at) => {
    const [c, y, x] = [Math.floor(at / (SIDE * SIDE)), Math.floor((at % (SIDE * SIDE)) / SIDE), at % SIDE];
    const from = c * wide * wide + 2 * y * wide + 2 * x;
    return (rows[from] + rows[from + 1] + rows[from + wide] + rows[from + wide + 1]) / 4;
  });
}

function at(rows: readonly Row[], memory: string, cues: Row["cues"]): Shares {
  return rows.find((row) => row.memory === memory && row.cues === cues && row.sigma === SIGMA)!.shares;
}

function ofAccepted(shares: Shares, kind: keyof Shares): number {
  return shares.rejected >= 1 ? 0 : shares[kind] / (1 - shares.rejected);
}

/** Percent of reproduction and noise among accepted unseen cues, over all sigma. */
function predicted(rows: readonly Row[], memory: string): string {
  const shares = rows.filter((row) => row.memory === memory && row.cues === "unseen").map((row) => ofAccepted(row.shares, "reproduction") + ofAccepted(row.shares, "noise"));
  return ((100 * shares.reduce((a, b) => a + b, 0)) / shares.length).toFixed(0);
}

function columnsPermuted(items: Uint16Array, n: number, seed: number): Uint16Array {
  const out = items.slice();
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: items.length / n }, (_, c) => items[c * n + j]);
    seeded(seed).fork(j).shuffle(column);
    column.forEach((level, c) => (out[c * n + j] = level));
  }
  return out;
}

/** Whether items fill exactly these cells; the slice stays below every cap. */
function sameTable(items: Uint16Array, cells: ArrayLike<number>, n: number): boolean {
  const counts = new Uint32Array(cells.length);
  items.forEach((level, k) => counts[(k % n) * M + level]++);
  return counts.every((count, k) => count === cells[k]);
}

function limitTexts(limits: { copy: number; item: number; near: number }): Record<string, number> {
  return { "limit copy": limits.copy, "limit item": limits.item, "limit near": limits.near };
}

function chartOf(rows: readonly Row[], memory: string, cues: Row["cues"]): string {
  const own = rows.filter((row) => row.memory === memory && row.cues === cues);
  return lineChart({
    title: `${memory}: ${cues} cues`, xLabel: "sigma, fraction of the levels", yLabel: "share of cues", xScale: "log", yDomain: [0, 1], xTicks: SIGMAS,
    series: KINDS.map((kind) => ({ name: kind, x: own.map(({ sigma }) => sigma), y: own.map(({ shares }) => shares[kind]) })),
    references: [{ x: SIGMA, label: "the paper's sigma" }],
  });
}

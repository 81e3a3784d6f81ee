/**
 * `lsr-landscape`: Figures 1 and 2 of the LSR paper (arXiv 2506.10801; section 7.1 of the notes): energies of LSR and LSE over a line and
 * a plane, with every minimum, kept or novel; and the separations behind them.
 *
 *   1-D   patterns -1, +1; (beta_LSR, beta_LSE) = (.4, .4), (.9, 1.00001), (2.1, 4.11); 200 points on [-2.1, 2.1]
 *   2-D   (-1, 0), (1, 0), (0, -sqrt 3), side 2; beta = .3, .6, 1.1, 2.1; 200 x 200 points on [-3, 3] x [-3.5, 2]; eps = 1e-6
 *
 * Counts are exact (L17), and checked a second time by recall from every point of the grid. Minima of LSE are the zeros of its gradient.
 * Deviation: 201 points a side, so that the symmetry axis is sampled. Grey is exactly what lies outside every support, where the authors paint E >= .95 max E.
 */
import { pairDistances, windows } from "../dense/index.ts";
import { exp } from "../numeric/index.ts";
import { type Check, check, figure, frames, htmlTable, lineChart, panels, paragraph, result, type Value } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { lineFigure, type LineFigure, planeFigure, type PlaneFigure, TRIANGLE } from "./lsr-landscape-figures.ts";
import { type LseTriangle, lseTriangle } from "./lsr-landscape-lse.ts";
import { reportOf } from "./report-files.ts";

export const lsrLandscape: Experiment = {
  name: "lsr-landscape",
  title: "Energy landscapes of LSR and LSE",
  needsData: false,
  run,
};

const LINES = [{ lsr: 0.4, lse: 0.4, preserved: 0, novel: 1, lseMinima: 1 }, { lsr: 0.9, lse: 1.00001, preserved: 2, novel: 1, lseMinima: 2 }, { lsr: 2.1, lse: 4.11, preserved: 2, novel: 0, lseMinima: 2 }] as const;
const PLANES = [{ beta: 0.3, levels: 30, novel: 1, preserved: 0 }, { beta: 0.6, levels: 25, novel: 1, preserved: 3 }, { beta: 1.1, levels: 15, novel: 4, preserved: 3 }, { beta: 2.1, levels: 15, novel: 0, preserved: 3 }] as const;
/** Ends of the sweep over beta: from one minimum to patterns alone. */
const SWEEP = { from: 0.25, to: 2.5 } as const;

function run(context: Context): Report {
  const start = context.now();
  const { quick } = context;
  const grid = quick ? 121 : 201; // odd: the midpoint of the upper pair lies on the grid
  const count = quick ? 12 : 36;
  const lines = LINES.map((one, i) => {
    context.progress(`1-D, beta = ${one.lsr}`, i / 20);
    return lineFigure(one.lsr, one.lse);
  });
  const planes = PLANES.map(({ beta, levels }, i) => {
    context.progress(`2-D, beta = ${beta}`, 0.15 + i / 10);
    return planeFigure(beta, { grid, levels });
  });
  const moving = Array.from({ length: count }, (_, i) => {
    context.progress(`frame ${i + 1} of ${count}`, 0.55 + (0.45 * i) / count);
    return planeFigure(SWEEP.from * exp((i / (count - 1)) * LOG_RANGE), { grid: quick ? 61 : 121, levels: 16 });
  });
  const lse = lseTriangle(quick ? 61 : 121);
  const found = result({
    experiment: lsrLandscape.name, title: lsrLandscape.title, seed: context.seed, seconds: context.now() - start,
    parameters: { quick, eps: 1e-6, "1-D (beta LSR, beta LSE)": LINES.map(({ lsr, lse }) => [lsr, lse]), "2-D beta": PLANES.map(({ beta }) => beta), grid: `${grid} x ${grid}`, frames: count, "frames, beta": [SWEEP.from, SWEEP.to] },
    rows: [...lines.map(lineRow), ...planes.map((plane) => planeRow("2-D", plane)), ...moving.map((plane) => planeRow("frame", plane)), { part: "LSE triangle", beta: lse.beta, betaLse: lse.beta, novel: null, preserved: null, recalled: lse.minima, lse: [lse.low, lse.high], lseOnGrid: null }],
    checks: checksOf(lines, planes, moving, lse),
  });
  const one = panels(lines.map(({ svg }) => svg), { title: "Two patterns on a line: LSR and LSE", columns: 1 });
  const two = panels(planes.map(({ svg }) => svg), { title: "Three patterns in the plane: LSR over beta", columns: 2 });
  const film = frames(moving.map(({ svg }) => svg), { title: "The landscape of LSR as beta grows", seconds: 0.4 });
  const separations = separationChart();
  return reportOf(found, {
    lead: "LSR, the log-sum of ReLU(1 - s), keeps stored patterns as exact minima and, where their supports overlap, has further minima at centroids. LSE has minima near patterns at best, and never exactly there.",
    files: [
      ["landscape-1d.svg", one], ["landscape-2d.svg", two], ["landscape-over-beta.svg", film], ["separations.svg", separations], ["lse-triangle.svg", lse.svg],
      ...moving.map(({ svg }, i): [string, string] => [`frame-${String(i + 1).padStart(2, "0")}.svg`, svg]),
    ],
    sections: [
      { heading: "On a line (Figure 1, top)", parts: [
        figure(one, "Energies of two patterns at -1 and +1. Shaded: the support of LSR, outside of which its energy is infinite (a plateau with eps = 1e-6). Discs lie at patterns, diamonds elsewhere."),
        htmlTable(lineTable(lines)),
        paragraph(`At beta = 1.00001 LSE has just split: its two minima lie at ±${lines[1].lse[1].toFixed(5)}, closer than the grid of the published figure can tell. At beta = 4.11 they lie at ±${lines[2].lse[1].toFixed(4)}: near the patterns, not on them.`),
      ] },
      { heading: "In the plane (Figure 1, bottom)", parts: [
        figure(two, "Lines close together near each minimum: levels grow geometrically above the lowest energy. Grey is off the support of every pattern."),
        htmlTable({ columns: ["beta", "novel", "paper", "kept", "paper", "found by recall from the grid"], rows: planes.map(({ beta, novel, preserved, recalled }, i) => [beta, novel, PLANES[i].novel, preserved, PLANES[i].preserved, recalled]) }),
      ] },
      { heading: "As beta grows", parts: [
        figure(film, `${count} frames, beta from ${SWEEP.from} to ${SWEEP.to}; each is also a file of its own, frame-01.svg and on. The centroid of all three is a minimum below beta = 3/2, midpoints from 2/3 to 2, patterns above 1/2: exactly, with no tolerance.`),
        htmlTable({ columns: ["members", "from beta", "to beta"], rows: triangleWindows().map(({ members, low, high }) => [members.map((mu) => "ABC"[mu]).join("+"), low, high]) }),
      ] },
      { heading: "LSE can have more minima than patterns", parts: [
        figure(lse.svg, `The same triangle under LSE. For beta from ${lse.low.toFixed(3)} to ${lse.high.toFixed(3)} there are four minima: one towards each pattern, and one at the centroid. "Never more minima than patterns" holds on a line, not in the plane.`),
      ] },
      { heading: "What makes the difference (Figure 2)", parts: [figure(separations, "The separation F of the scaled similarity. ReLU(1 + beta S) is 0 beyond distance sqrt(2 / beta): patterns out there have no say at all.")] },
    ],
  });
}

/** log(to / from) of the sweep. */
const LOG_RANGE = 2.302585092994046;

function triangleWindows(): { members: readonly number[]; low: number; high: number }[] {
  return windows(pairDistances(TRIANGLE, 2)).windows.sort((a, b) => a.members.length - b.members.length || a.members[0] - b.members[0]);
}

function checksOf(lines: readonly LineFigure[], planes: readonly PlaneFigure[], moving: readonly PlaneFigure[], lse: LseTriangle): Check[] {
  const derived = "derived";
  return [
    ...lines.flatMap(({ beta, betaLse, novel, preserved, lse }, i) => [
      check({ name: `1-D, LSR, beta = ${beta}: preserved`, measured: preserved, expected: LINES[i].preserved, relation: "equals", origin: "paper, Figure 1 (labels)" }),
      check({ name: `1-D, LSR, beta = ${beta}: novel`, measured: novel, expected: LINES[i].novel, relation: "equals", origin: "paper, Figure 1 (labels)" }),
      check({ name: `1-D, LSE, beta = ${betaLse}: minima`, measured: lse.length, expected: LINES[i].lseMinima, relation: "equals", origin: "derived: x = tanh(beta x)" }),
    ]),
    // sqrt(3 (beta - 1)) = .00548 to leading order; recomputed .0055 and .9995, four digits each
    check({ name: "1-D, LSE, beta = 1.00001: distance of its minima from 0", measured: lines[1].lse[1], expected: 0.0055, tolerance: 0.00005, origin: "recomputed (notes, 7.1)" }),
    check({ name: "1-D, LSE, beta = 4.11: distance of its minima from 0", measured: lines[2].lse[1], expected: 0.9995, tolerance: 0.00005, origin: "recomputed (notes, 7.1)" }),
    check({ name: "1-D, LSE, beta = 1.00001: minima that the published grid shows", measured: lines[1].lseOnGrid, expected: 1, relation: "equals", origin: "paper, Figure 1 (labels)" }),
    ...planes.flatMap(({ beta, novel, preserved, recalled }, i) => [
      check({ name: `2-D, beta = ${beta}: novel`, measured: novel, expected: PLANES[i].novel, relation: "equals", origin: "paper, Figure 1 (labels)" }),
      check({ name: `2-D, beta = ${beta}: preserved`, measured: preserved, expected: PLANES[i].preserved, relation: "equals", origin: "paper, Figure 1 (labels)" }),
      check({ name: `2-D, beta = ${beta}: minima found by recall from the grid`, measured: recalled, expected: novel + preserved, relation: "equals", origin: derived }),
    ]),
    check({ name: "largest E_LSE - E_LSR at one beta, on the grids", measured: Math.max(...planes.map(({ lseAbove }) => lseAbove)), expected: 0, tolerance: 1e-12, relation: "at most", origin: "derived (L16): 1 - s <= exp(-s)" }),
    check({ name: `LSE on the triangle, beta = ${lse.beta}: minima from 3 patterns`, measured: lse.minima, expected: 4, relation: "equals", origin: "derived: four rest points with (L5) positive definite" }),
    check({ name: "least eigenvalue of (L5) over them", measured: lse.curvature, expected: 0.01, relation: "at least", origin: "derived" }),
    check({ name: "beta above which the centroid is no minimum of LSE", measured: lse.high, expected: 1.5, tolerance: 1e-3, origin: "derived: Cov = (2/3) I" }),
    check({ name: "frames whose counts disagree with the windows (L19)", measured: moving.filter(({ beta, novel, preserved }) => triangleWindows().filter(({ low, high }) => low < beta && beta < high).length !== novel + preserved).length, expected: 0, relation: "equals", origin: derived }),
  ];
}

function lineRow({ beta, betaLse, novel, preserved, lse, lseOnGrid }: LineFigure): Record<string, Value> {
  return { part: "1-D", beta, betaLse, novel, preserved, recalled: null, lse, lseOnGrid };
}

function planeRow(part: string, { beta, novel, preserved, recalled }: PlaneFigure): Record<string, Value> {
  return { part, beta, betaLse: null, novel, preserved, recalled, lse: null, lseOnGrid: null };
}

function lineTable(lines: readonly LineFigure[]): { columns: string[]; rows: (string | number)[][] } {
  return {
    columns: ["beta LSR", "kept", "paper", "novel", "paper", "beta LSE", "minima of LSE at"],
    rows: lines.map(({ beta, betaLse, novel, preserved, lse }, i) => [beta, preserved, LINES[i].preserved, novel, LINES[i].novel, betaLse, lse.map((x) => x.toFixed(4)).join(", ")]),
  };
}

/** Figure 2: F(beta S) against S, S from -4 to 0. */
function separationChart(): string {
  const S = Array.from({ length: 161 }, (_, i) => -4 + i / 40);
  const betas = [1, 0.5, 0.2];
  const curve = (name: string, beta: number, F: (z: number) => number, dashed: boolean): { name: string; x: number[]; y: number[]; dashed: boolean } => ({ name: `${name}, β = ${beta}`, x: S, y: S.map((s) => F(beta * s)), dashed });
  return lineChart({
    title: "Separations of LSE and LSR", xLabel: "similarity S = -||x - xi||² / 2", yLabel: "F(β S)", yDomain: [0, 1],
    series: [...betas.map((beta) => curve("ReLU(1 + z)", beta, (z) => Math.max(0, 1 + z), false)), ...betas.map((beta) => curve("exp(z)", beta, exp, true))],
  });
}

/**
 * LSE on the very triangle of Figure 1 has four minima from three patterns (arXiv 2506.10801; section 5.4 of the notes: "never more minima
 * than patterns" is asserted there, not proved). The centroid is one for every beta below 3/2, since Cov = (2/3) I there and (L5) asks for
 * beta Cov < I; from some beta on each pattern has one of its own as well.
 */
import { softmaxEnergy } from "../dense/index.ts";
import { Rows } from "../kernels/index.ts";
import { contourChart, logLevels } from "../report/index.ts";
import { TRIANGLE } from "./lsr-landscape-figures.ts";
import { leastCurvature, lseEnds } from "./lsr-likelihood-recall.ts";

export interface LseTriangle {
  /** Of the picture, and how many minima there are then. */
  readonly beta: number;
  readonly minima: number;
  /** The least eigenvalue of (L5) over the minima: above 0 in all of them. */
  readonly curvature: number;
  /** Ends of the range with four minima, by bisection to 1e-4. */
  readonly low: number;
  readonly high: number;
  readonly svg: string;
}

const CENTRE = [0, -1 / Math.sqrt(3)];
const SHOWN = 1.42;

export function lseTriangle(grid: number): LseTriangle {
  const rows = new Rows(2, { precision: "f64" });
  rows.append(TRIANGLE);
  const minimaAt = (beta: number): Float64Array[] => {
    const { ends } = lseEnds(rows, beta, Float64Array.from([...TRIANGLE, ...CENTRE]));
    // Just above 3/2 the centroid is at rest but no minimum: only what lies in a hollow counts.
    return ends.filter(({ x }) => leastCurvature(rows, x, beta) > 1e-6).map(({ x }) => x);
  };
  const edge = (four: number, other: number): number => {
    let [yes, no] = [four, other];
    while (Math.abs(yes - no) > 1e-4) {
      const middle = (yes + no) / 2;
      if (minimaAt(middle).length === 4) yes = middle;
      else no = middle;
    }
    return (yes + no) / 2;
  };
  const minima = minimaAt(SHOWN);
  const found = { beta: SHOWN, minima: minima.length, curvature: Math.min(...minima.map((x) => leastCurvature(rows, x, SHOWN))), low: edge(SHOWN, 1.3), high: edge(SHOWN, 1.6) };
  const [x, y] = [{ from: -1.6, to: 1.6 }, { from: -2.2, to: 0.8 }];
  const states = Float64Array.from({ length: 2 * grid * grid }, (_, i) => {
    const [column, row] = [(i >> 1) % grid, Math.floor((i >> 1) / grid)];
    return i % 2 === 0 ? x.from + ((x.to - x.from) * column) / (grid - 1) : y.from + ((y.to - y.from) * row) / (grid - 1);
  });
  const energies = softmaxEnergy(SHOWN, "euclidean").evaluate(rows, states).map(({ energy }) => energy);
  const lowest = softmaxEnergy(SHOWN, "euclidean").evaluate(rows, minima[0])[0].energy;
  rows.dispose();
  const least = Math.min(lowest, ...energies);
  const atCentre = (point: Float64Array): boolean => Math.abs(point[0]) < 1e-6 && Math.abs(point[1] - CENTRE[1]) < 1e-6;
  const svg = contourChart({
    title: `LSE at β = ${SHOWN}: ${minima.length} minima from 3 patterns`, xLabel: "x₁", yLabel: "x₂", columns: grid, rows: grid, values: energies, x, y,
    levels: logLevels(least, Math.max(...energies), 30, 1e-5),
    marks: [
      ...[0, 1, 2].map((mu) => ({ x: TRIANGLE[2 * mu], y: TRIANGLE[2 * mu + 1], kind: "lost" as const })), ...minima.map((point) => ({ x: point[0], y: point[1], kind: atCentre(point) ? ("novel" as const) : ("kept" as const) })),
    ],
    names: { kept: "minimum towards a pattern", novel: "minimum at the centroid", lost: "pattern" },
  });
  return { ...found, svg };
}

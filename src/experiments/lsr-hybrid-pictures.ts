/** Landscapes of LSR, LSE and the hybrid between them: a line through a pair, and the plane of three patterns. */
import { descend, hybridEnergy, lsrEnergy, softmaxEnergy } from "../dense/index.ts";
import { Rows } from "../kernels/index.ts";
import { heatMap, lineChart } from "../report/index.ts";

function stored(points: readonly (readonly number[])[]): Rows {
  const rows = new Rows(points[0].length, { precision: "f64" });
  for (const point of points) rows.append(point);
  return rows;
}

/** E along the line through -1 and 1 at beta .9, where LSR has three minima; NaN (a gap) where it is infinite. */
export function lineOf(lambdas: readonly number[]): string {
  const rows = stored([[-1], [1]]);
  const beta = 0.9;
  const x = Float64Array.from({ length: 321 }, (_, i) => (i - 160) / 40);
  const finite = (energy: ReturnType<typeof softmaxEnergy>): number[] => energy.evaluate(rows, x).map(({ energy: E }) => (Number.isFinite(E) ? E : NaN));
  return lineChart({
    title: "Patterns at -1 and 1, beta = 0.9", xLabel: "x", yLabel: "E", yDomain: [-1, 5],
    series: [
      { name: "LSR", x, y: finite(lsrEnergy(beta)) },
      ...lambdas.map((lambda) => ({ name: `hybrid, lambda ${lambda}`, x, y: finite(hybridEnergy(beta, lambda)) })),
      { name: "LSE", x, y: finite(softmaxEnergy(beta, "euclidean")), dashed: true },
    ],
    references: [{ x: -1, label: "pattern" }, { x: 1, label: "pattern" }],
  });
}

/** The plane of the paper's three patterns at beta 1.1 with the minima found from a grid of starts. */
export function planeOf(lambda: number): string {
  const rows = stored([[-1, 0], [1, 0], [0, -Math.sqrt(3)]]);
  const energy = hybridEnergy(1.1, lambda);
  const [columns, lines] = [150, 150];
  const [x0, x1, y0, y1] = [-3.5, 3.5, -4.1, 2.9];
  const points = Float64Array.from({ length: 2 * columns * lines }, (_, i) => {
    const at = Math.floor(i / 2);
    return i % 2 === 0 ? x0 + ((x1 - x0) * ((at % columns) + 0.5)) / columns : y0 + ((y1 - y0) * (Math.floor(at / columns) + 0.5)) / lines;
  });
  const values = energy.evaluate(rows, points).map(({ energy: E }) => E);
  const found: Float64Array[] = [];
  for (let i = 0; i < points.length; i += 2 * 389) {
    const { state } = descend(rows, energy, points.slice(i, i + 2), { tolerance: 1e-12, maxSteps: 20_000 });
    if (!found.some((other) => Math.abs(other[0] - state[0]) + Math.abs(other[1] - state[1]) < 1e-5)) found.push(state);
  }
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return heatMap({
    title: `Hybrid, three patterns, beta = 1.1, lambda = ${lambda}`, xLabel: "x", yLabel: "y", columns, rows: lines, values,
    x: { from: x0, to: x1 }, y: { from: y0, to: y1 }, domain: [low, high],
    contours: Array.from({ length: 14 }, (_, i) => low + (high - low) * ((i + 1) / 15) * ((i + 1) / 15)), points: found.map(([x, y]) => ({ x, y })),
  });
}

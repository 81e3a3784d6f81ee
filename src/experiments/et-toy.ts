/**
 * `et-toy`: the small demonstration of the Energy Transformer (modern-methods.md section 4.2): random weights, D = 12, H = 2, Y = 6, M = 24, N = 100 tokens,
 * 3000 steps of .5. The energy starts near -3.5e3 and falls at every step, steeply within ten steps, then slowly.
 *
 *   WQ, WK ~ N(0, 1) / sqrt(Y),  Xi ~ N(0, 1) / sqrt(D),  x ~ N(0, 1), layer-normed once;  gamma = 1, delta = 0, no token sees itself
 */
import { normal } from "../hamux/index.ts";
import { seeded } from "../numeric/index.ts";
import { check, figure, htmlTable, lineChart, paragraph, result } from "../report/index.ts";
import { type BlockTree, EnergyTransformerBlock } from "../transformer/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const etToy: Experiment = { name: "et-toy", title: "An Energy Transformer goes downhill", needsData: false, run };

const [D, H, Y, M, N, ALPHA] = [12, 2, 6, 24, 100, 0.5];

function run(context: Context): Report {
  const start = context.now();
  const steps = context.quick ? 200 : 3000;
  const rng = seeded(context.seed);
  const block = new EnergyTransformerBlock({
    WQ: normal([H, Y, D], rng, 1 / Math.sqrt(Y)), WK: normal([H, Y, D], rng, 1 / Math.sqrt(Y)), Xi: normal([M, D], rng, 1 / Math.sqrt(D)),
  });
  let x = block.normalise(normal([N, D], rng, 1).data);
  const u = block.update(x);
  const trees: BlockTree[] = [block.energyTree(x)];
  const piece = 100;
  for (let at = 0; at < steps; at += piece) {
    context.progress(`step ${at}`, at / steps);
    const part = block.run(x, { steps: piece, alpha: ALPHA });
    x = part.x;
    trees.push(...part.trees.slice(1));
  }
  const E = trees.map(({ energy }) => energy);
  const risen = E.filter((energy, i) => i > 0 && energy >= E[i - 1]).length;
  const [first, whole] = [E[0] - E[10], E[0] - E[steps]];
  const shown = [0, 1, 10, 100, steps].map((i) => ({ step: i, ...trees[i] }));
  const found = result({
    experiment: etToy.name, title: etToy.title, seed: context.seed, seconds: context.now() - start, parameters: { quick: context.quick, D, H, Y, M, N, alpha: ALPHA, steps }, rows: shown,
    checks: [
      check({ name: "energy at the start", measured: E[0], expected: -3656, tolerance: 436, origin: "numpy re-run, 30 seeds: mean -3656, sd 145.5; three sd. Authors' notebook: -3480" }),
      check({ name: "steps that do not lower the energy", measured: risen, expected: 0, relation: "equals", origin: "paper, (3.21)" }),
      check({ name: "share of the fall that the first ten steps make", measured: first / whole, expected: 0.5, relation: "at least", origin: "authors' code: steep within ten steps" }),
      check({ name: "update against differences of the energy", measured: slopeError(block, u), expected: 0, tolerance: 1e-6, relation: "at most", origin: "derived, (M33)" }),
    ],
  });
  const line = (name: string, of: (tree: BlockTree) => number): { name: string; x: number[]; y: number[] } => ({ name, x: trees.map((_, i) => i + 1), y: trees.map(of) });
  const chart = lineChart({
    title: "Energy over the steps", xLabel: "step + 1", yLabel: "energy", xScale: "log",
    series: [line("total", ({ energy }) => energy), line("attention", ({ attention }) => attention), line("memories", ({ hopfield }) => hopfield)],
  });
  return reportOf(found, {
    lead: "Random weights, random tokens: what the block does to tokens is going downhill in one energy, by attention and by its memories at once.",
    files: [["energy.svg", chart]],
    sections: [{ heading: "The energy", parts: [
      figure(chart, `${N} tokens of ${D} channels, steps of ${ALPHA}.`), paragraph("The neuron term is small wherever a token has variance (M30)."),
      htmlTable({ columns: ["step", "energy", "neurons", "attention", "memories"], rows: shown.map((row) => [row.step, row.energy, row.neurons, row.attention, row.hopfield]) }),
    ] }],
  });
}

/**
 * |dE / d alpha + u . J u| / |u . J u| at the layer-normed start, from central differences: the energy falls along u as the chain rule says,
 * J the layer norm's own derivative (also by differences).
 */
function slopeError(block: EnergyTransformerBlock, u: Float64Array): number {
  const x = block.normalise(u); // any state with variance in every token
  const v = block.update(x);
  const h = 1e-6;
  const at = (s: number): Float64Array => x.map((value, i) => value + s * v[i]);
  const slope = (block.energy(at(h)) - block.energy(at(-h))) / (2 * h);
  const [up, down] = [block.normalise(at(h)), block.normalise(at(-h))];
  const wanted = -v.reduce((sum, value, i) => sum + (value * (up[i] - down[i])) / (2 * h), 0);
  // dE/dxhat is x - u, and the neuron term keeps x . J u.
  const own = x.reduce((sum, value, i) => sum + (value * (up[i] - down[i])) / (2 * h), 0);
  return Math.abs(slope - wanted - own) / Math.abs(wanted);
}

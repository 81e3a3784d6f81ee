/**
 * `ham-zero-state`: energies of layers at rest (arXiv 2507.06211 section 3; modern-methods.md section 3.6). In the authors' sanity net (identity 7, softmax 8
 * and 9, two dense synapses) states of zeros have energies 0, -ln 8 and -ln 9: a softmax layer of n neurons at rest is spread evenly, and its
 * energy is minus the entropy of that. Below it the energy of every Lagrangian at 0, in x and through the activations.
 */
import { constant } from "../autodiff/index.ts";
import {
  dense, exp, ghostMax, HAM, identity, type Lagrangian, layer, layerNorm, leavesOf, normal, relu, repu, rexp, sigmoid, softmax, spherical, tanh,
} from "../hamux/index.ts";
import { log, seeded } from "../numeric/index.ts";
import { check, htmlTable, paragraph, result } from "../report/index.ts";
import type { Context, Experiment, Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const hamZeroState: Experiment = { name: "ham-zero-state", title: "A hierarchical memory at rest", needsData: false, run };

const EPSILON = 1e-5;

/** Each Lagrangian on 5 neurons, and what (M20) gives at x = 0. */
function atRest(): readonly (readonly [Lagrangian, number])[] {
  return [
    [identity(), 0], [relu(), 0], [repu(3), 0], [exp(2), -5 / 2], [rexp(2), -5 / 2], [tanh(2), 0], [sigmoid(2), (-5 * log(2)) / 2], [softmax(2), -log(5) / 2], [ghostMax(2), -log(6) / 2],
    [layerNorm({ gamma: 1.5 }), -5 * 1.5 * Math.sqrt(EPSILON)], [spherical({ gamma: 1.5 }), -1.5 * Math.sqrt(EPSILON)],
  ];
}

function run(context: Context): Report {
  const start = context.now();
  const rng = seeded(context.seed);
  const ham = new HAM({
    layers: { input: layer(7, identity()), labels: layer(8, softmax()), hidden: layer(9, softmax()) },
    synapses: { see: dense(normal([7, 9], rng)), name: dense(normal([9, 8], rng)) },
    connections: [[["input", "hidden"], "see"], [["hidden", "labels"], "name"]],
  });
  const tree = ham.energyTree({});
  const lone = atRest().map(([lagrangian, expected]) => {
    const one = new HAM({ layers: { x: layer(5, lagrangian) }, synapses: {}, connections: [] });
    const xhat = constant(one.activations({}).x, [1, 5]);
    return { lagrangian: lagrangian.name, energy: one.energy({}), closed: lagrangian.closedEnergy!(xhat, lagrangianParams(one)).data[0], expected };
  });
  const off = (key: "energy" | "closed"): number => Math.max(...lone.map((row) => Math.abs(row[key] - row.expected)));
  const found = result({
    experiment: hamZeroState.name, title: hamZeroState.title, seed: context.seed, seconds: context.now() - start, parameters: { quick: context.quick },
    rows: [...Object.entries(tree.layers).map(([name, energy]) => ({ part: "sanity net", layer: name, energy })), ...lone.map((row) => ({ part: "alone", ...row }))],
    checks: [
      check({ name: "energy of input, identity 7", measured: tree.layers.input, expected: 0, origin: "authors' code" }),
      check({ name: "energy of labels, softmax 8: -ln 8", measured: tree.layers.labels, expected: -log(8), tolerance: 1e-12, origin: "authors' code" }),
      check({ name: "energy of hidden, softmax 9: -ln 9", measured: tree.layers.hidden, expected: -log(9), tolerance: 1e-12, origin: "authors' code" }),
      check({ name: "largest distance from (M20) at 0, 11 Lagrangians", measured: off("energy"), expected: 0, tolerance: 1e-12, origin: "derived" }),
      check({ name: "the same through the activations", measured: off("closed"), expected: 0, tolerance: 1e-12, origin: "derived" }),
      check({ name: "leaves less energy", measured: leavesOf(tree).reduce((sum, leaf) => sum + leaf, 0) - tree.energy, expected: 0, origin: "derived" }),
    ],
  });
  return reportOf(found, {
    lead: "With all states at zero every layer has the energy of its Lagrangian alone. For softmax it is minus the logarithm of how many neurons share the activation.",
    sections: [
      { heading: "The sanity net", parts: [
        paragraph(ham.describe().split("\n").join("; ")),
        htmlTable({ columns: ["part", "energy"], rows: [...Object.entries(tree.layers), ...tree.connections.map(({ name, energy }) => [name, energy])] }),
      ] },
      { heading: "Every Lagrangian at rest", parts: [htmlTable({ columns: ["Lagrangian of 5 neurons", "energy at x = 0", "through the activations", "expected"], rows: lone.map((row) => [row.lagrangian, row.energy, row.closed, row.expected]) })] },
    ],
  });
}

/** The parameters of the one layer `x`, without its name. */
function lagrangianParams(ham: HAM): HAM["params"] {
  return Object.fromEntries(Object.entries(ham.params).map(([name, value]) => [name.slice(2), value]));
}

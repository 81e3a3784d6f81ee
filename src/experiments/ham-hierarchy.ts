/**
 * `ham-hierarchy`: a network of four layers with convolution, pooling, attention and memories in one energy, trained here to recall pictures from
 * occluded ones (arXiv 2507.06211 section 3; the network and its training: hierarchy-model.ts).
 *
 * Against: no recall (the hidden pixels at the mean picture, where every run starts), the nearest training picture over the visible pixels, and a flat
 * memory, one layer and K whole-picture memories, trained in the same way on the same masks. Error = mean squared error of the hidden pixels, in
 * [0, 1], on pictures never trained on. With --quick the slice of Fashion-MNIST that is shipped; else MNIST.
 */
import { join } from "node:path";
import { item } from "../autodiff/index.ts";
import { type EnergyTree, type HAM, leavesOf, type Run } from "../hamux/index.ts";
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { ENERGY_ROUNDING, seeded } from "../numeric/index.ts";
import { check, figure, htmlTable, lineChart, paragraph, picture, result } from "../report/index.ts";
import { loadFashion, loadMnist, rowsOf } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { completionLoss, cuesOf, flat, hierarchy, type HierarchyTraining, meanPicture, OCCLUSIONS, occlusion, PIXELS, SIDE, trainCompletion } from "./hierarchy-model.ts";
import { reportOf } from "./report-files.ts";

export const hamHierarchy: Experiment = { name: "ham-hierarchy", title: "Four layers recall what is hidden", needsData: true, run };

const FULL: HierarchyTraining = { features: 16, parts: 24, topics: 100, batch: 25, epochs: 3, rate: 1e-2, steps: 5, dt: 0.7 };
const QUICK: HierarchyTraining = { ...FULL, features: 6, parts: 8, topics: 40, batch: 20, epochs: 2, steps: 4, dt: 0.8 };
/** Pictures followed under the guard, and for how many steps. */
const FOLLOWED = 8;
const LONG = 40;
const GUARDED_DT = 0.2;

interface Data { readonly name: string; readonly train: Float32Array; readonly test: Float32Array }

function load({ quick, ...context }: Context): Data {
  if (quick) {
    const set = loadFashion();
    return { name: "Fashion-MNIST, the slice shipped", train: rowsOf(set, { to: 500 }), test: rowsOf(set, { from: 900 }) };
  }
  const dir = join(dataFolder({ quick, ...context }, hamHierarchy.name), "mnist");
  return { name: "MNIST", train: rowsOf(loadMnist(dir, "train"), { to: 10000 }), test: rowsOf(loadMnist(dir, "test"), { to: 500 }) };
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const settings = quick ? QUICK : FULL;
  const { name, train, test } = load(context);
  const b = meanPicture(train);
  const learn = (first: HAM, from: number, share: number): { ham: HAM; losses: number[] } =>
    trainCompletion(first, train, b, settings, seeded(seed).fork(1), (epoch, loss) => context.progress(`epoch ${epoch}: loss ${loss.toFixed(4)}`, from + (share * epoch) / settings.epochs));
  const deep = learn(hierarchy(settings, b, seeded(seed)), 0, 0.8);
  const plain = learn(flat(settings, b, seeded(seed)), 0.8, 0.1);
  const errorOf = (ham: HAM, kind: (typeof OCCLUSIONS)[number], steps = settings.steps): number => item(completionLoss(ham, ham.params, test, b, occlusion(kind), steps, settings.dt));
  const rows = OCCLUSIONS.map((hidden) => ({
    hidden, before: errorOf(deep.ham, hidden, 0), hierarchy: errorOf(deep.ham, hidden), flat: errorOf(plain.ham, hidden), nearest: nearestError(train, test, occlusion(hidden)),
  }));
  const over = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const [before, after, flatError, nearest] = [over((row) => row.before), over((row) => row.hierarchy), over((row) => row.flat), over((row) => row.nearest)];
  const lesions = deep.ham.graph.connections.map(([, synapse]) => ({ synapse, error: OCCLUSIONS.reduce((sum, kind) => sum + errorOf(without(deep.ham, synapse), kind), 0) / OCCLUSIONS.length }));
  const hidden = Array.from({ length: FOLLOWED }, (_, i) => occlusion(OCCLUSIONS[i % OCCLUSIONS.length]));
  const runs = hidden.map((mask, i) => deep.ham.run({ image: cuesOf(test.subarray(i * PIXELS, (i + 1) * PIXELS), b, mask) }, { free: { image: mask }, dt: GUARDED_DT, steps: LONG, tolerance: 0, trees: true }));
  const trees = runs.flatMap((one) => one.trees!);
  const leaves = Math.max(...trees.map((tree) => Math.abs(leavesOf(tree).reduce((sum, leaf) => sum + leaf, 0) - tree.energy)));
  const found = result({
    experiment: hamHierarchy.name, title: hamHierarchy.title, seed, seconds: context.now() - start,
    parameters: { quick, data: name, pictures: train.length / PIXELS, "test pictures": test.length / PIXELS, ...settings, network: deep.ham.describe(), "pictures followed": FOLLOWED },
    rows: [...rows.map((row) => ({ part: "recall", ...row })), ...lesions.map((row) => ({ part: "without", ...row })), ...deep.losses.map((loss, i) => ({ part: "training", epoch: i + 1, hierarchy: loss, flat: plain.losses[i] }))],
    checks: [
      check({ name: "error after recall, of that before", measured: after / before, expected: 0.9, relation: "at most", origin: "goal" }),
      check({ name: "the same where half the picture is hidden, worst side", measured: Math.max(...rows.map((row) => row.hierarchy / row.before)), expected: 1, relation: "at most", origin: "goal" }),
      check({ name: `steps that raise the energy under the guard, ${FOLLOWED} runs of ${LONG}`, measured: runs.reduce((sum, { raised }) => sum + raised, 0), expected: 0, relation: "equals", origin: "paper, (3.5)" }),
      check({ name: "leaves of the energy tree less the energy, largest", measured: leaves, expected: 0, relation: "equals", origin: "paper, (3.1)" }),
      check({ name: "largest increase of a recorded energy, of its leaves", measured: Math.max(...runs.map(largestRise)), expected: 0, tolerance: ENERGY_ROUNDING.f32, relation: "at most", origin: "paper, (3.5); rounding in f32" }),
      check({ name: "conditions of convergence that fail", measured: deep.ham.warnings.length, expected: 0, relation: "equals", origin: "paper, section 3" }),
    ],
  });
  const chart = treeChart(runs[0]);
  const shown = recallMosaic(test, b, hidden, runs, [deep.ham, plain.ham], settings);
  const percent = (part: number, whole: number): string => `${Math.abs(100 * (1 - part / whole)).toFixed(0)} % ${part < whole ? "below" : "above"}`;
  return reportOf(found, {
    lead: `Convolution, pooling, attention and whole-picture memories in one energy. On pictures it never saw, its error on the hidden pixels is ${percent(after, before)} that of the mean picture, ${percent(after, flatError)} that of a flat memory trained in the same way and ${percent(after, nearest)} that of the nearest training picture.`,
    files: [["energy.svg", chart], ["recall.png", shown], ["hierarchy.engram", deep.ham.toBytes()]],
    sections: [
      { heading: "Recall from occlusion", parts: [
        htmlTable({ columns: ["hidden", "mean picture", "hierarchy", "flat memory", "nearest picture"], rows: rows.map((row) => [row.hidden, ...[row.before, row.hierarchy, row.flat, row.nearest].map((one) => one.toFixed(4))]) }),
        figure(picture(shown, "Pictures, cues, and what comes back"), `Above the picture, then the cue, the state at the trained depth (${settings.steps} steps of ${settings.dt}), the state after ${LONG} guarded steps of ${GUARDED_DT}, and what the flat memory makes of the cue. The energy goes on falling past the trained depth; the pictures do not go on improving.`),
      ] },
      { heading: "What each connection is worth", parts: [
        htmlTable({ columns: ["cut after training", "error"], rows: [["nothing", after.toFixed(4)], ...lesions.map(({ synapse, error }) => [synapse, error.toFixed(4)])] }),
        paragraph(deep.ham.describe().split("\n").join("; ")),
      ] },
      { heading: "The energy tree over time", parts: [figure(chart, "Every leaf of the tree for one cue: layers and connections. Leaves may rise; their sum may not.")] },
    ],
  });
}

/** The same network with one synapse's weights at zero. */
function without(ham: HAM, synapse: string): HAM {
  return ham.withParameters(Object.fromEntries(Object.entries(ham.parameters).filter(([name]) => name.startsWith(`${synapse}.`) && !name.endsWith("beta")).map(([name, { shape, data }]) => [name, { shape, data: data.map(() => 0) }])));
}

/** Of one step, as a share of the leaves' magnitudes there: what rounding moves is a share of them, not of their sum. */
function largestRise({ energies, trees }: Run): number {
  const size = (tree: EnergyTree): number => leavesOf(tree).reduce((sum, leaf) => sum + Math.abs(leaf), 0);
  return Math.max(...Array.from(energies.subarray(1), (energy, i) => (energy - energies[i]) / size(trees![i + 1])));
}

function nearestError(train: Float32Array, test: Float32Array, hidden: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < test.length; i += PIXELS) {
    let [best, least] = [0, Infinity];
    for (let j = 0; j < train.length; j += PIXELS) {
      let distance = 0;
      for (let k = 0; k < PIXELS && distance < least; k++) if (hidden[k] === 0) distance += (test[i + k] - train[j + k]) ** 2;
      if (distance < least) [best, least] = [j, distance];
    }
    for (let k = 0; k < PIXELS; k++) if (hidden[k] === 1) [sum, count] = [sum + (test[i + k] - train[best + k]) ** 2, count + 1];
  }
  return sum / count;
}

function treeChart({ trees }: Run): string {
  const x = trees!.map((_, step) => step);
  const [{ layers, connections }] = trees!;
  return lineChart({
    title: "Energy tree over the steps", xLabel: "step", yLabel: "energy",
    series: [
      { name: "energy", x, y: trees!.map(({ energy }) => energy) },
      ...Object.keys(layers).map((name) => ({ name, x, y: trees!.map((tree) => tree.layers[name]), dashed: true })),
      ...connections.map(({ name }, c) => ({ name, x, y: trees!.map((tree) => tree.connections[c].energy) })),
    ],
  });
}

function recallMosaic(test: Float32Array, b: Float32Array, hidden: readonly Uint8Array[], runs: readonly Run[], [deep, plain]: readonly [HAM, HAM], { steps, dt }: HierarchyTraining): Uint8Array {
  const show = (data: ArrayLike<number>, alpha?: Float32Array): Image => image(SIDE, SIDE, 1, Float32Array.from(data, (value) => Math.min(1, Math.max(0, value))), alpha);
  const of = (i: number): Float32Array => test.subarray(i * PIXELS, (i + 1) * PIXELS);
  const trained = (ham: HAM): Run[] => hidden.map((mask, i) => ham.run({ image: cuesOf(of(i), b, mask) }, { free: { image: mask }, dt, steps, tolerance: 0, guard: false }));
  const rows = [
    hidden.map((_, i) => show(of(i))), hidden.map((mask, i) => show(of(i), Float32Array.from(mask, (bit) => 1 - bit))),
    ...[trained(deep), runs, trained(plain)].map((some) => some.map(({ states }) => show(states.image))),
  ];
  return encodePng(mosaic(rows.flat(), { columns: hidden.length, rowLabels: ["picture", "cue", "hierarchy", "long", "flat"], scale: 3, gap: 6, margin: 12 }));
}

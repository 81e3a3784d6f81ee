/**
 * `ham-denoise`: a hierarchical memory trained to take noise off pictures in one step (arXiv 2507.06211; modern-methods.md section 3.6; the model is in
 * ham-training.ts). Published test loss 7.28e-4 after 10 epochs on MNIST; goal here 8.0e-4. Baselines: black, the normalised cue, the mean
 * picture, and the training picture nearest to the cue.
 *
 * Everything runs here: weights are trained in TypeScript, in f32, by gradients through the step. With --quick: Fashion-MNIST as shipped (800
 * pictures to train on, 200 to test), fewer memories, softer targets.
 */
import { join } from "node:path";
import type { HAM } from "../hamux/index.ts";
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { Rows } from "../kernels/index.ts";
import { argmax, seeded } from "../numeric/index.ts";
import { type Check, check, figure, htmlTable, lineChart, paragraph, picture, result } from "../report/index.ts";
import { loadFashion, loadMnist, rowsOf } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { denoise, denoisingLoss, type Denoising, noisy, PUBLISHED, trainDenoiser, unitRows } from "./ham-training.ts";
import { reportOf } from "./report-files.ts";

export const hamDenoise: Experiment = { name: "ham-denoise", title: "A hierarchical memory that takes off noise", needsData: true, run };

const SIDE = 28;
const SHOWN = 8;
/** Cues for the guard and for the nearest picture: enough to compare, few enough to wait for. */
const GUARDED = 20;
const NEAREST = 1000;

const QUICK: Denoising = { ...PUBLISHED, memories: 100, epochs: 6, batch: 50 };

interface Data { readonly name: string; readonly train: Float32Array; readonly test: Float32Array }

function load(context: Context): Data {
  if (context.quick) {
    const set = loadFashion();
    return { name: "Fashion-MNIST, the slice shipped", train: rowsOf(set, { to: 800 }), test: rowsOf(set, { from: 800 }) };
  }
  const dir = join(dataFolder(context, hamDenoise.name), "mnist");
  return { name: "MNIST", train: rowsOf(loadMnist(dir, "train")), test: rowsOf(loadMnist(dir, "test")) };
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const settings = quick ? QUICK : PUBLISHED;
  const { dim } = settings;
  const data = load(context);
  const [train, test] = [data.train, data.test].map((rows) => unitRows(rows, dim));
  const cues = noisy(test, settings.noise, seeded(seed).fork(1));
  const curve: { epoch: number; training: number; test: number }[] = [];
  const { ham } = trainDenoiser(train, settings, seeded(seed), (epoch, trained, training) => {
    curve.push({ epoch, training, test: denoisingLoss(trained, test, cues) });
    context.progress(`epoch ${epoch}: test loss ${curve[epoch - 1].test.toExponential(3)}`, epoch / (settings.epochs + 1));
  });
  const loss = curve[curve.length - 1].test;
  const controls = baselines(train, test, cues, dim);
  const guarded = ham.runMany(Array.from({ length: GUARDED }, (_, i) => ({ image: cues.subarray(i * dim, (i + 1) * dim) })), { dt: 0.5, steps: 100 });
  const raised = guarded.reduce((sum, one) => sum + one.raised, 0);
  const found = result({
    experiment: hamDenoise.name, title: hamDenoise.title, seed, seconds: context.now() - start,
    parameters: { quick, data: data.name, pictures: train.length / dim, "test pictures": test.length / dim, ...settings, precision: ham.precision },
    rows: [...curve.map((row) => ({ part: "training", ...row })), ...controls.map((row) => ({ part: "baseline", ...row }))],
    checks: [
      ...goals(quick, loss, curve[0].test),
      ...controls.map(({ name, loss: other }) => check({ name: `test loss less ${name}`, measured: loss - other, expected: 0, relation: "at most", origin: "baseline" })),
      check({ name: `steps that raise the energy under the guard, ${GUARDED} cues`, measured: raised, expected: 0, relation: "equals", origin: "paper, (3.5)" }),
    ],
  });
  const memories = memoryMosaic(ham);
  const shown = cueMosaic(ham, test, cues);
  const chart = lineChart({
    title: "Test loss over training", xLabel: "epoch", yLabel: "mean squared error", xTicks: curve.map(({ epoch }) => epoch),
    series: [
      { name: "test", x: curve.map(({ epoch }) => epoch), y: curve.map((row) => row.test) },
      { name: "training", x: curve.map(({ epoch }) => epoch), y: curve.map(({ training }) => training), dashed: true },
    ],
    references: quick ? [] : [{ y: 7.28e-4, label: "published" }, { y: 8e-4, label: "goal" }],
  });
  return reportOf(found, {
    lead: "One layer of neurons and one hypersynapse. What the network has learned are its memories: a noisy picture becomes a mixture of the few that it resembles.",
    files: [["loss.svg", chart], ["memories.png", memories], ["cues.png", shown], ["denoiser.engram", ham.toBytes()]],
    sections: [
      { heading: "Training", parts: [
        figure(chart, `${settings.memories} memories, batches of ${settings.batch}, Adam ${settings.rate}. Pictures have length 1, the noise a standard deviation of ${settings.noise} per pixel.`),
        htmlTable({ columns: ["what comes back", "test loss"], rows: [["the memory, trained", loss.toExponential(3)], ...controls.map(({ name, loss: other }) => [name, other.toExponential(3)])] }),
        paragraph(`The nearest training picture is from ${Math.min(NEAREST, test.length / dim)} cues, the rest from all test pictures.`),
      ] },
      { heading: "Cues and what they become", parts: [figure(picture(shown, "Rows: the picture, the cue, what came back"), "Above the picture, between the cue, below what came back in one step.")] },
      { heading: "The memories", parts: [figure(picture(memories, "The columns of W as pictures"), "Columns of W, each scaled to its own range.")] },
    ],
  });
}

/** Only the full run meets the published protocol; a quick one must at least learn. */
function goals(quick: boolean, loss: number, first: number): Check[] {
  if (quick) return [check({ name: "test loss less that of the first epoch", measured: loss - first, expected: 0, relation: "at most", origin: "goal" })];
  return [check({ name: "test loss after 10 epochs", measured: loss, expected: 8e-4, relation: "at most", origin: "goal (published by the authors' notebook: 7.28e-4)" })];
}

function baselines(train: Float32Array, test: Float32Array, cues: Float32Array, dim: number): { name: string; loss: number }[] {
  const against = (out: Float32Array, count = test.length): number => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += (out[k] - test[k]) ** 2;
    return sum / count;
  };
  const sums = new Float64Array(dim);
  for (let at = 0; at < train.length; at++) sums[at % dim] += train[at];
  const middle = unitRows(Float32Array.from(sums, (value) => value / (train.length / dim)), dim);
  const n = Math.min(NEAREST, test.length / dim);
  const rows = new Rows(dim);
  rows.append(train);
  const nearest = new Float32Array(n * dim);
  const scores = rows.scores("dot", cues.subarray(0, n * dim)); // all pictures have length 1: the nearest has the largest overlap
  for (let i = 0; i < n; i++) {
    const best = argmax(scores.subarray(i * rows.count, (i + 1) * rows.count));
    nearest.set(train.subarray(best * dim, (best + 1) * dim), i * dim);
  }
  rows.dispose();
  return [
    { name: "black", loss: against(new Float32Array(test.length)) }, { name: "the cue, normalised", loss: against(unitRows(cues, dim)) },
    { name: "the mean picture", loss: against(test.map((_, k) => middle[k % dim])) }, { name: "the nearest training picture", loss: against(nearest, n * dim) },
  ];
}

/** Values of one picture, stretched to 0..1. */
function stretched(values: ArrayLike<number>): Image {
  let [low, high] = [Infinity, -Infinity];
  for (let k = 0; k < values.length; k++) [low, high] = [Math.min(low, values[k]), Math.max(high, values[k])];
  return image(SIDE, SIDE, 1, Float32Array.from(values, (value) => (high > low ? (value - low) / (high - low) : 0)));
}

function memoryMosaic(ham: HAM): Uint8Array {
  const { shape: [D, K], data } = ham.parameters["memory.W"];
  const columns = Math.ceil(Math.sqrt(K));
  return encodePng(mosaic(Array.from({ length: K }, (_, mu) => stretched(Float32Array.from({ length: D }, (__, i) => data[i * K + mu]))), { columns, gap: 1, margin: 4 }));
}

function cueMosaic(ham: HAM, test: Float32Array, cues: Float32Array): Uint8Array {
  const dim = SIDE * SIDE;
  const out = denoise(ham, cues.subarray(0, SHOWN * dim)).data;
  const rows = [test, cues, out].flatMap((from) => Array.from({ length: SHOWN }, (_, i) => stretched(from.subarray(i * dim, (i + 1) * dim))));
  return encodePng(mosaic(rows, { columns: SHOWN, rowLabels: ["original", "cue", "one step"], scale: 3, gap: 6, margin: 12 }));
}

/**
 * `et-completion`: half of a picture's patches are hidden, the Energy Transformer fills them in by going downhill (arXiv 2302.07253; 2507.06211
 * section 3.5; modern-methods.md section 4.3). Measured against ways that learn nothing or only store (completion-baselines.ts), on pictures that
 * the training of the shipped weights never saw.
 *
 * masked MSE = mean over the hidden pixel values of (completed - picture)^2, pixels in [0, 1]. Full run: CIFAR-10 test pictures, all 50,000 training
 * pictures as memories. With --quick: emoji, which the weights were not trained for; there the page shows what the model does out of its domain.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors } from "../formats/index.ts";
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { EngramError, type Rng, seeded } from "../numeric/index.ts";
import { check, figure, htmlTable, lineChart, paragraph, picture, result } from "../report/index.ts";
import { fromPatches, type ImageEnergyTransformer, patchCounts, readCheckpoint } from "../transformer/index.ts";
import { BETAS, harmonicFill, inserted, meanFill, memoryFills } from "./completion-baselines.ts";
import { descend, type Descent } from "./completion-descent.ts";
import { type LabelledImages, loadCifar10, loadEmoji, packageRoot, rowsOf } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";

export const etCompletion: Experiment = { name: "et-completion", title: "Half the patches hidden", needsData: true, run };

export const GEOMETRY = { channels: 3, height: 32, width: 32, patch: 4 } as const;
/** Of CIFAR-10: what the recipe normalises with. */
export const PIXELS_OF_CIFAR = { mean: [0.4914, 0.4822, 0.4465], sd: [0.247, 0.2435, 0.2616] } as const;
const SHOWN = 8;

/** A model of 32 x 32 pictures with the depth it was trained at. */
export interface TrainedTransformer { readonly model: ImageEnergyTransformer; readonly steps: number; readonly alpha: number }

/** The weights of the package. @throws EngramError where the file is missing */
export function shippedTransformer(): TrainedTransformer {
  return readTransformer(join(packageRoot(), "fixtures", "weights", "energy-transformer.safetensors"));
}

/** Weights written by training/energy-transformer.py. @throws EngramError where the file is missing or says no depth */
export function readTransformer(file: string): TrainedTransformer {
  if (!existsSync(file)) throw new EngramError("et-completion", file, "no such file", "Install the package with its weights.");
  const bytes = readFileSync(file);
  const { steps, alpha } = readSafetensors(bytes, file).metadata;
  if (!(Number(steps) > 0 && Number(alpha) > 0)) throw new EngramError(file, "metadata steps and alpha", `${steps}, ${alpha}`, "Export the weights with the recipe in training/.");
  return { model: readCheckpoint(bytes, { geometry: GEOMETRY, ...PIXELS_OF_CIFAR }, file), steps: Number(steps), alpha: Number(alpha) };
}

interface Data { readonly name: string; readonly stored: LabelledImages; readonly pictures: Float32Array[] }

function load(context: Context): Data {
  const dim = 3072;
  const cut = (rows: Float32Array): Float32Array[] => Array.from({ length: rows.length / dim }, (_, i) => rows.subarray(i * dim, (i + 1) * dim));
  if (context.quick) {
    const { rows } = loadEmoji();
    const held = 16;
    const bytes = Uint8Array.from(rows.subarray(held * dim), (value) => Math.round(255 * value));
    return { name: "emoji", stored: { count: bytes.length / dim, shape: [3, 32, 32], bytes, labels: new Uint8Array(bytes.length / dim), names: [] }, pictures: cut(rows.subarray(0, held * dim)) };
  }
  const path = join(dataFolder(context, etCompletion.name), "cifar-10-binary.tar.gz");
  return { name: "CIFAR-10", stored: loadCifar10(path, "train"), pictures: cut(rowsOf(loadCifar10(path, "test"), { to: 300 })) };
}

/** Half of the N patches, drawn anew for every picture. */
function halfHidden(N: number, rng: Rng): Uint8Array {
  const hidden = Uint8Array.from({ length: N }, (_, i) => (i < N / 2 ? 1 : 0));
  rng.shuffle(hidden);
  return hidden;
}

/** The pixel values a patch mask hides. */
function pixelsOf(hidden: Uint8Array): Uint8Array {
  const { P } = patchCounts(GEOMETRY);
  return Uint8Array.from(fromPatches(Float64Array.from({ length: hidden.length * P }, (_, i) => hidden[Math.floor(i / P)]), GEOMETRY).data);
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const { model, steps, alpha } = shippedTransformer();
  const { name, stored, pictures } = load(context);
  const { N } = patchCounts(GEOMETRY);
  const patches = pictures.map((_, i) => halfHidden(N, seeded(seed).fork(i)));
  const hidden = patches.map(pixelsOf);
  const mse = (fills: readonly Float32Array[]): number => {
    let [sum, count] = [0, 0];
    fills.forEach((fill, i) => fill.forEach((value, k) => {
      if (hidden[i][k] === 1) [sum, count] = [sum + (value - pictures[i][k]) ** 2, count + 1];
    }));
    return sum / count;
  };
  const deep = 8 * steps;
  const followed = quick ? 8 : 100;
  const descent = descend(model, pictures, patches, { steps, alpha, deep, followed }, (part) => context.progress("Energy Transformer", 0.4 * part));
  const transformer = descent.completed.map((fill, i) => inserted(pictures[i], fill, hidden[i]));
  const memory = memoryFills(stored, pictures, hidden, (i) => context.progress("pixel memories", 0.4 + (0.6 * i) / pictures.length));
  const blends = BETAS.map((beta, b) => ({ beta, fills: memory.map(({ softmax }) => softmax[b]) })).map((one) => ({ ...one, mse: mse(one.fills) }));
  const blend = blends.reduce((best, one) => (one.mse < best.mse ? one : best));
  const ways = [
    { way: "Energy Transformer", fills: transformer }, { way: "mean of the visible", fills: pictures.map((x, i) => meanFill(x, hidden[i], 3)) },
    { way: "nearest stored picture", fills: memory.map(({ nearest }) => nearest) }, { way: "pixel memory", fills: blend.fills },
    { way: "harmonic interpolation", fills: pictures.map((x, i) => harmonicFill(x, hidden[i], [3, 32, 32])) },
  ].map((one) => ({ ...one, mse: mse(one.fills) }));
  const [et, middle, nearest, pixel, harmonic] = ways.map((one) => one.mse);
  const bestMemory = Math.min(middle, nearest, pixel);
  const below = (part: number, whole: number): string => `${Math.abs(100 * (1 - part / whole)).toFixed(0)} % ${part < whole ? "below" : "above"}`;
  const found = result({
    experiment: etCompletion.name, title: etCompletion.title, seed, seconds: context.now() - start,
    parameters: { quick, data: name, pictures: pictures.length, memories: stored.count, steps, alpha, "beta of the pixel memory": blend.beta, "pictures followed": followed },
    rows: [...ways.map(({ way, mse: error }) => ({ part: "completion", way, mse: error })), ...descent.shown.map((step) => ({ part: "steps", ...descent.curve[step] }))],
    checks: [
      // Only the photographs are what the weights were trained for.
      ...(quick ? [] : [check({ name: "masked MSE against the best memory baseline", measured: et / bestMemory, expected: 0.75, relation: "at most", origin: "goal: 25 % below" })]),
      check({ name: "steps of the guarded descent that raise the energy", measured: descent.raised, expected: 0, relation: "equals", origin: "paper, (3.21)" }),
      check({ name: "energy after all steps less energy at the start", measured: descent.curve[deep].energy - descent.curve[0].energy, expected: 0, relation: "at most", origin: "paper, (3.21)" }),
      check({ name: "masked MSE after the trained steps less that at the start", measured: descent.curve[steps].mse - descent.curve[0].mse, expected: 0, relation: "at most", origin: "derived: the steps are what fills in" }),
    ],
  });
  const table = ways.map(({ way, mse: error }) => [way, error.toFixed(5), way === "Energy Transformer" ? "" : below(et, error)]);
  const chart = chartOf(descent, steps);
  const shown = pictureOf(pictures, hidden, ways.map(({ fills }) => fills));
  const film = filmOf(pictures, hidden, descent);
  return reportOf(found, {
    lead: `${pictures.length} pictures (${name}), half of the 64 patches of each hidden. The transformer's error is ${below(et, bestMemory)} that of the best memory of pixels and ${below(et, harmonic)} that of harmonic interpolation.`,
    files: [["steps.svg", chart], ["completions.png", shown], ["film.png", film]],
    sections: [
      { heading: "Who fills in best", parts: [
        htmlTable({ columns: ["filled in by", "masked MSE", "the transformer is"], rows: table }),
        paragraph(`The pixel memory is reported at the beta that serves it best here (${blend.beta}, of ${BETAS.join(", ")}). Nearest picture and pixel memory know ${stored.count} pictures.`),
        figure(picture(shown, "Rows of pictures and their completions"), "Above the pictures and the cues; below what each way makes of them."),
      ] },
      { heading: "Over the steps, and past the trained depth", parts: [
        figure(chart, `Trained at ${steps} steps of ${alpha}; mean of ${followed} pictures. The energy goes on falling, the pictures do not go on improving: the trained depth is where they are read out.`),
        figure(picture(film, "Completions after 0, 1, 2 ... steps"), `Steps ${descent.shown.join(", ")}.`),
      ] },
    ],
  });
}

function chartOf({ curve }: Descent, steps: number): string {
  const x = curve.map(({ step }) => step);
  const scaled = (of: (row: Descent["curve"][number]) => number): number[] => {
    const values = curve.map(of);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return values.map((value) => (value - low) / (high - low || 1));
  };
  return lineChart({
    title: `Energy and error over the steps (trained at ${steps})`, xLabel: "step", yLabel: "share of its range",
    series: [{ name: "energy", x, y: scaled(({ energy }) => energy) }, { name: "masked MSE", x, y: scaled(({ mse }) => mse) }],
  });
}

const show = (data: Float32Array): Image => image(32, 32, 3, data.map((value) => Math.min(1, Math.max(0, value))));

/** The cue with its hidden pixels transparent. */
function cueOf(x: Float32Array, hidden: Uint8Array): Image {
  const alpha = Float32Array.from({ length: 32 * 32 }, (_, i) => 1 - hidden[i]);
  return image(32, 32, 3, x, alpha);
}

function pictureOf(pictures: readonly Float32Array[], hidden: readonly Uint8Array[], fills: readonly (readonly Float32Array[])[]): Uint8Array {
  const columns = Math.min(SHOWN, pictures.length);
  const first = Array.from({ length: columns }, (_, i) => i);
  const rows = [first.map((i) => show(pictures[i])), first.map((i) => cueOf(pictures[i], hidden[i])), ...fills.map((fill) => first.map((i) => show(fill[i])))];
  return encodePng(mosaic(rows.flat(), { columns, rowLabels: ["picture", "cue", "ET", "mean", "nearest", "memory", "harmonic"], scale: 3, gap: 6, margin: 12 }));
}

function filmOf(pictures: readonly Float32Array[], hidden: readonly Uint8Array[], { frames, shown }: Descent): Uint8Array {
  const rows = frames.map((row, i) => [cueOf(pictures[i], hidden[i]), ...row.map((fill) => show(inserted(pictures[i], fill, hidden[i]))), show(pictures[i])]);
  return encodePng(mosaic(rows.flat(), { columns: shown.length + 2, columnLabels: ["cue", ...shown.map(String), "truth"], scale: 3, gap: 6, margin: 12 }));
}

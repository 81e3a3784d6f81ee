/**
 * `fully-semantic`: memories that keep codes only and paint what they recall (arXiv 2402.10814, its proof of concept on MNIST; section 14, item 9 of
 * semantic-memory.md): index-exact recall among codes, class of the painted picture, its error, and bytes, against a memory of pixels. The shipped
 * autoencoders are denoising ones (S14). Photographs, also in the latents of TAEF2 (--weights): fully-semantic-colour.ts.
 */
import { join } from "node:path";
import { clippedGaussian, foldedGaussian, image, type Corruption } from "../images/index.ts";
import { EngramError, seeded } from "../numeric/index.ts";
import { check, type Check, result } from "../report/index.ts";
import { FullySemanticMemory, networkMap } from "../semantic/index.ts";
import { duplicateGroups, indexExact, UniversalMemory } from "../universal/index.ts";
import { type LabelledImages, loadFashion, loadMnist, rowsOf } from "./data.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { colourChecks, colourPart } from "./fully-semantic-colour.ts";
import { fullyPicture, fullyReport } from "./fully-semantic-page.ts";
import { shippedWeights, weightsBytes } from "./semantic-phi.ts";
import { mean } from "./uhn-sweep.ts";

export const fullySemantic: Experiment = {
  name: "fully-semantic", title: "Memories that paint what they recall", needsData: true, run: (context) => run(context),
};

/** One set with the autoencoders for it. */
export interface Painted {
  readonly name: string;
  readonly memories: Float32Array;
  readonly labels: Uint8Array;
  /** Labelled pictures that are not stored: they say which class a painted one is (1-NN). */
  readonly judge: { readonly rows: Float32Array; readonly labels: Uint8Array };
  /** File names of the shipped weights. */
  readonly weights: readonly string[];
}

export interface FullyRow {
  readonly set: string;
  readonly memory: string;
  readonly N: number;
  readonly damage: string;
  readonly exact: number;
  /** Share of painted pictures whose class is that of the stored one; 1-NN in pixels. */
  readonly classAgree: number;
  /** Mean squared error per pixel to the stored picture. */
  readonly mse: number;
  /** Of what is stored, without the networks. */
  readonly bytes: number;
}

const SIGMAS = [0, 0.1, 0.3, 0.5, 1];
export const NOISES: readonly { readonly name: string; readonly corruption: Corruption }[] = [
  { name: "clean", corruption: (picture) => picture },
  ...SIGMAS.slice(1).map((sigma) => ({ name: `noise ${sigma}, folded (C1)`, corruption: foldedGaussian(sigma) })),
  ...SIGMAS.slice(1).map((sigma) => ({ name: `noise ${sigma}, clipped (C2)`, corruption: clippedGaussian(sigma) })),
];
const D = 784;

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  const sets = paintedSets(context);
  for (const { name, weights } of sets) if (weights.length === 0) throw new EngramError(fullySemantic.name, `weights of an autoencoder of ${name} in fixtures/weights`, "none", "The published package carries only the default encoder; run it in a clone.");
  const sizes = quick ? [10, 100] : [10, 100, 1000];
  const noises = quick ? NOISES.filter(({ name }) => !/ (0\.1|1),/.test(name)) : NOISES;
  const rows = sets.flatMap((set, s) => sweep(set, sizes, noises, seed, (message, part) => context.progress(`${set.name}: ${message}`, (0.7 * (s + part)) / sets.length)));
  const colour = colourPart(context, fullySemantic.name, 0.7);
  const storage = sets.flatMap(({ name, weights }) => weights.map((file) => {
    const memory = memoryOf(file);
    memory.store([new Float64Array(D)]);
    const { breakEven, breakEvenWithEncoder } = memory.storage;
    const e = memory.featureDim;
    memory.dispose();
    return { set: name, weights: file, e, breakEven: Math.ceil(breakEven), breakEvenWithEncoder: Math.ceil(breakEvenWithEncoder) };
  }));
  const png = fullyPicture(sets.map((set) => ({ set, memory: filled(memoryOf(set.weights[0]), set.memories, 100) })), seed);
  const found = result({
    experiment: fullySemantic.name, title: fullySemantic.title, seed, seconds: context.now() - start, parameters: { quick, sets: sets.map(({ name }) => name), N: sizes, similarity: "L2", separation: "softmax, beta by (U11)", storage },
    rows: [...rows, ...colour.rows].map((row) => ({ ...row })), checks: [...checksOf(rows), ...colourChecks(colour.rows)],
  });
  return fullyReport(found, rows, colour, storage, png);
}

function memoryOf(file: string): FullySemanticMemory {
  const bytes = weightsBytes(file);
  return new FullySemanticMemory({ encoder: networkMap("mlp-encoder", bytes), decoder: networkMap("mlp-decoder", bytes), similarity: "negL2" });
}

function filled(memory: FullySemanticMemory, rows: Float32Array, N: number): FullySemanticMemory {
  memory.store({ rows: N, dim: D, data: rows.subarray(0, N * D) });
  return memory;
}

function paintedSets(context: Context): Painted[] {
  const files = shippedWeights();
  const of = (prefix: string): string[] => files.filter((file) => file.startsWith(prefix));
  const garments = loadFashion();
  const stored = context.quick ? 300 : 500;
  const fashion = { name: "Fashion-MNIST", ...cut(garments, 0, stored), judge: pick(garments, stored, garments.count), weights: of("autoencoder-fashion-mnist-") };
  if (context.quick) return [fashion];
  const folder = join(dataFolder(context, fullySemantic.name), "mnist");
  const digits = loadMnist(folder, "test");
  // the judges are training images that no memory and no noise has touched
  return [{ name: "MNIST", ...cut(digits, 0, 1000), judge: pick(loadMnist(folder, "train"), 0, 10000), weights: of("autoencoder-mnist-") }, fashion];
}

function pick(set: LabelledImages, from: number, to: number): { rows: Float32Array; labels: Uint8Array } {
  return { rows: rowsOf(set, { from, to }), labels: set.labels.slice(from, to) };
}

function cut(set: LabelledImages, from: number, to: number): { memories: Float32Array; labels: Uint8Array } {
  const { rows, labels } = pick(set, from, to);
  return { memories: rows, labels };
}

/** Each memory at each N: all disjoint blocks of N. */
function sweep({ name, memories, labels, judge, weights }: Painted, sizes: readonly number[], noises: typeof NOISES, seed: number, progress: (message: string, part: number) => void): FullyRow[] {
  const count = memories.length / D;
  const judges = new UniversalMemory({ similarity: "negSqL2", separation: "max" });
  judges.store({ rows: judge.labels.length, dim: D, data: judge.rows });
  const groups = duplicateGroups(memories, D);
  const rows: FullyRow[] = [];
  noises.forEach(({ name: damage, corruption }, k) => {
    const cues = new Float32Array(memories.length);
    const rng = seeded(seed).fork(k);
    for (let i = 0; i < count; i++) cues.set(corruption(image(28, 28, 1, memories.slice(i * D, (i + 1) * D)), rng.fork(i)).data, i * D);
    [...weights, "pixels"].forEach((kind, j) => {
      progress(`${damage}, ${kind}`, (k + j / (weights.length + 1)) / noises.length);
      for (const N of sizes.filter((size) => size <= count)) {
        const blocks = Array.from({ length: Math.min(10, Math.floor(count / N)) }, (_, b): Omit<FullyRow, "set" | "memory" | "N" | "damage"> => {
          const memory = kind === "pixels" ? new UniversalMemory({ similarity: "negL2" }) : memoryOf(kind);
          const part = (from: Float32Array): { rows: number; dim: number; data: Float32Array } => ({ rows: N, dim: D, data: from.subarray(b * N * D, (b + 1) * N * D) });
          memory.store(part(memories));
          const found = memory.recallMany(part(cues));
          const classes = judges.indices(found.map(({ state }) => state));
          const errors = found.map(({ state }, n) => state.reduce((sum, x, i) => sum + (x - memories[(b * N + n) * D + i]) ** 2, 0) / D);
          const bytes = memory instanceof UniversalMemory ? 4 * N * D : memory.storage.embeddings;
          memory.dispose();
          return {
            exact: found.filter(({ index }, n) => indexExact(b * N + index, b * N + n, groups)).length / N, mse: mean(errors), bytes,
            classAgree: found.filter((_, n) => judge.labels[classes[n]] === labels[b * N + n]).length / N,
          };
        });
        const all = (key: keyof (typeof blocks)[number]): number => mean(blocks.map((block) => block[key]));
        rows.push({ set: name, memory: kind, N, damage, exact: all("exact"), classAgree: all("classAgree"), mse: all("mse"), bytes: all("bytes") });
      }
    });
  });
  judges.dispose();
  return rows;
}

/** Clean codes find themselves; what noise breaks first is the index, not the class (section 13: "index accuracy falls well before class agreement"). */
function checksOf(rows: readonly FullyRow[]): Check[] {
  const codes = rows.filter(({ memory }) => memory !== "pixels");
  const noisy = codes.filter(({ damage, N }) => N === 100 && damage.startsWith("noise 0.5"));
  return [
    check({ name: "clean cues find their code, least share", measured: Math.min(...codes.filter(({ damage }) => damage === "clean").map(({ exact }) => exact)), expected: 1, relation: "at least", origin: "derived (clean gate)" }),
    check({ name: "noise .5: class of the painted picture less index, least over sets and noises", measured: Math.min(...noisy.map(({ classAgree, exact }) => classAgree - exact)), expected: 0, tolerance: 0.1, relation: "at least", origin: "independent re-run (direction)" }),
  ];
}

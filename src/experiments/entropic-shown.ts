/**
 * What the experiments with pictures of the CIFAR-10 memory share (arXiv 2405.12500; entropic-memory.md section 7, experiments 2 to 6): recalls with their
 * latents, how sure the classifier is of them, the ten displayed cues, and features in which pictures are compared.
 *
 * Displayed cues: one of each class, one a fold, the index-th of those test cues of a class that the classifier gets right, with the authors' class and
 * index (modulo how many there are). Our copy of CIFAR-10 has another order of records, and with fewer folds they come from the folds there are: they are
 * ten such pictures, not the authors' ten.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Encoder } from "../encoders/index.ts";
import { encodePng, image, type Image, mosaic } from "../images/index.ts";
import { softmax } from "../kernels/index.ts";
import { type Damage, type Fold, likeliest, type Protocol } from "./entropic-fold.ts";
import { type AnswerOptions, answersOf, type Memory, REJECTED } from "./entropic-scores.ts";

export interface Recalls {
  /** Q classes, REJECTED where the cue was. */
  readonly classes: Uint8Array;
  /** Q rows of n: what was recalled; zeros where rejected. */
  readonly zhat: Float32Array;
  /** Q: softmax of the classifier for the class it says; NaN where rejected. */
  readonly confidence: Float64Array;
}

/** `answersOf` with the latents. */
export function recallsOf(fold: Fold, memory: Memory, z: Float32Array, how: AnswerOptions = {}): Recalls {
  const { n } = fold;
  const [kept, sure]: [Float32Array[], number[]] = [[], []];
  const classify = (zhat: Float32Array): Uint8Array => {
    kept.push(zhat);
    const { classes, confidence } = judged(fold, zhat);
    for (const one of confidence) sure.push(one);
    return classes;
  };
  const { classes } = answersOf(fold, memory, z, { ...how, classify });
  const zhat = new Float32Array(z.length);
  const confidence = new Float64Array(classes.length).fill(NaN);
  let [piece, row, at] = [0, 0, 0];
  classes.forEach((label, c) => {
    if (label === REJECTED) return;
    if (row * n === kept[piece].length) [piece, row] = [piece + 1, 0];
    zhat.set(kept[piece].subarray(row * n, (row + 1) * n), c * n);
    confidence[c] = sure[at++];
    row++;
  });
  return { classes, zhat, confidence };
}

/** The class of each latent, the first on ties, and the softmax of its score. */
export function judged(fold: Fold, zhat: Float32Array): { classes: Uint8Array; confidence: Float64Array } {
  const Q = zhat.length / fold.n;
  const scores = fold.networks.scores(zhat);
  const width = Q === 0 ? 0 : scores.length / Q;
  const classes = likeliest(scores, Q);
  const confidence = Float64Array.from(classes, (label, c) => softmax(Float64Array.from(scores.subarray(c * width, (c + 1) * width)))[label]);
  return { classes, confidence };
}

/** The authors' (class, index), for folds 0 to 9. */
const DISPLAYED: readonly (readonly [number, number])[] = [[5, 17], [1, 5], [3, 186], [4, 6], [2, 191], [8, 131], [9, 118], [7, 248], [0, 110], [6, 65]];

/** Places in the test corpus of the displayed cues that this fold shows. @param part which of `parts` folds it is @param among only these first cues */
export function displayedPlaces(fold: Fold, part: number, parts: number, among: number = fold.records.sizes.test): number[] {
  const labels = fold.labels("test");
  const said = fold.classify(fold.latents("test"));
  return DISPLAYED.flatMap(([label, index], k) => {
    if (k % parts !== part) return [];
    const right = [...labels.keys()].filter((c) => c < among && labels[c] === label && said[c] === label);
    return right.length === 0 ? [] : [right[index % right.length]];
  });
}

/** Rows of C x H W numbers as pictures. */
export function imagesOf(fold: Fold, rows: Float32Array): Image[] {
  const [C, H, W] = fold.records.set.shape;
  return Array.from({ length: rows.length / (C * H * W) }, (_, k) => image(W, H, C, rows.slice(k * C * H * W, (k + 1) * C * H * W).map((x) => Math.min(1, Math.max(0, x)))));
}

/** The pictures of some cues, and of latents by the decoder. */
export function cuePictures(fold: Fold, places: ArrayLike<number>, damage: Damage = "clean"): Image[] {
  return imagesOf(fold, fold.pictures("test", places, damage));
}
export function decoded(fold: Fold, latents: Float32Array): Image[] {
  return imagesOf(fold, fold.networks.decode(latents));
}

/** Rows of pictures as a PNG; undefined is rejected: black, as in the paper. */
export function strips(rows: readonly (readonly (Image | undefined)[])[], columnLabels: readonly string[], rowLabels: readonly string[]): Uint8Array {
  const given = rows.flat().find((one) => one !== undefined)!;
  const black = image(given.width, given.height, 1, new Float32Array(given.width * given.height));
  return encodePng(mosaic(rows.flatMap((row) => row.map((one) => one ?? black)), { columns: columnLabels.length, columnLabels, rowLabels, scale: Math.max(1, Math.floor(72 / given.width)), gap: 5, margin: 12 }));
}

/** Features in which sets of pictures are compared. */
export interface Judge {
  readonly name: string;
  readonly e: number;
  features(pictures: readonly Image[]): Float32Array;
  dispose(): void;
}

/**
 * The ResNet-20 of `cifar10-resnet20.safetensors` in the folder of weights, its 64 pooled features; for a set that is no CIFAR-10 the fold's own encoder.
 * Undefined where the file is not there.
 */
export function openJudge(fold: Fold, comparable: boolean, weights?: string): Judge | undefined {
  if (!comparable) {
    return { name: "the encoder itself", e: fold.n, features: (pictures) => fold.networks.encode(Float32Array.from(pictures.flatMap(({ data }) => [...data]))), dispose: () => undefined };
  }
  const path = join(weights ?? "", "cifar10-resnet20.safetensors");
  if (weights === undefined || !existsSync(path)) return undefined;
  const encoder = new Encoder("cifar-resnet20", readFileSync(path), { name: path });
  return { name: "ResNet-20", e: encoder.dim, features: (pictures) => encoder.encode(pictures), dispose: () => encoder.dispose() };
}

/** A lead, and what keeps its numbers from being compared with the paper's. */
export function withNote({ note }: Protocol, lead: string): string {
  return note === "" ? lead : `${lead} ${note[0].toUpperCase()}${note.slice(1)}.`;
}

/**
 * The data experiments run on: what the package ships (fixtures/images: emoji, a slice of Fashion-MNIST), and the
 * official files of MNIST and CIFAR-10 where the user has them. Labelled sets keep their bytes; ask for the rows needed
 * as numbers in [0, 1], since all of CIFAR-10 would take 600 MB.
 */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCifar, readCifarTar, readIdx, type CifarBatch } from "../formats/index.ts";
import { decodePng, image, sheetToImages, type Image } from "../images/index.ts";
import { EngramError } from "../numeric/errors.ts";

/** Pictures of one size with a class each. */
export interface LabelledImages {
  /** N. */
  readonly count: number;
  /** C, H, W. */
  readonly shape: readonly [1 | 3, number, number];
  /** N x (C H W) bytes, channel-first. */
  readonly bytes: Uint8Array;
  /** N class numbers. */
  readonly labels: Uint8Array;
  /** Class names, by number. */
  readonly names: readonly string[];
}

export interface Emoji {
  /** 32 x 32 x 3 on white, in the order of the sheet. */
  readonly images: Image[];
  /** Short names such as `grinning`, one each. */
  readonly names: string[];
  /** N x 3072, each row an image's data, channel-first. */
  readonly rows: Float32Array;
}

const FASHION_NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];
const CIFAR10_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** The folder that holds this package's package.json, found upwards from this file. @throws EngramError where there is none */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "engram") return folder;
    if (dirname(folder) === folder) throw new EngramError("package root", "a folder above with engram's package.json", "none", "Install the package whole.");
  }
}

/** The 1,600 emoji of fixtures/images/emoji.png (Noto Emoji, Apache-2.0); any two are at least 3.5 apart in L2. */
export function loadEmoji(): Emoji {
  const folder = join(packageRoot(), "fixtures", "images");
  const about = JSON.parse(readFileSync(join(folder, "emoji.json"), "utf8")) as { tile: number; count: number; names: string[] };
  const images = sheetToImages(decodePng(readFileSync(join(folder, "emoji.png")), { name: "emoji.png" }), about.tile, about.count);
  const dim = 3 * about.tile * about.tile;
  const rows = new Float32Array(images.length * dim);
  images.forEach(({ data }, i) => rows.set(data, i * dim));
  return { images, names: about.names, rows };
}

/** Pieces of photographs: 240 of 32 x 32 x 3, `each` of one photograph after the other. */
export interface Photographs {
  readonly images: Image[];
  /** N x 3072. */
  readonly rows: Float32Array;
  readonly each: number;
  /** What they are pieces of. */
  readonly photographs: readonly { readonly name: string; readonly credit: string }[];
}

/** The pieces of fixtures/images/photographs.png (CC BY 4.0 and CC0; the licences lie beside it). */
export function loadPhotographs(): Photographs {
  const folder = join(packageRoot(), "fixtures", "images");
  const about = JSON.parse(readFileSync(join(folder, "photographs.json"), "utf8")) as { tile: number; count: number; each: number; photographs: Photographs["photographs"] };
  const images = sheetToImages(decodePng(readFileSync(join(folder, "photographs.png")), { name: "photographs.png" }), about.tile, about.count);
  const dim = 3 * about.tile * about.tile;
  const rows = new Float32Array(images.length * dim);
  images.forEach(({ data }, i) => rows.set(data, i * dim));
  return { images, rows, each: about.each, photographs: about.photographs };
}

/** The first 1,000 test images of Fashion-MNIST (MIT), 28 x 28 grey. */
export function loadFashion(): LabelledImages {
  const folder = join(packageRoot(), "fixtures", "images");
  return fromIdx(join(folder, "fashion-images-1000.idx.gz"), join(folder, "fashion-labels-1000.idx.gz"), FASHION_NAMES);
}

/**
 * One half of MNIST, or of any set in its four files (EMNIST, Fashion-MNIST).
 * @param dir holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and their `t10k-` twins, plain or as .gz
 * @throws EngramError where files are missing, damaged, or do not belong together
 */
export function loadMnist(dir: string, part: "train" | "test"): LabelledImages {
  const prefix = part === "train" ? "train" : "t10k";
  const find = (kind: string): string => {
    const files = existsSync(dir) && statSync(dir).isDirectory() ? readdirSync(dir) : [];
    const name = [`${prefix}-${kind}`, `${prefix}-${kind}.gz`].find((candidate) => files.includes(candidate));
    if (name === undefined) throw new EngramError(dir, `${prefix}-${kind} or ${prefix}-${kind}.gz`, "neither", "Point at the folder with the four official files.");
    return join(dir, name);
  };
  return fromIdx(find("images-idx3-ubyte"), find("labels-idx1-ubyte"), Array.from({ length: 10 }, (_, i) => `${i}`));
}

/**
 * One half of CIFAR-10 (binary version).
 * @param path the .tar.gz or .tar, or a folder with `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, or one holding `cifar-10-batches-bin`
 * @throws EngramError where files are missing or damaged
 */
export function loadCifar10(path: string, part: "train" | "test"): LabelledImages {
  if (!existsSync(path)) throw new EngramError("CIFAR-10", "an archive or folder", `nothing at ${path}`, "Check the path.");
  if (!statSync(path).isDirectory()) {
    const archive = readCifarTar(readFileSync(path), { name: path, only: part });
    if (archive.kind !== "cifar10") throw new EngramError(path, "CIFAR-10", archive.kind, "Use the binary version of CIFAR-10.");
    return fromCifar([archive[part]], archive.names.length === 10 ? archive.names : CIFAR10_NAMES);
  }
  const inner = join(path, "cifar-10-batches-bin");
  const folder = existsSync(inner) ? inner : path;
  const files = part === "test" ? ["test_batch.bin"] : [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
  const missing = files.find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined) throw new EngramError(folder, missing, "no such file", "Point at the folder with the binary batches.");
  return fromCifar(files.map((file) => readCifar(readFileSync(join(folder, file)), "cifar10", file)), CIFAR10_NAMES);
}

/** Rows in [0, 1] of the images `from` to `to` - 1, or of the listed ones: K x (C H W). @throws EngramError on a number that is no image */
export function rowsOf(set: LabelledImages, which: { from?: number; to?: number } | ArrayLike<number> = {}): Float32Array {
  const dim = set.shape[0] * set.shape[1] * set.shape[2];
  const range = "length" in which ? undefined : { from: which.from ?? 0, to: which.to ?? set.count };
  const list = range === undefined ? (which as ArrayLike<number>) : Array.from({ length: Math.max(0, range.to - range.from) }, (_, k) => range.from + k);
  const out = new Float32Array(list.length * dim);
  for (let k = 0; k < list.length; k++) {
    const i = list[k];
    if (!Number.isInteger(i) || i < 0 || i >= set.count) throw new EngramError("image number", `a whole number in 0..${set.count - 1}`, `${i}`, "Ask for images the set has.");
    for (let d = 0; d < dim; d++) out[k * dim + d] = set.bytes[i * dim + d] / 255;
  }
  return out;
}

/** Image i of a set. @throws EngramError where there is none */
export function imageOf(set: LabelledImages, i: number): Image {
  return image(set.shape[2], set.shape[1], set.shape[0], rowsOf(set, [i]));
}

function fromIdx(imagesPath: string, labelsPath: string, names: readonly string[]): LabelledImages {
  const images = readIdx(readFileSync(imagesPath), { name: imagesPath });
  const labels = readIdx(readFileSync(labelsPath), { name: labelsPath });
  if (images.shape.length !== 3 || !(images.data instanceof Uint8Array)) throw new EngramError(imagesPath, "N x H x W bytes", `${images.dtype} [${images.shape.join(", ")}]`, "Use the official files.");
  if (labels.shape.length !== 1 || !(labels.data instanceof Uint8Array) || labels.shape[0] !== images.shape[0]) {
    throw new EngramError(labelsPath, `${images.shape[0]} bytes`, `${labels.dtype} [${labels.shape.join(", ")}]`, "Images and labels must come from one set.");
  }
  return { count: images.shape[0], shape: [1, images.shape[1], images.shape[2]], bytes: images.data, labels: labels.data, names };
}

function fromCifar(batches: readonly CifarBatch[], names: readonly string[]): LabelledImages {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const bytes = new Uint8Array(count * 3072);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const batch of batches) {
    bytes.set(batch.images, at * 3072);
    labels.set(batch.labels, at);
    at += batch.count;
  }
  return { count, shape: [3, 32, 32], bytes, labels, names };
}

/**
 * Data and slices of the UHN experiments (semantic-memory.md section 10): R disjoint slices of N_max images in [0, 1] each,
 * drawn by one seeded shuffle; every image is asked for once by its own damaged copy.
 *
 * Full runs: MNIST test images and CIFAR-10 training images, as behind the targets of section 11 (the authors draw MNIST from
 * its training half). Quick runs: a slice of Fashion-MNIST and the emoji sheet, which the package ships.
 */
import { join } from "node:path";
import { existsSync } from "node:fs";
import { EngramError, seeded } from "../numeric/index.ts";
import { loadCifar10, loadEmoji, loadFashion, loadMnist, type LabelledImages, rowsOf } from "./data.ts";
import { type Context, dataFolder } from "./experiment.ts";

/** A set of pictures of one size, in the order of the seeded shuffle. */
export interface PictureSet {
  readonly name: "MNIST" | "CIFAR10" | "Fashion-MNIST slice" | "emoji";
  /** C, H, W. */
  readonly shape: readonly [1 | 3, number, number];
  readonly count: number;
  /** Images `from` to `to` - 1 of the shuffled order, row-major. */
  rows(from: number, to: number): Float32Array;
}

/** The grey set and the colour set of this run. @throws EngramError where a full run lacks its files */
export function pictureSets(context: Context, experiment: string): PictureSet[] {
  if (context.quick) return [labelled("Fashion-MNIST slice", loadFashion(), context.seed), emoji(context.seed)];
  const folder = dataFolder(context, experiment);
  const archive = ["cifar-10-binary.tar.gz", "cifar-10-batches-bin", "cifar-10-binary.tar"].map((name) => join(folder, name)).find(existsSync);
  if (archive === undefined) throw new EngramError(folder, "cifar-10-binary.tar.gz or cifar-10-batches-bin/", "neither", "Give the folder with the official files.");
  return [
    labelled("MNIST", loadMnist(join(folder, "mnist"), "test"), context.seed),
    labelled("CIFAR10", loadCifar10(archive, "train"), context.seed),
  ];
}

/** Slice r of a set: N_max images. @throws EngramError where the set has too few */
export function slice(set: PictureSet, r: number, size: number): Float32Array {
  if ((r + 1) * size > set.count) throw new EngramError(set.name, `${(r + 1) * size} images for ${r + 1} disjoint slices of ${size}`, `${set.count}`, "Use fewer or smaller slices.");
  return set.rows(r * size, (r + 1) * size);
}

function labelled(name: PictureSet["name"], images: LabelledImages, seed: number): PictureSet {
  const order = shuffled(images.count, seed);
  return { name, shape: images.shape, count: images.count, rows: (from, to) => rowsOf(images, order.subarray(from, to)) };
}

function emoji(seed: number): PictureSet {
  const { images, rows } = loadEmoji();
  const order = shuffled(images.length, seed);
  const { channels, height, width } = images[0];
  const d = channels * height * width;
  return {
    name: "emoji", shape: [channels, height, width], count: images.length,
    rows: (from, to) => {
      const out = new Float32Array((to - from) * d);
      for (let i = from; i < to; i++) out.set(rows.subarray(order[i] * d, (order[i] + 1) * d), (i - from) * d);
      return out;
    },
  };
}

function shuffled(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  seeded(seed).shuffle(order);
  return order;
}

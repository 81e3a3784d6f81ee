/** The pictures of the semantic experiments: CIFAR-10's test images (no shipped encoder saw them; its training images for comparison), or with --quick the shipped emoji. */
import { join } from "node:path";
import { existsSync } from "node:fs";
import { seeded } from "../numeric/index.ts";
import { loadCifar10, loadEmoji, rowsOf } from "./data.ts";
import { type Context, dataFolder } from "./experiment.ts";

export interface SemanticSet {
  readonly name: string;
  /** Of the order, and of the damages that are drawn. */
  readonly seed: number;
  readonly shape: readonly [3, number, number];
  readonly count: number;
  /** Rows `from` to `to` - 1 in the order of the seed. */
  rows(from: number, to: number): Float32Array;
  /** Class numbers of the same; undefined where there are none. */
  labels?(from: number, to: number): Uint8Array;
  readonly classes?: readonly string[];
  /** Pictures that are never memories and that PCA learns from. */
  disjoint(): Float32Array;
}

/** Pictures for PCA. */
const DISJOINT = 2000;
const DISJOINT_QUICK = 300;

/** @param split of CIFAR-10; the shipped encoders know the training images @throws EngramError where a full run has no data */
export function semanticSet(context: Context, experiment: string, split: "test" | "train" = "test"): SemanticSet {
  if (context.quick) return emojiSet(context.seed);
  const folder = dataFolder(context, experiment);
  const tar = join(folder, "cifar-10-binary.tar.gz");
  const path = existsSync(tar) ? tar : folder;
  const own = loadCifar10(path, split);
  const order = shuffled(own.count, context.seed);
  return {
    name: `CIFAR-10 ${split}`, seed: context.seed, shape: [3, 32, 32], count: own.count, classes: own.names,
    rows: (from, to) => rowsOf(own, order.subarray(from, to)),
    labels: (from, to) => Uint8Array.from(order.subarray(from, to), (i) => own.labels[i]),
    disjoint: () => rowsOf(loadCifar10(path, "train"), { from: 0, to: DISJOINT }),
  };
}

function emojiSet(seed: number): SemanticSet {
  const { rows } = loadEmoji();
  const d = 3072;
  const order = shuffled(rows.length / d, seed);
  const picked = (from: number, to: number): Float32Array => {
    const out = new Float32Array((to - from) * d);
    for (let i = from; i < to; i++) out.set(rows.subarray(order[i] * d, (order[i] + 1) * d), (i - from) * d);
    return out;
  };
  return { name: "emoji", seed, shape: [3, 32, 32], count: order.length - DISJOINT_QUICK, rows: picked, disjoint: () => picked(order.length - DISJOINT_QUICK, order.length) };
}

function shuffled(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  seeded(seed).shuffle(order);
  return order;
}

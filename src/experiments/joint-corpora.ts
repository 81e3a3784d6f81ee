/**
 * The three disjoint corpora of the entropic memories before CIFAR-10, cut as training/corpora.py cuts them (entropic-memory.md sections 4, 9, 10): what the networks
 * learned from, what a memory is filled with, what it is asked. Pictures are the training file followed by the test file.
 *
 *   mnist2021    57 / 33 / 10 % in the order of the data         fashion2023   70 / 20 / 10 % after one shuffle of everything
 *   hetero2024   70 / 20 / 10 % of every class by itself, then each corpus shuffled
 *
 * A shuffle is the order of mix(seed + place * 0x9e3779b9) mod 2^32, mix Murmur3's finaliser; ties keep their order.
 */
import { EngramError } from "../numeric/index.ts";
import { type LabelledImages, loadMnist } from "./data.ts";

export type JointKind = "mnist2021" | "fashion2023" | "hetero2024";

export interface Corpora {
  readonly train: Uint32Array;
  readonly fill: Uint32Array;
  readonly test: Uint32Array;
}

const SHUFFLE = 2023;
const PERCENT: Readonly<Record<JointKind, readonly [train: number, fill: number]>> = { mnist2021: [57, 33], fashion2023: [70, 20], hetero2024: [70, 20] };

/** A permutation of 0 .. count - 1. */
export function shuffledPlaces(count: number, seed: number = SHUFFLE): Uint32Array {
  const hashes = Uint32Array.from({ length: count }, (_, place) => {
    let h = (seed + Math.imul(place, 0x9e3779b9)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  });
  return Uint32Array.from({ length: count }, (_, place) => place).sort((a, b) => hashes[a] - hashes[b] || a - b);
}

/** @param fold 0 to 9: where the training corpus begins, in tenths @throws EngramError for another fold */
export function corporaOf(kind: JointKind, labels: Uint8Array, fold = 0): Corpora {
  if (!Number.isInteger(fold) || fold < 0 || fold > 9) throw new EngramError("fold", "0 to 9", String(fold), "The protocol has ten.");
  const everything = Uint32Array.from(labels, (_, place) => place);
  if (kind !== "hetero2024") return cut(kind, kind === "mnist2021" ? everything : shuffledPlaces(labels.length), fold);
  const classes = Array.from({ length: 10 }, (_, c) => cut(kind, everything.filter((place) => labels[place] === c), fold));
  const joined = (part: keyof Corpora, k: number): Uint32Array => {
    const all = classes.flatMap((each) => [...each[part]]);
    return Uint32Array.from(shuffledPlaces(all.length, SHUFFLE + k), (at) => all[at]);
  };
  return { train: joined("train", 0), fill: joined("fill", 1), test: joined("test", 2) };
}

function cut(kind: JointKind, places: Uint32Array, fold: number): Corpora {
  const N = places.length;
  const start = Math.floor((N * fold) / 10);
  const turned = Uint32Array.from(places, (_, k) => places[(k + start) % N]);
  const [train, fill] = PERCENT[kind].map((percent) => Math.floor((N * percent) / 100));
  return { train: turned.slice(0, train), fill: turned.slice(train, train + fill), test: turned.slice(train + fill) };
}

/** Both files of a set as one. @throws EngramError as loadMnist */
export function loadWhole(folder: string, names?: readonly string[]): LabelledImages {
  const [train, test] = [loadMnist(folder, "train"), loadMnist(folder, "test")];
  const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
    const all = new Uint8Array(a.length + b.length);
    all.set(a);
    all.set(b, a.length);
    return all;
  };
  return { count: train.count + test.count, shape: train.shape, bytes: join(train.bytes, test.bytes), labels: join(train.labels, test.labels), names: names ?? train.names };
}

/** Pairs of places, one of each side with the same class: the smaller side in its order, each with the first of the other that is not used yet. */
export function pairsOf(left: { places: Uint32Array; labels: Uint8Array }, right: { places: Uint32Array; labels: Uint8Array }): { left: Uint32Array; right: Uint32Array } {
  const swapped = left.places.length > right.places.length;
  const [small, large] = swapped ? [right, left] : [left, right];
  const waiting = new Map<number, number[]>();
  for (const place of large.places) {
    const list = waiting.get(large.labels[place]) ?? [];
    list.push(place);
    waiting.set(large.labels[place], list);
  }
  const [mine, theirs]: [number[], number[]] = [[], []];
  const next = new Map<number, number>();
  for (const place of small.places) {
    const label = small.labels[place];
    const at = next.get(label) ?? 0;
    const partner = waiting.get(label)?.[at];
    if (partner === undefined) continue;
    next.set(label, at + 1);
    mine.push(place);
    theirs.push(partner);
  }
  const [a, b] = swapped ? [theirs, mine] : [mine, theirs];
  return { left: Uint32Array.from(a), right: Uint32Array.from(b) };
}

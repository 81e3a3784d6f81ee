/**
 * CIFAR-10 and CIFAR-100, binary version (Krizhevsky 2009, cs.toronto.edu/~kriz/cifar.html), from single batches or
 * straight from the official `.tar.gz`.
 *
 *   CIFAR-10 record   label (0..9)                 1024 red  1024 green  1024 blue     3073 bytes
 *   CIFAR-100 record  coarse (0..19) fine (0..99)  1024 red  1024 green  1024 blue     3074 bytes
 */
import { EngramError } from "../numeric/errors.ts";
import { concat, damaged, utf8 } from "./bytes.ts";
import { readTar, type TarOptions } from "./tar.ts";

/** Bytes of one image: 3 channels of 32 x 32, channel-first (C, H, W). */
export const CIFAR_PIXELS = 3072;

export type CifarKind = "cifar10" | "cifar100";

/** N images and their labels. */
export interface CifarBatch {
  readonly count: number;
  /** N x 3072, row-major, each row (3, 32, 32). */
  readonly images: Uint8Array;
  /** N labels: 0..9, or the fine labels 0..99. */
  readonly labels: Uint8Array;
  /** CIFAR-100 only: N coarse labels 0..19. */
  readonly coarse?: Uint8Array;
}

/** What an archive holds; a half that was not asked for is empty. */
export interface CifarArchive {
  readonly kind: CifarKind;
  readonly train: CifarBatch;
  readonly test: CifarBatch;
  /** The class names, where the archive has them. */
  readonly names: readonly string[];
}

/** Splits one batch file into images and labels. @throws EngramError on a partial record or a label out of range */
export function readCifar(bytes: Uint8Array, kind: CifarKind, name = "CIFAR batch"): CifarBatch {
  const head = kind === "cifar10" ? 1 : 2;
  const record = head + CIFAR_PIXELS;
  if (bytes.length % record !== 0) throw damaged(name, `whole records of ${record} bytes (${kind})`, `${bytes.length} bytes`);
  const count = bytes.length / record;
  const images = new Uint8Array(count * CIFAR_PIXELS);
  const column = (offset: number, classes: number): Uint8Array =>
    Uint8Array.from({ length: count }, (_, i) => {
      const label = bytes[i * record + offset];
      if (label >= classes) throw damaged(`${name}, record ${i}`, `a label below ${classes}`, `${label}`);
      return label;
    });
  const labels = column(head - 1, kind === "cifar10" ? 10 : 100);
  for (let i = 0; i < count; i++) images.set(bytes.subarray(i * record + head, (i + 1) * record), i * CIFAR_PIXELS);
  return kind === "cifar10" ? { count, images, labels } : { count, images, labels, coarse: column(0, 20) };
}

export interface CifarTarOptions extends TarOptions {
  /** Keep only this half. Default both. */
  only?: "train" | "test";
}

/** `cifar-10-batches-bin/data_batch_1.bin` and its like, wherever the archive keeps them. */
const MEMBERS: readonly [RegExp, CifarKind, "train" | "test" | "names"][] = [
  [/(^|\/)data_batch_([1-5])\.bin$/, "cifar10", "train"],
  [/(^|\/)test_batch\.bin$/, "cifar10", "test"],
  [/(^|\/)batches\.meta\.txt$/, "cifar10", "names"],
  [/(^|\/)train\.bin$/, "cifar100", "train"],
  [/(^|\/)test\.bin$/, "cifar100", "test"],
  [/(^|\/)fine_label_names\.txt$/, "cifar100", "names"],
];

/**
 * Reads `cifar-10-binary.tar.gz` or `cifar-100-binary.tar.gz` (or the plain tar), one file in memory at a time. Train
 * batches come in the order of their numbers.
 * @throws EngramError on damage, or where the archive holds no CIFAR batches
 */
export function readCifarTar(bytes: Uint8Array, options: CifarTarOptions = {}): CifarArchive {
  const name = options.name ?? "CIFAR archive";
  const find = (path: string) => MEMBERS.find(([pattern, , part]) => pattern.test(path) && (part === "names" || part === (options.only ?? part)));
  const batches = { train: [] as [string, CifarBatch][], test: [] as [string, CifarBatch][] };
  let names: string[] = [];
  let kind: CifarKind | undefined;
  for (const { path, data } of readTar(bytes, { ...options, name, accept: (path) => find(path) !== undefined })) {
    const [, found, part] = find(path)!;
    if (kind !== undefined && kind !== found) throw damaged(name, `only ${kind} files`, path);
    kind = found;
    if (part === "names") names = utf8(data, name, "class names").split("\n").map((line) => line.trim()).filter((line) => line !== "");
    else if (batches[part].some(([other]) => other === path)) throw damaged(name, "every batch once", `${path} twice`);
    else batches[part].push([path, readCifar(data, found, `${name}, ${path}`)]);
  }
  if (kind === undefined || batches.train.length + batches.test.length === 0) {
    throw new EngramError(name, "data_batch_1.bin .. test_batch.bin, or train.bin and test.bin", "none of them", "Give the official binary version, not the Python or Matlab one.");
  }
  return { kind, names, train: join(batches.train, kind), test: join(batches.test, kind) };
}

function join(batches: readonly [string, CifarBatch][], kind: CifarKind): CifarBatch {
  const ordered = [...batches].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, batch]) => batch);
  const labels = concat(ordered.map((batch) => batch.labels));
  const joined = { count: labels.length, images: concat(ordered.map((batch) => batch.images)), labels };
  return kind === "cifar10" ? joined : { ...joined, coarse: concat(ordered.map((batch) => batch.coarse!)) };
}

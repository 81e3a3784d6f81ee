/**
 * What stands beside the tables of a hetero-associative memory: keys and classes of the pairs and, where they are kept, their quantised sides. No
 * recalled state depends on them but those of prototypes; they name the stored partner nearest to an answer and let a pair be taken out.
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError, type Key } from "../numeric/index.ts";
import { classPrototypes } from "./hetero-prototypes.ts";
import type { Side } from "./hetero-register.ts";
import { Items } from "./items.ts";

/** Classes are whole numbers up to this. */
const MOST_CLASSES = 65535;

export class Pairs {
  readonly #columns: Readonly<Record<Side, number>>;
  /** Keys are the same on both sides. */
  readonly sides: Readonly<Record<Side, Items>>;
  #labels?: number[];

  constructor(n: number, p: number, levels: number, kept: boolean) {
    this.#columns = { left: n, right: p };
    this.sides = { left: new Items(n, levels, kept), right: new Items(p, levels, kept) };
  }

  get keys(): readonly Key[] { return this.sides.left.keys; }
  get kept(): boolean { return this.sides.left.kept; }
  /** One class per pair; undefined where none were given. */
  get labels(): readonly number[] | undefined { return this.#labels; }
  get nextKey(): number { return this.sides.left.nextKey; }
  set nextKey(value: number) { this.sides.left.nextKey = value; }

  /** Keys and classes for new pairs, checked; nothing is taken in. @throws EngramError for keys that are not unique, classes that are none, or given for some pairs only */
  check(count: number, keys?: readonly Key[], labels?: ArrayLike<number>): { keys: Key[]; labels?: number[] } {
    const fresh = { keys: this.sides.left.newKeys(count, keys), labels: labels === undefined ? undefined : Array.from(labels) };
    if (fresh.labels !== undefined && fresh.labels.length !== count) throw new EngramError("labels", `${count}, one per pair`, String(fresh.labels.length), "Give every pair its class.");
    const wrong = fresh.labels?.find((label) => !Number.isInteger(label) || label < 0 || label > MOST_CLASSES);
    if (wrong !== undefined) throw new EngramError("labels", `whole numbers from 0 to ${MOST_CLASSES}`, String(wrong), "Number the classes.");
    if (this.keys.length > 0 && count > 0 && (labels === undefined) !== (this.#labels === undefined)) {
      throw new EngramError("labels", this.#labels === undefined ? "none, as of the pairs that are stored" : "one per pair, as of the pairs that are stored", labels === undefined ? "none" : "some", "Give classes to all pairs or to none.");
    }
    return fresh;
  }

  add({ keys, labels }: { keys: readonly Key[]; labels?: readonly number[] }): void {
    for (const side of [this.sides.left, this.sides.right]) side.addKeys(keys);
    if (labels !== undefined) this.#labels = [...(this.#labels ?? []), ...labels];
  }

  /** Keeps the sides of the pairs last added. */
  addLevels(v: Uint16Array, w: Uint16Array): void {
    this.sides.left.addLevels(v);
    this.sides.right.addLevels(w);
  }

  remove(key: Key): void {
    const at = this.keys.indexOf(key);
    for (const side of [this.sides.left, this.sides.right]) side.remove(key);
    this.#labels?.splice(at, 1);
  }

  /** The mean object of each class on one side, by class; undefined of classes without a pair. @throws EngramError without classes or items */
  prototypes(side: Side): (Uint16Array | undefined)[] {
    const levels = this.sides[side].levels;
    if (this.#labels === undefined || levels === undefined) {
      throw new EngramError("mode prototype", "prototypes, or a memory whose pairs have classes", this.#labels === undefined ? "neither" : "classes without the pairs themselves", "Give `labels` when storing, or `prototypes` and `classify` here.");
    }
    return classPrototypes(levels, this.#columns[side], this.#labels, this.#labels.reduce((most, label) => Math.max(most, label + 1), 0));
  }
}

/** The prototype nearest to an object: the classifier where no other is given. */
export function nearestPrototype(prototypes: readonly Uint16Array[], w: Uint16Array): number {
  let [best, least] = [0, Infinity];
  prototypes.forEach((mu, c) => {
    let sum = 0;
    for (let j = 0; j < w.length; j++) if (w[j] !== NO_LEVEL && mu[j] !== NO_LEVEL) sum += (w[j] - mu[j]) * (w[j] - mu[j]);
    if (sum < least) [best, least] = [c, sum];
  });
  return best;
}

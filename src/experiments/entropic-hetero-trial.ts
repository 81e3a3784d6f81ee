/**
 * Pairs of two sets of pictures in a hetero-associative memory (arXiv 2411.02438, preset hetero2024; entropic-memory.md section 10), and what it knows of them.
 *
 *   left, right   N x n   levels of the sides of N pairs, row c with row c        labels   their common classes
 *   P             p x q   projection of a cue to the other side
 *
 * Recall is judged by what it should bring: the partner itself (exact), the stored item nearest to the answer being the partner (nearest), an answer of the
 * partner's class by that side's classifier (class). Yardsticks without the memory: the stored pair whose own side is nearest to the cue (items), and the
 * answer being any prototype of the class that the cue's own classifier sees.
 */
import {
  AssociativeRegister, classPrototypes, cueFreeRecalls, cueOracle, fitQuantiser, HeteroRegister, type HeteroRetrieved, prototypeOracle, prototypeRetrieval,
  type Quantiser, randomRetrieval, sampleAndTest, searchAndTest, type Side,
} from "../entropic/index.ts";
import { log, seeded } from "../numeric/index.ts";
import { FEATURES, type JointNetworks } from "./joint-networks.ts";

export const LEVELS = 16;

/** One side: its networks and its latents. */
export interface SideSet {
  readonly name: string;
  readonly networks: JointNetworks;
  /** Of the pairs that are registered, and of the pairs that are asked, N x n and Q x n. */
  readonly fill: Float32Array;
  readonly test: Float32Array;
  readonly quantiser: Quantiser;
  /** The same as levels. */
  readonly stored: Uint16Array;
  readonly asked: Uint16Array;
  readonly register: AssociativeRegister;
}

/** @param range latents the quantiser is fitted on: the whole filling corpus of the side */
export function sideSet(name: string, networks: JointNetworks, range: Float32Array, fill: Float32Array, test: Float32Array): SideSet {
  const quantiser = fitQuantiser({ rows: range.length / FEATURES, dim: FEATURES, data: range }, { kind: "percentile", levels: LEVELS });
  const register = new AssociativeRegister(FEATURES, LEVELS, { preset: "hetero2024" });
  const levels = (z: Float32Array): Uint16Array => register.levels(quantiser.transform(z));
  const stored = levels(fill);
  register.register(stored);
  return { name, networks, fill, test, quantiser, stored, asked: levels(test), register };
}

export const row = (levels: Uint16Array, c: number): Uint16Array => levels.subarray(c * FEATURES, (c + 1) * FEATURES);

export interface FillRow {
  readonly percent: number;
  readonly pairs: number;
  readonly entropy: number;
  /** Share of cells that are not zero. */
  readonly fullness: number;
  readonly occupancy: number;
  /** Of test pairs; positive: both sides of one class. Percent. */
  readonly precision: number;
  readonly recall: number;
  readonly accuracy: number;
}

/** Weights of an object in its own register (E27). */
function weights({ register }: SideSet, v: Uint16Array, cells: ArrayLike<number>): Float64Array {
  return Float64Array.from(v, (level, j) => cells[j * register.m + level] ?? 0);
}

/** (E24) step by step, and (E27), (E28) on test pairs after each. @param same whether both sides of test pair c are of one class */
export function fillCurve(left: SideSet, right: SideSet, same: readonly boolean[], percents: readonly number[], progress: (part: number) => void): { register: HeteroRegister; rows: FillRow[] } {
  const register = new HeteroRegister({ n: FEATURES, m: LEVELS, p: FEATURES, q: LEVELS });
  const N = left.stored.length / FEATURES;
  const [mine, theirs] = [left.register.cells, right.register.cells];
  const rows = percents.map((percent, k) => {
    progress(k / percents.length);
    const end = Math.max(1, Math.round((N * percent) / 100));
    register.register(left.stored.subarray(register.size * FEATURES, end * FEATURES), right.stored.subarray(register.size * FEATURES, end * FEATURES));
    let [positive, right_, said, agreed] = [0, 0, 0, 0];
    same.forEach((yes, c) => {
      const [v, w] = [row(left.asked, c), row(right.asked, c)];
      const { accepted } = register.recognize(v, w, weights(left, v, mine), weights(right, w, theirs));
      if (yes) positive++;
      if (accepted) said++;
      if (accepted && yes) right_++;
      if (accepted === yes) agreed++;
    });
    return {
      percent, pairs: end, entropy: register.entropy, fullness: register.fullness, occupancy: register.table.occupancy,
      precision: said === 0 ? 100 : (100 * right_) / said, recall: (100 * right_) / positive, accuracy: (100 * agreed) / same.length,
    };
  });
  return { register, rows };
}

/** Of the registered pairs: share recognised, and share whose partner is in every column of the projection, from both sides. */
export function registeredPairs(register: HeteroRegister, left: SideSet, right: SideSet): { recognised: number; there: number; back: number; bits: number } {
  const N = left.stored.length / FEATURES;
  const [mine, theirs] = [left.register.cells, right.register.cells];
  let [recognised, there, back, bits] = [0, 0, 0, 0];
  for (let c = 0; c < N; c++) {
    const [v, w] = [row(left.stored, c), row(right.stored, c)];
    if (register.recognize(v, w, weights(left, v, mine), weights(right, w, theirs)).accepted) recognised++;
    const { P, recognised: known } = register.project("left", v);
    if (known && w.every((b, j) => P[j * LEVELS + b] > 0)) there++;
    bits += objects(P);
    const other = register.project("right", w);
    if (other.recognised && v.every((a, i) => other.P[i * LEVELS + a] > 0)) back++;
  }
  return { recognised: recognised / N, there: there / N, back: back / N, bits: bits / N };
}

/** log2 of how many objects a projection holds. */
function objects(P: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < P.length; at += LEVELS) sum += log(Math.max(1, P.subarray(at, at + LEVELS).filter((weight) => weight > 0).length)) / Math.LN2;
  return sum;
}

export const MODES = ["random", "test", "search", "prototype, constructed", "prototype, extracted", "prototype, recalled", "oracle: class given", "oracle: partner given", "yardstick: items", "yardstick: class mean"] as const;
export type Mode = (typeof MODES)[number];

export interface RecallRow {
  readonly direction: string;
  readonly cues: "registered" | "test";
  readonly mode: Mode;
  /** Share of the cues that bring an answer, and of those asked: exact partner, partner nearest among the stored, right class; percent. */
  readonly answered: number;
  readonly exact: number;
  readonly nearest: number;
  readonly right: number;
  /** Mean (E31) of the answers. */
  readonly distance: number;
}

/** Everything a direction needs. */
export interface Direction {
  readonly register: HeteroRegister;
  readonly from: Side;
  readonly source: SideSet;
  readonly target: SideSet;
  /** Of the registered pairs. */
  readonly labels: Uint8Array;
  readonly prototypes: Readonly<Record<"constructed" | "extracted" | "recalled", (Uint16Array | undefined)[]>>;
  readonly seed: number;
}

/** Prototypes of the target side (section 10): class means of filling objects, of cue-free recalls, of recalls from test cues. */
export function direction(register: HeteroRegister, from: Side, source: SideSet, target: SideSet, labels: Uint8Array, seed: number): Direction {
  const means = (levels: Uint16Array, classes: ArrayLike<number>): (Uint16Array | undefined)[] => classPrototypes(levels, FEATURES, classes, 10);
  const classes = (levels: Uint16Array): Uint8Array => target.networks.classify(target.quantiser.inverse(levels));
  const free = cueFreeRecalls(target.register, 1024, seed);
  const found = target.register.retrieve(target.asked, { seed });
  const recalled = Uint16Array.from([...found.accepted.keys()].filter((c) => found.accepted[c] === 1).flatMap((c) => [...row(found.levels, c)]));
  return { register, from, source, target, labels, seed, prototypes: { constructed: means(target.stored, labels), extracted: means(free, classes(free)), recalled: means(recalled, classes(recalled)) } };
}

/** One recall. @param partner the true one, for the oracle @param label the true class */
export function recallBy({ register, from, source, target, labels, prototypes, seed }: Direction, mode: Mode, v: Uint16Array, partner: Uint16Array, label: number, c: number): HeteroRetrieved {
  const rng = seeded(seed).fork(c);
  if (mode === "random") return randomRetrieval(register, from, v, { rng });
  if (mode === "test") return sampleAndTest(register, from, v, { rng });
  if (mode === "search") return searchAndTest(register, from, v, { rng });
  if (mode === "oracle: partner given") return cueOracle(register, from, v, partner, { rng });
  const answer = (levels: Uint16Array): HeteroRetrieved => ({ accepted: true, levels, distance: NaN, judged: 1, oracle: false });
  if (mode === "yardstick: items") return answer(row(target.stored, nearest(source.stored, v)));
  const classes = prototypes[mode.startsWith("prototype, ") ? (mode.slice("prototype, ".length) as "constructed") : "constructed"];
  if (mode === "yardstick: class mean") return answer(classes[source.networks.classify(source.quantiser.inverse(v))[0]] ?? row(target.stored, labels.indexOf(label)));
  if (mode === "oracle: class given") return prototypeOracle(register, from, v, classes[label] ?? [], { rng });
  const known = classes.flatMap((mu, k) => (mu === undefined ? [] : [k]));
  const classifyMany = (objects: Uint16Array): number[] => Array.from(target.networks.classify(target.quantiser.inverse(objects)), (k) => known.indexOf(k));
  return prototypeRetrieval(register, from, v, { rng, classifyMany, classify: (w) => classifyMany(w)[0], prototypes: known.map((k) => classes[k]!) });
}

/** @param cues places among the registered or the asked pairs @param labels their classes */
export function recallRow(way: Direction, cues: RecallRow["cues"], mode: Mode, places: readonly number[], labels: Uint8Array): RecallRow {
  const { source, target } = way;
  const levels = (side: SideSet): Uint16Array => (cues === "registered" ? side.stored : side.asked);
  let [answered, exact, near, right, distance] = [0, 0, 0, 0, 0];
  for (const c of places) {
    const partner = row(levels(target), c);
    const found = recallBy(way, mode, row(levels(source), c), partner, labels[c], c);
    if (!found.accepted) continue;
    answered++;
    distance += found.distance;
    if (found.levels.every((b, j) => b === partner[j])) exact++;
    if (cues === "registered" && nearest(target.stored, found.levels) === c) near++;
    if (target.networks.classify(target.quantiser.inverse(found.levels))[0] === labels[c]) right++;
  }
  const share = (count: number): number => (100 * count) / places.length;
  return { direction: `${source.name} to ${target.name}`, cues, mode, answered: share(answered), exact: share(exact), nearest: share(near), right: share(right), distance: answered === 0 ? NaN : distance / answered };
}

/** The place of the item nearest to v, the first on ties. */
function nearest(items: Uint16Array, v: Uint16Array): number {
  let [best, least] = [0, Infinity];
  for (let c = 0, at = 0; at < items.length; c++, at += FEATURES) {
    let sum = 0;
    for (let j = 0; j < FEATURES && sum < least; j++) sum += (items[at + j] - v[j]) * (items[at + j] - v[j]);
    if (sum < least) [best, least] = [c, sum];
  }
  return best;
}

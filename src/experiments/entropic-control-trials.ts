/**
 * The controls of entropic-memory.md section 11, measured in one fold: every way to answer the same test cues with the same random numbers.
 *
 *   ones     a register of ones: accepts whatever is in range, and (E13) on it is jitter by the kernel alone
 *   s        sd of the error that quantisation and jitter leave on a feature, in units of its range (E37)
 */
import { AssociativeRegister, type Separation, separations } from "../entropic/index.ts";
import { image, resize, toGrey } from "../images/index.ts";
import { exp, seeded } from "../numeric/index.ts";
import { loadEmoji, loadPhotographs } from "./data.ts";
import type { Fold } from "./entropic-fold.ts";
import { Nearest } from "./entropic-nearest.ts";
import { answersOf, type Memory, memoryOf, quantiserOf } from "./entropic-scores.ts";

export interface ControlSetting {
  readonly m: number;
  readonly sigma: number;
  readonly seed: number;
  say(what: string, part: number): void;
}

/** One fold's answers by control, and what is no answer. Plain data: a run keeps it. */
export interface FoldTrials {
  readonly fold: number;
  readonly labels: readonly number[];
  /** Q classes by name of the control: `D5`, or `D10 m 64, sigma 0`. */
  readonly classes: Readonly<Record<string, readonly number[]>>;
  readonly sameTable: boolean;
  readonly entropy: number;
  readonly saturation: number;
  /** Share of stored items accepted. */
  readonly storedAccepted: number;
}

/** What is measured in some folds only. */
export interface FoldDetails {
  readonly classes: FoldTrials["classes"];
  readonly entropyUncapped: number;
  /** D9: what tells other cues from stored ones. */
  readonly separations: Readonly<Record<string, Separation>>;
  /** D11: one range with the same latent noise. */
  readonly matched: { readonly m: number; readonly sigma: number };
}

export const SIGMAS: readonly number[] = [0.01, 0.03, 0.05, 0.07, 0.09, 0.11];
export const MANY_LEVELS: readonly number[] = [64, 512];
const NEIGHBOURS: readonly number[] = [1, 10];
const MAIN = 5;
const DETAILS = 21;

/** D1 to D5 and D7. */
export function controlTrials(fold: Fold, { m, sigma, seed, say }: ControlSetting): FoldTrials {
  const classes: Record<string, number[]> = {};
  const z = fold.latents("test");
  const memory = memoryOf(fold, m, { sigma });
  const ones = onesLike(memory);
  const draw = { sigma, seed };
  const take = taking(classes, MAIN, say);
  take("D1", () => fold.classify(z));
  take("D2", () => answersOf(fold, ones, z, { recall: (v) => v }).classes);
  take("D3", () => answersOf(fold, ones, z, draw).classes);
  take("D4", () => answersOf(fold, ones, z, { ...draw, judge: memory.register }).classes);
  take("D5", () => answersOf(fold, memory, z, draw).classes);
  const items = itemsOf(fold, memory);
  const stored = memory.register.recognize(items).accepted;
  const found = {
    fold: fold.fold, labels: [...fold.labels("test")], classes, sameTable: shuffledGivesTheSame(memory, items, seed), entropy: memory.register.entropy,
    saturation: memory.register.statistics.saturation, storedAccepted: stored.reduce((a, b) => a + b, 0) / stored.length,
  };
  for (const one of [memory, ones]) one.register.dispose();
  return found;
}

/** D6, D8 to D13. */
export function controlDetails(fold: Fold, { m, sigma, seed, say }: ControlSetting): FoldDetails {
  const classes: Record<string, number[]> = {};
  const z = fold.latents("test");
  const memory = memoryOf(fold, m, { sigma });
  const draw = { sigma, seed };
  const take = taking(classes, DETAILS, say);
  /** Asks a memory that is made for this alone. */
  const other = (name: string, made: Memory, how: { sigma: number; seed: number; mode?: "map" | "mean" } = draw): number => {
    take(name, () => answersOf(fold, made, z, how).classes);
    const { entropy } = made.register;
    made.register.dispose();
    return entropy;
  };
  other("D6", swappedColumns(memory, seed));
  take("D8", () => tenthClass(fold, m, z, fold.labels("test"), draw));
  const entropyUncapped = other("D13", memoryOf(fold, m, { sigma, cap: 65535 }));
  for (const width of SIGMAS) take(`D10 sigma ${width}`, () => answersOf(fold, memory, z, { sigma: width, seed }).classes);
  for (const mode of ["map", "mean"] as const) take(`D10 ${mode}`, () => answersOf(fold, memory, z, { ...draw, mode }).classes);
  for (const levels of MANY_LEVELS) for (const width of [sigma, 0]) other(`D10 m ${levels}${width === 0 ? ", sigma 0" : ""}`, memoryOf(fold, levels, { sigma: width }), { sigma: width, seed });
  const matched = matchedGlobal(fold, m, sigma);
  other("D11 global, equal sigma", memoryOf(fold, m, { sigma, kind: "global" }));
  other("D11 global, equal latent noise", memoryOf(fold, matched.m, { sigma: matched.sigma, kind: "global" }), { sigma: matched.sigma, seed });
  baselines(fold, memory, { ...draw, s: noiseSd(m, sigma) }, take);
  const told = separations(memory.register, itemsOf(fold, memory), foreign(fold, memory, seed));
  memory.register.dispose();
  return { classes, entropyUncapped, separations: told, matched };
}

function taking(classes: Record<string, number[]>, whole: number, say: ControlSetting["say"]): (name: string, answer: () => Uint8Array) => void {
  return (name, answer) => {
    say(name, Object.keys(classes).length / whole);
    classes[name] = [...answer()];
  };
}

/** D12: the cues of D3, with the noise it leaves on them. */
function baselines(fold: Fold, memory: Memory, { sigma, seed, s }: { sigma: number; seed: number; s: number }, take: (name: string, answer: () => Uint8Array) => void): void {
  const z = fold.latents("test");
  const ones = onesLike(memory);
  const near = new Nearest(fold, memory);
  // The same cues for all three: what is found for a batch is kept.
  const asked = new Map<number, ReturnType<Nearest["ask"]>>();
  const baseline = (what: (one: ReturnType<Nearest["ask"]>) => Uint8Array): Uint8Array => {
    let batch = 0;
    return answersOf(fold, ones, z, {
      sigma, seed,
      classify: (zhat) => {
        if (!asked.has(batch)) asked.set(batch, near.ask(zhat, NEIGHBOURS, s));
        return what(asked.get(batch++)!);
      },
    }).classes;
  };
  NEIGHBOURS.forEach((k, i) => take(`D12 ${k} nearest`, () => baseline(({ votes }) => votes[i])));
  take("D12 class means", () => answersOf(fold, ones, z, { sigma, seed, classify: (zhat) => near.means(zhat) }).classes);
  take("D12 modern Hopfield", () => baseline(({ recalled }) => fold.classify(recalled)));
  near.dispose();
  ones.register.dispose();
}

/** The same quantiser over a table of ones. */
export function onesLike({ quantiser, register: { n, m, settings } }: Memory): Memory {
  const register = new AssociativeRegister(n, m, { sigma: settings.sigma });
  register.load(new Uint16Array(n * m).fill(1), new Uint32Array(n), 1);
  return { quantiser, register };
}

/** D6: column j gets the cells of another. */
function swappedColumns({ quantiser, register }: Memory, seed: number): Memory {
  const { n, m, cells, size } = register;
  const order = Array.from({ length: n }, (_, j) => j);
  seeded(seed).fork(6).shuffle(order);
  const swapped = new AssociativeRegister(n, m, { sigma: register.settings.sigma });
  swapped.load(Uint16Array.from({ length: n * m }, (_, at) => cells[order[Math.floor(at / m)] * m + (at % m)]), new Uint32Array(n), size);
  return { quantiser, register: swapped };
}

/** D8: each cue asks a memory of the other nine classes. */
function tenthClass(fold: Fold, m: number, z: Float32Array, labels: Uint8Array, draw: { sigma: number; seed: number }): Uint8Array {
  const stored = fold.labels("fill");
  const classes = new Uint8Array(labels.length);
  for (const left of new Set(labels)) {
    const nine = memoryOf(fold, m, { sigma: draw.sigma, keep: (place) => stored[place] !== left });
    const asked = [...labels.keys()].filter((c) => labels[c] === left);
    const answers = answersOf(fold, nine, z, { ...draw, only: (c) => labels[c] === left }).classes;
    for (const c of asked) classes[c] = answers[c];
    nine.register.dispose();
  }
  return classes;
}

/** Levels of all stored items, N x n. */
export function itemsOf(fold: Fold, { quantiser, register }: Memory): Uint16Array {
  const all = fold.latents("fill");
  const items = new Uint16Array(all.length);
  const piece = 1000 * fold.n;
  for (let from = 0; from < all.length; from += piece) items.set(register.levels(quantiser.transform(all.subarray(from, from + piece))), from);
  return items;
}

/** D7, a theorem: no table knows which levels came together. */
function shuffledGivesTheSame({ register }: Memory, items: Uint16Array, seed: number): boolean {
  const { n, m, settings } = register;
  const shuffled = items.slice();
  const column = new Uint16Array(items.length / n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < column.length; k++) column[k] = items[k * n + j];
    seeded(seed).fork(j).shuffle(column);
    for (let k = 0; k < column.length; k++) shuffled[k * n + j] = column[k];
  }
  const other = new AssociativeRegister(n, m, settings);
  other.register(shuffled);
  const [a, b] = [register.cells, other.cells];
  other.dispose();
  return a.every((held, at) => held === b[at]);
}

/** D11: as many levels and such a width of one global range that quantisation and jitter in latent units are those of the columns' own ranges (root mean square). */
export function matchedGlobal(fold: Fold, m: number, sigma: number): { m: number; sigma: number } {
  const own = quantiserOf(fold, m).ranges();
  const [G] = quantiserOf(fold, m, "global").ranges();
  const r = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / own.length);
  const levels = 1 + Math.round(((m - 1) * G) / r);
  return { m: levels, sigma: ((sigma * m) / (m - 1)) * (r / G) * ((levels - 1) / levels) };
}

/** (E37). */
export function noiseSd(m: number, sigma: number): number {
  const s = sigma * m;
  let [sum, moment] = [0, 0];
  for (let d = 1 - m; d < m; d++) {
    const w = s === 0 ? (d === 0 ? 1 : 0) : exp(-(d * d) / (2 * s * s));
    sum += w;
    moment += w * d * d;
  }
  return Math.sqrt(1 / 12 + moment / sum) / (m - 1);
}

/** D9: pictures that belong to no class of the data. */
function foreign(fold: Fold, { quantiser, register }: Memory, seed: number): Record<string, Uint16Array> {
  const [C, H, W] = fold.records.set.shape;
  const dim = C * H * W;
  const rng = seeded(seed).fork(9);
  const count = Math.min(500, fold.records.sizes.test);
  const places = Array.from({ length: count }, (_, i) => i);
  const permuted = fold.pictures("test", places);
  for (let i = 0; i < count; i++) {
    const order = Array.from({ length: H * W }, (_, p) => p);
    rng.shuffle(order);
    const own = permuted.slice(i * dim, (i + 1) * dim);
    for (let at = 0; at < dim; at++) permuted[i * dim + at] = own[Math.floor(at / (H * W)) * H * W + order[at % (H * W)]];
  }
  const others = [...loadPhotographs().images, ...loadEmoji().images.slice(0, 240)].map((one) => (C === 1 ? resize(toGrey(one), W, H) : one));
  const groups = {
    unseen: fold.latents("test"),
    "photographs and emoji": fold.networks.encode(Float32Array.from(others.flatMap(({ data }) => [...image(W, H, C, data).data]))),
    "pixels permuted": fold.networks.encode(permuted),
    "pixel noise": fold.networks.encode(Float32Array.from({ length: count * dim }, () => rng.uniform())),
  };
  return Object.fromEntries(Object.entries(groups).map(([name, latents]) => [name, register.levels(quantiser.transform(latents))]));
}

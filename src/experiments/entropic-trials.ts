/**
 * What the register of an entropic memory contributes, measured on pictures: stored, held-out and unseen ones as columns of 2 x 2 pixel
 * means (entropic-memory.md sections 11, 15.11-15.13). No networks: the features are the pictures themselves.
 *
 *   stored     N x n    registered                    heldOut   limits of the kinds and thresholds are set on these
 *   unseen     Q x n    the same kind of picture, never registered or used
 *   memories   register (the paper's); ones (a table of ones, accepting what the register accepts); tree (E38); items (E40)
 */
import {
  AssociativeRegister, calibrate, type Calibrated, fitQuantiser, fitTree, itemRecall, type Kind, kindOf, KINDS, levelDistance, type Limits, limitsOf, type Separation,
  separations, type TreeRegister,
} from "../entropic/index.ts";
import { NO_LEVEL } from "../kernels/index.ts";
import { auroc, seeded } from "../numeric/index.ts";

export const MEMORIES = ["register", "ones", "tree", "items"] as const;
export type MemoryName = (typeof MEMORIES)[number];

export interface Setting {
  readonly n: number;
  readonly m: number;
  readonly items: Uint16Array;
  readonly heldOut: Uint16Array;
  readonly unseen: Uint16Array;
  readonly register: AssociativeRegister;
  readonly ones: AssociativeRegister;
  readonly tree: TreeRegister;
  readonly limits: Limits;
  readonly calibrated: Calibrated;
}

/** @param rows features in [0, 1], all of one width: stored, held out, unseen @param seed of the draws that set the limits */
export function prepare(stored: Float32Array, heldOut: Float32Array, unseen: Float32Array, n: number, m: number, sigma: number, seed: number): Setting {
  const quantiser = fitQuantiser({ rows: stored.length / n, dim: n, data: stored }, { kind: "local", levels: m });
  const register = new AssociativeRegister(n, m, { sigma });
  // Out of range is the end level here, so that every memory is asked the same: recognition is measured apart.
  const levels = (z: Float32Array): Uint16Array => Uint16Array.from(quantiser.transform(z), (q) => Math.min(Math.max(q, 0), m - 1));
  const [items, held, fresh] = [levels(stored), levels(heldOut), levels(unseen)];
  register.register(items);
  const ones = new AssociativeRegister(n, m, { sigma });
  ones.load(new Uint16Array(n * m).fill(1), new Uint32Array(n), 1);
  const limits = limitsOf(items, held, ones.retrieve(held, { seed }).levels, n, m);
  return { n, m, items, heldOut: held, unseen: fresh, register, ones, tree: fitTree(items, n, m, { sigma }), limits, calibrated: calibrate(register, held, 0.1) };
}

/** One recall of a cue that is accepted whatever it is; undefined columns are drawn. */
export function recall({ n, m, items, register, ones, tree }: Setting, memory: MemoryName, cue: Uint16Array, sigma: number, seed: number): Uint16Array {
  const options = { sigma, xi: n, seed, visible: cue.map((level) => (level === NO_LEVEL ? 0 : 1)) };
  if (memory === "register") return register.retrieve(cue, options).levels;
  if (memory === "ones") return ones.retrieve(cue, options).levels;
  if (memory === "tree") return tree.retrieve(cue, options).levels;
  return itemRecall(items, m, cue, { sigma, jitter: sigma, rng: seeded(seed) }).levels;
}

export type Shares = Readonly<Record<Kind, number>>;

/** The share of each kind over some cues; eta decides with the calibrated thresholds. @param stored whether cue c is item c */
export function kindShares(setting: Setting, memory: MemoryName, cues: Uint16Array, sigma: number, stored: boolean, seed: number): Shares {
  const { n, m, items, limits, register, calibrated: { iota, kappa, xi } } = setting;
  const { accepted } = register.recognize(cues, { iota, kappa, xi });
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  accepted.forEach((yes, c) => {
    const cue = cues.subarray(c * n, (c + 1) * n);
    counts[kindOf(limits, items, m, cue, recall(setting, memory, cue, sigma, seed + c), { accepted: yes === 1, own: stored ? c : undefined })] += 1 / accepted.length;
  });
  return counts;
}

export interface Completion {
  readonly memory: MemoryName | "column mean";
  /** Mean d to the clean picture over the hidden columns, and twice its standard error. */
  readonly distance: number;
  readonly error: number;
}

/** The lower half of stored pictures hidden: how far what is recalled there lies from the truth. */
export function completions(setting: Setting, cues: Uint16Array, sigma: number, seed: number): Completion[] {
  const { n, m, items } = setting;
  const half = Math.floor(n / 2);
  const Q = cues.length / n;
  const means = Uint16Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let at = j; at < items.length; at += n) sum += items[at];
    return Math.round(sum / (items.length / n));
  });
  return [...MEMORIES, "column mean" as const].map((memory) => {
    const distances = Array.from({ length: Q }, (_, c) => {
      const clean = cues.subarray(c * n, (c + 1) * n);
      const found = memory === "column mean" ? means : recall(setting, memory, clean.slice().fill(NO_LEVEL, half), sigma, seed + c);
      return levelDistance(clean.subarray(half), found.subarray(half), m);
    });
    return { memory, ...meanOf(distances) };
  });
}

/** What the stored weights change: d(clean, recalled) of noisy cues, register against ones, cue by cue. */
export function contribution(setting: Setting, cues: Uint16Array, sigma: number, seed: number): { register: number; ones: number; difference: number; error: number } {
  const { n, m } = setting;
  const rng = seeded(seed);
  const noisy = cues.map((level) => Math.min(m - 1, Math.max(0, Math.round(level + 1.5 * rng.normal()))));
  const distances = (["register", "ones"] as const).map((memory) => Array.from({ length: cues.length / n }, (_, c) =>
    levelDistance(cues.subarray(c * n, (c + 1) * n), recall(setting, memory, noisy.subarray(c * n, (c + 1) * n), sigma, seed + c), m)));
  const paired = meanOf(distances[0].map((d, c) => d - distances[1][c]));
  return { register: meanOf(distances[0]).distance, ones: meanOf(distances[1]).distance, difference: paired.distance, error: paired.error };
}

export interface Recognition extends Separation {
  readonly group: string;
  /** Accepted by the calibrated thresholds. */
  readonly calibrated: number;
  /** AUC of the tree's likelihood. */
  readonly tree: number;
}

/** Stored pictures against unseen ones and against unseen ones whose columns are shuffled, each in its own way. */
export function recognitions({ n, register, tree, items, unseen, calibrated: { iota, kappa, xi } }: Setting, seed: number): Recognition[] {
  const rng = seeded(seed);
  const shuffled = unseen.slice();
  for (let at = 0; at < shuffled.length; at += n) rng.shuffle(shuffled.subarray(at, at + n));
  const own = tree.logLikelihood(items);
  return Object.entries(separations(register, items, { unseen, shuffled })).map(([group, found]) => {
    const cues = group === "unseen" ? unseen : shuffled;
    const { accepted } = register.recognize(cues, { iota, kappa, xi });
    return { group, ...found, calibrated: accepted.reduce((a, b) => a + b, 0) / accepted.length, tree: auroc(own, tree.logLikelihood(cues)) };
  });
}

function meanOf(values: readonly number[]): { distance: number; error: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / Math.max(values.length - 1, 1);
  return { distance: mean, error: 2 * Math.sqrt(variance / values.length) };
}

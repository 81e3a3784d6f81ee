/**
 * Chains of association (E17) of many cues at once, with the networks of a fold: v'^k = beta(v^k), z^k = Q^-1(v'^k), y^k = D(z^k), v^(k+1) = Q(E(y^k)).
 * The bits of `chain` (entropic/chains.ts) on the fold's latents. Pictures are fed back as floats; once a step is rejected, so are all later ones.
 */
import { type AssociativeRegister, type Kind, KINDS, kindOf, type Limits, limitsOf, type RoundTrip } from "../entropic/index.ts";
import { fingerprints } from "../entropic/cues.ts";
import { itemsOf, onesLike } from "./entropic-control-trials.ts";
import { type Fold, pickRows } from "./entropic-fold.ts";
import { type Memory, REJECTED } from "./entropic-scores.ts";

/** What became of Q cues at one depth. */
export interface Depth {
  /** Q classes, REJECTED from the first rejection on. */
  readonly classes: Uint8Array;
  /** Q x n levels recalled, and their latents; anything where rejected. */
  readonly levels: Uint16Array;
  readonly zhat: Float32Array;
}

export interface ChainChoice {
  readonly sigma: number;
  readonly seed: number;
  readonly steps: number;
  /** Whose eta decides. Default: the memory's own register. */
  readonly judge?: AssociativeRegister;
}

/** @param z Q x n latents of the first cues */
export function chainsOf(fold: Fold, { quantiser, register }: Memory, z: Float32Array, { sigma, seed, steps, judge = register }: ChainChoice): Depth[] {
  const { n } = fold;
  const Q = z.length / n;
  const depths: Depth[] = [];
  let alive = Array.from({ length: Q }, (_, c) => c);
  let next = z;
  for (let k = 0; k < steps; k++) {
    const depth: Depth = { classes: new Uint8Array(Q).fill(REJECTED), levels: new Uint16Array(Q * n), zhat: new Float32Array(Q * n) };
    depths.push(depth);
    if (alive.length === 0) continue;
    const v = register.levels(quantiser.transform(next));
    const { accepted } = judge.recognize(v);
    const kept = alive.map((_, i) => i).filter((i) => accepted[i] === 1);
    const cues = new Uint16Array(kept.length * n);
    kept.forEach((i, at) => cues.set(v.subarray(i * n, (i + 1) * n), at * n));
    alive = kept.map((i) => alive[i]);
    if (alive.length === 0) continue;
    const { levels } = register.retrieve(cues, { sigma, seed, sample: k, numbers: fingerprints(cues, n), iota: 0, kappa: 0, xi: n });
    const zhat = Float32Array.from(quantiser.inverse(levels));
    fold.classify(zhat).forEach((label, i) => (depth.classes[alive[i]] = label));
    alive.forEach((c, i) => {
      depth.levels.set(levels.subarray(i * n, (i + 1) * n), c * n);
      depth.zhat.set(zhat.subarray(i * n, (i + 1) * n), c * n);
    });
    if (k + 1 < steps) next = fold.networks.encode(fold.networks.decode(zhat));
  }
  return depths;
}

export interface KindSetting {
  readonly items: Uint16Array;
  readonly limits: Limits;
  readonly roundTrip: RoundTrip;
}

/** Items and limits of the kinds (15.11), set on held-out latents, never on the cues that are judged. @param sigma of the paper: what its jitter moves without any store */
export function kindSetting(fold: Fold, memory: Memory, heldOut: Float32Array, sigma: number, seed: number): KindSetting {
  const { quantiser, register } = memory;
  const { n, m } = register;
  // Out of range is the end level: a kind is asked of what was accepted only.
  const inside = (z: Float32Array): Uint16Array => Uint16Array.from(quantiser.transform(z), (level) => Math.min(m - 1, Math.max(0, level)));
  const roundTrip: RoundTrip = (v) => inside(fold.networks.encode(fold.networks.decode(Float32Array.from(quantiser.inverse(v)))));
  const [items, held] = [itemsOf(fold, memory), inside(heldOut)];
  const { register: ones } = onesLike(memory);
  const { levels } = ones.retrieve(held, { sigma, seed });
  ones.dispose();
  return { items, limits: limitsOf(items, held, levels, n, m, roundTrip), roundTrip };
}

/** Shares of the kinds at each depth, for the cues of some places, against their first cue. */
export function kindsOf({ items, limits, roundTrip }: KindSetting, { quantiser, register }: Memory, z: Float32Array, depths: readonly Depth[], places: readonly number[]): Record<Kind, number>[] {
  const { n, m } = register;
  const first = register.levels(quantiser.transform(pickRows(z, n, places)));
  return depths.map(({ classes, levels }) => {
    const shares = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
    places.forEach((c, i) => {
      const kind = kindOf(limits, items, m, first.subarray(i * n, (i + 1) * n), levels.subarray(c * n, (c + 1) * n), { accepted: classes[c] !== REJECTED, roundTrip });
      shares[kind] += 1 / places.length;
    });
    return shares;
  });
}

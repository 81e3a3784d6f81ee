/**
 * Memory, reproduction, association, imagination, noise: what a recall was, by measure (entropic-memory.md 15.11). The paper names ranges of
 * sigma and gives no rule; this one is proposed there. All limits come from held-out data, never from the cues that are judged.
 *
 *   d(a, b)      root mean square over the columns of (a_j - b_j) / (m - 1)
 *   copy         95th percentile of d(cue, jitter of the cue alone): what retrieval moves without any store
 *   item         5th percentile of d between distinct stored items
 *   near         95th percentile of the mean d of real held-out features to their 5 nearest stored items
 *   back         95th percentile of d(u, Q(E(D(Q^-1(u))))) of real held-out features, where there are networks
 *
 *   rejected       eta fails
 *   memory         the cue is stored, the nearest stored item of v' is the cue's own and d <= item
 *   noise          v' is not plausible: beyond `near`, or beyond `back`
 *   reproduction   the cue is not stored (or v' is not nearest to it), v' is plausible and d(v, v') <= copy
 *   association    v' is plausible, d(v, v') > copy, and v' lies within `item` of a stored item other than the cue
 *   imagination    v' is plausible, far from the cue and from every stored item
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError, quantile } from "../numeric/index.ts";

export type Kind = "rejected" | "memory" | "reproduction" | "association" | "imagination" | "noise";
export const KINDS: readonly Kind[] = ["rejected", "memory", "reproduction", "association", "imagination", "noise"];

/** v to Q(E(D(Q^-1(v)))). */
export type RoundTrip = (v: Uint16Array) => Uint16Array;

export interface Limits {
  readonly copy: number;
  readonly item: number;
  readonly near: number;
  readonly back?: number;
}

/** Neighbours whose mean distance makes an object plausible. */
const NEIGHBOURS = 5;

/** d over the columns that both define; 0 where there are none. */
export function levelDistance(a: ArrayLike<number>, b: ArrayLike<number>, m: number, aFrom = 0, bFrom = 0, n: number = a.length): number {
  let [sum, count] = [0, 0];
  for (let j = 0; j < n; j++) {
    const [x, y] = [a[aFrom + j], b[bFrom + j]];
    if (x === NO_LEVEL || y === NO_LEVEL) continue;
    sum += (x - y) * (x - y);
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count) / Math.max(m - 1, 1);
}

/** Distances of v to every item, nearest first. */
function neighbours(items: Uint16Array, v: Uint16Array, m: number): { item: number; distance: number }[] {
  const n = v.length;
  return Array.from({ length: items.length / n }, (_, item) => ({ item, distance: levelDistance(v, items, m, 0, item * n, n) }))
    .sort((a, b) => a.distance - b.distance || a.item - b.item);
}

function meanOfNearest(items: Uint16Array, v: Uint16Array, m: number): number {
  const near = neighbours(items, v, m).slice(0, NEIGHBOURS);
  return near.reduce((sum, { distance }) => sum + distance, 0) / near.length;
}

/**
 * The limits, from stored items and real features that were held out.
 * @param items N x n stored levels, at least two @param heldOut Q x n @param jittered Q x n, the held-out ones through the kernel without a store (a register of ones)
 */
export function limitsOf(items: Uint16Array, heldOut: Uint16Array, jittered: Uint16Array, n: number, m: number, roundTrip?: RoundTrip): Limits {
  const [N, Q] = [items.length / n, heldOut.length / n];
  if (!(N >= 2 && Q >= 1 && Number.isInteger(N) && Number.isInteger(Q) && jittered.length === heldOut.length)) {
    throw new EngramError("limits", "at least two items and one held-out object, jittered likewise", `${N}, ${Q} and ${jittered.length / n}`, "Hold some real objects out.");
  }
  const row = (all: Uint16Array, c: number): Uint16Array => all.subarray(c * n, (c + 1) * n);
  const each = (f: (c: number) => number): number => quantile(Float64Array.from({ length: Q }, (_, c) => f(c)), 0.95);
  const between: number[] = [];
  for (let a = 0; a < Math.min(N, 400); a++) for (let b = 0; b < a; b++) between.push(levelDistance(items, items, m, a * n, b * n, n));
  const distinct = between.filter((d) => d > 0);
  return {
    copy: each((c) => levelDistance(row(heldOut, c), row(jittered, c), m)), item: distinct.length === 0 ? 0 : quantile(distinct, 0.05),
    near: each((c) => meanOfNearest(items, row(heldOut, c), m)),
    ...(roundTrip === undefined ? {} : { back: each((c) => levelDistance(row(heldOut, c), roundTrip(row(heldOut, c)), m)) }),
  };
}

/** What one recall was. @param own the row of the cue among the items, where it is stored */
export function kindOf(
  limits: Limits, items: Uint16Array, m: number, cue: Uint16Array, recalled: Uint16Array, options: { accepted: boolean; own?: number; roundTrip?: RoundTrip },
): Kind {
  const { accepted, own, roundTrip } = options;
  if (!accepted) return "rejected";
  const near = neighbours(items, recalled, m);
  if (own !== undefined && near[0].item === own && near[0].distance <= limits.item) return "memory";
  const k = Math.min(NEIGHBOURS, near.length);
  const mean = near.slice(0, k).reduce((sum, { distance }) => sum + distance, 0) / k;
  const strayed = roundTrip !== undefined && limits.back !== undefined && levelDistance(recalled, roundTrip(recalled), m) > limits.back;
  if (mean > limits.near || strayed) return "noise";
  if (levelDistance(cue, recalled, m) <= limits.copy) return "reproduction";
  return near.some(({ item, distance }) => item !== own && distance <= limits.item) ? "association" : "imagination";
}

/**
 * From scores to decisions: the threshold that rejects a stated share of what should be accepted, and how well a score separates two groups.
 */
import { EngramError } from "./errors.ts";
import { sorted } from "./quantiles.ts";

/**
 * The largest threshold at which at most `rate` of the scores of known cues lie below it: accept when score >= threshold.
 * @throws EngramError on no scores, a NaN, or a rate outside [0, 1)
 */
export function thresholdAt(known: ArrayLike<number>, rate: number): number {
  if (!(rate >= 0 && rate < 1)) throw new EngramError("thresholdAt", "0 <= rate < 1", String(rate), ".05 rejects one known cue in twenty.");
  const order = sorted(known, "scores of known cues");
  const n = order.length;
  let rejected = Math.floor(rate * n);
  if ((rejected + 1) / n <= rate) rejected++; // .29 of 100 is 29, though .29 * 100 rounds below it
  return order[Math.min(rejected, n - 1)];
}

/** The chance that a known cue scores higher than a foreign one, ties counting half: the area under the ROC curve, exactly. @throws EngramError on an empty group or a NaN */
export function auroc(known: ArrayLike<number>, foreign: ArrayLike<number>): number {
  if (known.length === 0 || foreign.length === 0) throw new EngramError("auroc", "scores of both groups", "an empty group", "Score known and foreign cues.");
  const others = sorted(foreign, "scores of foreign cues");
  let wins = 0;
  for (const score of sorted(known, "scores of known cues")) wins += (lowerBound(others, score) + upperBound(others, score)) / 2;
  return wins / (known.length * foreign.length);
}

function lowerBound(order: Float64Array, value: number): number {
  return bound(order, (x) => x < value);
}

function upperBound(order: Float64Array, value: number): number {
  return bound(order, (x) => x <= value);
}

/** How many leading entries satisfy `before`. */
function bound(order: Float64Array, before: (x: number) => boolean): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(order[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

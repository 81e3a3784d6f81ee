/**
 * From scores to decisions: the threshold that rejects a stated share of what should be accepted, and how well a score separates two groups.
 */
import { EngramError } from "./errors.ts";

/** The q-quantile, 0 <= q <= 1, linear between order statistics (the definition most software uses, "type 7"). */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (values.length === 0) throw new EngramError("quantile", "at least one value", "none", "Collect some scores first.");
  if (!(q >= 0 && q <= 1)) throw new EngramError("quantile", "0 <= q <= 1", String(q), "0.5 is the median.");
  const sorted = Float64Array.from(values).sort();
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** The largest threshold at which at most `rate` of the scores of known cues lie below it: accept when score >= threshold. */
export function thresholdAt(known: ArrayLike<number>, rate: number): number {
  if (known.length === 0) throw new EngramError("thresholdAt", "scores of cues that should be accepted", "none", "Recall some known cues first.");
  if (!(rate >= 0 && rate < 1)) throw new EngramError("thresholdAt", "0 <= rate < 1", String(rate), ".05 rejects one known cue in twenty.");
  const sorted = Float64Array.from(known).sort();
  return sorted[Math.floor(rate * sorted.length)];
}

/** The chance that a known cue scores higher than a foreign one, ties counting half: the area under the ROC curve, exactly. */
export function auroc(known: ArrayLike<number>, foreign: ArrayLike<number>): number {
  if (known.length === 0 || foreign.length === 0) throw new EngramError("auroc", "scores of both groups", "an empty group", "Score known and foreign cues.");
  const sorted = Float64Array.from(foreign).sort();
  let wins = 0;
  for (let i = 0; i < known.length; i++) {
    const below = lowerBound(sorted, known[i]);
    wins += below + (upperBound(sorted, known[i]) - below) / 2;
  }
  return wins / (known.length * foreign.length);
}

function lowerBound(sorted: Float64Array, value: number): number {
  return bound(sorted, (x) => x < value);
}

function upperBound(sorted: Float64Array, value: number): number {
  return bound(sorted, (x) => x <= value);
}

/** How many leading entries satisfy `before`. */
function bound(sorted: Float64Array, before: (x: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Order statistics: quantiles by linear interpolation ("type 7": numpy, R, and most other software by default) and the median. */
import { EngramError } from "./errors.ts";

/** A sorted copy. @throws EngramError on no values or a NaN, which has no rank */
export function sorted(values: ArrayLike<number>, what: string): Float64Array {
  if (values.length === 0) throw new EngramError(what, "at least one value", "none", "Collect some scores first.");
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw new EngramError(`${what}, value ${i}`, "a number", "NaN", "NaN has no rank; find where it arose.");
  }
  return Float64Array.from(values).sort();
}

/** The q-quantile, 0 <= q <= 1. @throws EngramError on another q, no values or a NaN */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new EngramError("quantile", "0 <= q <= 1", String(q), "0.5 is the median.");
  const order = sorted(values, "quantile");
  const at = q * (order.length - 1);
  const below = Math.floor(at);
  const low = order[below];
  const high = order[Math.min(below + 1, order.length - 1)];
  return low === high || at === below ? low : low + (at - below) * (high - low); // no Infinity - Infinity
}

/** The middle value, or the mean of the two middle ones. @throws EngramError on no values or a NaN */
export function median(values: ArrayLike<number>): number {
  const order = sorted(values, "median");
  const middle = Math.floor(order.length / 2);
  if (order.length % 2 === 1) return order[middle];
  return order[middle - 1] === order[middle] ? order[middle] : 0.5 * order[middle - 1] + 0.5 * order[middle];
}

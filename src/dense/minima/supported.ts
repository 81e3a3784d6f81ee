/** How much of a domain the supports of LSR cover (arXiv 2506.10801, Figure 3 left; section 7.2 of the notes): the share of points with a pattern within r_s. */
import { EngramError } from "../../numeric/index.ts";
import { checkBeta } from "../parameters.ts";

/**
 * The share of points that some pattern supports, at each beta: exact counting of nearest distances, so one pass serves all betas.
 * @param Xi M x D numbers @param points how many @param point fills one point of the domain @param betas in any order
 */
export function supportedShare(Xi: ArrayLike<number>, dim: number, points: number, point: (x: Float64Array) => void, betas: ArrayLike<number>): Float64Array {
  if (!Number.isInteger(points) || points < 1) throw new EngramError("points", "a whole number above 0", String(points), "Each beta's share is counted on them.");
  const nearest = new Float64Array(points);
  const x = new Float64Array(dim);
  const rows = Float64Array.from(Xi);
  for (let q = 0; q < points; q++) {
    point(x);
    let least = Infinity;
    for (let at = 0; at < rows.length; at += dim) {
      let sum = 0;
      for (let k = 0; k < dim && sum < least; k++) {
        const d = x[k] - rows[at + k];
        sum += d * d;
      }
      if (sum < least) least = sum;
    }
    nearest[q] = least;
  }
  nearest.sort();
  return Float64Array.from(betas, (beta) => below(nearest, 2 / checkBeta(beta)) / points);
}

/** How many of the ascending numbers are below a limit. */
function below(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Algorithm 2 of the LSR paper (arXiv 2506.10801; section 6.2 of the notes): beta from a wanted mean number of interacting patterns, by
 * bisection on the radius, as the text has it and as the released code has it; and the range of beta of its figures. `betaForInteractions`
 * (L34) is what both look for, exactly.
 *
 *   K'(r) = mean over mu of #{nu : D_mu,nu <= 2r} (paper) or < 2r (code), self counted;  beta = 2 / r^2
 */
import { EngramError } from "../../numeric/index.ts";
import { asPairs, type Pairs } from "./pairs.ts";

export interface Bisection {
  readonly beta: number;
  readonly r: number;
  /** K' at r. */
  readonly attained: number;
  readonly steps: number;
  /** Whether K' is the wanted number. */
  readonly met: boolean;
}

/**
 * @param D2 table of squared distances @param wanted K_target > 1
 * @param form "paper": r from min D / 2 to 4 max D, until K' = K_target or `maxSteps` (default 100); "code": r from 0 to 2 max D, r_max = r
 *   where K' >= K_target, 800 steps: it ends at the radius where the count first reaches K_target; .1 for one pattern or all equal
 * @throws EngramError for the paper's form with one pattern or all equal
 */
export function bisectBeta(D2: Float64Array, wanted: number, form: "paper" | "code", maxSteps: number = form === "paper" ? 100 : 800): Bisection {
  if (!(wanted > 1 && wanted < Infinity)) throw new EngramError("interactions", "a number above 1 (self included)", String(wanted), "3 means two neighbours each.");
  const M = asPairs(D2).count;
  const distances = D2.map((d2) => Math.sqrt(d2)).sort();
  const largest = distances[distances.length - 1];
  const smallest = distances[M];
  if (M < 2 || largest === 0) {
    if (form === "code") return { beta: 0.1, r: Math.sqrt(2 / 0.1), attained: M, steps: 0, met: M === wanted };
    throw new EngramError("interactions", "patterns that differ", M < 2 ? "one pattern" : "identical patterns", "Pass beta explicitly.");
  }
  const strict = form === "code";
  let [low, high] = strict ? [0, 2 * largest] : [smallest / 2, 4 * largest];
  let r = (low + high) / 2;
  let [steps, attained] = [0, 0];
  for (; steps < maxSteps; steps++) {
    r = (low + high) / 2;
    attained = count(distances, 2 * r, strict) / M;
    if (!strict && attained === wanted) break;
    if (!(low < r && r < high)) break; // nothing between them any more
    if (strict ? attained >= wanted : attained > wanted) high = r;
    else low = r;
  }
  if (strict) r = high;
  attained = count(distances, 2 * r, strict) / M;
  return { beta: 2 / (r * r), r, attained, steps, met: attained === wanted };
}

/** The betas of the paper's figures. */
export interface BetaRange {
  /** Every support covers the domain. */
  readonly low: number;
  /** 8 / d_min^2: supports of different patterns only touch (erratum 9: the text says 2 / d_min^2). */
  readonly high: number;
}

/**
 * From "every ball covers everything" to "no two balls meet".
 * @param diameter of the domain: sqrt(d) for the unit cube, so that low = 2/d. Default: the largest distance of two patterns
 * @throws EngramError where no two patterns differ
 */
export function betaRange(pairs: Pairs | Float64Array, diameter?: number): BetaRange {
  const from = asPairs(pairs);
  let [least, most] = [Infinity, 0];
  for (let mu = 0; mu < from.count; mu++) {
    const near = from.near(mu, Infinity);
    for (const d2 of from.among(near)(near.indexOf(mu))) {
      if (d2 > 0) least = Math.min(least, d2);
      most = Math.max(most, d2);
    }
  }
  if (least === Infinity) throw new EngramError("beta range", "patterns that differ", from.count < 2 ? "one pattern" : "identical patterns", "One pattern is a minimum at every beta.");
  const size2 = diameter === undefined ? most / from.unit : diameter * diameter;
  if (!(size2 > 0 && size2 < Infinity)) throw new EngramError("diameter", "a finite number above 0", String(diameter), "sqrt(d) for the unit cube.");
  return { low: 2 / size2, high: (8 * from.unit) / least };
}

function count(sorted: Float64Array, limit: number, strict: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (strict ? sorted[middle] >= limit : sorted[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

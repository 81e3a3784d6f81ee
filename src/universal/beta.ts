/**
 * Choosing and reading the inverse temperature (semantic-memory.md U8, U11, F8).
 *
 *   delta   wanted doubt: the best memory gets weight >= 1 - delta
 *   gap     Delta, best minus second-best score
 *   N       memories
 */
import { EngramError, log } from "../numeric/index.ts";
import { checkBeta } from "./separation.ts";

/**
 * (U11) The smallest softmax beta with which the best of N memories gets weight >= 1 - delta when it leads by `gap`:
 * beta gap = log((N - 1)(1 - delta) / delta). 0 when any beta will do (N = 1).
 * @param delta 0 < delta < 1 @param N whole, >= 1 @param gap > 0
 */
export function betaFor(delta: number, N: number, gap: number): number {
  if (!(delta > 0 && delta < 1)) throw new EngramError("betaFor", "0 < delta < 1", String(delta), "delta = .01 gives the best memory 99 % of the weight.");
  if (!Number.isInteger(N) || N < 1) throw new EngramError("betaFor", "a whole number of memories N >= 1", String(N), "N is the size of the memory.");
  if (!(gap > 0) || gap === Infinity) throw new EngramError("betaFor", "a gap > 0", String(gap), "The gap is best minus second-best score; with none, no beta can decide.");
  return Math.max(0, N === 1 ? 0 : log(((N - 1) * (1 - delta)) / delta) / gap);
}

/** (F8) beta = 1 / sigma^2: with S = -D2/2 one softmax step is the posterior mean under Gaussian noise of standard deviation sigma (arXiv 2502.05164). */
export function betaFromNoise(sigma: number): number {
  if (!(sigma > 0) || sigma === Infinity) throw new EngramError("betaFromNoise", "a standard deviation sigma > 0", String(sigma), "With no noise use the separation max.");
  return 1 / (sigma * sigma);
}

/**
 * (U8) What softmax with parameter `a` amounts to after the reference's sum-normalisation (U7b): beta_eff = a / sum_nu sim_nu,
 * so that softmax(a s) = softmax(beta_eff sim).
 * @param scores the N raw reference similarities
 */
export function effectiveBeta(a: number, scores: ArrayLike<number>): number {
  checkBeta("effectiveBeta", a);
  let sum = 0;
  for (let nu = 0; nu < scores.length; nu++) sum += scores[nu];
  return a / sum;
}

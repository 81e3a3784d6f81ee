/**
 * Choosing and reading the inverse temperature (semantic-memory.md U8, U11, F8).
 *
 *   delta   wanted doubt: the best memory gets weight >= 1 - delta
 *   gap     Delta, best minus second-best score
 *   N       memories
 */
import { EngramError } from "../numeric/index.ts";
import { checkBeta } from "./separation.ts";

/** (U11), shared with the dense room. */
export { betaForCertainty as betaFor } from "../dense/beta.ts";

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

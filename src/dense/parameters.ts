/** Parameters that every energy checks, and the two conventions of beta (see energy.ts). */
import { EngramError } from "../numeric/index.ts";

/** @throws EngramError unless 0 < beta < Infinity */
export function checkBeta(beta: number): number {
  if (!(Number.isFinite(beta) && beta > 0)) throw new EngramError("beta", "a finite number above 0", String(beta), "beta is an inverse temperature; larger is sharper.");
  return beta;
}

/** @throws EngramError unless 0 <= eps < Infinity */
export function checkEpsilon(eps: number): number {
  if (!(Number.isFinite(eps) && eps >= 0)) throw new EngramError("epsilon", "a finite number, 0 or above", String(eps), "epsilon = 0 is the exact LSR energy.");
  return eps;
}

/** beta of e^{-(beta/2) d^2} from beta of e^{-beta d^2} (the diffusion chapter's convention). */
export function halfFromFull(beta: number): number {
  return 2 * beta;
}

/** beta of e^{-beta d^2} from beta of e^{-(beta/2) d^2}. */
export function fullFromHalf(beta: number): number {
  return beta / 2;
}

/**
 * Separations F of E = -Q[ sum_mu F(beta S(g(x), xi_mu)) ] (L1; 2.23 of arXiv 2507.06211), as plain objects with derivative.
 *
 *   z = beta S   argument: an overlap (dot) or minus a scaled squared distance, -s = -(beta/2)||x - xi||^2
 *   F(z), f(z) = F'(z)
 *
 * | name          | F                 | paper                                    |
 * |---------------|-------------------|------------------------------------------|
 * | identity      | z                 | linear                                   |
 * | power(n)      | z^n / n           | Krotov-Hopfield 2016; classical at n = 2 |
 * | rectified(n)  | max(z, 0)^n / n   | the same without inverted recall         |
 * | exponential   | e^z               | Demircigil; with Q = log the LSE energy  |
 * | epanechnikov  | max(1 + z, 0)     | (L7): LSR                                |
 */
import { EngramError, exp, integerPower } from "../numeric/index.ts";

export interface Separation {
  readonly name: string;
  /** F(z). */
  F(z: number): number;
  /** F'(z); at a kink the derivative from the inactive side, as for a ReLU. */
  f(z: number): number;
}

/** @throws EngramError unless n is an integer in 1..1000 */
export function checkDegree(n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > 1000) throw new EngramError("degree", "an integer from 1 to 1000", String(n), "n = 2 is the classical Hopfield network.");
  return n;
}

export const identity: Separation = { name: "identity", F: (z) => z, f: () => 1 };

/** z^n / n: even n stores -xi, too. */
export function power(n: number): Separation {
  checkDegree(n);
  return { name: `power(${n})`, F: (z) => integerPower(z, n) / n, f: (z) => integerPower(z, n - 1) };
}

/** max(z, 0)^n / n. */
export function rectified(n: number): Separation {
  checkDegree(n);
  return {
    name: `rectified(${n})`,
    F: (z) => (z > 0 ? integerPower(z, n) / n : 0),
    f: (z) => (z > 0 ? integerPower(z, n - 1) : 0),
  };
}

export const exponential: Separation = { name: "exponential", F: exp, f: exp };

/** The Epanechnikov separation of LSR (L7). */
export const epanechnikov: Separation = { name: "epanechnikov", F: (z) => (z > -1 ? 1 + z : 0), f: (z) => (z > -1 ? 1 : 0) };

/**
 * Outer scalings Q of E = -Q[A], A = eps + sum F(beta S) (L1), increasing, with derivative in A.
 *
 *   identity   Q = A                    (M1)
 *   log        Q = (1/beta) log A       (L2); -Infinity for A <= 0, where the energy is Infinity
 */
import { log } from "../numeric/index.ts";

export interface Scaling {
  readonly name: string;
  Q(A: number, beta: number): number;
  /** dQ/dA; 0 outside the domain of Q. */
  dQ(A: number, beta: number): number;
}

export const identityScaling: Scaling = { name: "identity", Q: (A) => A, dQ: () => 1 };

export const logScaling: Scaling = {
  name: "log",
  Q: (A, beta) => (A > 0 ? log(A) / beta : -Infinity),
  dQ: (A, beta) => (A > 0 ? 1 / (beta * A) : 0),
};

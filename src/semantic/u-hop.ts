/**
 * U-Hop: a linear phi learned from the stored memories alone (F6 of semantic-memory.md; Wu et al., ICML 2024): their images on the unit
 * sphere are pushed apart until they are spread evenly.
 *
 *   u_mu = W (xi_mu - m) / |W (xi_mu - m)|
 *   L(W) = log mean_{mu != nu} exp(-t |u_mu - u_nu|^2)                       t = 2
 *   P_mu,nu = e^{2t u_mu.u_nu} / sum,    dL/du_mu = 4t sum_nu P_mu,nu u_nu,    dL/dW from u's tangent part over |W (xi - m)|
 *
 * Deviations: the mean m is taken off first (natural pictures are nearly parallel otherwise). W starts as the leading e principal directions and
 * moves within the leading `span`; descent by the whole gradient, a step that does not lower L is halved, so L never rises. No chance is
 * involved. Above `most` memories, as many spread evenly take part.
 */
import { dgemm } from "../kernels/index.ts";
import { checkNames, EngramError, exp, log } from "../numeric/index.ts";
import type { FeatureMap, Fit } from "./feature-map.ts";
import { linearMap } from "./linear-map.ts";
import { principal, transpose } from "./pca.ts";

export interface UHopOptions {
  /** e; fewer where the memories span fewer. Default 128. */
  readonly dim?: number;
  /** Default 2. */
  readonly t?: number;
  /** Descent steps. Default 20: L then falls by less than .01 a step on natural pictures. */
  readonly steps?: number;
  /** Memories that take part. Default 1024. */
  readonly most?: number;
  /** Hears of L at the start and after every step. */
  readonly onStep?: (L: number) => void;
}

/** The map still to be learned; `uHop(...).fit(X, n)` learns it at once. */
export function uHop(options: UHopOptions = {}): Fit {
  checkNames("u-hop option", options, ["dim", "t", "steps", "most", "onStep"] satisfies (keyof UHopOptions)[]);
  const { dim = 128, t = 2, steps = 20, most = 1024 } = options;
  for (const [name, value] of [["dim", dim], ["steps", steps], ["most", most]] as const) {
    if (!Number.isInteger(value) || value < (name === "steps" ? 0 : 1)) throw new EngramError(`u-hop, ${name}`, "a whole number from 1", String(value), "Leave it out for the default.");
  }
  if (typeof t !== "number" || !(t > 0) || t === Infinity) throw new EngramError("u-hop, t", "a number above 0", String(t), "2 is the paper's.");
  return { name: "U-Hop", fit: (X, rows) => learned(X, rows, { dim, t, steps, most, onStep: options.onStep }) };
}

function learned(X: Float64Array, n: number, { dim, t, steps, most, onStep }: Required<Omit<UHopOptions, "onStep">> & Pick<UHopOptions, "onStep">): FeatureMap {
  if (n < 2) throw new EngramError("u-hop", "at least two memories to push apart", String(n), "Store them in one call.");
  const d = X.length / n;
  const count = Math.min(n, most);
  const picked = new Float64Array(count * d);
  for (let j = 0; j < count; j++) picked.set(X.subarray(Math.floor((j * n) / count) * d, (Math.floor((j * n) / count) + 1) * d), j * d);
  const { mean, lambda, V } = principal(picked, count, 2 * dim);
  const span = lambda.length;
  if (span === 0) throw new EngramError("u-hop", "memories that differ", "equal ones", "There is nothing to push apart.");
  const e = Math.min(dim, span);
  const Z = dgemm(count, span, d, picked.map((x, i) => x - mean[i % d]), transpose(V, span, d));
  let W = Float64Array.from({ length: e * span }, (_, i) => (Math.floor(i / span) === i % span ? 1 : 0));
  let state = uniformity(Z, W, count, span, e, t);
  onStep?.(state.L);
  // the first step: the gradient's length times this is a tenth of W's
  let eta = 0.1 * Math.sqrt(e / Math.max(squares(state.gradient), 1e-300));
  for (let step = 0; step < steps; step++) {
    const slope = squares(state.gradient);
    if (slope === 0) break;
    let next = state;
    let candidate = W;
    for (let halving = 0; halving < 30; halving++) {
      candidate = W.map((w, i) => w - eta * state.gradient[i]);
      next = uniformity(Z, candidate, count, span, e, t);
      if (next.L <= state.L - 1e-4 * eta * slope) break;
      eta /= 2;
      next = state;
    }
    if (next === state) break;
    [W, state] = [candidate, next];
    eta *= 2;
    onStep?.(state.L);
  }
  return linearMap(`U-Hop to ${e}`, dgemm(e, d, span, W, V), mean);
}

/** L and its gradient in W. @param Z n x r memories @param W e x r */
function uniformity(Z: Float64Array, W: Float64Array, n: number, r: number, e: number, t: number): { L: number; gradient: Float64Array } {
  const U = dgemm(n, e, r, Z, transpose(W, e, r));
  const lengths = new Float64Array(n);
  for (let mu = 0; mu < n; mu++) {
    const row = U.subarray(mu * e, (mu + 1) * e);
    lengths[mu] = Math.sqrt(squares(row));
    if (lengths[mu] > 0) for (let j = 0; j < e; j++) row[j] /= lengths[mu];
  }
  // |u_mu - u_nu|^2 = 2 - 2 u_mu.u_nu
  const E = dgemm(n, n, e, U, transpose(U, n, e));
  let sum = 0;
  for (let mu = 0; mu < n; mu++) {
    for (let nu = 0; nu < n; nu++) {
      const i = mu * n + nu;
      E[i] = mu === nu ? 0 : exp(2 * t * (E[i] - 1));
      sum += E[i];
    }
  }
  const G = dgemm(n, e, n, E, U);
  for (let mu = 0; mu < n; mu++) {
    let along = 0;
    for (let j = 0; j < e; j++) along += G[mu * e + j] * U[mu * e + j];
    const scale = lengths[mu] > 0 ? (4 * t) / (sum * lengths[mu]) : 0;
    for (let j = 0; j < e; j++) G[mu * e + j] = scale * (G[mu * e + j] - along * U[mu * e + j]);
  }
  return { L: log(sum / (n * (n - 1))), gradient: dgemm(e, r, n, transpose(G, n, e), Z) };
}

function squares(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
  return sum;
}

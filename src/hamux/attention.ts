/**
 * Attention as a hypersynapse between any two layers, or of one layer with itself (modern-methods.md section 3.4, (M27), (M28), (M33)).
 *
 *   xhat_q  Nq x Dq,  xhat_k  Nk x Dk    tokens x channels: a plain layer is one token, H x W x C are H W tokens
 *   W^Q     Dq x heads x z,  W^K  Dk x heads x z
 *   Q = xhat_q W^Q,  K = xhat_k W^K,  A = Q K^T   heads x Nq x Nk
 *   E = -sum over heads and queries of L_hid over keys of A;  default L_hid: softmax, -(1/beta) sum LSE(beta A)
 *   omega = L_hid'(A)    signal into q: (omega K) W^Q^T;  into k: (omega^T Q) W^K^T
 *
 * turnedWQ, turnedWK   heads x z x D, optional among the parameters: the weights turned once, for those who call often
 *
 * A mask (1 = this query sees this key) leaves keys out. A query that sees no key has no energy and no signal (M36).
 */
import { checkNames, EngramError, log } from "../numeric/index.ts";
import { add, constant, div, matmul, mul, type NdArray, ndArray, neg, reshape, sizeOf, sub, transpose, type Var } from "../autodiff/index.ts";
import type { Lagrangian, Params } from "./lagrangian.ts";
import { softmax } from "./row-lagrangians.ts";
import { type Both, hiddenParameters, type Hypersynapse, ofHidden, weights } from "./synapse.ts";

/** The score of a key that is not seen: its weight is exactly 0. Not -Infinity, whose product with a weight of 0 would be NaN in beta's gradient. */
const HIDDEN = -1e30;

export interface AttentionOptions {
  /** Over the keys. Default softmax with beta = 1. */
  hidden?: Lagrangian;
  /** Nq x Nk of 0 and 1: which keys a query sees. Only with softmax. Default: all. */
  mask?: NdArray;
}

/** A hypersynapse that shows where it looks. */
export interface Attention extends Hypersynapse {
  /** omega, B x heads x Nq x Nk: what every key weighs for every query. */
  weights(xhats: readonly Var[], p: Params): Var;
}

/** @throws EngramError on weights that do not fit each other, or a mask that is none */
export function attention(WQ: NdArray, WK: NdArray, options: AttentionOptions = {}): Attention {
  checkNames("attention option", options, ["hidden", "mask"] satisfies (keyof AttentionOptions)[]);
  const { hidden = softmax(), mask } = options;
  const [Dq, heads, z] = weights(WQ, 3, "attention WQ").shape;
  const [Dk] = weights(WK, 3, "attention WK").shape;
  if (WK.shape[1] !== heads || WK.shape[2] !== z) throw new EngramError("attention WK", `shape [Dk, ${heads}, ${z}], heads and width of WQ`, `[${WK.shape.join(", ")}]`, "Queries and keys meet head by head.");
  if (mask !== undefined) {
    ndArray(weights(mask, 2, "attention mask").shape, mask.data, "attention mask");
    if (mask.data.some((value) => value !== 0 && value !== 1)) throw new EngramError("attention mask", "entries of 0 and 1", "others", "1 = this query sees this key.");
    if (hidden.name !== "softmax") throw new EngramError("attention mask", "softmax over the keys", hidden.name, "Only softmax can leave a key out.");
  }
  const blind = mask === undefined ? [] : Array.from({ length: mask.shape[0] }, (_, q) => !mask.data.subarray(q * mask.shape[1], (q + 1) * mask.shape[1]).includes(1));
  /** B x heads x N x z. */
  const project = (x: Var, W: Var, D: number): Var => {
    const rows = reshape(x, [x.shape[0], sizeOf(x.shape.slice(1)) / D, D]);
    return transpose(reshape(matmul(rows, reshape(W, [D, heads * z])), [...rows.shape.slice(0, 2), heads, z]), [0, 2, 1, 3]);
  };
  /** B x heads x N x z back to the layer. @param turned W as heads x z x D, where the caller has it */
  const back = (y: Var, W: Var, turned: Var | undefined, shape: readonly number[], D: number): Var => {
    const rows = reshape(transpose(y, [0, 2, 1, 3]), [y.shape[0] * y.shape[2], heads * z]);
    return reshape(matmul(rows, turned === undefined ? transpose(reshape(W, [D, heads * z])) : reshape(turned, [heads * z, D])), shape);
  };
  const like = (data: ArrayLike<number>, shape: number[], x: Var): Var => constant({ shape, data: x.data instanceof Float32Array ? Float32Array.from(data) : Float64Array.from(data) });
  /** 1 for queries that see a key. */
  const sees = (A: Var): Var => like(blind.map((no) => (no ? 0 : 1)), [blind.length, 1], A);
  const scores = (Q: Var, K: Var): Var => {
    const A = matmul(Q, transpose(K));
    if (mask === undefined) return A;
    const hide = Float64Array.from(mask.data, (value, i) => (value === 1 || blind[Math.floor(i / mask.shape[1])] ? 0 : HIDDEN));
    return add(mul(A, sees(A)), like(hide, [...mask.shape], A));
  };
  /** Queries, keys and scores. */
  const looks = ([x, y]: readonly Var[], p: Params): [Q: Var, K: Var, A: Var] => {
    const [Q, K] = [project(x, p.WQ, Dq), project(y, p.WK, Dk)];
    return [Q, K, scores(Q, K)];
  };
  /** 0 in the rows of blind queries. */
  const omegaOf = (A: Var, p: Params): Var => {
    const omega = hidden.activation(A, ofHidden(p));
    return blind.includes(true) ? mul(omega, sees(omega)) : omega;
  };
  const energyOf = (A: Var, p: Params): Var => {
    const value = hidden.value(A, ofHidden(p));
    const quiet = blind.filter(Boolean).length;
    // A blind query's scores are all 0: its log-sum-exp is log Nk, taken off again.
    return quiet === 0 ? neg(value) : sub(div(heads * quiet * log(mask!.shape[1]), p["hidden.beta"]), value);
  };
  const both = (xhats: readonly Var[], p: Params): Both => {
    const [Q, K, A] = looks(xhats, p);
    return {
      get energy() {
        return energyOf(A, p);
      },
      signals: () => {
        const omega = omegaOf(A, p);
        return [back(matmul(omega, K), p.WQ, p.turnedWQ, xhats[0].shape, Dq), back(matmul(transpose(omega), Q), p.WK, p.turnedWK, xhats[1].shape, Dk)];
      },
    };
  };
  return {
    kind: "attention", hidden, settings: mask === undefined ? {} : { mask: { shape: [...mask.shape], data: Array.from(mask.data) } },
    parameters: { WQ, WK, ...hiddenParameters(hidden) },
    misfit: (shapes) => {
      const [a, b] = shapes;
      if (shapes.length !== 2 || a[a.length - 1] !== Dq || b[b.length - 1] !== Dk) return `two layers (or one twice) with ${Dq} and ${Dk} channels along the last axis`;
      const tokens = [sizeOf(a) / Dq, sizeOf(b) / Dk];
      return mask === undefined || (mask.shape[0] === tokens[0] && mask.shape[1] === tokens[1]) ? undefined : `${mask.shape[0]} queries and ${mask.shape[1]} keys, as the mask has`;
    },
    energy: (xhats, p) => energyOf(looks(xhats, p)[2], p),
    weights: (xhats, p) => omegaOf(looks(xhats, p)[2], p),
    signals: (xhats, p) => both(xhats, p).signals(),
    both,
  };
}

/** Which tokens see each other when none sees itself: N x N, 0 on the diagonal. */
export function othersOnly(N: number): NdArray {
  return ndArray([N, N], Array.from({ length: N * N }, (_, i) => (i % (N + 1) === 0 ? 0 : 1)), "attention mask");
}

/**
 * The Energy Transformer block on the tape (arXiv 2302.07253; 2507.06211 section 3.5; modern-methods.md (M26)-(M38)): energies, the explicit update and a step, over
 * batches. Everything can be differentiated in tokens and parameters.
 *
 *   x, xhat   B x N x D     tokens and their layer norms, each token apart          (M26)
 *   WQ, WK    H x Y x D     A = K Q per head;  beta = 1 / sqrt(Y)                    (M27)
 *   Xi        M x D
 *   E = sum <x, xhat> - L(x)  -  (1/beta) sum_{h, C} log sum_{B seen by C} exp(beta A_hBC)  -  sum G(Xi xhat)      (M28)-(M30)
 *   u = -dE^ATT/dxhat - dE^HN/dxhat: both attention terms and the memories                                          (M33)
 *   x <- x + alpha u(xhat(x))                                                                                       (M34)
 *
 * Deviation: a token that sees none has neither energy nor update from attention (M36).
 */
import { add, constant, mul, type NdArray, total, transpose, type Var } from "../autodiff/index.ts";
import { attention, type Attention, type Hypersynapse, type Lagrangian, legendre, othersOnly, type Params, softmax } from "../hamux/index.ts";
import { paramsOf } from "../hamux/graph.ts";
import { hopfieldNetwork } from "./hopfield-network.ts";

/** Parameters by part, the weights of attention in the order its hypersynapse has. */
export interface Prepared {
  readonly norm: Params;
  readonly attention: Params;
  readonly hopfield: Params;
}

export interface BlockParts {
  readonly WQ: NdArray;
  readonly WK: NdArray;
  readonly Xi: NdArray;
  readonly norm: Lagrangian;
  readonly hidden: Lagrangian;
  readonly allowSelf: boolean;
}

/** Energies of B examples by part. */
export interface BlockEnergies {
  readonly neurons: Var;
  readonly attention: Var;
  readonly hopfield: Var;
}

/** Which tokens see each other: N x N of 0 and 1, row = query, column = key. */
export type Neighbours = NdArray;

export class BlockGraph {
  readonly parts: BlockParts;
  readonly #hopfield: Hypersynapse;

  constructor(parts: BlockParts) {
    this.parts = parts;
    this.#hopfield = hopfieldNetwork(parts.Xi, parts.hidden);
  }

  /** From parameters by the block's names: WQ, WK, Xi, beta, norm.gamma, norm.delta, hopfield.beta. */
  prepare(p: Params): Prepared {
    const hidden = Object.entries(paramsOf(p, "hopfield")).map(([name, value]) => [`hidden.${name}`, value]);
    return {
      norm: paramsOf(p, "norm"),
      attention: { WQ: transpose(p.WQ, [2, 0, 1]), WK: transpose(p.WK, [2, 0, 1]), turnedWQ: p.WQ, turnedWK: p.WK, "hidden.beta": p.beta }, // D x H x Y
      hopfield: { Xi: p.Xi, XiT: transpose(p.Xi), ...Object.fromEntries(hidden) },
    };
  }

  /** The attention of N tokens. @throws EngramError for neighbours that are no N x N mask */
  attentionOf(N: number, neighbours?: Neighbours): Attention {
    const mask = this.maskOf(N, neighbours);
    const turned = (W: NdArray): NdArray => ({ shape: [W.shape[2], W.shape[0], W.shape[1]], data: W.data }); // shapes only: the numbers come with the call
    return attention(turned(this.parts.WQ), turned(this.parts.WK), { hidden: softmax(), mask });
  }

  /** Which tokens see each other; undefined: all see all. */
  maskOf(N: number, neighbours?: Neighbours): NdArray | undefined {
    return neighbours ?? (this.parts.allowSelf ? undefined : othersOnly(N));
  }

  /** xhat. (M26) */
  normalise(x: Var, q: Prepared): Var {
    return this.parts.norm.activation(x, q.norm);
  }

  /** (M28)-(M30), B numbers each. */
  energies(xhat: Var, x: Var, q: Prepared, looks: Attention): BlockEnergies {
    return this.look(xhat, x, q, looks).energies;
  }

  /** The energies, and u when it is asked for: projections, scores and fields are computed once for both. */
  look(xhat: Var, x: Var, q: Prepared, looks: Attention): { readonly energies: BlockEnergies; update(): Var } {
    const [att, hopfield] = [looks.both!([xhat, xhat], q.attention), this.#hopfield.both!([xhat], q.hopfield)];
    return {
      energies: { neurons: legendre(this.parts.norm, x, xhat, q.norm), attention: att.energy, hopfield: hopfield.energy },
      update: () => total([...att.signals(), ...hopfield.signals()]),
    };
  }

  /** The sum of the parts. */
  energy(xhat: Var, x: Var, q: Prepared, looks: Attention): Var {
    const { neurons, attention: att, hopfield } = this.energies(xhat, x, q, looks);
    return total([neurons, att, hopfield]);
  }

  /** u, shaped as the tokens. (M33) */
  update(xhat: Var, q: Prepared, looks: Attention): Var {
    return total([...looks.signals!([xhat, xhat], q.attention), ...this.#hopfield.signals!([xhat], q.hopfield)]);
  }

  /** (M34) @param free N numbers: 1 = the token may move, 0 = it stays. Default: all move */
  step(x: Var, q: Prepared, looks: Attention, alpha: number, free?: ArrayLike<number>): Var {
    return this.moved(x, this.update(this.normalise(x, q), q, looks), alpha, free);
  }

  /** x + alpha u. */
  moved(x: Var, u: Var, alpha: number, free?: ArrayLike<number>): Var {
    if (free === undefined) return add(x, mul(alpha, u));
    const rates = Float64Array.from(free, (bit) => alpha * bit);
    return add(x, mul(constant({ shape: [1, rates.length, 1], data: x.data instanceof Float32Array ? Float32Array.from(rates) : rates }), u));
  }
}

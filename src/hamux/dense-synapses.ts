/**
 * Hypersynapses of weights alone (modern-methods.md section 3.4); layers of any shape, read as rows of neurons.
 *
 *   bias   b: D                 E = -b.xhat                                    signal b
 *   dense  W: D1 x D2, b: D2    E = -xhat1^T W xhat2 - b.xhat2                 into 1: W xhat2;  into 2: W^T xhat1 + b
 *   nary   W: D1 x ... x Dk     E = -sum W_{a..z} xhat1_a ... xhatk_z          all slots but one contracted
 */
import { EngramError } from "../numeric/index.ts";
import { add, matmul, mul, type NdArray, neg, reshape, sizeOf, sub, sum, transpose, type Var, broadcastTo } from "../autodiff/index.ts";
import { flat, type Hypersynapse, wantSizes, weights } from "./synapse.ts";

/** A field that pulls one layer towards b. */
export function bias(b: NdArray): Hypersynapse {
  const size = sizeOf(b.shape);
  return {
    kind: "bias", parameters: { b }, settings: {},
    misfit: (shapes) => wantSizes(shapes, [size]),
    energy: ([x], p) => neg(sum(mul(flat(x), reshape(p.b, [1, size])), 1)),
    signals: ([x], p) => [broadcastTo(reshape(p.b, [1, ...x.shape.slice(1)]), x.shape)],
  };
}

/** Every neuron of one layer with every neuron of another. @param b bias on the second layer @throws EngramError on weights of another rank */
export function dense(W: NdArray, b?: NdArray): Hypersynapse {
  const [D1, D2] = weights(W, 2, "dense W").shape;
  if (b !== undefined && sizeOf(b.shape) !== D2) throw new EngramError("dense b", `${D2} numbers, the second layer's`, `${sizeOf(b.shape)}`, "The bias acts on the second layer.");
  const field = (h: Var, p: Readonly<Record<string, Var>>): Var => (b === undefined ? h : add(h, reshape(p.b, [1, D2])));
  return {
    kind: "dense", parameters: b === undefined ? { W } : { W, b }, settings: {},
    misfit: (shapes) => wantSizes(shapes, [D1, D2]),
    energy: ([x, y], p) => neg(sum(mul(field(matmul(flat(x), p.W), p), flat(y)), 1)),
    signals: ([x, y], p) => [
      reshape(matmul(flat(y), transpose(p.W)), x.shape), reshape(field(matmul(flat(x), p.W), p), y.shape),
    ],
  };
}

/**
 * W contracted with the rows of all slots but `keep`: B x D_keep.
 * @param rows one B x D_i per slot; the one at `keep` is not read
 */
export function contract(W: Var, rows: readonly Var[], keep: number): Var {
  const others = rows.map((_, i) => i).filter((i) => i !== keep);
  const sizes = [...others, keep].map((i) => W.shape[i]);
  const ordered = transpose(W, [...others, keep]);
  let left = sizes.reduce((a, b) => a * b, 1) / sizes[0];
  let T = matmul(rows[others[0]], reshape(ordered, [sizes[0], left]));
  for (let i = 1; i < others.length; i++) {
    left /= sizes[i];
    const x = rows[others[i]];
    const [B] = x.shape;
    T = reshape(matmul(reshape(x, [B, 1, sizes[i]]), reshape(T, [B, sizes[i], left])), [B, left]);
  }
  return T;
}

/** Several layers at once, one weight per combination of neurons. @throws EngramError on weights of fewer than two axes */
export function nary(W: NdArray): Hypersynapse {
  if (W.shape.length < 2 || W.shape.includes(0)) throw new EngramError("nary W", "two axes or more, none empty", `shape [${W.shape.join(", ")}]`, "One axis per layer; for a single layer take bias.");
  return {
    kind: "nary", parameters: { W }, settings: {},
    misfit: (shapes) => wantSizes(shapes, W.shape),
    energy: (xs, p) => {
      const last = xs.length - 1;
      return sub(0, sum(mul(contract(p.W, xs.map(flat), last), flat(xs[last])), 1));
    },
    signals: (xs, p) => xs.map((x, i) => reshape(contract(p.W, xs.map(flat), i), x.shape)),
  };
}

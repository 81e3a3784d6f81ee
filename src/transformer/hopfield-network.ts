/**
 * The Hopfield network module of the Energy Transformer (arXiv 2507.06211 (3.17); modern-methods.md (M29)): every token apart against M memories.
 *
 *   Xi    M x D     memories;   xhat  N x D   tokens
 *   E^HN  = -sum over tokens L_hid(Xi xhat)    relu: G = relu^2 / 2, the paper's; repu(n): powers; softmax: a log-sum-exp per token
 *   signal = Xi^T r(Xi xhat),  r = L_hid'
 *   XiT   D x M     optional among the parameters: Xi turned once, for those who call often
 */
import { matmul, type NdArray, neg, transpose, type Var } from "../autodiff/index.ts";
import { type Hypersynapse, type Lagrangian, type Params, relu } from "../hamux/index.ts";
import { type Both, hiddenParameters, ofHidden, weights } from "../hamux/synapse.ts";

/** A hypersynapse on a layer of tokens, [N, D]. @throws EngramError on weights of another rank */
export function hopfieldNetwork(Xi: NdArray, hidden: Lagrangian = relu()): Hypersynapse {
  const [, D] = weights(Xi, 2, "hopfieldNetwork Xi").shape;
  const fields = (x: Var, p: Params): Var => matmul(x, p.XiT ?? transpose(p.Xi)); // B x N x M
  const signal = (h: Var, p: Params): Var => matmul(hidden.activation(h, ofHidden(p)), p.Xi);
  const both = ([x]: readonly Var[], p: Params): Both => {
    const h = fields(x, p);
    return { energy: neg(hidden.value(h, ofHidden(p))), signals: () => [signal(h, p)] };
  };
  return {
    kind: "hopfieldNetwork", hidden, settings: {}, custom: true, parameters: { Xi, ...hiddenParameters(hidden) },
    misfit: (shapes) => (shapes.length === 1 && shapes[0].length === 2 && shapes[0][1] === D ? undefined : `one layer of tokens with ${D} channels`),
    energy: (xhats, p) => both(xhats, p).energy,
    signals: (xhats, p) => [signal(fields(xhats[0], p), p)],
    both,
  };
}

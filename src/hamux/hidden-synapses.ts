/**
 * Hypersynapses with a hidden layer whose state is eliminated (tau -> 0): E = -L_hid of what the layers make of it (modern-methods.md 3.4). With
 * softmax as L_hid and one layer this is the dense associative memory, its memories the columns of W.
 *
 *   denseAM        W_i: D_i x n, one per layer      h = sum_i xhat_i^T W_i                       E = -L_hid(h)
 *                  normalised: the columns of each W_i are divided by their lengths
 *   denseAMTensor  W: heads x n x D1 x ... x Dk     h = W contracted with all xhat, heads x n    E = -sum over heads L_hid(h)
 *   mixer          W: heads x n x Da x Db           h = sum_t xhat_a,t^T W xhat_b,t over tokens  E = -sum over heads L_hid(h)
 *   signals: L_hid'(h) back through W
 */
import { checkNames, EngramError } from "../numeric/index.ts";
import { div, matmul, type NdArray, neg, norm, reshape, sizeOf, total, transpose, type Var } from "../autodiff/index.ts";
import { contract } from "./dense-synapses.ts";
import type { Lagrangian, Params } from "./lagrangian.ts";
import { softmax } from "./row-lagrangians.ts";
import { flat, hiddenParameters, type Hypersynapse, ofHidden, wantSizes, weights } from "./synapse.ts";

/** W as it counts, and its transpose. */
interface Both { readonly W: Var; turned(): Var }

export interface DenseAMOptions {
  /** Default softmax with beta = 1. */
  hidden?: Lagrangian;
  /** Whether the columns of W count with length 1. Default false. */
  normalised?: boolean;
}

/**
 * @param W D x n, the columns are memories; several layers that share the hidden layer: one D_i x n each
 * @throws EngramError on other shapes, or a column of zeros that is to be normalised
 */
export function denseAM(W: NdArray | readonly NdArray[], options: DenseAMOptions = {}): Hypersynapse {
  checkNames("denseAM option", options, ["hidden", "normalised"] satisfies (keyof DenseAMOptions)[]);
  const { hidden = softmax(), normalised = false } = options;
  const all = "shape" in W ? [W] : [...W];
  if (all.length === 0) throw new EngramError("denseAM W", "at least one array", "none", "Give one D x n array per layer.");
  const names = all.map((_, i) => (all.length === 1 ? "W" : `W${i + 1}`));
  const n = weights(all[0], 2, "denseAM W").shape[1];
  all.forEach((one, i) => {
    if (weights(one, 2, `denseAM ${names[i]}`).shape[1] !== n) throw new EngramError(`denseAM ${names[i]}`, `${n} columns, as the first`, `${one.shape[1]}`, "All layers share one hidden layer.");
  });
  const check = (parameters: Readonly<Record<string, NdArray>>): void => {
    if (normalised) for (const name of names) lengths(parameters[name], `denseAM ${name}`);
  };
  check(Object.fromEntries(names.map((name, i) => [name, all[i]])));
  const make = (W: Var): Both => {
    const scaled = normalised ? div(W, norm(W, 0, 0)) : W;
    let turned: Var | undefined;
    return { W: scaled, turned: () => (turned ??= transpose(scaled)) };
  };
  // Of constants once, not in every step: turning W takes half as long as multiplying a hundred states by it.
  const made = new WeakMap<Var, Both>();
  const both = (W: Var): Both => {
    if (W.tracked) return make(W);
    const known = made.get(W) ?? make(W);
    made.set(W, known);
    return known;
  };
  const field = (xs: readonly Var[], Ws: readonly Var[]): Var => total(xs.map((x, i) => matmul(flat(x), Ws[i])));
  return {
    kind: "denseAM", hidden, settings: { layers: all.length, normalised }, check,
    parameters: { ...Object.fromEntries(names.map((name, i) => [name, all[i]])), ...hiddenParameters(hidden) },
    misfit: (shapes) => wantSizes(shapes, all.map((one) => one.shape[0])),
    energy: (xs, p) => neg(hidden.value(field(xs, xs.map((_, i) => both(p[names[i]]).W)), ofHidden(p))),
    signals: (xs, p) => {
      const Ws = xs.map((_, i) => both(p[names[i]]));
      const g = hidden.activation(field(xs, Ws.map(({ W }) => W)), ofHidden(p));
      return xs.map((x, i) => reshape(matmul(g, Ws[i].turned()), x.shape));
    },
  };
}

/** @throws EngramError on a column of zeros */
function lengths(W: NdArray, what: string): void {
  const [D, n] = W.shape;
  const seen = new Uint8Array(n);
  for (let i = 0; i < D; i++) for (let j = 0; j < n; j++) if (W.data[i * n + j] !== 0) seen[j] = 1;
  const j = seen.indexOf(0);
  if (j >= 0) {
    throw new EngramError(`${what}, column ${j}`, "a column with a length above 0", "zeros", "A memory of zeros cannot be normalised.");
  }
}

/** @param W heads x n x D1 x ... x Dk @throws EngramError on fewer than three axes */
export function denseAMTensor(W: NdArray, options: { hidden?: Lagrangian } = {}): Hypersynapse {
  checkNames("denseAMTensor option", options, ["hidden"]);
  const { hidden = softmax() } = options;
  if (W.shape.length < 3 || W.shape.includes(0)) {
    throw new EngramError("denseAMTensor W", "shape [heads, n, D1, ..., Dk], none empty", `shape [${W.shape.join(", ")}]`, "One axis per layer after heads and hidden neurons.");
  }
  const [heads, n, ...dims] = W.shape;
  const m = heads * n;
  /** W with its hidden axis last: D1 x ... x Dk x (heads n). */
  const hiddenLast = (p: Params): Var => {
    const flatHidden = reshape(p.W, [m, ...dims]);
    return transpose(flatHidden, [...dims.map((_, i) => i + 1), 0]);
  };
  const field = (xs: readonly Var[], p: Params): Var => reshape(contract(hiddenLast(p), [...xs.map(flat), xs[0]], dims.length), [xs[0].shape[0], heads, n]);
  return {
    kind: "denseAMTensor", hidden, settings: {}, parameters: { W, ...hiddenParameters(hidden) },
    misfit: (shapes) => wantSizes(shapes, dims),
    energy: (xs, p) => neg(hidden.value(field(xs, p), ofHidden(p))),
    signals: (xs, p) => {
      const g = reshape(hidden.activation(field(xs, p), ofHidden(p)), [xs[0].shape[0], m]);
      return xs.map((x, i) => reshape(contract(hiddenLast(p), [...xs.map(flat), g], i), x.shape));
    },
  };
}

/** Two layers with the same tokens (all axes but the last). @param W heads x n x Da x Db @throws EngramError on another rank */
export function mixer(W: NdArray, options: { hidden?: Lagrangian } = {}): Hypersynapse {
  checkNames("mixer option", options, ["hidden"]);
  const { hidden = softmax() } = options;
  const [heads, n, Da, Db] = weights(W, 4, "mixer W").shape;
  const m = heads * n;
  const tokens = (x: Var, D: number): Var => reshape(x, [x.shape[0], sizeOf(x.shape.slice(1)) / D, D]);
  const field = (xs: readonly Var[], p: Params): Var => {
    const pairs = matmul(transpose(tokens(xs[0], Da)), tokens(xs[1], Db)); // B x Da x Db
    return reshape(matmul(flat(pairs), transpose(reshape(p.W, [m, Da * Db]))), [pairs.shape[0], heads, n]);
  };
  return {
    kind: "mixer", hidden, settings: {}, parameters: { W, ...hiddenParameters(hidden) },
    misfit: (shapes) => {
      const [a, b] = shapes;
      const fits = shapes.length === 2 && a[a.length - 1] === Da && b[b.length - 1] === Db && sizeOf(a) / Da === sizeOf(b) / Db;
      return fits ? undefined : `two layers with the same number of tokens, ${Da} and ${Db} channels`;
    },
    energy: (xs, p) => neg(hidden.value(field(xs, p), ofHidden(p))),
    signals: (xs, p) => {
      const [B] = xs[0].shape;
      const g = reshape(hidden.activation(field(xs, p), ofHidden(p)), [B, m]);
      const G = reshape(matmul(g, reshape(p.W, [m, Da * Db])), [B, Da, Db]);
      return [reshape(matmul(tokens(xs[1], Db), transpose(G)), xs[0].shape), reshape(matmul(tokens(xs[0], Da), G), xs[1].shape)];
    },
  };
}

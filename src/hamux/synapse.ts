/**
 * What a hypersynapse is (arXiv 2507.06211 section 3; modern-methods.md section 3.4): a scalar energy of the activations of the layers it
 * connects, low where they agree. Any differentiable function will do. Its signal into a layer is minus the energy's gradient there.
 *
 *   xhat_i     B x (shape of layer i)   one per slot, in the order of the names in the connection
 *   E          B
 *   signal_i   as xhat_i                -dE/dxhat_i
 */
import { checkNames, EngramError, type Rng } from "../numeric/index.ts";
import { alias, detach, grad, type NdArray, ndArray, neg, reshape, sizeOf, sum, variable, type Var } from "../autodiff/index.ts";
import { constants, eachExample, type Lagrangian, type Params } from "./lagrangian.ts";

export interface Hypersynapse {
  readonly kind: string;
  /** What training may move. */
  readonly parameters: Readonly<Record<string, NdArray>>;
  /** What it may not, as the file keeps it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Its hidden layer, whose state is eliminated; its parameters stand among the synapse's under `hidden.`. */
  readonly hidden?: Lagrangian;
  /** Not one of this room's: a file cannot hold it, its reader must bring it. */
  readonly custom?: boolean;
  /** @throws EngramError where these parameters, of the right shapes and finite, make no sense all the same */
  check?(parameters: Readonly<Record<string, NdArray>>): void;
  /** What it expected, in words, when layers of these shapes do not fit it; undefined where they do. */
  misfit(shapes: readonly (readonly number[])[]): string | undefined;
  energy(xhats: readonly Var[], p: Params): Var;
  /** Closed form; default: the tape's. */
  signals?(xhats: readonly Var[], p: Params): Var[];
  /** Both, with what they share computed once; to the bits of either alone. */
  both?(xhats: readonly Var[], p: Params): Both;
}

/** An energy, and the signals when they are asked for. */
export interface Both { readonly energy: Var; signals(): Var[] }

/** The signals of a synapse, one per slot: its closed form, or the tape's. */
export function signalsOf(synapse: Hypersynapse, xhats: readonly Var[], p: Params): Var[] {
  return synapse.signals === undefined ? tapeSignals(synapse, xhats, p) : synapse.signals(xhats, p);
}

/** Signals by the tape, whatever the synapse offers: what closed forms are checked against. */
export function tapeSignals(synapse: Hypersynapse, xhats: readonly Var[], p: Params): Var[] {
  const keep = [...xhats, ...Object.values(p)].some((x) => x.tracked);
  // A layer named twice has one activation but two slots, each with a gradient of its own.
  const slots = xhats.map((x) => (x.tracked ? alias(x) : variable(x)));
  return grad(sum(synapse.energy(slots, p)), slots).map((g) => neg(keep ? g : detach(g)));
}

export interface CustomSynapse {
  /** E of one example's activations (in the layers' shapes), a single number. */
  energy: (xhats: Var[], p: Params) => Var;
  /** -dE/dxhat of one example, one array per slot; default: the tape's. The convergence report compares the two. */
  signals?: (xhats: Var[], p: Params) => Var[];
  /** What training may move. */
  parameters?: Readonly<Record<string, NdArray>>;
}

/** A hypersynapse of the user's own. @throws EngramError (when evaluated) where `energy` gives other than one number, or `signals` other shapes */
export function custom(parts: CustomSynapse): Hypersynapse {
  checkNames("custom option", parts, ["energy", "signals", "parameters"] satisfies (keyof CustomSynapse)[]);
  const { energy, signals, parameters = {} } = parts;
  return {
    kind: "custom", parameters, settings: {}, custom: true,
    misfit: () => undefined,
    energy: (xhats, p) => eachExample(xhats, (one) => {
      const E = energy(one, p);
      if (E.data.length !== 1) throw new EngramError("custom energy", "one number", `shape [${E.shape.join(", ")}]`, "Sum over the layers.");
      return reshape(E, []);
    }),
    signals: signals === undefined ? undefined : (xhats, p) => xhats.map((_, slot) => eachExample(xhats, (one) => {
      const all = signals(one, p);
      if (all.length !== xhats.length) throw new EngramError("custom signals", `${xhats.length} arrays`, `${all.length}`, "Give one signal per slot.");
      return reshape(all[slot], one[slot].shape);
    })),
  };
}

/** Normal numbers in a shape: where weights start. @param sd default .02 (the authors') */
export function normal(shape: number | readonly number[], rng: Rng, sd = 0.02, mean = 0): NdArray {
  const sizes = typeof shape === "number" ? [shape] : [...shape];
  return { shape: sizes, data: Float64Array.from({ length: sizeOf(sizes) }, () => mean + sd * rng.normal()) };
}

/** The neurons of every example in one row: B x n. */
export function flat(x: Var): Var {
  return reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]);
}

/** [2, 3] and [5]. */
export function shapesOf(shapes: readonly (readonly number[])[]): string {
  return shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ");
}

/** What a synapse wants where slots must hold so many neurons. */
export function wantSizes(shapes: readonly (readonly number[])[], sizes: readonly number[]): string | undefined {
  const fits = shapes.length === sizes.length && shapes.every((shape, i) => sizeOf(shape) === sizes[i]);
  return fits ? undefined : sizes.length === 1 ? `one layer of ${sizes[0]} neurons` : `${sizes.length} layers of ${sizes.join(", ")} neurons`;
}

/** @throws EngramError unless the array is there and has `rank` axes, none empty, and as many numbers as its shape says */
export function weights(W: NdArray | undefined, rank: number, what: string): NdArray {
  if (W?.shape.length !== rank || W.shape.includes(0)) {
    throw new EngramError(what, `an array with ${rank} axes, none empty`, W === undefined ? "none" : `shape [${W.shape.join(", ")}]`, "Check the shape of the weights.");
  }
  ndArray(W.shape, W.data, what);
  return W;
}

/** A hidden Lagrangian's parameters, named `hidden.beta` and so on; and back. */
export function hiddenParameters(hidden: Lagrangian): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(hidden.parameters).map(([name, value]) => [`hidden.${name}`, value]));
}

export function ofHidden(p: Params): Params {
  return Object.fromEntries(Object.entries(p).filter(([name]) => name.startsWith("hidden.")).map(([name, value]) => [name.slice(7), value]));
}

/** Constants of a synapse's parameters: for calls outside a HAM. */
export function synapseParams(synapse: Hypersynapse): Params {
  return constants(synapse.parameters);
}

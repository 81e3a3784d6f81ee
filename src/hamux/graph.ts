/**
 * The hierarchical associative memory on the tape: energies and gradients of batches (arXiv 2507.06211 (3.1)-(3.3); modern-methods.md (M18)-(M23)).
 * Everything here can be differentiated, in the states and in the parameters; training is a loss over these functions.
 *
 *   xs, xhats   by layer name, B x (shape of the layer);   p by parameter name, `layer.beta`, `synapse.W`
 *   E        = sum over layers <x - b, xhat> - L(x - b)  +  sum over connections E_s(xhats)      (M18), B numbers
 *   I        = -sum over connections dE_s/dxhat                                                   (M21)
 *   dE/dxhat = x - b - I
 */
import { add, constant, mul, type NdArray, ndArray, reshape, sub, total, type Var } from "../autodiff/index.ts";
import { zerosLike } from "../autodiff/array.ts";
import { checkFinite, legendre, type Params } from "./lagrangian.ts";
import type { NeuronLayer } from "./layer.ts";
import { type Hypersynapse, signalsOf } from "./synapse.ts";

/** Layers by name, a synapse by name: "these layers, through this synapse". */
export type Connection = readonly [layers: readonly string[], synapse: string, options?: { readonly noFeedback?: readonly string[] }];

/** Arrays of a batch by layer name. */
export type Vars = Readonly<Record<string, Var>>;

/** `image, hidden: see`. */
export function labelOf([layers, synapse]: Connection): string {
  return `${layers.join(", ")}: ${synapse}`;
}

/** The parameters that belong to one layer or synapse, without its name in front. */
export function paramsOf(p: Params, owner: string): Params {
  const start = `${owner}.`;
  return Object.fromEntries(Object.entries(p).filter(([name]) => name.startsWith(start)).map(([name, value]) => [name.slice(start.length), value]));
}

export class Graph {
  readonly layers: Readonly<Record<string, NeuronLayer>>;
  readonly synapses: Readonly<Record<string, Hypersynapse>>;
  readonly connections: readonly Connection[];

  constructor(layers: Readonly<Record<string, NeuronLayer>>, synapses: Readonly<Record<string, Hypersynapse>>, connections: readonly Connection[]) {
    this.layers = layers;
    this.synapses = synapses;
    this.connections = connections;
  }

  /** x - b of one layer. */
  #unbiased(name: string, x: Var, p: Params): Var {
    const b = p[`${name}.bias`];
    return b === undefined ? x : sub(x, reshape(b, [1, ...x.shape.slice(1)]));
  }

  /** xhat = grad L(x - b). (M19) */
  activations(xs: Vars, p: Params): Record<string, Var> {
    return this.#perLayer((name, { lagrangian }) => lagrangian.activation(this.#unbiased(name, xs[name], p), paramsOf(p, name)));
  }

  #perLayer(f: (name: string, layer: NeuronLayer) => Var): Record<string, Var> {
    return Object.fromEntries(Object.entries(this.layers).map(([name, layer]) => [name, f(name, layer)]));
  }

  /** Energies of the layers, B numbers each. (M20) */
  neuronEnergies(xhats: Vars, xs: Vars, p: Params): Record<string, Var> {
    return this.#perLayer((name, { lagrangian }) => legendre(lagrangian, this.#unbiased(name, xs[name], p), xhats[name], paramsOf(p, name)));
  }

  /** Energies of the connections, in their order, B numbers each. */
  connectionEnergies(xhats: Vars, p: Params): Var[] {
    return this.connections.map(([layers, synapse]) => this.synapses[synapse].energy(layers.map((name) => xhats[name]), paramsOf(p, synapse)));
  }

  /** The whole energy: layers first, then connections, added in order; B numbers. (M18) */
  energy(xhats: Vars, xs: Vars, p: Params): Var {
    return total([...Object.values(this.neuronEnergies(xhats, xs, p)), ...this.connectionEnergies(xhats, p)]);
  }

  /** I of every layer: minus the gradients of all connections, a layer named twice getting the sum over its slots. (M21) */
  signals(xhats: Vars, p: Params): Record<string, Var> {
    const parts: Record<string, Var[]> = Object.fromEntries(Object.keys(this.layers).map((name) => [name, []]));
    for (const [layers, synapse, options] of this.connections) {
      const slots = signalsOf(this.synapses[synapse], layers.map((name) => xhats[name]), paramsOf(p, synapse));
      layers.forEach((name, slot) => {
        if (options?.noFeedback?.includes(name) !== true) parts[name].push(slots[slot]);
      });
    }
    // Zeros of their own: 0 times an activation beyond the precision would be NaN.
    const none = ({ shape, data }: Var): Var => constant({ shape, data: zerosLike(data, data.length) });
    return this.#perLayer((name) => (parts[name].length === 0 ? none(xhats[name]) : total(parts[name])));
  }

  /** dE/dxhat = x - b - I. */
  gradient(xhats: Vars, xs: Vars, p: Params): Record<string, Var> {
    const I = this.signals(xhats, p);
    return this.#perLayer((name) => sub(this.#unbiased(name, xs[name], p), I[name]));
  }

  /** One Euler step, x <- x - (dt/tau) free dE/dxhat, all layers from the same old state. (M23) @param free default: the layers' own masks */
  step(xs: Vars, p: Params, dt: number, free: Readonly<Record<string, ArrayLike<number>>> = {}): Record<string, Var> {
    const slope = this.gradient(this.activations(xs, p), xs, p);
    return this.#perLayer((name, { tau, shape, free: own }) => {
      const x = xs[name];
      const mask = Object.hasOwn(free, name) ? free[name] : own;
      const rates = Float64Array.from(mask, (bit) => -(bit * dt) / tau);
      const rate = constant({ shape: [1, ...shape], data: x.data instanceof Float32Array ? Float32Array.from(rates) : rates });
      return add(x, mul(rate, slope[name]));
    });
  }
}

/** The names a HAM's parameters have, with the arrays themselves. */
export function parametersOf(layers: Readonly<Record<string, NeuronLayer>>, synapses: Readonly<Record<string, Hypersynapse>>): Record<string, NdArray> {
  const all: Record<string, NdArray> = {};
  for (const [owner, { lagrangian, bias }] of Object.entries(layers)) {
    for (const [name, value] of Object.entries(lagrangian.parameters)) all[`${owner}.${name}`] = value;
    if (bias !== undefined) all[`${owner}.bias`] = bias;
  }
  for (const [owner, { parameters }] of Object.entries(synapses)) for (const [name, value] of Object.entries(parameters)) all[`${owner}.${name}`] = value;
  for (const [name, { shape, data }] of Object.entries(all)) {
    ndArray(shape, data, `parameter ${name}`);
    checkFinite(data, `parameter ${name}`);
  }
  return all;
}

/**
 * HAM, the hierarchical associative memory (arXiv 2507.06211 section 3; modern-methods.md sections 3.1 to 3.5): neuron layers and the hypersynapses that
 * connect them, as one energy that falls while the neurons settle.
 *
 *   states       by layer name, one number per neuron (row-major in the layer's shape); what is left out is 0
 *   activations  the same, xhat = grad L(x)
 *
 * `graph` holds the equations on the tape; here they are calls with plain numbers, for one example or a list of them. A list gives each example the bits
 * it has alone.
 */
import { checkNames, EngramError, type Precision, type Rng, unknownName } from "../numeric/index.ts";
import { constant, type NdArray, type Var } from "../autodiff/index.ts";
import type { Floats } from "../kernels/index.ts";
import { checkParts, type HamParts, withParameters } from "./build.ts";
import { type Conditions, type ConditionsOptions, conditionsOf, standingWarnings } from "./conditions.ts";
import { type Run, type RunOptions, runMany } from "./dynamics.ts";
import { type EnergyTree, leavesOf } from "./energy-tree.ts";
import { readHam, type ReadOptions, writeHam } from "./file.ts";
import { Graph, labelOf, parametersOf, type Vars } from "./graph.ts";
import { checkFinite, constants, type Params } from "./lagrangian.ts";
import type { NeuronLayer } from "./layer.ts";

/** Numbers by layer name. */
export type States = Readonly<Record<string, ArrayLike<number>>>;

export interface HamOptions extends HamParts {
  /** Of all arithmetic in it. Default f64. */
  precision?: Precision;
}

export class HAM {
  readonly precision: Precision;
  readonly graph: Graph;
  /** All parameters by name, `layer.beta`, `synapse.W`. */
  readonly parameters: Readonly<Record<string, NdArray>>;
  /** What voids the guarantee that the energy falls; empty for a sound memory. */
  readonly warnings: readonly string[];
  readonly #parts: HamParts;
  readonly #params: Params;

  /** @throws EngramError on unknown names, layers that do not fit their synapse, parameters that are NaN or infinite */
  constructor(options: HamOptions) {
    checkNames("HAM option", options, ["precision", "layers", "synapses", "connections"] satisfies (keyof HamOptions)[]);
    const { precision = "f64", layers, synapses, connections } = options;
    if (precision !== "f32" && precision !== "f64") throw unknownName("precision", String(precision), ["f32", "f64"]);
    this.#parts = { layers, synapses, connections };
    checkParts(this.#parts);
    this.precision = precision;
    this.graph = new Graph(layers, synapses, connections);
    this.parameters = parametersOf(layers, synapses);
    this.#params = constants(this.parameters, this.#floats(0));
    for (const [name, { data }] of Object.entries(this.#params)) checkFinite(data, `parameter ${name} in ${precision}`);
    if (Object.values(synapses).some(({ custom }) => custom)) this.energy({});
    this.warnings = standingWarnings(this);
  }

  #floats(length: number): Floats {
    return this.precision === "f32" ? new Float32Array(length) : new Float64Array(length);
  }

  /** The parameters as constants in the HAM's precision, for calls of `graph`. */
  get params(): Params {
    return this.#params;
  }

  /** `image and hidden through see`, a line per connection. */
  describe(): string {
    const layerText = (name: string, { shape, lagrangian }: NeuronLayer): string => `${name}: ${shape.join(" x ")} neurons, ${lagrangian.name}`;
    return [
      ...Object.entries(this.graph.layers).map(([name, one]) => layerText(name, one)),
      ...this.graph.connections.map(([layers, synapse, options]) => {
        const silent = options?.noFeedback ?? [];
        return `${layers.join(" and ")} through ${synapse}${silent.length > 0 ? `, no feedback into ${silent.join(", ")}` : ""}`;
      }),
    ].join("\n");
  }

  /** States of zeros, with the given ones put in. @throws EngramError on an unknown layer, another length, NaN or infinities */
  states(given: States = {}): Record<string, Float64Array> {
    for (const name of Object.keys(given)) if (!Object.hasOwn(this.graph.layers, name)) throw unknownName("states, layer", name, Object.keys(this.graph.layers));
    return Object.fromEntries(Object.entries(this.graph.layers).map(([name, { size, shape }]) => {
      if (!Object.hasOwn(given, name)) return [name, new Float64Array(size)];
      const numbers = Float64Array.from(given[name]);
      if (numbers.length !== size) throw new EngramError(`state of ${name}`, `${size} numbers for shape [${shape.join(", ")}]`, `${numbers.length}`, "Give one number per neuron.");
      const at = numbers.findIndex((value) => !Number.isFinite(value));
      if (at >= 0) throw new EngramError(`state of ${name}, neuron ${at}`, "a finite number", String(numbers[at]), "Clean the states.");
      const beyond = this.precision === "f32" ? numbers.findIndex((value) => !Number.isFinite(Math.fround(value))) : -1;
      if (beyond >= 0) throw new EngramError(`state of ${name}, neuron ${beyond}`, "a number within f32, up to 3.4e38", String(numbers[beyond]), 'Scale the states, or use precision "f64".');
      return [name, numbers];
    }));
  }

  /** Normal states of standard deviation sd. */
  randomStates(rng: Rng, sd = 1): Record<string, Float64Array> {
    return Object.fromEntries(Object.entries(this.graph.layers).map(([name, { size }]) => [name, Float64Array.from({ length: size }, () => sd * rng.normal())]));
  }

  /** States of several examples as arrays of `graph`: B x (shape of the layer). */
  vars(batch: readonly States[]): Record<string, Var> {
    const all = batch.map((states) => this.states(states));
    return Object.fromEntries(Object.entries(this.graph.layers).map(([name, { size, shape }]) => {
      const data = this.#floats(batch.length * size);
      all.forEach((states, i) => data.set(states[name], i * size));
      return [name, constant({ shape: [batch.length, ...shape], data })];
    }));
  }

  /** Arrays of `graph` as one record per example. */
  #unpack(vars: Vars, count: number): Record<string, Float64Array>[] {
    return Array.from({ length: count }, (_, i) => Object.fromEntries(Object.entries(vars).map(([name, { data }]) => {
      const size = data.length / count;
      return [name, Float64Array.from(data.subarray(i * size, (i + 1) * size))];
    })));
  }

  /** xhat of every layer. */
  activations(states: States): Record<string, Float64Array> {
    return this.activationsMany([states])[0];
  }

  activationsMany(batch: readonly States[]): Record<string, Float64Array>[] {
    return batch.length === 0 ? [] : this.#unpack(this.graph.activations(this.vars(batch), this.#params), batch.length);
  }

  /** The energy, (M18). */
  energy(states: States): number {
    return this.energyTree(states).energy;
  }

  /** The energy and its parts. @throws EngramError where it is beyond the precision (NaN) */
  energyTree(states: States): EnergyTree {
    return this.energyTreeMany([states])[0];
  }

  energyTreeMany(batch: readonly States[]): EnergyTree[] {
    if (batch.length === 0) return [];
    const xs = this.vars(batch);
    const xhats = this.graph.activations(xs, this.#params);
    const neurons = Object.entries(this.graph.neuronEnergies(xhats, xs, this.#params));
    const synapses = this.graph.connectionEnergies(xhats, this.#params);
    return batch.map((_, i) => {
      const layers = Object.fromEntries(neurons.map(([name, { data }]) => [name, data[i]]));
      const connections = this.graph.connections.map((connection, c) => ({ name: labelOf(connection), energy: synapses[c].data[i] }));
      const energy = leavesOf({ layers, connections }).reduce((sum, leaf) => sum + leaf, 0);
      if (Number.isNaN(energy)) throw new EngramError(`energy of example ${i}`, "a number", "NaN", `States or parameters are too large for ${this.precision}.`);
      return { energy, layers, connections };
    });
  }

  /** I, the signal into every layer. (M21) */
  signals(states: States): Record<string, Float64Array> {
    const xhats = this.graph.activations(this.vars([states]), this.#params);
    return this.#unpack(this.graph.signals(xhats, this.#params), 1)[0];
  }

  /** dE/dxhat of every layer: x - b - I. */
  dEdActivation(states: States): Record<string, Float64Array> {
    return this.dEdActivationMany([states])[0];
  }

  dEdActivationMany(batch: readonly States[]): Record<string, Float64Array>[] {
    if (batch.length === 0) return [];
    const xs = this.vars(batch);
    return this.#unpack(this.graph.gradient(this.graph.activations(xs, this.#params), xs, this.#params), batch.length);
  }

  /** Lets the neurons settle, tau dx/dt = I - (x - b). See {@link RunOptions}. */
  run(states: States, options: RunOptions = {}): Run {
    return this.runMany([states], options)[0];
  }

  runMany(batch: readonly States[], options: RunOptions = {}): Run[] {
    return runMany(this, batch, options);
  }

  /** Whether the energy must fall and end: convex Lagrangians, an energy bounded below, no one-directional connection, checked on samples. */
  conditions(options: ConditionsOptions = {}): Conditions {
    return conditionsOf(this, options);
  }

  /** The same HAM with other parameters. @throws EngramError on an unknown name, another shape, NaN, or a beta or gamma not above 0 */
  withParameters(changed: Readonly<Record<string, NdArray>>): HAM {
    return new HAM({ ...withParameters(this.#parts, this.parameters, changed), precision: this.precision });
  }

  /** The `.engram` file: safetensors whose metadata holds the structure. @throws EngramError where a part is custom and `ReadOptions` could not bring it back */
  toBytes(): Uint8Array {
    return writeHam(this);
  }

  /** @throws EngramError on a damaged file or another model, or where a custom part is missing */
  static fromBytes(bytes: Uint8Array, options: ReadOptions = {}): HAM {
    return new HAM(readHam(bytes, options));
  }
}

/**
 * A HAM as an `.engram` file (formats/engram-file.ts), model `ham`.
 *
 *   parameters.structure   JSON: precision, layers (shape, Lagrangian, settings, tau), synapses (kind, settings, hidden Lagrangian), connections
 *   tensors                every parameter by its name (`image.gamma`, `see.W`), f64; `layer.free` where a layer has a mask of its own
 *
 * Custom Lagrangians and synapses are functions and cannot be written: the file keeps their names and parameters, and the reader brings the functions.
 * What is read goes through the same constructors as what is written by hand.
 */
import { checkNames, EngramError, unknownName } from "../numeric/index.ts";
import { type NdArray, sizeOf } from "../autodiff/index.ts";
import { sameShape, show } from "../autodiff/array.ts";
import { readEngram, tensor, type Tensor, writeEngram } from "../formats/index.ts";
import { attention } from "./attention.ts";
import { withParameters } from "./build.ts";
import { conv, type ConvOptions } from "./conv-synapse.ts";
import { bias, dense, nary } from "./dense-synapses.ts";
import { type Connection, parametersOf } from "./graph.ts";
import type { HAM, HamOptions } from "./ham.ts";
import { denseAM, denseAMTensor, mixer } from "./hidden-synapses.ts";
import type { Lagrangian } from "./lagrangian.ts";
import * as pointwise from "./lagrangians.ts";
import { layer, type NeuronLayer } from "./layer.ts";
import * as rows from "./row-lagrangians.ts";
import type { Hypersynapse } from "./synapse.ts";

/** What a file cannot hold, by the names the HAM had. */
export interface ReadOptions {
  /** By layer name, or by synapse name for its hidden layer. */
  lagrangians?: Readonly<Record<string, Lagrangian>>;
  synapses?: Readonly<Record<string, Hypersynapse>>;
}

const MODEL = "ham";
/** Neurons of all layers a file may ask for. */
const MOST = 2 ** 24;

interface LagrangianText { name: string; settings: Record<string, number>; custom?: true }
interface LayerText { shape: number[]; tau: number; lagrangian: LagrangianText }
interface SynapseText { kind: string; settings: Record<string, unknown>; hidden?: LagrangianText }

function lagrangianText({ name, settings, custom }: Lagrangian): LagrangianText {
  return { name, settings: { ...settings }, ...(custom === true ? { custom } : {}) };
}

export function writeHam(ham: HAM): Uint8Array {
  const { layers, synapses, connections } = ham.graph;
  const structure = {
    precision: ham.precision,
    layers: Object.entries(layers).map(([name, { shape, tau, lagrangian }]): [string, LayerText] => [name, { shape: [...shape], tau, lagrangian: lagrangianText(lagrangian) }]),
    synapses: Object.entries(synapses).map(([name, { kind, settings, hidden, custom }]): [string, SynapseText] => [name, {
      kind: custom === true ? "custom" : kind, settings: { ...settings }, ...(hidden === undefined ? {} : { hidden: lagrangianText(hidden) }),
    }]),
    connections,
  };
  const tensors: Record<string, Tensor> = Object.fromEntries(Object.entries(ham.parameters).map(([name, { shape, data }]) => [name, tensor(Float64Array.from(data), shape)]));
  for (const [name, { free, shape }] of Object.entries(layers)) if (free.includes(0)) tensors[`${name}.free`] = tensor(free, shape);
  return writeEngram({ model: MODEL, parameters: { structure: JSON.stringify(structure) }, tensors });
}

/** @throws EngramError on a damaged file, another model, contents that do not fit together, or a custom part that `options` does not bring */
export function readHam(bytes: Uint8Array, options: ReadOptions = {}, name = "HAM file"): HamOptions {
  checkNames("fromBytes option", options, ["lagrangians", "synapses"] satisfies (keyof ReadOptions)[]);
  const file = readEngram(bytes, name);
  if (file.model !== MODEL) throw new EngramError(name, `model ${MODEL}`, file.model.slice(0, 80), "Open it with the memory class of that model.");
  const { precision, ...text } = structureOf(file.parameters.structure, name);
  const parameters: Record<string, NdArray> = {};
  const masks = new Map<string, Tensor>();
  // A synapse may have a parameter called free, too.
  const maskNames = new Set(text.layers.map(([key]) => `${key}.free`));
  for (const [key, one] of file.tensors) {
    if (maskNames.has(key)) masks.set(key.slice(0, -".free".length), one);
    else if (one.data instanceof Float64Array) parameters[key] = { shape: one.shape, data: one.data };
    else throw damaged(name, `f64 numbers for ${key}`, one.dtype);
  }
  const read = (owner: string, key: string): NdArray => {
    const found = Object.hasOwn(parameters, `${owner}.${key}`) ? parameters[`${owner}.${key}`] : undefined;
    if (found === undefined) throw damaged(name, `a tensor ${owner}.${key}`, "none");
    return found;
  };
  // A structure of a few bytes must not ask for gigabytes.
  const neurons = text.layers.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
  if (!(neurons <= MOST)) throw damaged(name, `at most ${MOST} neurons`, String(neurons));
  const layers = unique(text.layers.map(([key, one]) => [key, layerFrom(key, one, { name, options, parameters, mask: masks.get(key) })]), name);
  const synapses = unique(text.synapses.map(([key, one]) => [key, synapseFrom(key, one, (what) => read(key, what), { name, options, parameters })]), name);
  const parts = { layers, synapses, connections: text.connections };
  const known = parametersOf(layers, synapses);
  const missing = Object.keys(known).find((key) => !Object.hasOwn(parameters, key));
  if (missing !== undefined) throw damaged(name, `a tensor ${missing}`, "none");
  return { ...withParameters(parts, known, parameters), precision };
}

function damaged(name: string, expected: string, got: string): EngramError {
  return new EngramError(name, expected, got.slice(0, 80), "The file was damaged, or made by something else.");
}

function unique<T>(entries: readonly (readonly [string, T])[], name: string): Record<string, T> {
  if (new Set(entries.map(([key]) => key)).size !== entries.length) throw damaged(name, "every name once", "a name twice");
  return Object.fromEntries(entries);
}

interface Structure { precision: "f32" | "f64"; layers: [string, LayerText][]; synapses: [string, SynapseText][]; connections: Connection[] }

/** The structure, every field of the type it must have. */
function structureOf(json: string | undefined, name: string): Structure {
  const wrong = (what: string): EngramError => damaged(name, `a structure with ${what}`, json ?? "none");
  let all: unknown;
  try {
    all = JSON.parse(json ?? "");
  } catch {
    throw wrong("JSON");
  }
  const record = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  const texts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === "string");
  const named = (value: unknown, fits: (one: Record<string, unknown>) => boolean): boolean =>
    Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && record(pair[1]) && fits(pair[1]));
  const lagrangianFits = (one: unknown): boolean => record(one) && typeof one.name === "string" && record(one.settings) && Object.values(one.settings).every((value) => typeof value === "number");
  if (!record(all)) throw wrong("fields");
  if (all.precision !== "f32" && all.precision !== "f64") throw wrong("a precision");
  if (!named(all.layers, (one) => Array.isArray(one.shape) && one.shape.every((n) => typeof n === "number") && typeof one.tau === "number" && lagrangianFits(one.lagrangian))) throw wrong("layers");
  if (!named(all.synapses, (one) => typeof one.kind === "string" && record(one.settings) && (one.hidden === undefined || lagrangianFits(one.hidden)))) throw wrong("synapses");
  const connects = (one: unknown): boolean => Array.isArray(one) && (one.length === 2 || one.length === 3) && texts(one[0]) && typeof one[1] === "string"
    && (one[2] === undefined || (record(one[2]) && (one[2].noFeedback === undefined || texts(one[2].noFeedback))));
  if (!(Array.isArray(all.connections) && all.connections.every(connects))) throw wrong("connections");
  return all as unknown as Structure;
}

interface Source { name: string; options: ReadOptions; parameters: Readonly<Record<string, NdArray>> }

function lagrangianFrom(owner: string, { name: kind, settings, custom }: LagrangianText, { name, options, parameters }: Source, prefix: string): Lagrangian {
  if (custom === true) {
    const brought = options.lagrangians !== undefined && Object.hasOwn(options.lagrangians, owner) ? options.lagrangians[owner] : undefined;
    if (brought === undefined) throw new EngramError(`${name}, ${owner}`, `its custom Lagrangian ${kind}`, "none", `Pass { lagrangians: { ${owner}: ... } }: functions cannot be written to a file.`);
    return brought;
  }
  const number = (key: string): number => settings[key] ?? NaN;
  const norm = (make: (options: rows.NormOptions) => Lagrangian): Lagrangian => {
    const delta = parameters[`${prefix}.delta`];
    return make({ epsilon: number("epsilon"), delta: delta === undefined || delta.shape.length === 0 ? 0 : new Float64Array(delta.data.length) });
  };
  const made: Record<string, () => Lagrangian> = {
    identity: pointwise.identity, relu: pointwise.relu, repu: () => pointwise.repu(number("n")), exp: () => pointwise.exp(), rexp: () => pointwise.rexp(),
    tanh: () => pointwise.tanh(), sigmoid: () => pointwise.sigmoid(1, number("scale")),
    softmax: () => rows.softmax(), ghostMax: () => rows.ghostMax(), layerNorm: () => norm(rows.layerNorm), spherical: () => norm(rows.spherical),
  };
  if (!Object.hasOwn(made, kind)) throw unknownName(`${name}, Lagrangian of ${owner}`, kind, Object.keys(made));
  return made[kind]();
}

function layerFrom(key: string, { shape, tau, lagrangian }: LayerText, source: Source & { mask?: Tensor }): NeuronLayer {
  const bias = source.parameters[`${key}.bias`];
  const { mask, name } = source;
  if (mask !== undefined && !(mask.dtype === "u8" && sameShape(mask.shape, shape))) throw damaged(name, `u8 numbers of shape ${show(shape)} for ${key}.free`, `${mask.dtype} of shape ${show(mask.shape)}`);
  return layer(shape, lagrangianFrom(key, lagrangian, source, key), { tau, bias: bias?.data, free: mask?.data as Uint8Array | undefined });
}

function synapseFrom(key: string, { kind, settings, hidden: text }: SynapseText, read: (what: string) => NdArray, source: Source): Hypersynapse {
  const { name, options, parameters } = source;
  const hidden = text === undefined ? undefined : lagrangianFrom(key, text, source, `${key}.hidden`);
  const count = Number(settings.layers);
  const arrays = (): NdArray | NdArray[] => {
    if (count === 1) return read("W");
    if (!(Number.isInteger(count) && count >= 1 && count <= 1000)) throw damaged(name, "a number of layers", String(settings.layers));
    return Array.from({ length: count }, (_, i) => read(`W${i + 1}`));
  };
  const made: Record<string, () => Hypersynapse> = {
    bias: () => bias(read("b")),
    dense: () => dense(read("W"), Object.hasOwn(parameters, `${key}.b`) ? read("b") : undefined),
    nary: () => nary(read("W")),
    denseAM: () => {
      if (typeof settings.normalised !== "boolean") throw damaged(name, `true or false for normalised of ${key}`, String(settings.normalised));
      return denseAM(arrays(), { hidden, normalised: settings.normalised });
    },
    denseAMTensor: () => denseAMTensor(read("W"), { hidden }),
    mixer: () => mixer(read("W"), { hidden }),
    conv: () => {
      if (settings.pool !== undefined && (typeof settings.pool !== "object" || settings.pool === null)) throw damaged(name, "a pool with kind and size", typeof settings.pool);
      return conv(read("kernel"), settings as ConvOptions);
    },
    attention: () => attention(read("WQ"), read("WK"), { hidden, mask: maskFrom(settings.mask, name) }),
    custom: () => {
      const brought = options.synapses !== undefined && Object.hasOwn(options.synapses, key) ? options.synapses[key] : undefined;
      if (brought === undefined) throw new EngramError(`${name}, ${key}`, "its custom synapse", "none", `Pass { synapses: { ${key}: ... } }: functions cannot be written to a file.`);
      return brought;
    },
  };
  if (!Object.hasOwn(made, kind)) throw unknownName(`${name}, synapse ${key}`, kind, Object.keys(made));
  return made[kind]();
}

function maskFrom(mask: unknown, name: string): NdArray | undefined {
  if (mask === undefined) return undefined;
  const { shape, data } = (mask ?? {}) as { shape?: unknown; data?: unknown };
  const numbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((one) => typeof one === "number");
  if (!numbers(shape) || !numbers(data)) throw damaged(name, "an attention mask of numbers", typeof mask);
  return { shape, data: Float64Array.from(data) };
}

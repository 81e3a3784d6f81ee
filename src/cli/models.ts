/**
 * The models of this release by name, with the options of `engram remember` that make them. Every option says which
 * models have it; one that the chosen model does not have is refused, never ignored.
 */
import { type Command, Option } from "commander";
import { EngramError, unknownName, type Memory, type Precision } from "../numeric/index.ts";
import { DenseMemory, ENERGY_NAMES, type Far, FAR_NAMES } from "../dense/index.ts";
import { EntropicMemory, PRESET_NAMES, type PresetName, QUANTISER_KINDS, type QuantiserKind } from "../entropic/index.ts";
import { type FeatureMap, type Fit, SemanticMemory } from "../semantic/index.ts";
import { PROJECTION_NAMES, SEPARATION_NAMES, SIMILARITY_NAMES, UniversalMemory } from "../universal/index.ts";
import { BUILT_IN, DEFAULT_ENCODER, shippedEncoders } from "./encoders.ts";
import { number, oneOf } from "./options.ts";

export type ModelName = "dense" | "universal" | "semantic" | "entropic";

export const MODEL_NAMES: readonly ModelName[] = ["dense", "universal", "semantic", "entropic"];

/** Least score, least lead over the second, or largest distance that is accepted. */
export interface Acceptance {
  readonly on: "score" | "margin" | "distance";
  readonly value: number;
}

/** The options as commander gathers them; undefined where not given. */
export interface ModelOptions {
  similarity?: string;
  separation?: string;
  projection?: string;
  reference?: boolean;
  encoder?: string;
  arch?: string;
  layer?: string;
  scale?: "raw" | "unit" | "root";
  falseAccepts?: number;
  iterations?: number;
  energy?: string;
  degree?: number;
  interactions?: number;
  epsilon?: number;
  lambda?: number;
  far?: Far;
  binarize?: number;
  maxSteps?: number;
  delta?: number;
  beta?: number;
  accept?: Acceptance;
  precision?: Precision;
  preset?: PresetName;
  levels?: number;
  quantiser?: QuantiserKind;
  iota?: number;
  kappa?: number;
  xi?: number;
  sigma?: number;
  cap?: number;
  items?: boolean;
}

interface ModelOption {
  readonly option: Option;
  readonly models: readonly ModelName[];
}

/** Made anew for every command: commander keeps state in them. */
function modelOptions(): ModelOption[] {
  const semantic = ["semantic"] as const;
  const universal = ["universal", ...semantic] as const;
  const dense = ["dense"] as const;
  const entropic = ["entropic"] as const;
  const embedded = [...semantic, ...entropic];
  const weighted = [...dense, ...universal];
  return [
    { models: dense, option: new Option("--energy <name>", `one of ${ENERGY_NAMES.join(", ")} (default lse)`) },
    { models: dense, option: new Option("--degree <n>", "n of polynomial and rectified (default 3)").argParser(number("--degree", { min: 2, whole: true })) },
    { models: dense, option: new Option("--interactions <k>", "LSR and other kernels: patterns that interact, self included, where beta is chosen (default 3)").argParser(number("--interactions", { min: 1, open: true })) },
    { models: dense, option: new Option("--epsilon <e>", "LSR and other kernels: constant inside the logarithm (default 0)").argParser(number("--epsilon", { min: 0 })) },
    { models: dense, option: new Option("--lambda <l>", "hybrid: weight of the Gaussian tail (default 0.001)").argParser(number("--lambda", { min: 0, open: true })) },
    { models: dense, option: new Option("--far <name>", `LSR and other compact kernels: what becomes of a cue outside every support: ${FAR_NAMES.join(", ")}; also at recall (default reject)`).argParser(oneOf("--far", FAR_NAMES)) },
    { models: dense, option: new Option("--binarize <t>", "classical, polynomial, rectified, exponential: values above t become 1, the others -1").argParser(number("--binarize")) },
    { models: dense, option: new Option("--max-steps <n>", "upper bound on steps, or sweeps (default 1000)").argParser(number("--max-steps", { min: 1, whole: true })) },
    { models: universal, option: new Option("--similarity <name>", `one of ${SIMILARITY_NAMES.join(", ")} (default negL1)`) },
    { models: universal, option: new Option("--separation <name>", `one of ${SEPARATION_NAMES.join(", ")}; a number in brackets sets its parameter (default softmax)`) },
    { models: universal, option: new Option("--projection <name>", `one of ${[...PROJECTION_NAMES, "descent"].join(", ")} (default mean)`) },
    { models: universal, option: new Option("--reference", "the authors' pipeline with its quirks") },
    { models: universal, option: new Option("--iterations <n>", "upper bound on steps (default 1: one shot)").argParser(number("--iterations", { min: 1, whole: true })) },
    { models: embedded, option: new Option("--encoder <name|file>", `${[...shippedEncoders(), ...BUILT_IN].join(", ")}, or W.safetensors, ARCH=W.safetensors (default ${DEFAULT_ENCODER}; entropic: networks only, default none: pixels)`) },
    { models: embedded, option: new Option("--arch <name>", "the architecture of W.safetensors (default: what its metadata says)") },
    { models: embedded, option: new Option("--layer <name>", "the layer whose values are the features (default: the pooled ones)") },
    { models: embedded, option: new Option("--scale <how>", "a network's features as they are (raw), each of length 1, or that of their square roots (default root; entropic: raw)").argParser(oneOf("--scale", ["raw", "unit", "root"] as const)) },
    { models: semantic, option: new Option("--false-accepts <rate>", "calibrate: accept at most this share of pictures that are not stored").argParser(number("--false-accepts", { min: 0, max: 1, open: true })) },
    { models: entropic, option: new Option("--preset <name>", `the memory of a paper: ${PRESET_NAMES.join(", ")} (default cifar2024)`).argParser(oneOf("--preset", PRESET_NAMES)) },
    { models: entropic, option: new Option("--levels <m>", "quantisation levels per column (default: the preset's)").argParser(number("--levels", { min: 1, max: 5792, whole: true })) },
    { models: entropic, option: new Option("--quantiser <kind>", `range of a column: ${QUANTISER_KINDS.join(", ")} (default: the preset's)`).argParser(oneOf("--quantiser", QUANTISER_KINDS)) },
    { models: entropic, option: new Option("--iota <i>", "least weight of a cell, as a share of its column's mean (default 0)").argParser(number("--iota", { min: 0 })) },
    { models: entropic, option: new Option("--kappa <k>", "least weight of a cue, as a share of the memory's mean (default 0)").argParser(number("--kappa", { min: 0 })) },
    { models: entropic, option: new Option("--xi <n>", "columns that may fail to match (default 0)").argParser(number("--xi", { min: 0, whole: true })) },
    { models: entropic, option: new Option("--sigma <s>", "width of retrieval as a fraction of the levels; also at recall (default: the preset's)").argParser(number("--sigma", { min: 0 })) },
    { models: entropic, option: new Option("--cap <C>", "most a cell counts (default: the preset's)").argParser(number("--cap", { min: 1, max: 4294967295, whole: true })) },
    { models: entropic, option: new Option("--no-items", "keep the table alone: keys of answers and forgetting are then unknown") },
    { models: weighted, option: new Option("--delta <d>", "doubt allowed where beta is chosen (default 0.01)").argParser(number("--delta", { min: 0, max: 1, open: true })) },
    { models: weighted, option: new Option("--beta <b>", "inverse temperature (default: chosen from what is stored)").argParser(number("--beta", { min: 0, open: true })) },
    { models: weighted, option: new Option("--accept <rule>", "universal, semantic: score:V or margin:V, least score or lead over the second; dense: distance:V, root mean square to the nearest pattern").argParser(acceptance) },
    { models: weighted, option: new Option("--precision <p>", "arithmetic of the stored rows (default f32)").argParser(oneOf<Precision>("--precision", ["f32", "f64"])) },
  ];
}

/** Adds `--model` and the options of every model. */
export function addModelOptions(command: Command): Command {
  command.addOption(new Option("--model <name>", `the kind of memory: ${MODEL_NAMES.join(", ")}`).argParser(oneOf("--model", MODEL_NAMES)).default("universal"));
  for (const { option, models } of modelOptions()) {
    if (models.length < MODEL_NAMES.length) option.description = `${models.join(", ")}: ${option.description}`;
    command.addOption(option);
  }
  return command;
}

/** @throws EngramError for an option that the model does not have */
export function checkModelOptions(model: ModelName, options: ModelOptions): void {
  for (const { option, models } of modelOptions()) {
    const value = options[option.attributeName() as keyof ModelOptions];
    const asked = option.negate ? value === false : value !== undefined;
    if (asked && !models.includes(model)) {
      throw new EngramError(`--${option.name()}`, `an option of model ${model}`, `an option of model ${models.join(", ")}`, `Leave it out, or choose --model ${models[0]}.`);
    }
  }
}

/** An empty memory. @param encoder of model semantic @throws EngramError for options of another model, unknown names (suggests the nearest), values out of range */
export function makeMemory(model: ModelName, options: ModelOptions, encoder?: FeatureMap | Fit): Memory {
  checkModelOptions(model, options);
  if (model === "entropic") {
    const { preset, levels, quantiser, iota, kappa, xi, sigma, cap, items } = options;
    return new EntropicMemory(given({ preset, levels, quantiser, iota, kappa, xi, sigma, cap, items }));
  }
  const { beta, delta, precision, accept } = options;
  const shared = { beta, delta, precision };
  if (model === "dense") {
    const { energy = "lse", degree, interactions, epsilon, lambda, far, binarize, maxSteps } = options;
    if (degree !== undefined && energy !== "polynomial" && energy !== "rectified") {
      throw new EngramError("--degree", "energy polynomial or rectified", energy, "Leave --degree out, or choose one of them.");
    }
    if (lambda !== undefined && energy !== "hybrid") throw new EngramError("--lambda", "energy hybrid", energy, "Leave --lambda out, or choose --energy hybrid.");
    if (accept !== undefined && accept.on !== "distance") throw wrongRule(model, accept);
    return new DenseMemory(given({ ...shared, energy, degree, interactions, epsilon, lambda, far, binarize, maxSteps, threshold: accept?.value }));
  }
  const { similarity, separation, projection, iterations, reference } = options;
  if (accept !== undefined && options.falseAccepts !== undefined) throw new EngramError("--false-accepts", "one rule of acceptance", "--accept too", "Give one of them.");
  const universal = given({
    ...shared, similarity, separation, projection, iterations, mode: reference === true ? "reference" : undefined,
    threshold: accept === undefined ? undefined : scoreRule(accept),
  } as const);
  return model === "semantic" ? new SemanticMemory({ encoder: encoder!, ...universal }) : new UniversalMemory(universal);
}

/** @throws EngramError on a damaged file */
export function memoryFromBytes(model: ModelName, bytes: Uint8Array, name: string, encoder?: FeatureMap): Memory {
  if (model === "semantic") return SemanticMemory.fromBytes(bytes, { name, encoder });
  if (model === "entropic") return EntropicMemory.fromBytes(bytes, { name });
  return model === "dense" ? DenseMemory.fromBytes(bytes, { name }) : UniversalMemory.fromBytes(bytes, { name });
}

/** Sets what a memory accepts from now on. @throws EngramError for a model whose rule is set when it is made */
export function acceptAbove(memory: Memory, rule: Acceptance): void {
  if (memory instanceof EntropicMemory) {
    throw new EngramError("--accept", "a memory of model universal or semantic", "model entropic", "Give --iota, --kappa and --xi to engram remember.");
  }
  if (!(memory instanceof UniversalMemory || memory instanceof SemanticMemory)) {
    throw new EngramError("--accept", "a memory of model universal or semantic", "model dense", "Give --accept distance:V to engram remember.");
  }
  memory.acceptAbove(scoreRule(rule));
}

/** What a recall that draws its answer is given. @throws EngramError for --sigma with a model that draws nothing */
export function drawOptions(memory: Memory, seed: number, sigma?: number): { seed?: number; sigma?: number } {
  if (memory instanceof EntropicMemory) return sigma === undefined ? { seed } : { seed, sigma };
  if (sigma !== undefined) throw new EngramError("--sigma", "a memory of model entropic", "another model", "Leave it out.");
  return {};
}

/** A bound on the steps of a recall. @throws EngramError for --max-steps with a memory whose recall takes one step */
export function stepOptions(memory: Memory, maxSteps?: number): { maxSteps?: number } {
  if (maxSteps === undefined) return {};
  if (memory instanceof EntropicMemory) throw new EngramError("--max-steps", "a memory whose recall takes steps", "model entropic", "Leave it out; `engram imagine --steps` takes what was recalled as the next cue.");
  if (!(memory instanceof DenseMemory) && memory.parameters.iterations === "1") throw new EngramError("--max-steps", "a memory made with --iterations above 1", "one whose recall takes one step", "Leave it out, or give --iterations to engram remember.");
  return { maxSteps };
}

/** What a dense recall is given for cues outside every support. @throws EngramError for --far with another model */
export function farOptions(memory: Memory, far?: Far): { far?: Far } {
  if (far === undefined) return {};
  if (!(memory instanceof DenseMemory)) throw new EngramError("--far", "a memory of model dense", "another model", "Leave it out.");
  return { far };
}

/** `score:-12.5`, `margin:3` or `distance:0.1`. */
export function acceptance(text: string): Acceptance {
  const [on, value, more] = text.split(":");
  if (value === undefined || more !== undefined) throw new EngramError("--accept", "score:V, margin:V or distance:V", `"${text}"`, "For example --accept margin:3.");
  if (on !== "score" && on !== "margin" && on !== "distance") throw unknownName("--accept", on, ["score", "margin", "distance"]);
  return { on, value: number("--accept", on === "distance" ? { min: 0 } : {})(value) };
}

function scoreRule({ on, value }: Acceptance): { on: "score" | "margin"; value: number } {
  if (on === "distance") throw wrongRule("universal", { on, value });
  return { on, value };
}

function wrongRule(model: ModelName, { on }: Acceptance): EngramError {
  return new EngramError("--accept", model === "dense" ? "distance:V for model dense" : "score:V or margin:V for model universal", `${on}:V`, "Choose a rule of the model.");
}

function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

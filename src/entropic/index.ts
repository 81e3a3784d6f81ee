/** Entropic associative memory: quantiser, associative register, register / recognise / recall. */
export { levelsOf, type Levels } from "./levels.ts";
export {
  type OutsidePolicy, type Preset, PRESET_NAMES, type PresetName, presetOf, PRESETS, type RegisterOptions, type RegisterSettings,
} from "./presets.ts";
export {
  fitQuantiser, Quantiser, type QuantiserData, type QuantiserKind, QUANTISER_KINDS, type QuantiserOptions, roundHalfEven,
} from "./quantiser.ts";
export type { Explanation, Recognized, Rejection, Thresholds } from "./recognition.ts";
export { AssociativeRegister, type Retrieved, type RetrieveOptions } from "./register.ts";
export { type DrawOptions, gaussianKernel, triangularQuantile } from "./retrieval.ts";
export type { Statistics } from "./statistics.ts";
export { EntropicMemory, type EntropicOptions, type EntropicRecall, type EntropicRecallOptions } from "./memory.ts";

/** Entropic associative memory: quantiser, associative register, register / recognise / recall. */
export { levelsOf, type Levels } from "./levels.ts";
export {
  type OutsidePolicy, type Preset, PRESET_NAMES, type PresetName, presetOf, PRESETS, type RegisterOptions, type RegisterSettings,
} from "./presets.ts";
export {
  fitQuantiser, Quantiser, type QuantiserData, type QuantiserKind, QUANTISER_KINDS, type QuantiserOptions,
} from "./quantiser.ts";
export { roundHalfEven } from "../numeric/index.ts";
export type { Explanation, Recognized, Rejection, Thresholds } from "./recognition.ts";
export { AssociativeRegister, type Retrieved, type RetrieveOptions } from "./register.ts";
export { type DrawOptions, gaussianKernel, triangularQuantile } from "./retrieval.ts";
export type { Statistics } from "./statistics.ts";
export { EntropicMemory, type EntropicOptions, type EntropicRecall, type EntropicRecallOptions } from "./memory.ts";
export {
  alternate, type Classify, classPrototypes, cueFreeRecalls, prototypeOracle, type PrototypeOptions, prototypeRetrieval, type PrototypeRetrieved,
} from "./hetero-prototypes.ts";
export { HeteroRegister, type PairRecognition, type Projection, type Side } from "./hetero-register.ts";
export type { HeteroOptions } from "./hetero-settings.ts";
export {
  Candidate, cueOracle, drawFrom, type HeteroDrawOptions, type HeteroRetrieved, modulated, randomRetrieval, sampleAndTest, searchAndTest,
} from "./hetero-search.ts";
export { type HeteroShape, HeteroTable } from "./hetero-table.ts";
export { chain, type ChainOptions, type ChainStep } from "./chains.ts";
export { warningsOf } from "./diagnostics.ts";
export { decay, registerWithBudget, SlidingWindow } from "./forgetting.ts";
export { type Arbitration, type Candidacy, lowestEntropy, lowestPenalty, RegisterSystem, type SystemAnswer } from "./systems.ts";
export { calibrate, type Calibrated, type Separation, separations } from "./calibrate.ts";
export { type Kind, kindOf, KINDS, levelDistance, type Limits, limitsOf, type RoundTrip } from "./kinds.ts";
export { type ItemAnswer, itemRecall, kMeansGroups, type MixtureAnswer, MixtureRegister } from "./mixture.ts";
export { fitTree, type TreeOptions, TreeRegister, type TreeRetrieved, type TreeRetrieveOptions } from "./tree.ts";
export { mutualInformation, spanningTree } from "./tree-structure.ts";
export { HeteroMemory } from "./hetero-memory.ts";
export type { HeteroMemoryOptions, HeteroStoreOptions } from "./hetero-options.ts";
export { HETERO_MODES, type HeteroMode, type HeteroRecall, type HeteroRecallOptions } from "./hetero-recall.ts";

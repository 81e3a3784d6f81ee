/** Memories in feature space: embed once, compare features, read out what was stored - or paint it. */
export { type CalibrateOptions, type Calibration } from "./calibrate.ts";
export {
  type Embeddings, embeddingsOf, type FeatureMap, type Fit, functionMap, type FunctionMapOptions, pixels, type SavedMap,
} from "./feature-map.ts";
export { type Kept } from "./file.ts";
export { FullySemanticMemory, type FullySemanticOptions, type FullySemanticRecall, type Storage } from "./fully.ts";
export { linearMap, randomProjection } from "./linear-map.ts";
export { SemanticMemory, type SemanticOptions, type SemanticStoreOptions } from "./memory.ts";
export { type NetworkMap, networkMap, type NetworkMapOptions } from "./network-map.ts";
export { pca, type PcaOptions } from "./pca.ts";
export { precomputed, type PrecomputedMap } from "./precomputed.ts";
export { randomConv } from "./random-conv.ts";
export { uHop, type UHopOptions } from "./u-hop.ts";

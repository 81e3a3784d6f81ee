/**
 * Engram: associative memory. Store patterns, recall them from damaged cues.
 *
 * The memories stand here by name; every room stands here as a namespace and as a subpath (`engram/dense`, `engram/images`, ...).
 */
export { DenseMemory } from "./dense/index.ts";
export type { DenseOptions, DenseRecall, DenseRecallOptions } from "./dense/index.ts";
export { UniversalMemory } from "./universal/index.ts";
export type { UniversalOptions, UniversalRecall } from "./universal/index.ts";
export { FullySemanticMemory, SemanticMemory } from "./semantic/index.ts";
export type { FullySemanticOptions, FullySemanticRecall, SemanticOptions } from "./semantic/index.ts";
export { EntropicMemory } from "./entropic/index.ts";
export type { EntropicOptions, EntropicRecall, EntropicRecallOptions } from "./entropic/index.ts";
export { EngramError, seeded } from "./numeric/index.ts";
export type {
  Backend, ImageLike, Key, Memory, Pattern, Patterns, Precision, Ranked, Recall, RecallOptions, Recognition, Rng, StoreOptions,
} from "./numeric/index.ts";
export { backendInUse, initKernels, useKernels } from "./kernels/index.ts";
export { decodeImage, encodePng } from "./images/index.ts";
export type { Image } from "./images/index.ts";

export * as autodiff from "./autodiff/index.ts";
export * as dense from "./dense/index.ts";
export * as encoders from "./encoders/index.ts";
export * as entropic from "./entropic/index.ts";
export * as formats from "./formats/index.ts";
export * as hamux from "./hamux/index.ts";
export * as images from "./images/index.ts";
export * as kernels from "./kernels/index.ts";
export * as numeric from "./numeric/index.ts";
export * as report from "./report/index.ts";
export * as semantic from "./semantic/index.ts";
export * as transformer from "./transformer/index.ts";
export * as universal from "./universal/index.ts";

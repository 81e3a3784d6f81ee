/** Everything the module exports. No imports, no runtime: the host owns all memory above `heapBase`. */
export { heapBase } from "./layout";
export * from "./scores";
export * from "./batch";
export * from "./cells";
export * from "./elementary";
export * from "./norms";
export * from "./pack";
export * from "./power";
export * from "./gemm";
export * from "./patches";
export * from "./windows";
export * from "./winograd";
export * from "./activations";
export * from "./normalise";
export * from "./upsample";
export { exp_f32, exp_f64 } from "./exp";
export { softmaxBlock_f32, softmaxBlock_f64 } from "./softmax";
export { weightedSum_f32, weightedSum_f64 } from "./weighted";

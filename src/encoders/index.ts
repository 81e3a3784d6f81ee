/** Networks that turn pictures into features and back: a convolutional inference engine, architectures, preprocessing. */
export { ARCHITECTURES, architectureOf } from "./architectures/index.ts";
export type { Architecture, SizeOf } from "./architectures/architecture.ts";
export { Encoder } from "./encoder.ts";
export type { EncoderOptions } from "./encoder.ts";
export { Graph } from "./graph.ts";
export type { Activation, ConvolutionOptions, Layer, MaxPoolOptions, Operation, PoolOptions, Shape } from "./graph.ts";
export { Network } from "./network.ts";
export type { Feature, NetworkOptions, RunOptions } from "./network.ts";
export { centreCrop, preprocess, PREPROCESSINGS, resizeToCover } from "./preprocess.ts";
export type { Preprocessing, PreprocessingName } from "./preprocess.ts";
export type { TensorSource, Weights } from "./weights.ts";

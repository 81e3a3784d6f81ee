/** HAMUX: hierarchical associative memories from neuron layers and hypersynapses. */
export { attention, othersOnly, type Attention, type AttentionOptions } from "./attention.ts";
export { type HamParts } from "./build.ts";
export { lagrangianHessianVector, type Conditions, type ConditionsOptions } from "./conditions.ts";
export { conv, type ConvOptions, type Pool } from "./conv-synapse.ts";
export { bias, dense, nary } from "./dense-synapses.ts";
export type { Run, RunOptions } from "./dynamics.ts";
export type { ReadOptions } from "./file.ts";
export { Graph, type Connection, type Vars } from "./graph.ts";
export { leavesOf, type EnergyTree } from "./energy-tree.ts";
export { HAM, type HamOptions, type States } from "./ham.ts";
export { denseAM, denseAMTensor, mixer, type DenseAMOptions } from "./hidden-synapses.ts";
export { lagrangian, legendre, type CustomLagrangian, type Lagrangian, type Params } from "./lagrangian.ts";
export { exp, identity, relu, repu, rexp, sigmoid, tanh } from "./lagrangians.ts";
export { layer, type LayerOptions, type Mask, type NeuronLayer } from "./layer.ts";
export { ghostMax, layerNorm, softmax, spherical, type NormOptions } from "./row-lagrangians.ts";
export { custom, normal, signalsOf, synapseParams, tapeSignals, type CustomSynapse, type Hypersynapse } from "./synapse.ts";

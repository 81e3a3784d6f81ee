/** The Energy Transformer: attention and memories as one energy that the tokens descend. */
export { BlockGraph, type BlockEnergies, type BlockParts, type Neighbours, type Prepared } from "./block-graph.ts";
export { EnergyTransformerBlock, type BlockOptions, type BlockRun, type BlockRunOptions, type BlockTree } from "./block.ts";
export { readCheckpoint, writeCheckpoint, type CheckpointOptions } from "./checkpoint.ts";
export { ImageEnergyTransformer, type Completion, type ImageModelOptions } from "./image-model.ts";
export { fromPatches, patchCounts, toPatches, type Geometry } from "./patches.ts";
export { hopfieldNetwork } from "./hopfield-network.ts";

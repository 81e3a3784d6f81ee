/** Reproductions of the papers, and the data they run on. */
import { denseCapacity } from "./dense-capacity.ts";
import { entropicBaselines } from "./entropic-baselines.ts";
import { entropicChains } from "./entropic-chains.ts";
import { entropicCifar10 } from "./entropic-cifar10.ts";
import { entropicControls } from "./entropic-controls.ts";
import { entropicFill } from "./entropic-fill.ts";
import { entropicKinds } from "./entropic-kinds.ts";
import { entropicNoise } from "./entropic-noise.ts";
import { entropicSigma } from "./entropic-sigma.ts";
import { entropicFashion } from "./entropic-fashion.ts";
import { entropicHetero } from "./entropic-hetero.ts";
import { entropicMnist } from "./entropic-mnist.ts";
import { etCompletion } from "./et-completion.ts";
import { etGraph } from "./et-graph.ts";
import { etToy } from "./et-toy.ts";
import type { Experiment } from "./experiment.ts";
import { fullySemantic } from "./fully-semantic.ts";
import { hamDenoise } from "./ham-denoise.ts";
import { hamHierarchy } from "./ham-hierarchy.ts";
import { hamExercise } from "./ham-exercise.ts";
import { hamZeroState } from "./ham-zero-state.ts";
import { inferenceObjectives } from "./inference-objectives.ts";
import { lsrCapacity } from "./lsr-capacity.ts";
import { lsrHybrid } from "./lsr-hybrid.ts";
import { lsrKernels } from "./lsr-kernels.ts";
import { lsrLandscape } from "./lsr-landscape.ts";
import { lsrLatentMnist } from "./lsr-latent-mnist.ts";
import { lsrLikelihood } from "./lsr-likelihood.ts";
import { lsrPixels } from "./lsr-pixels.ts";
import { lsrLatentTiny } from "./lsr-latent-tiny.ts";
import { lsrMnist60k } from "./lsr-mnist-60k.ts";
import { lsrBarcode } from "./lsr-barcode.ts";
import { lsrMinima } from "./lsr-minima.ts";
import { mainJob } from "./main-job.ts";
import { semanticBreakpoint } from "./semantic-breakpoint.ts";
import { semanticCapacity } from "./semantic-capacity.ts";
import { semanticCorruptions } from "./semantic-corruptions.ts";
import { semanticCost } from "./semantic-cost.ts";
import { semanticDimension } from "./semantic-dimension.ts";
import { semanticOutOfDistribution } from "./semantic-out-of-distribution.ts";
import { semanticSimilarities } from "./semantic-similarities.ts";
import { uhnCapacity } from "./uhn-capacity.ts";
import { uhnMask } from "./uhn-mask.ts";
import { uhnNoise } from "./uhn-noise.ts";
import { uhnSeparation } from "./uhn-separation.ts";

export * from "./data.ts";
export type { Context, Experiment, Report } from "./experiment.ts";

/** Every experiment, in the order of the list. */
export const experiments: readonly Experiment[] = [
  mainJob,
  denseCapacity,
  uhnCapacity,
  uhnNoise,
  uhnMask,
  uhnSeparation,
  semanticCorruptions,
  semanticSimilarities,
  semanticBreakpoint,
  semanticDimension,
  semanticOutOfDistribution,
  fullySemantic,
  semanticCapacity,
  semanticCost,
  entropicKinds,
  entropicCifar10,
  entropicFill,
  entropicControls,
  entropicSigma,
  entropicChains,
  entropicNoise,
  entropicBaselines,
  entropicMnist,
  entropicFashion,
  entropicHetero,
  hamZeroState,
  hamExercise,
  hamDenoise,
  hamHierarchy,
  inferenceObjectives,
  etToy,
  etGraph,
  lsrLandscape,
  lsrKernels,
  lsrLikelihood,
  lsrPixels,
  lsrMinima,
  lsrBarcode,
  etCompletion,
  lsrLatentMnist,
  lsrLatentTiny,
  lsrMnist60k,
  lsrCapacity,
  lsrHybrid,
];

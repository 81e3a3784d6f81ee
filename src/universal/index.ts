/** Universal Hopfield networks: similarity x separation x projection, auto- and hetero-associative. */
export * from "./beta.ts";
export * from "./distances.ts";
export { EPSILON_MASS, negJS, negKL, negRKL, smoothed, throughMass } from "./divergences.ts";
export * from "./energy.ts";
export * from "./fold.ts";
export * from "./memory.ts";
export { PROJECTION_NAMES, projectionOf, SEPARATION_NAMES, type SeparationChoice, separationOf, SIMILARITY_NAMES, similarityOf } from "./names.ts";
export { cosine, dot, linear, massDot, pearson } from "./products.ts";
export * from "./projection.ts";
export type { UniversalRecall } from "./recall.ts";
export * from "./reference.ts";
export * from "./reference-quirks.ts";
export { exponential, identity, logarithm, lsr, max, power, type Separation, type SeparationKind, threshold } from "./separation.ts";
export { type AcceptanceThreshold, type ChosenBeta, GAP_SAMPLE, medianGap, type Mode, type UniversalOptions } from "./settings.ts";
export { masked, type Scorer, type Similarity } from "./similarity.ts";
export * from "./sparse.ts";
export * from "./success.ts";

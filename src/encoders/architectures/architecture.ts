/** What is known of an architecture before its weights are. */
import type { Graph, Shape } from "../graph.ts";
import type { PreprocessingName } from "../preprocess.ts";
import type { TensorSource } from "../weights.ts";

/** The size of an axis of a tensor, or what to take where the file has no such tensor. */
export type SizeOf = (tensor: string, axis: number, otherwise: number) => number;

export interface Architecture {
  readonly name: string;
  /** Where it is described. */
  readonly source: string;
  /** [C, H, W] where nothing is said; some sizes follow from the weights. */
  input(sizeOf: SizeOf): Shape;
  /** How pictures become input; undefined where the input is no picture. */
  readonly preprocessing?: PreprocessingName;
  /** The layer that is read where nothing is said. */
  readonly features: string;
  graph(sizeOf: SizeOf, input: Shape): Graph;
  /** Published files in other layouts, as the state dict of this architecture. */
  adapt?(source: TensorSource): TensorSource;
}

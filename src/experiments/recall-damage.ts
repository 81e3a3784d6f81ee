/**
 * The six damaged cues of the main job (semantic-memory.md section 9). The half mask comes twice: once the memory is told which half is
 * missing (`visible`), once it takes the black half for part of the picture.
 */
import { type Corruption, cropResize, gaussian, clippedGaussian, type Image, image, maskBottom, rotate } from "../images/index.ts";
import type { Rng } from "../numeric/index.ts";

export type Shape = readonly [1 | 3, number, number];

export interface Damage {
  readonly name: string;
  /** What it does, for a page. */
  readonly about: string;
  /** The damaged copy of one row (C x H x W in [0, 1]). */
  damage(row: Float32Array, shape: Shape, rng: Rng): Float32Array;
  /** Which coordinates are known; absent where nobody says. */
  visible?(shape: Shape): Uint8Array;
}

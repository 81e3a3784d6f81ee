/**
 * The six damaged cues of the main job (semantic-memory.md section 9). The half mask comes twice: once the memory is told which half is
 * missing (`visible`), once it takes the black half for part of the picture.
 */
import { type Corruption, cropResize, gaussian, clippedGaussian, image, maskBottom, rotate } from "../images/index.ts";
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

/** The row as a picture, damaged by one of the corruptions of section 9. */
function by(corruption: Corruption): Damage["damage"] {
  return (row, [channels, height, width], rng) => corruption(image(width, height, channels, row), rng).data;
}

/** What (C3) leaves of a picture of this shape. */
function bottomHalfVisible([channels, height, width]: Shape): Uint8Array {
  const kept = Math.trunc(height / 2);
  return Uint8Array.from({ length: channels * height * width }, (_, i) => (Math.floor(i / width) % height < kept ? 1 : 0));
}

/** The half mask, told to the memory. */
export const HALF_DECLARED: Damage = {
  name: "half mask, declared", about: "(C3) The lower half is black, and the memory is told that it is missing.",
  damage: by(maskBottom(0.5)), visible: bottomHalfVisible,
};

/** Noise whose numbers leave [0, 1], as an array file can hold them. */
export const NOISE_PLAIN: Damage = {
  name: "noise .5, plain", about: "(C2) Gaussian noise of standard deviation .5 on every value.", damage: by(gaussian(0.5)),
};

/** Noise as a picture file can hold it. */
export const NOISE_CLIPPED: Damage = {
  name: "noise .5, clipped", about: "(C2) The same noise, clipped to [0, 1] as a picture file has it.", damage: by(clippedGaussian(0.5)),
};

/** In the order of tables and pictures. */
export const DAMAGES: readonly Damage[] = [
  HALF_DECLARED,
  { name: "half mask", about: "(C3) The lower half is black, and nobody says so.", damage: by(maskBottom(0.5)) },
  { name: "crop", about: "(C9) A square of half the area, placed at random, blown up to the whole.", damage: by(cropResize(0.5)) },
  { name: "rotation", about: "(C8) Turned by 30 degrees about the centre; what comes from outside is black.", damage: by(rotate(30)) },
  NOISE_PLAIN,
  NOISE_CLIPPED,
];

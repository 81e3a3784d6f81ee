/**
 * How the left side of a product is read (assembly/gemm.ts): row by row, or by fours, which costs a copy and is faster for all but few outputs.
 * Windows are copied either way. The bits are the same.
 */
import type { LayerExports, LayerHost } from "./layers.ts";

/** Outputs from which the copy pays (measured: 64 are 4 % faster, 256 10 to 25 %). */
const FOURS = 64;

export interface LeftSide {
  readonly gemm: LayerExports["gemm_f32"];
  readonly A: number;
  readonly aStride: number;
}

/** `rows` rows of `depth` numbers (at most BLOCK_K), aStride bytes apart; `copy`: room for the fours of so many (`foursBytes`). */
export function leftSide({ exports }: LayerHost, outputs: number, A: number, aStride: number, rows: number, depth: number, copy: number): LeftSide {
  // Of no k: gemmFours_f32 takes at least one.
  if (outputs < FOURS || depth === 0) return { gemm: exports.gemm_f32, A, aStride };
  exports.packFours_f32(A, aStride, rows, depth, copy);
  return { gemm: exports.gemmFours_f32, A: copy, aStride: 16 * depth };
}

/** Columns [k, k + depth) of the windows of `count` pixels from number `pixel` of all images; x, g, zeros: as in assembly/patches.ts. */
export function windowSide({ exports }: LayerHost, outputs: number, x: number, g: number, pixel: number, count: number, k: number, depth: number, zeros: number, copy: number): LeftSide {
  if (outputs < FOURS || depth === 0) {
    if (depth > 0) exports.patches_f32(x, g, pixel, count, k, depth, copy);
    return { gemm: exports.gemm_f32, A: copy, aStride: 4 * depth };
  }
  exports.windowFours_f32(x, g, pixel, count, k, depth, zeros, copy);
  return { gemm: exports.gemmFours_f32, A: copy, aStride: 16 * depth };
}

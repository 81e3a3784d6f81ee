/** How the left side of a product is read (assembly/gemm.ts): row by row, or by fours, which costs a copy and is faster for all but few outputs. The bits are the same. */
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
  // of no k: gemmFours_f32 takes at least one
  if (outputs < FOURS || depth === 0) return { gemm: exports.gemm_f32, A, aStride };
  exports.packFours_f32(A, aStride, rows, depth, copy);
  return { gemm: exports.gemmFours_f32, A: copy, aStride: 16 * depth };
}

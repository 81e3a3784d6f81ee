/** Constants all kernels share; their TypeScript twins stand in src/kernels/panels.ts. */

/** Score operations. */
export const DOT: i32 = 0;
export const SQUARED_L2: i32 = 1;
export const L1: i32 = 2;
export const HAMMING: i32 = 3;

/** One k of a panel: 16 f32 rows or 8 f64 rows. */
export const PANEL_BYTES: usize = 64;

/** k per partial sum. */
export const BLOCK_K: usize = 256;

/** The first byte the host may write to: constants of the module lie below. */
export function heapBase(): usize {
  return __heap_base;
}

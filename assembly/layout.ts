/** Constants all kernels share; their TypeScript twins stand in src/kernels/panels.ts. */

/**
 * Score operations as tag types, told apart by their size at compile time: with the operation as a value the optimiser folds the
 * four loops into one that branches inside (measured: half the speed).
 */
export type Dot = u8;
export type SquaredL2 = u16;
export type L1 = u32;
export type Hamming = u64;

/** One k of a panel: 32 f32 rows or 16 f64 rows. */
export const PANEL_BYTES: usize = 128;

/** k per partial sum. */
export const BLOCK_K: usize = 256;

/** The first byte the host may write to: constants of the module lie below. */
export function heapBase(): usize {
  return __heap_base;
}

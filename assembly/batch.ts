/**
 * Raw scores of groups of four cues against packed rows, and with them the matrix product (its right factor packed as rows).
 * Register block: 4 cues x a quarter of a panel (8 rows of f32, 4 of f64) = 8 accumulators, one k per iteration.
 *
 *     cues, packed by fours:   group g, k:  | q[4g][k]  q[4g+1][k]  q[4g+2][k]  q[4g+3][k] |
 *
 * A panel's slice of 256 k stays in the first-level cache while all groups pass over it; the block sums are added into `out`
 * in order of k: every (row, cue) sees the very operations of the single-cue kernel, the same bits.
 *
 * Between the groups a few loads touch the slice that comes next, so that its way from memory is hidden behind this one's arithmetic.
 * Every second line, at most AHEAD in a row: longer bursts of misses stall the loop (measured on AMD Zen 4, 512 coordinates, of the
 * same block in C without them: 64 cues no load .93, every line .91, this .99; 32 cues .94, .94, 1.02; 16 cues .96, .94, .99).
 */
import { BLOCK_K, Dot, Hamming, L1, PANEL_BYTES, SquaredL2 } from "./layout";
import { term, withoutSign } from "./scores";

/** Loads in a row that may miss. */
const AHEAD: usize = 6;

/** out += block sum, or 0 + block sum for the first block (the single-cue kernel starts from +0, too). */
// @ts-ignore: decorator
@inline
function put<T>(first: bool, out: usize, a: v128, b: v128): void {
  v128.store(out, v128.add<T>(first ? v128.splat<T>(<T>0) : v128.load(out), a));
  v128.store(out, v128.add<T>(first ? v128.splat<T>(<T>0) : v128.load(out, 16), b), 16);
}

// @ts-ignore: decorator
@inline
function many<T, OP>(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  const sign = withoutSign<T>();
  const panelBytes = <usize>dim * PANEL_BYTES;
  const last = panels + <usize>count * panelBytes - 4;
  const loads = min<usize>(AHEAD, BLOCK_K / (<usize>groups * (PANEL_BYTES / 32)) + 1);
  const groupBytes = <usize>dim * 4 * sizeof<T>();
  for (let p = 0; p < count; p++) {
    for (let k: usize = 0; k < <usize>dim; k += BLOCK_K) {
      const depth = min<usize>(BLOCK_K, <usize>dim - k);
      let ahead = panels + <usize>p * panelBytes + (k + depth) * PANEL_BYTES;
      for (let g = 0; g < groups; g++) {
        for (let part: usize = 0; part < PANEL_BYTES; part += 32) {
          let x = panels + <usize>p * panelBytes + k * PANEL_BYTES + part;
          let q = cues + <usize>g * groupBytes + k * 4 * sizeof<T>();
          const stop = q + depth * 4 * sizeof<T>();
          // Never beyond the rows.
          for (let i: usize = 0; i < loads; i++, ahead += PANEL_BYTES) load<i32>(min(ahead, last));
          let a0 = v128.splat<T>(<T>0), b0 = v128.splat<T>(<T>0), a1 = v128.splat<T>(<T>0), b1 = v128.splat<T>(<T>0);
          let a2 = v128.splat<T>(<T>0), b2 = v128.splat<T>(<T>0), a3 = v128.splat<T>(<T>0), b3 = v128.splat<T>(<T>0);
          while (q < stop) {
            const x0 = v128.load(x);
            const x1 = v128.load(x, 16);
            const c0 = v128.load_splat<T>(q);
            a0 = v128.add<T>(a0, term<T, OP>(x0, c0, sign));
            b0 = v128.add<T>(b0, term<T, OP>(x1, c0, sign));
            const c1 = v128.load_splat<T>(q, sizeof<T>());
            a1 = v128.add<T>(a1, term<T, OP>(x0, c1, sign));
            b1 = v128.add<T>(b1, term<T, OP>(x1, c1, sign));
            // Never true: ends the basic block (scores.ts). The mask is one register more than there are (measured: 9.3 -> 13.5 billion terms a second).
            if (sizeof<OP>() == sizeof<L1>() && x == 0) break;
            const c2 = v128.load_splat<T>(q, 2 * sizeof<T>());
            a2 = v128.add<T>(a2, term<T, OP>(x0, c2, sign));
            b2 = v128.add<T>(b2, term<T, OP>(x1, c2, sign));
            const c3 = v128.load_splat<T>(q, 3 * sizeof<T>());
            a3 = v128.add<T>(a3, term<T, OP>(x0, c3, sign));
            b3 = v128.add<T>(b3, term<T, OP>(x1, c3, sign));
            x += PANEL_BYTES;
            q += 4 * sizeof<T>();
          }
          const o = out + <usize>g * 4 * stride + <usize>p * PANEL_BYTES + part;
          put<T>(k == 0, o, a0, b0);
          put<T>(k == 0, o + stride, a1, b1);
          put<T>(k == 0, o + 2 * stride, a2, b2);
          put<T>(k == 0, o + 3 * stride, a3, b3);
        }
      }
    }
  }
}

/** scoreMany_*: out[cue][row], 4 groups cues, each row of scores `stride` bytes long, for the rows of `count` panels (at most 256 rows). dim >= 1. */
export function scoreMany_dot_f32(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f32, Dot>(panels, count, dim, cues, groups, out, stride);
}
export function scoreMany_squaredL2_f32(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f32, SquaredL2>(panels, count, dim, cues, groups, out, stride);
}
export function scoreMany_l1_f32(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f32, L1>(panels, count, dim, cues, groups, out, stride);
}
export function scoreMany_hamming_f32(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f32, Hamming>(panels, count, dim, cues, groups, out, stride);
}
export function scoreMany_dot_f64(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f64, Dot>(panels, count, dim, cues, groups, out, stride);
}
export function scoreMany_squaredL2_f64(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f64, SquaredL2>(panels, count, dim, cues, groups, out, stride);
}
export function scoreMany_l1_f64(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f64, L1>(panels, count, dim, cues, groups, out, stride);
}
export function scoreMany_hamming_f64(panels: usize, count: i32, dim: i32, cues: usize, groups: i32, out: usize, stride: usize): void {
  many<f64, Hamming>(panels, count, dim, cues, groups, out, stride);
}

/**
 * Drawing a level per column from tables of counters (cells.ts), as the entropic memory recalls (arXiv 2405.12500).
 *
 *   cells   n x m      u16, u32 or f64, a column after the other
 *   cues    count x n  u16 levels; m and above: undefined
 *   K       (m + 1) x m f64, row v the weights of the levels under a cue of level v, row m those under an undefined one
 *   cdf     n x (m + 1) x width f64, the running sums of cells[j] * K[v], i ascending; width = m made even, filled with Infinity
 *
 * Order: running sums from +0, i ascending, one product and one sum per cell. The random numbers (uniforms.ts) are those of (column,
 * number of the cue).
 */
import { uniforms } from "./uniforms";

/** Columns drawn for all cues before the next ones, as many as one call of `uniforms` serves: their running sums stay in the first-level cache. */
const COLUMNS = 8;
/** From this many levels on, running sums are searched by halving. */
const HALVING = 48;
/** What is written for a column without weight. */
const NONE: u16 = 0xffff;

// @ts-ignore: decorator
@inline
function cumulate<T>(cells: usize, n: i32, m: i32, K: usize, width: i32, out: usize): void {
  for (let j = 0; j < n; j++, cells += <usize>m * sizeof<T>()) {
    let k = K;
    for (let v = 0; v <= m; v++) {
      let sum: f64 = 0;
      for (let i = 0; i < m; i++, k += 8, out += 8) {
        sum += <f64>load<T>(cells + <usize>i * sizeof<T>()) * load<f64>(k);
        store<f64>(out, sum);
      }
      for (let i = m; i < width; i++, out += 8) store<f64>(out, Infinity);
    }
  }
}

/** The running sums of every column under every level of a cue. */
export function cellsCumulate_u16(cells: usize, n: i32, m: i32, K: usize, width: i32, out: usize): void {
  cumulate<u16>(cells, n, m, K, width, out);
}
export function cellsCumulate_u32(cells: usize, n: i32, m: i32, K: usize, width: i32, out: usize): void {
  cumulate<u32>(cells, n, m, K, width, out);
}
export function cellsCumulate_f64(cells: usize, n: i32, m: i32, K: usize, width: i32, out: usize): void {
  cumulate<f64>(cells, n, m, K, width, out);
}

// @ts-ignore: decorator
@inline
function below(row: usize, at: usize, bound: v128): v128 {
  return f64x2.le(v128.load(row + at), bound);
}

/** How many of the running sums are at most t: the first that is larger. */
// @ts-ignore: decorator
@inline
function position(row: usize, m: i32, width: i32, t: f64): i32 {
  if (m >= HALVING) {
    let low = 0, high = m;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (load<f64>(row + (<usize>middle << 3)) <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  const bound = f64x2.splat(t);
  if (width == 16) {
    // The levels of the paper, without a loop.
    const a = i64x2.add(i64x2.add(below(row, 0, bound), below(row, 16, bound)), i64x2.add(below(row, 32, bound), below(row, 48, bound)));
    const b = i64x2.add(i64x2.add(below(row, 64, bound), below(row, 80, bound)), i64x2.add(below(row, 96, bound), below(row, 112, bound)));
    const both = i64x2.add(a, b);
    return -<i32>(i64x2.extract_lane(both, 0) + i64x2.extract_lane(both, 1));
  }
  let counted = i64x2.splat(0);
  for (const end = row + (<usize>width << 3); row < end; row += 16) counted = i64x2.sub(counted, f64x2.le(v128.load(row), bound));
  return <i32>(i64x2.extract_lane(counted, 0) + i64x2.extract_lane(counted, 1));
}

/**
 * A level for every column of every cue, out like cues: the first whose running sum exceeds u times the whole; m - 1 if none does,
 * 0xffff where the whole is 0. numbers: count x u32, the cue's second counter word; u: 8 f64 of scratch.
 * @returns how many columns were without weight
 */
export function cellsDraw(cdf: usize, n: i32, m: i32, width: i32, cues: usize, items: i32, numbers: usize, k0: i32, k1: i32, u: usize, out: usize): i32 {
  let empty = 0;
  const rowBytes = <usize>width << 3;
  const columnBytes = rowBytes * (m + 1);
  for (let first = 0; first < n; first += COLUMNS) {
    const last = min(n, first + COLUMNS);
    for (let c = 0; c < items; c++) {
      const number = load<i32>(numbers + (<usize>c << 2));
      const line = (<usize>c * <usize>n) << 1;
      for (let j = first; j < last; j++) {
        const lane = <usize>(j & 7) << 3;
        if (lane == 0) uniforms(k0, k1, j, number, u);
        const at = line + (<usize>j << 1);
        const v = min<u32>(load<u16>(cues + at), m);
        const row = cdf + <usize>j * columnBytes + <usize>v * rowBytes;
        const whole = load<f64>(row + ((<usize>m - 1) << 3));
        const level = min(position(row, m, width, load<f64>(u + lane) * whole), m - 1);
        const none = whole == 0;
        empty += i32(none);
        store<u16>(out + at, none ? NONE : <u16>level);
      }
    }
  }
  return empty;
}

// @ts-ignore: decorator
@inline
function drawDirect<T>(cells: usize, n: i32, m: i32, K: usize, cues: usize, items: i32, numbers: usize, k0: i32, k1: i32, u: usize, out: usize): i32 {
  let empty = 0;
  const columnBytes = <usize>m * sizeof<T>();
  for (let c = 0; c < items; c++) {
    const number = load<i32>(numbers + (<usize>c << 2));
    for (let j = 0; j < n; j++, cues += 2, out += 2) {
      const lane = <usize>(j & 7) << 3;
      if (lane == 0) uniforms(k0, k1, j, number, u);
      const column = cells + <usize>j * columnBytes;
      const k = K + ((<usize>min<u32>(load<u16>(cues), m) * <usize>m) << 3);
      let whole: f64 = 0;
      for (let i: usize = 0; i < <usize>m; i++) whole += <f64>load<T>(column + i * sizeof<T>()) * load<f64>(k + (i << 3));
      if (whole == 0) {
        empty++;
        store<u16>(out, NONE);
        continue;
      }
      const t = load<f64>(u + lane) * whole;
      let sum: f64 = 0;
      let level = m - 1;
      for (let i = 0; i < m; i++) {
        sum += <f64>load<T>(column + <usize>i * sizeof<T>()) * load<f64>(k + (<usize>i << 3));
        if (sum > t) {
          level = i;
          break;
        }
      }
      store<u16>(out, <u16>level);
    }
  }
  return empty;
}

/** The same levels without a table of running sums: for few cues, or many levels. */
export function cellsDrawDirect_u16(cells: usize, n: i32, m: i32, K: usize, cues: usize, items: i32, numbers: usize, k0: i32, k1: i32, u: usize, out: usize): i32 {
  return drawDirect<u16>(cells, n, m, K, cues, items, numbers, k0, k1, u, out);
}
export function cellsDrawDirect_u32(cells: usize, n: i32, m: i32, K: usize, cues: usize, items: i32, numbers: usize, k0: i32, k1: i32, u: usize, out: usize): i32 {
  return drawDirect<u32>(cells, n, m, K, cues, items, numbers, k0, k1, u, out);
}
export function cellsDrawDirect_f64(cells: usize, n: i32, m: i32, K: usize, cues: usize, items: i32, numbers: usize, k0: i32, k1: i32, u: usize, out: usize): i32 {
  return drawDirect<f64>(cells, n, m, K, cues, items, numbers, k0, k1, u, out);
}

/**
 * Tables of saturating counters, n columns of m cells each, as the entropic memory needs them (arXiv 2405.12500): counting, looking up,
 * and drawing a level per column.
 *
 *   cells   n x m      u16, u32 or f64, a column after the other
 *   cues    count x n  u16 levels; m and above: undefined
 *   K       (m + 1) x m f64, row v the weights of the levels under a cue of level v, row m those under an undefined one
 *   cdf     n x (m + 1) x width f64, the running sums of cells[j] * K[v], i ascending; width = m made even, filled with Infinity
 *
 * Order: running sums from +0, i ascending, one product and one sum per cell; the lanes of a count never meet before its end. The random
 * numbers are Threefry-2x32-20 of (column, number of the cue): src/numeric/threefry.ts.
 */

/** Columns drawn for all cues before the next ones, as many as one call of `uniforms` serves: their running sums stay in the first-level cache. */
const COLUMNS = 8;
/** From this many levels on, running sums are searched by halving. */
const HALVING = 48;
/** What is written for a column without weight. */
const NONE: u16 = 0xffff;

// @ts-ignore: decorator
@inline
function count<T>(cells: usize, n: i32, m: i32, cues: usize, items: i32, cap: u32, undefinedRow: usize): void {
  for (const end = cues + (<usize>items * <usize>n << 1); cues < end; ) {
    let column = cells;
    let none = undefinedRow;
    for (const stop = cues + (<usize>n << 1); cues < stop; cues += 2) {
      const v = <u32>load<u16>(cues);
      if (v < <u32>m) {
        const at = column + <usize>v * sizeof<T>();
        const held = <u32>load<T>(at);
        store<T>(at, <T>(held + <u32>(held < cap)));
      } else {
        const held = load<u32>(none);
        store<u32>(none, held + <u32>(held < cap));
      }
      column += <usize>m * sizeof<T>();
      none += 4;
    }
  }
}

/** cells[j][v] grows by one up to `cap` for every cue; an undefined level counts in the row of its own, n x u32. */
export function cellsCount_u16(cells: usize, n: i32, m: i32, cues: usize, items: i32, cap: u32, undefinedRow: usize): void {
  count<u16>(cells, n, m, cues, items, cap, undefinedRow);
}
export function cellsCount_u32(cells: usize, n: i32, m: i32, cues: usize, items: i32, cap: u32, undefinedRow: usize): void {
  count<u32>(cells, n, m, cues, items, cap, undefinedRow);
}

// @ts-ignore: decorator
@inline
function look<T>(cells: usize, n: i32, m: i32, cues: usize, items: i32, least: usize, out: usize): void {
  for (const end = cues + (<usize>items * <usize>n << 1); cues < end; out += 16) {
    let column = cells;
    let bound = least;
    let misses = 0, hidden = 0;
    let weight: u64 = 0;
    for (const stop = cues + (<usize>n << 1); cues < stop; cues += 2) {
      const v = <u32>load<u16>(cues);
      if (v < <u32>m) {
        const held = <u32>load<T>(column + <usize>v * sizeof<T>());
        misses += i32(held < load<u32>(bound));
        weight += held;
      } else hidden++;
      column += <usize>m * sizeof<T>();
      bound += 4;
    }
    store<f64>(out, <f64>weight);
    store<i32>(out, misses, 8);
    store<i32>(out, hidden, 12);
  }
}

/** Per cue 16 bytes: the sum of its cells (f64, exact), how many lie below `least[j]` (n x u32), how many of its levels are undefined. */
export function cellsLook_u16(cells: usize, n: i32, m: i32, cues: usize, items: i32, least: usize, out: usize): void {
  look<u16>(cells, n, m, cues, items, least, out);
}
export function cellsLook_u32(cells: usize, n: i32, m: i32, cues: usize, items: i32, least: usize, out: usize): void {
  look<u32>(cells, n, m, cues, items, least, out);
}

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
function turn(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by));
}

/** Two words as 53 bits over 2^53, for the lower or (after a shift) the upper two lanes. */
// @ts-ignore: decorator
@inline
function unit(a: v128, b: v128): v128 {
  const whole = f64x2.add(f64x2.mul(f64x2.convert_low_i32x4_u(a), f64x2.splat(67108864)), f64x2.convert_low_i32x4_u(b));
  return f64x2.mul(whole, f64x2.splat(1.1102230246251565e-16)); // 2^-53
}

/**
 * Eight uniform numbers to `out`: columns j .. j + 7 of the cue `number` under the key (k0, k1). Two chains side by side: each round waits
 * for the one before.
 */
function uniforms(k0: i32, k1: i32, j: i32, number: i32, out: usize): void {
  let a = i32x4.add(i32x4.splat(j + k0), i32x4(0, 1, 2, 3));
  let c = i32x4.add(i32x4.splat(j + k0), i32x4(4, 5, 6, 7));
  let b = i32x4.splat(number + k1);
  let d = b;
  // The keys walk k1 k2, k2 k0, k0 k1.
  let p = k1, q = k0 ^ k1 ^ 0x1bd11bda, r = k0;
  for (let group = 1; group <= 5; group++) {
    if (group & 1) {
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 13), a); d = v128.xor(turn(d, 13), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 15), a); d = v128.xor(turn(d, 15), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 26), a); d = v128.xor(turn(d, 26), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 6), a); d = v128.xor(turn(d, 6), c);
    } else {
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 17), a); d = v128.xor(turn(d, 17), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 29), a); d = v128.xor(turn(d, 29), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(half(b), a); d = v128.xor(half(d), c);
      a = i32x4.add(a, b); c = i32x4.add(c, d); b = v128.xor(turn(b, 24), a); d = v128.xor(turn(d, 24), c);
    }
    const first = i32x4.splat(p), second = i32x4.splat(q + group);
    a = i32x4.add(a, first);
    c = i32x4.add(c, first);
    b = i32x4.add(b, second);
    d = i32x4.add(d, second);
    const next = p;
    p = q;
    q = r;
    r = next;
  }
  four(a, b, out);
  four(c, d, out + 32);
}

/** `turn` by 16: one instruction. */
// @ts-ignore: decorator
@inline
function half(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

// @ts-ignore: decorator
@inline
function four(words: v128, others: v128, out: usize): void {
  const a = i32x4.shr_u(words, 5), b = i32x4.shr_u(others, 6);
  v128.store(out, unit(a, b));
  v128.store(out, unit(i64x2.shuffle(a, a, 1, 1), i64x2.shuffle(b, b, 1, 1)), 16);
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

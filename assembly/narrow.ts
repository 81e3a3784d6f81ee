/**
 * Counting and looking up in columns of at most 16 cells of u16 (cells.ts has the general loops): cues are turned to columns of bytes, so that 16 cues meet one
 * column at a time. A look-up is then two byte shuffles of the column itself, a count one comparison per level and 16 cues.
 *
 *   cells   n x m u16, m <= 16     cues   items x n u16, items a multiple of 16, at most 256     room   scratch, see each
 *
 * All sums are whole numbers: their order is free. The bits of cells.ts.
 */

/** 16 columns of 16 cues, as bytes: column k at out + k stride. Levels above 255 become 255. a, b: 256 bytes each. */
// @ts-ignore: decorator
@inline
function turn(cues: usize, row: usize, a: usize, b: usize, out: usize, stride: usize): void {
  const most = i16x8.splat(255);
  // Interleaving row i with row i + 8 turns the eight bits of an address by one: four times is the transpose.
  for (let i: usize = 0; i < 8; i++, cues += row) {
    const x = i8x16.narrow_i16x8_u(i16x8.min_u(v128.load(cues), most), i16x8.min_u(v128.load(cues, 16), most));
    const other = cues + (row << 3);
    const y = i8x16.narrow_i16x8_u(i16x8.min_u(v128.load(other), most), i16x8.min_u(v128.load(other, 16), most));
    v128.store(a + (i << 5), low(x, y));
    v128.store(a + (i << 5), high(x, y), 16);
  }
  weave(a, b, 16);
  weave(b, a, 16);
  weave(a, out, stride);
}

// @ts-ignore: decorator
@inline
function weave(from: usize, to: usize, stride: usize): void {
  for (let i: usize = 0; i < 8; i++, from += 16, to += stride << 1) {
    const x = v128.load(from), y = v128.load(from, 128);
    v128.store(to, low(x, y));
    v128.store(to + stride, high(x, y));
  }
}

// @ts-ignore: decorator
@inline
function low(x: v128, y: v128): v128 {
  return v128.shuffle<u8>(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function high(x: v128, y: v128): v128 {
  return v128.shuffle<u8>(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Sums of neighbouring lanes: those of x, then those of y. */
// @ts-ignore: decorator
@inline
function pairs(x: v128, y: v128): v128 {
  return i16x8.add(v128.shuffle<u16>(x, y, 0, 2, 4, 6, 8, 10, 12, 14), v128.shuffle<u16>(x, y, 1, 3, 5, 7, 9, 11, 13, 15));
}

// @ts-ignore: decorator
@inline
function wide(bytes: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(bytes);
}

/** `by` more, up to cap, as that many single counts would do. */
// @ts-ignore: decorator
@inline
function grown(held: u32, by: u32, cap: u32): u32 {
  return held >= cap ? held : min<u32>(held + by, cap);
}

/** cellsCount_u16. room: 4,608 bytes. */
export function cellsCountNarrow(cells: usize, n: i32, m: i32, cues: usize, items: i32, cap: u32, undefinedRow: usize, room: usize): void {
  const row = <usize>n << 1, turned = room + 512;
  const groups = <usize>items >> 4;
  const most = i16x8.splat(<i16>min<u32>(cap, 65535));
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    for (let g: usize = 0; g < groups; g++) turn(cues + (<usize>j << 1) + (g << 4) * row, row, room, room + 256, turned + (g << 4), 256);
    for (let k: usize = 0; k < 16; k++) {
      const column = turned + (k << 8);
      let rest = <u32>items;
      // Per lane, the levels of the whole groups of eight: each cue has one, so at most 16.
      let all = i8x16.splat(0);
      for (let first = 0; first < m; first += 8) {
        let a0 = i8x16.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (let at = column, end = column + (groups << 4); at < end; at += 16) {
          const v = i8x16.sub(v128.load(at), i8x16.splat(<i8>first));
          a0 = i8x16.sub(a0, i8x16.eq(v, i8x16.splat(0)));
          a1 = i8x16.sub(a1, i8x16.eq(v, i8x16.splat(1)));
          a2 = i8x16.sub(a2, i8x16.eq(v, i8x16.splat(2)));
          a3 = i8x16.sub(a3, i8x16.eq(v, i8x16.splat(3)));
          a4 = i8x16.sub(a4, i8x16.eq(v, i8x16.splat(4)));
          a5 = i8x16.sub(a5, i8x16.eq(v, i8x16.splat(5)));
          a6 = i8x16.sub(a6, i8x16.eq(v, i8x16.splat(6)));
          a7 = i8x16.sub(a7, i8x16.eq(v, i8x16.splat(7)));
        }
        // Lane i: how often level first + i was seen.
        const seen = pairs(pairs(pairs(wide(a0), wide(a1)), pairs(wide(a2), wide(a3))), pairs(pairs(wide(a4), wide(a5)), pairs(wide(a6), wide(a7))));
        const cell = cells + ((<usize>(j + <i32>k) * <usize>m + <usize>first) << 1);
        if (first + 8 <= m) {
          const held = v128.load(cell);
          v128.store(cell, i16x8.max_u(held, i16x8.min_u(i16x8.add_sat_u(held, seen), most)));
          all = i8x16.add(all, i8x16.add(i8x16.add(i8x16.add(a0, a1), i8x16.add(a2, a3)), i8x16.add(i8x16.add(a4, a5), i8x16.add(a6, a7))));
          continue;
        }
        v128.store(room, seen);
        for (let i = 0; i < m - first; i++) {
          const by = <u32>load<u16>(room + (<usize>i << 1)), at = cell + (<usize>i << 1);
          store<u16>(at, <u16>grown(load<u16>(at), by, cap));
          rest -= by;
        }
      }
      const sum = pairs(pairs(pairs(wide(all), all), all), all);
      rest -= <u32>i16x8.extract_lane_u(sum, 0);
      const none = undefinedRow + (<usize>(j + <i32>k) << 2);
      store<u32>(none, grown(load<u32>(none), rest, cap));
    }
  }
  for (; j < n; j++) {
    const column = cells + (<usize>j * <usize>m << 1), none = undefinedRow + (<usize>j << 2);
    for (let c: usize = 0, at = cues + (<usize>j << 1); c < <usize>items; c++, at += row) {
      const v = <u32>load<u16>(at);
      if (v < <u32>m) store<u16>(column + (<usize>v << 1), <u16>grown(load<u16>(column + (<usize>v << 1)), 1, cap));
      else store<u32>(none, grown(load<u32>(none), 1, cap));
    }
  }
}

/** cellsLook_u16, for bounds of at most 65,535 and n of at most 65,535. room: 768 bytes, and 32 for each column. */
export function cellsLookNarrow(cells: usize, n: i32, m: i32, cues: usize, items: i32, least: usize, out: usize, room: usize): void {
  const row = <usize>n << 1, turned = room + 512, tables = room + 768;
  const whole = n & ~15;
  // Each column as two tables of bytes, the low halves of its cells and the high ones; nothing behind them.
  for (let j: usize = 0; j < <usize>whole; j++) {
    const table = tables + (j << 5);
    v128.store(table, i8x16.splat(0));
    v128.store(table, i8x16.splat(0), 16);
    for (let i: usize = 0; i < <usize>m; i++) {
      const held = <u32>load<u16>(cells + ((j * <usize>m + i) << 1));
      store<u8>(table + i, <u8>held);
      store<u8>(table + i, <u8>(held >> 8), 16);
    }
  }
  const levels = i8x16.splat(<i8>m);
  for (let g = 0; g < items; g += 16, cues += row << 4, out += 256) {
    let w0 = i32x4.splat(0), w1 = w0, w2 = w0, w3 = w0, miss0 = w0, miss1 = w0, hidden0 = w0, hidden1 = w0;
    for (let j = 0; j < whole; j += 16) {
      turn(cues + (<usize>j << 1), row, room, room + 256, turned, 16);
      let hidden = i8x16.splat(0), excused = hidden;
      for (let k: usize = 0; k < 16; k++) {
        const v = v128.load(turned + (k << 4));
        const table = tables + ((<usize>j + k) << 5);
        const lows = i8x16.swizzle(v128.load(table), v), highs = i8x16.swizzle(v128.load(table, 16), v);
        const x = low(lows, highs), y = high(lows, highs);
        const bound = load<u32>(least + ((<usize>j + k) << 2));
        const limit = i16x8.splat(<i16>bound);
        miss0 = i16x8.sub(miss0, i16x8.lt_u(x, limit));
        miss1 = i16x8.sub(miss1, i16x8.lt_u(y, limit));
        // An undefined level finds 0, which a bound above 0 takes for a miss.
        const none = i8x16.ge_u(v, levels);
        hidden = i8x16.sub(hidden, none);
        excused = i8x16.sub(excused, v128.and(none, i8x16.splat(<i8>-i32(bound > 0))));
        w0 = i32x4.add(w0, i32x4.extend_low_i16x8_u(x));
        w1 = i32x4.add(w1, i32x4.extend_high_i16x8_u(x));
        w2 = i32x4.add(w2, i32x4.extend_low_i16x8_u(y));
        w3 = i32x4.add(w3, i32x4.extend_high_i16x8_u(y));
      }
      miss0 = i16x8.sub(miss0, i16x8.extend_low_i8x16_u(excused));
      miss1 = i16x8.sub(miss1, i16x8.extend_high_i8x16_u(excused));
      hidden0 = i16x8.add(hidden0, i16x8.extend_low_i8x16_u(hidden));
      hidden1 = i16x8.add(hidden1, i16x8.extend_high_i8x16_u(hidden));
    }
    v128.store(room, w0);
    v128.store(room, w1, 16);
    v128.store(room, w2, 32);
    v128.store(room, w3, 48);
    v128.store(room, miss0, 64);
    v128.store(room, miss1, 80);
    v128.store(room, hidden0, 96);
    v128.store(room, hidden1, 112);
    for (let c: usize = 0; c < 16; c++) {
      let weight = <u64>load<u32>(room + (c << 2));
      let misses = <i32>load<u16>(room + (c << 1), 64), hidden = <i32>load<u16>(room + (c << 1), 96);
      for (let j = whole; j < n; j++) {
        const v = <u32>load<u16>(cues + c * row + (<usize>j << 1));
        if (v < <u32>m) {
          const held = <u32>load<u16>(cells + ((<usize>j * <usize>m + <usize>v) << 1));
          misses += i32(held < load<u32>(least + (<usize>j << 2)));
          weight += held;
        } else hidden++;
      }
      store<f64>(out + (c << 4), <f64>weight);
      store<i32>(out + (c << 4), misses, 8);
      store<i32>(out + (c << 4), hidden, 12);
    }
  }
}

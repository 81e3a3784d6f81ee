/**
 * Tables of saturating counters, n columns of m cells each, as the entropic memory needs them (arXiv 2405.12500): counting and looking up.
 * Drawing from them is in draws.ts.
 *
 *   cells   n x m      u16 or u32, a column after the other
 *   cues    count x n  u16 levels; m and above: undefined
 *
 * Order: the lanes of a count never meet before its end.
 */

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

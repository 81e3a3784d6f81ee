/** Cues by fours, interleaved: the layout batch.ts reads; and the columns of a matrix as rows of panels. */
import { PANEL_BYTES } from "./layout";

// @ts-ignore: decorator
@inline
function pack<T>(cues: usize, groups: i32, dim: i32, out: usize): void {
  const row = <usize>dim * sizeof<T>();
  for (let g = 0; g < groups; g++) {
    const end = cues + row;
    while (cues < end) {
      store<T>(out, load<T>(cues));
      store<T>(out + sizeof<T>(), load<T>(cues + row));
      store<T>(out + 2 * sizeof<T>(), load<T>(cues + 2 * row));
      store<T>(out + 3 * sizeof<T>(), load<T>(cues + 3 * row));
      cues += sizeof<T>();
      out += 4 * sizeof<T>();
    }
    cues += 3 * row;
  }
}

/** cues: 4 groups rows of dim numbers; out: as many, group-major, then k, then the cue within the group. */
export function packCues_f32(cues: usize, groups: i32, dim: i32, out: usize): void {
  pack<f32>(cues, groups, dim, out);
}
export function packCues_f64(cues: usize, groups: i32, dim: i32, out: usize): void {
  pack<f64>(cues, groups, dim, out);
}

/** B: k rows of n numbers, row-major; out: its first 32 count columns as `count` panels of k coordinates. */
export function packColumns_f32(B: usize, count: i32, n: i32, k: i32, out: usize): void {
  const row = <usize>n << 2;
  for (let p = 0; p < count; p++) {
    let b = B + <usize>p * PANEL_BYTES;
    const end = out + <usize>k * PANEL_BYTES;
    while (out < end) {
      v128.store(out, v128.load(b));
      v128.store(out, v128.load(b, 16), 16);
      v128.store(out, v128.load(b, 32), 32);
      v128.store(out, v128.load(b, 48), 48);
      v128.store(out, v128.load(b, 64), 64);
      v128.store(out, v128.load(b, 80), 80);
      v128.store(out, v128.load(b, 96), 96);
      v128.store(out, v128.load(b, 112), 112);
      out += PANEL_BYTES;
      b += row;
    }
  }
}

/** Cues by fours, interleaved: the layout batch.ts reads. */

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

/** Four rows, interleaved: what the kernels of pack.ts and patches.ts share, and no kernel itself. */

/** Four rows of k numbers, interleaved: k, then the row. Returns where it ends. */
// @ts-ignore: decorator
@inline
export function fours(a0: usize, a1: usize, a2: usize, a3: usize, k: i32, out: usize): usize {
  for (let c = 0; c < (k & ~3); c += 4, a0 += 16, a1 += 16, a2 += 16, a3 += 16, out += 64) {
    const x0 = v128.load(a0);
    const x1 = v128.load(a1);
    const x2 = v128.load(a2);
    const x3 = v128.load(a3);
    const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    v128.store(out, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 16);
    v128.store(out, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 32);
    v128.store(out, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 48);
  }
  for (let c = k & ~3; c < k; c++, a0 += 4, a1 += 4, a2 += 4, a3 += 4, out += 16) {
    store<f32>(out, load<f32>(a0));
    store<f32>(out, load<f32>(a1), 4);
    store<f32>(out, load<f32>(a2), 8);
    store<f32>(out, load<f32>(a3), 12);
  }
  return out;
}

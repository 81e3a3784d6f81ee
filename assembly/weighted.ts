/**
 * The weighted sum of the rows of one block (at most 256): z_k = sum_mu w_mu x_mu,k.
 *
 * Order, per k: one vector of lanes runs over the panels of the block; a panel adds the pairwise sum
 * ((w0 x0 + w1 x1) + (w2 x2 + w3 x3)) + ((w4 x4 + w5 x5) + (w6 x6 + w7 x7)), x0..x7 its vectors of rows, w0..w7 their weights. At the end the lanes are widened to f64 and added as
 * (l0 + l1) + (l2 + l3) (f32) or l0 + l1 (f64). A panel whose weights are all 0 would add +0 and is skipped: the same bits.
 */
import { PANEL_BYTES } from "./layout";

// @ts-ignore: decorator
@inline
function sum<T>(panels: usize, count: i32, dim: i32, weights: usize, lanes: usize, z: usize): void {
  const end = lanes + (<usize>dim << 4);
  memory.fill(lanes, 0, <usize>dim << 4);
  for (let p = 0; p < count; p++) {
    const w0 = v128.load(weights);
    const w1 = v128.load(weights, 16);
    const w2 = v128.load(weights, 32);
    const w3 = v128.load(weights, 48);
    const w4 = v128.load(weights, 64);
    const w5 = v128.load(weights, 80);
    const w6 = v128.load(weights, 96);
    const w7 = v128.load(weights, 112);
    weights += PANEL_BYTES;
    if (!v128.any_true(v128.or(v128.or(v128.or(w0, w1), v128.or(w2, w3)), v128.or(v128.or(w4, w5), v128.or(w6, w7))))) continue;
    let x = panels + <usize>p * <usize>dim * PANEL_BYTES;
    let a = lanes;
    while (a < end) {
      const s0 = v128.add<T>(v128.mul<T>(w0, v128.load(x)), v128.mul<T>(w1, v128.load(x, 16)));
      const s1 = v128.add<T>(v128.mul<T>(w2, v128.load(x, 32)), v128.mul<T>(w3, v128.load(x, 48)));
      const low = v128.add<T>(s0, s1);
      if (x == 0) break; // never: ends the basic block, as in scores.ts
      const s2 = v128.add<T>(v128.mul<T>(w4, v128.load(x, 64)), v128.mul<T>(w5, v128.load(x, 80)));
      const s3 = v128.add<T>(v128.mul<T>(w6, v128.load(x, 96)), v128.mul<T>(w7, v128.load(x, 112)));
      v128.store(a, v128.add<T>(v128.load(a), v128.add<T>(low, v128.add<T>(s2, s3))));
      x += PANEL_BYTES;
      a += 16;
    }
  }
  let a = lanes;
  while (a < end) {
    if (sizeof<T>() == 4) {
      store<f64>(z, (<f64>load<f32>(a) + <f64>load<f32>(a + 4)) + (<f64>load<f32>(a + 8) + <f64>load<f32>(a + 12)));
    } else {
      store<f64>(z, load<f64>(a) + load<f64>(a + 8));
    }
    a += 16;
    z += 8;
  }
}

/** weights: one per row of the panels (0 for padding rows); lanes: 16 dim bytes of scratch; z: dim f64. */
export function weightedSum_f32(panels: usize, count: i32, dim: i32, weights: usize, lanes: usize, z: usize): void {
  sum<f32>(panels, count, dim, weights, lanes, z);
}
export function weightedSum_f64(panels: usize, count: i32, dim: i32, weights: usize, lanes: usize, z: usize): void {
  sum<f64>(panels, count, dim, weights, lanes, z);
}

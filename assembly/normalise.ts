/**
 * Means over pixels, group norm and layer norm. Sums are f64: over the pixels ascending, a channel each; then over the channels of a group
 * ascending. A variance is the mean of (x - mean)^2, never a difference of squares.
 */

/** sums[c] = sum over the pixels of x, or of (x - about[c])^2 where about is not 0; channels a multiple of 4. */
// @ts-ignore: decorator
@inline
function channelSums(x: usize, pixels: i32, bytes: usize, channels: i32, about: usize, sums: usize): void {
  for (let c: usize = 0; c < <usize>channels; c += 4) {
    let p = x + (c << 2);
    let a = f64x2.splat(0);
    let b = a;
    for (let i = 0; i < pixels; i++, p += bytes) {
      let u = f64x2.promote_low_f32x4(v128.load64_zero(p));
      let v = f64x2.promote_low_f32x4(v128.load64_zero(p + 8));
      if (about != 0) {
        u = f64x2.sub(u, v128.load(about + (c << 3)));
        v = f64x2.sub(v, v128.load(about + (c << 3), 16));
        u = f64x2.mul(u, u);
        v = f64x2.mul(v, v);
      }
      a = f64x2.add(a, u);
      b = f64x2.add(b, v);
    }
    v128.store(sums + (c << 3), a);
    v128.store(sums + (c << 3), b, 16);
  }
}

/** out[c] = mean over the pixels. scratch: 8 bytes a channel. */
export function globalAverage_f32(x: usize, pixels: i32, bytes: usize, channels: i32, out: usize, scratch: usize): void {
  channelSums(x, pixels, bytes, channels, 0, scratch);
  for (let c: usize = 0; c < <usize>channels; c++) store<f32>(out + (c << 2), <f32>(load<f64>(scratch + (c << 3)) / <f64>pixels));
}

/** Each group's sum spread over its channels, divided by n. */
// @ts-ignore: decorator
@inline
function spread(sums: usize, channels: i32, width: i32, n: f64): void {
  for (let c = 0; c < channels; c += width) {
    let sum: f64 = 0;
    for (let i = c; i < c + width; i++) sum += load<f64>(sums + (<usize>i << 3));
    for (let i = c; i < c + width; i++) store<f64>(sums + (<usize>i << 3), sum / n);
  }
}

/**
 * The factors of group norm for one image: scale[c] = gamma[c] / sqrt(variance + epsilon), shift[c] = beta[c] - mean scale[c], f32, for
 * affine_f32. channels: those that count, a multiple of `width`, the channels of a group. scratch: 16 bytes a channel of the pixel.
 */
export function groupFactors_f32(x: usize, pixels: i32, bytes: usize, channels: i32, width: i32, gamma: usize, beta: usize, epsilon: f64, scale: usize, shift: usize, scratch: usize): void {
  const all = <i32>(bytes >> 2);
  const means = scratch;
  const variances = scratch + (<usize>all << 3);
  const n = <f64>pixels * <f64>width;
  channelSums(x, pixels, bytes, all, 0, means);
  spread(means, channels, width, n);
  channelSums(x, pixels, bytes, all, means, variances);
  spread(variances, channels, width, n);
  for (let c: usize = 0; c < <usize>channels; c++) {
    const s = <f64>load<f32>(gamma + (c << 2)) / sqrt(load<f64>(variances + (c << 3)) + epsilon);
    store<f32>(scale + (c << 2), <f32>s);
    store<f32>(shift + (c << 2), <f32>(<f64>load<f32>(beta + (c << 2)) - load<f64>(means + (c << 3)) * s));
  }
}

/** Layer norm over the channels of each pixel: (x - mean) / sqrt(variance + epsilon) gamma + beta, all f64, rounded once. */
export function layerNorm_f32(x: usize, pixels: i32, bytes: usize, channels: i32, gamma: usize, beta: usize, epsilon: f64, out: usize): void {
  for (let p = 0; p < pixels; p++, x += bytes, out += bytes) {
    let mean: f64 = 0;
    for (let c: usize = 0; c < <usize>channels; c++) mean += <f64>load<f32>(x + (c << 2));
    mean /= <f64>channels;
    let variance: f64 = 0;
    for (let c: usize = 0; c < <usize>channels; c++) {
      const d = <f64>load<f32>(x + (c << 2)) - mean;
      variance += d * d;
    }
    const s = sqrt(variance / <f64>channels + epsilon);
    for (let c: usize = 0; c < <usize>channels; c++) {
      store<f32>(out + (c << 2), <f32>((<f64>load<f32>(x + (c << 2)) - mean) / s * <f64>load<f32>(gamma + (c << 2)) + <f64>load<f32>(beta + (c << 2))));
    }
  }
}

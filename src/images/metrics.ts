/**
 * How near a recalled picture is to the original, as people judge pictures. Criteria of recall (index, sum of squares,
 * cosine, rank, margin) are `universal/success.ts`.
 *
 *   PSNR = 10 log10(1 / MSE)                                                     dB, peak 1
 *   SSIM = mean over windows of (2 m_x m_y + c1)(2 s_xy + c2) / ((m_x^2 + m_y^2 + c1)(s_x^2 + s_y^2 + c2))
 *
 * SSIM is Wang, Bovik, Sheikh, Simoncelli (2004), equation 13: c1 = .01^2, c2 = .03^2, moments weighted by an 11 x 11
 * Gaussian with sigma 1.5 that sums to 1, over the windows that lie fully inside; colours are averaged. Our deviation: a
 * picture narrower than 11 takes the largest odd window that fits, so that small pictures have a value too.
 */
import { exp } from "../numeric/elementary/exp.ts";
import { log } from "../numeric/elementary/log.ts";
import { EngramError } from "../numeric/errors.ts";
import { checkImage, type Image } from "./image.ts";

const C1 = 0.01 * 0.01;
const C2 = 0.03 * 0.03;
const SIGMA = 1.5;
const WINDOW = 11;

/** Mean squared difference over all values of all channels. @throws EngramError on different shapes */
export function mse(x: Image, y: Image): number {
  sameShape(x, y);
  let sum = 0;
  for (let i = 0; i < x.data.length; i++) sum += (x.data[i] - y.data[i]) ** 2;
  return sum / x.data.length;
}

/** Peak signal-to-noise ratio of `y` against `x` in dB, over all channels; infinite for equal pictures. @throws EngramError on different shapes */
export function psnr(x: Image, y: Image): number {
  const error = mse(x, y);
  return error === 0 ? Infinity : (-10 * log(error)) / Math.LN10;
}

/** Structural similarity of two pictures in [-1, 1]; 1 for equal ones. @throws EngramError on different shapes */
export function ssim(x: Image, y: Image): number {
  sameShape(x, y);
  const { width, height, channels } = x;
  const fit = Math.min(WINDOW, width, height);
  const g = gaussian(fit % 2 === 0 ? fit - 1 : fit);
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const plane = (picture: Image): Float64Array => Float64Array.from(picture.data.subarray(c * width * height, (c + 1) * width * height));
    const [a, b] = [plane(x), plane(y)];
    const mx = blur(a, width, height, g);
    const my = blur(b, width, height, g);
    const xx = blur(a.map((value) => value * value), width, height, g);
    const yy = blur(b.map((value) => value * value), width, height, g);
    const xy = blur(a.map((value, i) => value * b[i]), width, height, g);
    let inPlane = 0;
    for (let i = 0; i < mx.length; i++) {
      const mxy = mx[i] * my[i];
      const m2 = mx[i] * mx[i] + my[i] * my[i];
      // Wang et al. (2004), equation 13
      inPlane += ((2 * mxy + C1) * (2 * (xy[i] - mxy) + C2)) / ((m2 + C1) * (xx[i] + yy[i] - m2 + C2));
    }
    sum += inPlane / mx.length;
  }
  return sum / channels;
}

/** Weights of a Gaussian with sigma 1.5 over `size` places, summing to 1. */
function gaussian(size: number): Float64Array {
  const g = Float64Array.from({ length: size }, (_, i) => exp(-((i - (size - 1) / 2) ** 2) / (2 * SIGMA * SIGMA)));
  const total = g.reduce((sum, value) => sum + value, 0);
  return g.map((value) => value / total);
}

/** Weighted means over all windows inside: rows first, then columns. (H - k + 1) x (W - k + 1). */
function blur(plane: Float64Array, width: number, height: number, g: Float64Array): Float64Array {
  const [w, h] = [width - g.length + 1, height - g.length + 1];
  const across = new Float64Array(w * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) for (let k = 0; k < g.length; k++) across[y * w + x] += g[k] * plane[y * width + x + k];
  }
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) for (let k = 0; k < g.length; k++) out[y * w + x] += g[k] * across[(y + k) * w + x];
  }
  return out;
}

function sameShape(x: Image, y: Image): void {
  checkImage(x, "first picture");
  checkImage(y, "second picture");
  if (x.width !== y.width || x.height !== y.height || x.channels !== y.channels) {
    throw new EngramError("second picture", `${x.channels} x ${x.height} x ${x.width}`, `${y.channels} x ${y.height} x ${y.width}`, "Compare pictures of one shape.");
  }
}

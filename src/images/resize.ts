/**
 * Resizing with antialiasing, as Pillow and torchvision (antialias=True) do it: when a picture shrinks, the filter widens with
 * the scale, so that every input pixel counts. Half-pixel centres; separable, columns first as in Pillow, sums in double
 * precision, each pass rounded to Float32.
 *
 *     scale = in / out, stretch s = max(1, scale), support = r s, centre c_i = (i + 1/2) scale
 *     w_ij  = k((j + 1/2 - c_i) / s),  j in [trunc(c_i - support + 1/2), trunc(c_i + support + 1/2)),  each row divided by its sum
 *
 *     k: box       r = 1/2   1 in (-1/2, 1/2]
 *        bilinear  r = 1     1 - |x|
 *        lanczos3  r = 3     sinc(x) sinc(x / 3), sinc(x) = sin(pi x) / (pi x); may leave [0, 1]
 *        nearest             the pixel that holds c_i, no antialiasing
 */
import { sin } from "../numeric/index.ts";
import { EngramError, unknownName } from "../numeric/errors.ts";
import { checkImage, image, type Image } from "./image.ts";

export type ResizeFilter = "bilinear" | "box" | "nearest" | "lanczos3";

/** Longest side, in or out, and most pixels out: beyond, weights and sums would take gigabytes. */
const LONGEST = 1e6;
const MOST = 1 << 26;

export const FILTERS: readonly ResizeFilter[] = ["bilinear", "box", "nearest", "lanczos3"];

/** For each output place the first input place, and the weights from there on. */
interface Taps {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/**
 * A picture of another size; alpha is resized too, and colours are not weighted by it.
 * @param width pixels, from 1
 * @param height pixels, from 1
 * @throws EngramError on other sizes, sides above 1,000,000 or 67,108,864 pixels wanted, or an unknown filter
 */
export function resize(picture: Image, width: number, height: number, filter: ResizeFilter = "bilinear"): Image {
  checkImage(picture);
  const { channels, data, alpha } = picture;
  const planes = (from: Float32Array, count: number): Float32Array => resizePlanes(from, count, picture.height, picture.width, height, width, filter);
  return image(width, height, channels, planes(data, channels), alpha && planes(alpha, 1));
}

/** The same on bare planes: `planes` x `h` x `w` numbers to `planes` x `height` x `width`. */
export function resizePlanes(data: ArrayLike<number>, planes: number, h: number, w: number, height: number, width: number, filter: ResizeFilter = "bilinear"): Float32Array {
  if (!FILTERS.includes(filter)) throw unknownName("filter", String(filter), FILTERS);
  for (const size of [width, height]) if (!Number.isInteger(size) || size < 1) throw new EngramError("size", "a whole number of pixels from 1", `${size}`, "Check the sizes.");
  if (data.length !== planes * h * w) throw new EngramError("planes", `${planes} x ${h} x ${w} numbers`, `${data.length}`, "Check the sizes.");
  const largest = Math.max(w, h, width, height);
  if (largest > LONGEST || width * height > MOST) throw new EngramError("size", `sides of at most ${LONGEST} pixels, and at most ${MOST} pixels wanted`, `${w} x ${h} to ${width} x ${height}`, "Cut the picture, or choose a smaller size.");
  const columns = taps(w, width, filter);
  const rows = taps(h, height, filter);
  const out = new Float32Array(planes * height * width);
  const narrow = new Float32Array(width);
  for (let c = 0; c < planes; c++) {
    // Row after row of the input goes into the sums of all output rows that have a weight for it: nothing of the input's height is kept.
    const sums = new Float64Array(height * width);
    let top = 0;
    for (let j = 0; j < h; j++) {
      while (top < height && rows.first[top] + rows.weights[top].length <= j) top++;
      if (top === height) break;
      if (rows.first[top] > j) continue;
      for (let x = 0; x < width; x++) narrow[x] = weighted(data, columns, x, (c * h + j) * w);
      for (let y = top; y < height && rows.first[y] <= j; y++) {
        const weight = rows.weights[y][j - rows.first[y]];
        for (let x = 0, at = y * width; x < width; x++) sums[at++] += weight * narrow[x];
      }
    }
    out.set(sums, c * height * width);
  }
  return out;
}

function weighted(data: ArrayLike<number>, { first, weights }: Taps, i: number, start: number): number {
  let at = start + first[i];
  let sum = 0;
  for (const w of weights[i]) sum += w * data[at++];
  return sum;
}

function taps(from: number, to: number, filter: ResizeFilter): Taps {
  const first = new Int32Array(to);
  const weights: Float64Array[] = [];
  const scale = from / to;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    // A side that keeps its size keeps its pixels, and nearest takes the one the centre falls into.
    if (filter === "nearest" || from === to) {
      first[i] = Math.min(from - 1, Math.floor(centre));
      weights.push(Float64Array.of(1));
      continue;
    }
    const stretch = Math.max(1, scale);
    const support = stretch * (filter === "box" ? 0.5 : filter === "bilinear" ? 1 : 3);
    const begin = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const row = Float64Array.from({ length: end - begin }, (_, j) => kernel((begin + j + 0.5 - centre) / stretch, filter));
    const total = row.reduce((sum, w) => sum + w, 0);
    first[i] = begin;
    weights.push(row.map((w) => w / total));
  }
  return { first, weights };
}

function kernel(x: number, filter: ResizeFilter): number {
  if (filter === "box") return x > -0.5 && x <= 0.5 ? 1 : 0;
  if (filter === "bilinear") return Math.max(0, 1 - Math.abs(x));
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : sin(Math.PI * x) / (Math.PI * x);
}

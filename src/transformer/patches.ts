/**
 * Pictures as patches and back (modern-methods.md section 4.3): patches in row-major order, a patch's numbers in order channel, row, column.
 *
 *   picture  C x H x W;   patches  N x P,  N = (H / p)(W / p),  P = C p^2
 */
import { EngramError, type ImageLike } from "../numeric/index.ts";

/** Sizes of a picture and of its patches. */
export interface Geometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Side of a patch in pixels; divides height and width. */
  readonly patch: number;
}

/** N and P. @throws EngramError on sizes that are no whole numbers above 0, or a patch that does not divide them */
export function patchCounts({ channels, height, width, patch }: Geometry): { N: number; P: number } {
  for (const [name, value] of Object.entries({ channels, height, width, patch })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new EngramError(name, "a whole number, 1 or above", String(value), "Check the geometry of the pictures.");
  }
  if (height % patch !== 0 || width % patch !== 0) throw new EngramError("patch", `a size that divides ${height} x ${width}`, String(patch), "Resize the picture, or choose another patch.");
  return { N: (height / patch) * (width / patch), P: channels * patch * patch };
}

/** Position in the picture of every number of the patches. */
function positions({ channels, height, width, patch }: Geometry): Int32Array {
  const index = new Int32Array(channels * height * width);
  let at = 0;
  for (let y0 = 0; y0 < height; y0 += patch) for (let x0 = 0; x0 < width; x0 += patch) {
    for (let c = 0; c < channels; c++) for (let y = y0; y < y0 + patch; y++) for (let x = x0; x < x0 + patch; x++) index[at++] = (c * height + y) * width + x;
  }
  return index;
}

/** N x P numbers. @throws EngramError when the picture has other sizes than the geometry */
export function toPatches(picture: ImageLike, geometry: Geometry): Float64Array {
  patchCounts(geometry);
  const { channels, height, width } = geometry;
  if (picture.channels !== channels || picture.height !== height || picture.width !== width || picture.data.length !== channels * height * width) {
    throw new EngramError("picture", `${channels} x ${height} x ${width} (channels, height, width)`, `${picture.channels} x ${picture.height} x ${picture.width}, ${picture.data.length} numbers`, "Resize it first.");
  }
  return Float64Array.from(positions(geometry), (at) => picture.data[at]);
}

/** The picture of N x P numbers. @throws EngramError on another count */
export function fromPatches(patches: ArrayLike<number>, geometry: Geometry): { width: number; height: number; channels: number; data: Float32Array } {
  patchCounts(geometry);
  const { channels, height, width } = geometry;
  const data = new Float32Array(channels * height * width);
  if (patches.length !== data.length) throw new EngramError("patches", `${data.length} numbers`, `${patches.length}`, "Give all patches of one picture.");
  positions(geometry).forEach((at, i) => (data[at] = patches[i]));
  return { width, height, channels, data };
}

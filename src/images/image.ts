/**
 * The picture all other files of this room take and give: numbers in [0, 1], channel-first, so that `data` is at once the
 * row a memory stores (semantic-memory.md section 9: images C x H x W in [0, 1]). Files hold interleaved 8-bit samples;
 * the way there rounds half up, and the way back divides by 255.
 */
import { EngramError } from "../numeric/errors.ts";

/** A picture of C channels, H rows and W columns. */
export interface Image {
  /** W, from 1. */
  readonly width: number;
  /** H, from 1. */
  readonly height: number;
  /** C: 1 for grey, 3 for red, green, blue. */
  readonly channels: 1 | 3;
  /** C x H x W numbers in [0, 1], channel-first: pixel (c, y, x) is `data[(c * H + y) * W + x]`. */
  readonly data: Float32Array;
  /** H x W numbers in [0, 1], 0 where a pixel is hidden; absent where all are opaque. Colours are not premultiplied. */
  readonly alpha?: Float32Array;
}

/** A picture over given numbers, sizes checked; `data` and `alpha` are kept, not copied. @throws EngramError on sizes that do not agree */
export function image(width: number, height: number, channels: 1 | 3, data: Float32Array, alpha?: Float32Array): Image {
  const out: Image = alpha === undefined ? { width, height, channels, data } : { width, height, channels, data, alpha };
  checkImage(out);
  return out;
}

/** @throws EngramError unless sizes are whole numbers from 1, channels 1 or 3, and the arrays as long as they say */
export function checkImage({ width, height, channels, data, alpha }: Image, name = "image"): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 || (channels !== 1 && channels !== 3)) {
    throw new EngramError(name, "width and height from 1, and 1 or 3 channels", `${width} x ${height} x ${channels}`, "Check the sizes.");
  }
  const pixels = width * height;
  if (data.length !== pixels * channels) throw new EngramError(name, `${pixels * channels} numbers for ${channels} x ${height} x ${width}`, `${data.length}`, "Check the sizes.");
  if (alpha !== undefined && alpha.length !== pixels) throw new EngramError(`${name}, alpha`, `${pixels} numbers for ${height} x ${width}`, `${alpha.length}`, "Check the sizes.");
}

/** A number in [0, 1] as 0..255, half up; numbers outside are clipped. @throws EngramError on NaN */
export function toByte(value: number): number {
  if (Number.isNaN(value)) throw new EngramError("pixel", "a number", "NaN", "Find where the picture was computed.");
  return Math.floor(Math.min(1, Math.max(0, value)) * 255 + 0.5);
}

/**
 * Interleaved 8-bit samples, row by row: C per pixel, and one of alpha after them where the picture has alpha and `withAlpha` is set.
 * @throws EngramError on NaN
 */
export function toBytes(picture: Image, withAlpha = false): Uint8Array {
  checkImage(picture);
  const { width, height, channels, data } = picture;
  const alpha = withAlpha ? picture.alpha : undefined;
  const pixels = width * height;
  const stride = channels + (alpha === undefined ? 0 : 1);
  const out = new Uint8Array(pixels * stride);
  for (let c = 0; c < channels; c++) for (let i = 0; i < pixels; i++) out[i * stride + c] = toByte(data[c * pixels + i]);
  if (alpha !== undefined) for (let i = 0; i < pixels; i++) out[i * stride + channels] = toByte(alpha[i]);
  return out;
}

/**
 * A picture from interleaved samples 0..maxval.
 * @param samples H x W x `perPixel` numbers
 * @param perPixel 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha
 * @throws EngramError where sizes do not agree
 */
export function fromBytes(samples: Uint8Array | Uint8ClampedArray | Uint16Array, width: number, height: number, perPixel: 1 | 2 | 3 | 4, maxval = 255): Image {
  if (![1, 2, 3, 4].includes(perPixel) || samples.length !== width * height * perPixel) {
    throw new EngramError("samples", `height x width x 1, 2, 3 or 4 of them`, `${samples.length} for ${height} x ${width} x ${perPixel}`, "Check the sizes.");
  }
  const channels = perPixel < 3 ? 1 : 3;
  const pixels = width * height;
  const data = new Float32Array(pixels * channels);
  for (let c = 0; c < channels; c++) for (let i = 0; i < pixels; i++) data[c * pixels + i] = samples[i * perPixel + c] / maxval;
  if (perPixel === channels) return image(width, height, channels, data);
  const alpha = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) alpha[i] = samples[i * perPixel + channels] / maxval;
  return image(width, height, channels, data, alpha);
}

/** Grey by the weights of ITU-R BT.601 (0.299, 0.587, 0.114), as most image tools do; a grey picture comes back as it is. */
export function toGrey(picture: Image): Image {
  checkImage(picture);
  if (picture.channels === 1) return picture;
  const { width, height, data, alpha } = picture;
  const pixels = width * height;
  const grey = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) grey[i] = 0.299 * data[i] + 0.587 * data[pixels + i] + 0.114 * data[2 * pixels + i];
  return image(width, height, 1, grey, alpha);
}

/** Three channels; a grey picture gets the same number in each, a colour picture comes back as it is. */
export function toRgb(picture: Image): Image {
  checkImage(picture);
  if (picture.channels === 3) return picture;
  const pixels = picture.data.length;
  const data = new Float32Array(3 * pixels);
  for (let c = 0; c < 3; c++) data.set(picture.data, c * pixels);
  return image(picture.width, picture.height, 3, data, picture.alpha);
}

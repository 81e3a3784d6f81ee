/**
 * The ways to damage a picture in semantic-memory.md section 9, (C1)-(C12): (C1)-(C7) as in the authors' code of the
 * Universal Hopfield Networks (arXiv 2202.04557), (C8)-(C12) for semantic memories.
 *
 *   x      C x H x W in [0, 1], channel-first        n   normal, one draw per value, in the order of the data
 *   trunc  toward zero, in double precision          u   uniform, one draw per pixel (or per value)
 *
 * Every function with a strength returns a {@link Corruption}; it leaves its input alone, and the same seed gives the
 * same damage everywhere. Those that blank pixels say which stay `visible`. Pictures that are not square: (C9) takes the
 * shorter side for H.
 */
import { EngramError, filled, type Rng } from "../numeric/index.ts";
import { checkImage, toByte, type Image } from "./image.ts";

/** A damaged picture. */
export interface Damaged extends Image {
  /** C x H x W entries, 0 where the damage put a 0 in place of the value; absent where every value is still a measurement. */
  readonly visible?: Uint8Array;
}

/** Damages a copy of a picture; those without chance leave the generator alone. */
export type Corruption = (picture: Image, rng: Rng) => Damaged;

/** (C1) clip(|x + sigma n|, 0, 1). The absolute value comes first, so that black gains 0.8 sigma on average. @throws EngramError unless sigma >= 0 */
export function foldedGaussian(sigma: number): Corruption {
  return noise(sigma, (value) => Math.min(1, Math.abs(value)));
}

/** (C2) x + sigma n; numbers leave [0, 1]. @throws EngramError unless sigma >= 0 */
export function gaussian(sigma: number): Corruption {
  return noise(sigma, (value) => value);
}

/** (C2) clip(x + sigma n, 0, 1). @throws EngramError unless sigma >= 0 */
export function clippedGaussian(sigma: number): Corruption {
  return noise(sigma, (value) => Math.min(1, Math.max(0, value)));
}

/** (C3) Rows trunc(H (1 - f)) to H - 1 become 0. @throws EngramError unless f is in [0, 1] */
export function maskBottom(f: number): Corruption {
  checkFraction("f", f);
  return (picture) => blank(picture, (y) => y >= Math.trunc(picture.height * (1 - f)));
}

/** (C4) Rows 0 to trunc(H (1 - f)) - 1 become 0: the authors' reversed mask, where a larger f hides less. @throws EngramError unless f is in [0, 1] */
export function maskTopReversed(f: number): Corruption {
  checkFraction("f", f);
  return (picture) => blank(picture, (y) => y < Math.trunc(picture.height * (1 - f)));
}

/** (C5) Per pixel u <= p: all channels become 0; with `perValue` every value has its own u. @throws EngramError unless p is in [0, 1] */
export function randomMask(p: number, { perValue = false }: { perValue?: boolean } = {}): Corruption {
  checkFraction("p", p);
  return (picture, rng) => {
    checkImage(picture);
    const pixels = picture.width * picture.height;
    const hidden = filled(new Uint8Array(perValue ? picture.data.length : pixels), () => (rng.uniform() <= p ? 1 : 0));
    return blank(picture, (y, x, c) => hidden[(perValue ? c * pixels : 0) + y * picture.width + x] === 1);
  };
}

/** (C6) b = floor(H f / 2) rows and columns at all four borders become 0, the centre stays. @throws EngramError unless f is in [0, 1] */
export function inpaint(f: number): Corruption {
  checkFraction("f", f);
  return (picture) => {
    const { width, height } = picture;
    const b = Math.floor((height * f) / 2);
    return blank(picture, (y, x) => y < b || y >= height - b || x < b || x >= width - b);
  };
}

/** (C7) sign(x - 1/2): -1, 0 or 1. */
export function bipolar(picture: Image): Damaged {
  checkImage(picture);
  // Adding 0 turns -0 into 0.
  return { ...picture, data: picture.data.map((value) => Math.sign(value - 0.5) + 0) };
}

/** (C10) A k x k block becomes 0, its top and then its left uniform over all places where it fits; 8-bit values (C12). @throws EngramError unless it fits */
export function square(k: number): Corruption {
  if (!Number.isInteger(k) || k < 1) throw new EngramError("k", "a whole number of pixels from 1", `${k}`, "Choose another side.");
  return (picture, rng) => {
    checkImage(picture);
    const { width, height } = picture;
    if (k > width || k > height) throw new EngramError("k", `at most the picture's sides, ${width} and ${height}`, `${k}`, "Choose a smaller square.");
    const [top, left] = [rng.integer(height - k + 1), rng.integer(width - k + 1)];
    return blank(eightBit(picture), (y, x) => y >= top && y < top + k && x >= left && x < left + k);
  };
}

/** (C11) Left for right; 8-bit values (C12). */
export function flip(picture: Image): Damaged {
  checkImage(picture);
  const { width } = picture;
  const mirror = (from: Float32Array): Float32Array => from.map((_, i) => from[i - (i % width) + width - 1 - (i % width)]);
  const { alpha } = picture;
  return { ...picture, data: mirror(eightBit(picture).data), ...(alpha && { alpha: mirror(alpha) }) };
}

/** (C12) The picture in steps of 1/255, half up. */
export function eightBit(picture: Image): Image {
  checkImage(picture);
  return { ...picture, data: picture.data.map((value) => toByte(value) / 255) };
}

function noise(sigma: number, then: (value: number) => number): Corruption {
  if (!(sigma >= 0 && sigma < Infinity)) throw new EngramError("sigma", "a number from 0", `${sigma}`, "Choose the standard deviation in units of full white.");
  return (picture, rng) => {
    checkImage(picture);
    return { ...picture, data: picture.data.map((value) => then(value + sigma * rng.normal())) };
  };
}

function blank(picture: Image, isHidden: (y: number, x: number, c: number) => boolean): Damaged {
  checkImage(picture);
  const { width, height } = picture;
  const visible = filled(new Uint8Array(picture.data.length), (i) => {
    const y = Math.floor(i / width);
    return isHidden(y % height, i % width, Math.floor(y / height)) ? 0 : 1;
  });
  return { ...picture, data: picture.data.map((value, i) => (visible[i] === 1 ? value : 0)), visible };
}

function checkFraction(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new EngramError(name, "a fraction in [0, 1]", `${value}`, "Choose another.");
}

/**
 * From a picture file to a row of a memory, and back (semantic-memory.md section 9: images are C x H x W in [0, 1]).
 *
 * Remembered pictures are laid on white where they are transparent. In a cue, alpha 0 means hidden: every other pixel
 * is laid on white and counts as seen, both are resized together, and a pixel of the result is visible where at least
 * half of what it was made from was seen.
 */
import { decodeImage, image, resize, toGrey, toRgb, type Image, type ResizeFilter } from "../images/index.ts";
import { kindOfImage } from "../images/decode.ts";
import { filled } from "../numeric/index.ts";
import type { Pictures } from "./album.ts";
import { readBytes } from "./files.ts";

/** How pictures are resized, the default first. */
export const FILTERS: readonly ResizeFilter[] = ["bilinear", "box", "nearest", "lanczos3"];

/** A picture as numbers, and which pixels are known: H x W, undefined where all are. */
export interface Seen {
  readonly picture: Image;
  readonly visible?: Uint8Array;
}

/** @throws EngramError where the file is no picture we read */
export async function readPicture(path: string): Promise<Image> {
  return decodeImage(await readPictureBytes(path), { name: path });
}

/** The bytes of a picture file; a file of another kind is refused before it is read whole. @throws EngramError */
export function readPictureBytes(path: string): Promise<Uint8Array> {
  return readBytes(path, (head) => void kindOfImage(head, path));
}

/** A picture to be remembered, at the memory's size: C H W numbers. */
export function toRow(picture: Image, pictures: Pictures): Float32Array {
  return fit(onWhite(picture), pictures).data;
}

/** A cue at the memory's size. */
export function toCue(picture: Image, pictures: Pictures): Seen {
  if (picture.alpha === undefined) return { picture: fit(picture, pictures) };
  const seen = picture.alpha.map((alpha) => (alpha > 0 ? 1 : 0));
  const { width, height, channels, data } = onWhite(picture);
  const pixels = width * height;
  // Hidden colours have no say in the average: weighted by what is seen, and divided by its share afterwards.
  const small = fit(image(width, height, channels, data.map((value, i) => value * seen[i % pixels]), seen), pictures, false);
  const shares = small.alpha!;
  const visible = filled(new Uint8Array(shares.length), (i) => (shares[i] >= 0.5 ? 1 : 0));
  const colours = small.data.map((value, i) => (visible[i % visible.length] === 1 ? clip(value / shares[i % visible.length]) : 0));
  return { picture: image(small.width, small.height, small.channels, colours), visible: visible.every((v) => v === 1) ? undefined : visible };
}

/** A state as a picture of the stored size, clipped to [0, 1]. */
export function fromRow(row: ArrayLike<number>, { width, height, channels }: Pictures): Image {
  return image(width, height, channels, filled(new Float32Array(row.length), (i) => clip(row[i])));
}

/** The size in words. */
export function sizeText({ width, height, channels }: Pictures): string {
  return `${width}x${height} ${channels === 1 ? "grey" : "colour"}`;
}

/** Which pixels a mask picture shows: white, at least half. */
export function maskPixels(mask: Image, pictures: Pictures): Uint8Array {
  const { data } = fit(onWhite(mask), { ...pictures, channels: 1 });
  return filled(new Uint8Array(data.length), (i) => (data[i] >= 0.5 ? 1 : 0));
}

/** Per pixel to per number: the same for every channel. */
export function perChannel(visible: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array(visible.length * channels);
  for (let c = 0; c < channels; c++) out.set(visible, c * visible.length);
  return out;
}

/** Colours as they look on white paper; no alpha. */
export function onWhite({ width, height, channels, data, alpha }: Image): Image {
  if (alpha === undefined) return image(width, height, channels, data);
  const pixels = width * height;
  return image(width, height, channels, data.map((value, i) => alpha[i % pixels] * value + (1 - alpha[i % pixels])));
}

function fit(picture: Image, { width, height, channels, filter }: Pictures, clipped = true): Image {
  const small = resize(channels === 1 ? toGrey(picture) : toRgb(picture), width, height, filter);
  // lanczos3 may leave [0, 1]
  return clipped ? image(width, height, channels, small.data.map(clip), small.alpha) : small;
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}

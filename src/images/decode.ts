/** Pictures of any format we read, told apart by their first bytes. */
import { readPnm } from "../formats/pnm.ts";
import { latin1 } from "../formats/bytes.ts";
import { EngramError } from "../numeric/errors.ts";
import { fromBytes, type Image } from "./image.ts";
import { decodeJpeg } from "./jpeg.ts";
import { MAX_PIXELS, MAX_SIDE, SIGNATURE } from "./png-chunks.ts";
import { decodePng, type DecodeOptions } from "./png.ts";

/** What a picture we do not read is called, by its first bytes as latin-1. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^GIF8/, "a GIF picture"], [/^RIFF....WEBP/s, "a WebP picture"], [/^BM/, "a BMP picture"], [/^(II\*\0|MM\0\*)/, "a TIFF picture"],
  [/^....ftyp(heic|heix|mif1|msf1|hevc)/s, "a HEIC picture"], [/^....ftypavi[fs]/s, "an AVIF picture"], [/^....ftyp/s, "a film"], [/^P[147]\s/, "a netpbm picture of another kind"],
];

/**
 * The format of a file that begins with some bytes.
 * @param head at least 16 bytes, or the whole file
 * @throws EngramError on another format; names it where it is known
 */
export function kindOfImage(head: Uint8Array, name = "image"): "png" | "jpeg" | "pnm" {
  if (SIGNATURE.every((byte, i) => head[i] === byte)) return "png";
  if (head[0] === 0xff && head[1] === 0xd8) return "jpeg";
  if (head[0] === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(head[1])) return "pnm";
  const wanted = "a PNG, JPEG, PGM or PPM file";
  if (head.length === 0) throw new EngramError(name, wanted, "an empty file", "Copy or save the picture again.");
  const other = OTHERS.find(([begins]) => begins.test(latin1(head.subarray(0, 16))));
  const first = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new EngramError(name, wanted, other?.[1] ?? `bytes that begin with ${first}`, other === undefined ? "It is no picture, or one to convert to PNG first." : "Convert it to PNG.");
}

/**
 * A picture from the bytes of a PNG, JPEG, PGM or PPM file.
 * @throws EngramError on another format, damage, or more than `maxPixels` pixels
 */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const kind = kindOfImage(bytes, options.name);
  return kind === "png" ? decodePng(bytes, options) : kind === "jpeg" ? decodeJpeg(bytes, options) : decodePnm(bytes, options);
}

/** A netpbm file holds at least a byte per pixel, so its own length bounds it; the limit is the same for all formats. */
function decodePnm(bytes: Uint8Array, { maxPixels = MAX_PIXELS, name = "PNM file" }: DecodeOptions): Image {
  const { width, height, channels, maxval, data } = readPnm(bytes, name);
  if (width > MAX_SIDE || height > MAX_SIDE) throw new EngramError(name, `width and height in 1..${MAX_SIDE}`, `${width} x ${height}`, "Cut the picture.");
  if (!(width * height <= maxPixels)) throw new EngramError(name, `at most ${maxPixels} pixels`, `${width} x ${height}`, "If the picture is to be trusted, raise maxPixels.");
  return fromBytes(data, width, height, channels, maxval);
}

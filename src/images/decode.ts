/** Pictures of any format we read, told apart by their first bytes. */
import { readPnm } from "../formats/pnm.ts";
import { EngramError } from "../numeric/errors.ts";
import { fromBytes, type Image } from "./image.ts";
import { decodeJpeg } from "./jpeg.ts";
import { MAX_PIXELS, SIGNATURE } from "./png-chunks.ts";
import { decodePng, type DecodeOptions } from "./png.ts";

/**
 * A picture from the bytes of a PNG, JPEG, PGM or PPM file.
 * @throws EngramError on another format, damage, or more than `maxPixels` pixels
 */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  if (SIGNATURE.every((byte, i) => bytes[i] === byte)) return decodePng(bytes, options);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, options);
  if (bytes[0] === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(bytes[1])) return decodePnm(bytes, options);
  const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new EngramError(options.name ?? "image", "a PNG, JPEG, PGM or PPM file", bytes.length === 0 ? "no bytes" : `bytes that begin with ${first}`, "Convert the picture to PNG.");
}

/** A netpbm file holds at least a byte per pixel, so its own length bounds it; the limit is the same for all formats. */
function decodePnm(bytes: Uint8Array, { maxPixels = MAX_PIXELS, name = "PNM file" }: DecodeOptions): Image {
  const { width, height, channels, maxval, data } = readPnm(bytes, name);
  if (!(width * height <= maxPixels)) throw new EngramError(name, `at most ${maxPixels} pixels`, `${width} x ${height}`, "If the picture is to be trusted, raise maxPixels.");
  return fromBytes(data, width, height, channels, maxval);
}

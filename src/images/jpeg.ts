/**
 * Reading JPEG (ITU-T T.81, baseline and progressive) through jpeg-js, a decoder in plain JavaScript: the same pixels on
 * every host. The segments are read first (jpeg-segments.ts), since the decoder would take memory for whatever size a header
 * names. What the decoder leaves out is done here: three components that are red, green and blue already (Adobe's mark, or their
 * names), halved chroma planes enlarged smoothly as libjpeg does (jpeg-chroma.ts), and the orientation a camera notes in Exif, applied as viewers do. Four colours become three: R = (1 - C)(1 - K).
 */
import { decode } from "jpeg-js";
import { damaged } from "../formats/bytes.ts";
import { fromBytes, type Image } from "./image.ts";
import { rgbOfHalved } from "./jpeg-chroma.ts";
import { readSegments, type JpegHeader } from "./jpeg-segments.ts";
import { MAX_PIXELS } from "./png-chunks.ts";
import type { DecodeOptions } from "./png.ts";

/**
 * A picture from JPEG bytes, upright: 1 channel for grey, 3 for colour (CMYK by Adobe's convention among them).
 * @throws EngramError on damage, a file that ends early or is too short for its size, or more than `maxPixels` pixels
 */
export function decodeJpeg(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const name = options.name ?? "JPEG file";
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  const header = readSegments(bytes, maxPixels, name);
  const { width, height, components, isYcc, adobeAt } = header;
  const halved = isYcc ? header.halved : undefined;
  // Coefficients (4 bytes each), lines and output: below 40 bytes per pixel for whole blocks of four components, and a floor for small pictures.
  const memory = Math.ceil((maxPixels * 40) / 2 ** 20) + 64;
  let decoded: { width: number; height: number; data: Uint8Array };
  try {
    decoded = decode(halved !== undefined && adobeAt !== undefined ? unmarked(bytes, adobeAt) : bytes, {
      useTArray: true, formatAsRGBA: false, maxResolutionInMP: maxPixels / 1e6, maxMemoryUsageInMB: memory,
      ...(components === 3 && (!isYcc || halved !== undefined) ? { colorTransform: false } : {}),
      // What it tolerates is a last restart interval that would run past the picture's end, as the standard allows.
      tolerantDecoding: true,
    });
  } catch (error) {
    // The decoder checks little: a table that is not there shows as a TypeError of its own.
    throw damaged(name, "a JPEG picture", error instanceof TypeError ? "samples without their tables or components" : (error as Error).message);
  }
  if (decoded.width !== width || decoded.height !== height) throw damaged(name, `${width} x ${height} pixels`, `${decoded.width} x ${decoded.height}`);
  const channels = components === 1 ? 1 : 3;
  const rgb = halved === undefined ? decoded.data : rgbOfHalved(decoded.data, width, height, halved);
  return fromBytes(upright(rgb, channels, header), ...sides(header), channels);
}

/** A copy whose Adobe mark asks for no conversion: the decoder heeds it more than its options. */
function unmarked(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = 0;
  return copy;
}

/** Width and height as they are looked at: orientations 5 to 8 lie on their side. */
function sides({ width, height, orientation }: JpegHeader): [number, number] {
  return orientation > 4 ? [height, width] : [width, height];
}

/**
 * Interleaved samples, `channels` of three kept, in the order in which the picture is looked at. Exif 2.3, tag 274: where the stored row 0
 * and column 0 belong, 1 top left, 2 top right, 3 bottom right, 4 bottom left, 5 left top, 6 right top, 7 right bottom, 8 left bottom.
 */
function upright(rgb: Uint8Array, channels: 1 | 3, header: JpegHeader): Uint8Array {
  const { width, height, orientation } = header;
  if (channels === 3 && orientation === 1) return rgb;
  const [w, h] = sides(header);
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const out = new Uint8Array(w * h * channels);
  for (let y = 0, to = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [across, down] = orientation > 4 ? [y, x] : [x, y];
      const from = 3 * ((fromBottom ? height - 1 - down : down) * width + (fromRight ? width - 1 - across : across));
      for (let c = 0; c < channels; c++) out[to++] = rgb[from + c];
    }
  }
  return out;
}

/**
 * Reading JPEG (ITU-T T.81, baseline and progressive) through jpeg-js, a decoder in plain JavaScript: the same pixels on
 * every host. The frame header is checked first, since the decoder would take memory for whatever size it names.
 * Deviation: pictures in four colours (CMYK) are refused.
 */
import { decode } from "jpeg-js";
import { ByteReader, damaged } from "../formats/bytes.ts";
import { EngramError } from "../numeric/errors.ts";
import { fromBytes, type Image } from "./image.ts";
import { MAX_PIXELS } from "./png-chunks.ts";
import type { DecodeOptions } from "./png.ts";

/**
 * A picture from JPEG bytes, 1 channel for grey and 3 for colour. Orientation tags are not applied.
 * @throws EngramError on damage, a file that ends early, four colours, or more than `maxPixels` pixels
 */
export function decodeJpeg(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const name = options.name ?? "JPEG file";
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  const { width, height, components } = readFrame(bytes, name);
  if (!(width * height <= maxPixels)) {
    throw new EngramError(name, `at most ${maxPixels} pixels`, `${width} x ${height}`, "If the picture is to be trusted, raise maxPixels.");
  }
  if (components !== 1 && components !== 3) throw damaged(name, "grey or colour (1 or 3 components)", `${components}`, "Convert the picture to RGB.");
  // Coefficients (4 bytes), lines and output: below 40 bytes per pixel for whole blocks, and a floor for small pictures.
  const memory = Math.ceil((maxPixels * 40) / 2 ** 20) + 64;
  let decoded: { width: number; height: number; data: Uint8Array };
  try {
    decoded = decode(bytes, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxResolutionInMP: maxPixels / 1e6, maxMemoryUsageInMB: memory });
  } catch (error) {
    throw damaged(name, "a JPEG picture", (error as Error).message);
  }
  if (decoded.width !== width || decoded.height !== height) throw damaged(name, `${width} x ${height} pixels`, `${decoded.width} x ${decoded.height}`);
  if (components === 3) return fromBytes(decoded.data, width, height, 3);
  const grey = Uint8Array.from({ length: width * height }, (_, i) => decoded.data[3 * i]);
  return fromBytes(grey, width, height, 1);
}

/** Walks the segments up to the picture's samples, and checks that the picture ends with its end marker. */
function readFrame(bytes: Uint8Array, name: string): { width: number; height: number; components: number } {
  const reader = new ByteReader(bytes, name, false);
  if (reader.u16("start marker") !== 0xffd8) throw damaged(name, "a JPEG file (ff d8)", "other bytes");
  let frame: { width: number; height: number; components: number } | undefined;
  for (;;) {
    if (reader.u8("marker") !== 0xff) throw damaged(name, "a marker", `other bytes at ${reader.position - 1}`);
    let marker = reader.u8("marker");
    while (marker === 0xff) marker = reader.u8("marker"); // Fill bytes.
    if (marker === 0xd9) throw damaged(name, "samples before the end marker", "none");
    const length = reader.u16("segment length");
    if (length < 2) throw damaged(name, "a segment length from 2", `${length}`);
    const body = new ByteReader(reader.take(length - 2, "segment"), name, false);
    // Start of frame: c0..cf but for tables (c4, cc) and the reserved c8.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (frame !== undefined) throw damaged(name, "one frame", "two");
      if (marker > 0xc2) throw damaged(name, "a baseline or progressive picture", `frame type ${marker - 0xc0}`, "Save it as a usual JPEG.");
      if (body.u8("precision") !== 8) throw damaged(name, "8 bits per sample", "another precision");
      const height = body.u16("height");
      frame = { height, width: body.u16("width"), components: body.u8("components") };
      if (frame.width === 0 || frame.height === 0) throw damaged(name, "width and height from 1", `${frame.width} x ${frame.height}`);
    }
    if (marker === 0xda) break;
  }
  if (frame === undefined) throw damaged(name, "a frame header before the samples", "none");
  // Within samples ff is always followed by 00 or a marker, so the first ff d9 from here is the end.
  for (let at = reader.position; at + 1 < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return frame;
  throw damaged(name, "an end marker (ff d9)", "none (the file ends early)");
}

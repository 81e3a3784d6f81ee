/**
 * The one door for PNG. Reading: checks first (png-chunks.ts), then pngjs where Node's zlib is at hand (Node, Deno,
 * Bun) and our own unfiltering elsewhere, with the same samples. Writing: fflate at one fixed level everywhere, so a
 * picture has the same bytes on every host; 8 bits per sample, each row with the filter whose bytes are smallest.
 */
import { zlibSync } from "fflate";
import { crc32 } from "../formats/gzip.ts";
import { damaged } from "../formats/bytes.ts";
import { log } from "../numeric/elementary/log.ts";
import { EngramError } from "../numeric/errors.ts";
import { checkImage, fromBytes, toBytes, type Image } from "./image.ts";
import { MAX_PIXELS, SIGNATURE, openPng, type PngContent, type PngHeader } from "./png-chunks.ts";
import { decodePortable, type RgbaSamples } from "./png-portable.ts";

export interface DecodeOptions {
  /** Most pixels, checked before any are decoded. Default {@link MAX_PIXELS}, 64 million. */
  maxPixels?: number;
  /** The subject of errors. */
  name?: string;
}

export interface PngOptions extends DecodeOptions {
  /** Which decoder: `auto` takes pngjs where the host has it. */
  decoder?: "auto" | "pngjs" | "portable";
}

/**
 * A picture from PNG bytes: 1 channel for grey, 3 for colour and palettes; alpha where the file has any. 16-bit samples keep their
 * precision as far as a Float32 holds it.
 * @throws EngramError on damage, on more than `maxPixels`, or with `decoder: "pngjs"` where there is none
 */
export function decodePng(bytes: Uint8Array, options: PngOptions = {}): Image {
  const name = options.name ?? "PNG file";
  const wanted = options.decoder ?? "auto";
  const content = openPng(bytes, options.maxPixels ?? MAX_PIXELS, name);
  const pngjs = wanted === "portable" ? undefined : hostPngjs();
  if (wanted === "pngjs" && pngjs === undefined) throw new EngramError("decoder", "a host with node:module and pngjs", "none", 'Use "auto".');
  return toImage(content, pngjs === undefined ? decodePortable(content, name) : decodeWith(pngjs, content, name));
}

/** PNG bytes of a picture, 8 bits per sample; alpha is written where the picture has it. The same bytes on every host. @throws EngramError on NaN */
export function encodePng(picture: Image): Uint8Array {
  checkImage(picture);
  const { width, height, channels } = picture;
  const samples = channels + (picture.alpha === undefined ? 0 : 1);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  header[9] = [0, 0, 4, 2, 6][samples];
  const rows = filterRows(toBytes(picture, true), width * samples, height, samples);
  const chunks = [chunk("IHDR", header), chunk("IDAT", zlibSync(rows, { level: 9, mem: hashBits(rows.length) })), chunk("IEND", new Uint8Array(0))];
  const out = new Uint8Array(chunks.reduce((sum, part) => sum + part.length, 8));
  out.set(SIGNATURE);
  let at = 8;
  for (const part of chunks) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** What fflate calls `mem`. */
type Memory = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** fflate's own choice, which it takes from Math.log: 12 + mem bits of hash, and engines differ in that logarithm's last bit. */
function hashBits(length: number): Memory {
  return (Math.ceil(Math.max(8, Math.min(13, log(length))) * 1.5) - 12) as Memory;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(body, 8);
  view.setInt32(8 + body.length, crc32(out.subarray(4, 8 + body.length)));
  return out;
}

/** Filters none, sub and up, per row the one with the least sum of bytes as signed numbers (the usual rule of thumb). */
function filterRows(bytes: Uint8Array, rowBytes: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array((rowBytes + 1) * height);
  const row = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    let least = Infinity;
    for (let filter = 0; filter < 3; filter++) {
      let sum = 0;
      for (let i = 0; i < rowBytes; i++) {
        const at = y * rowBytes + i;
        const guess = filter === 1 && i >= step ? bytes[at - step] : filter === 2 && y > 0 ? bytes[at - rowBytes] : 0;
        row[i] = bytes[at] - guess;
        sum += row[i] < 128 ? row[i] : 256 - row[i];
      }
      if (sum < least) {
        least = sum;
        out[y * (rowBytes + 1)] = filter;
        out.set(row, y * (rowBytes + 1) + 1);
      }
    }
  }
  return out;
}

/** From red, green, blue, alpha to the channels the file has. */
function toImage({ header, transparency }: PngContent, { samples, maxval }: RgbaSamples): Image {
  const { width, height, colorType } = header;
  const hasAlpha = colorType > 3 || transparency !== undefined;
  const keep = [...((colorType & 2) === 0 ? [0] : [0, 1, 2]), ...(hasAlpha ? [3] : [])];
  const perPixel = keep.length as 1 | 2 | 3 | 4;
  const kept = maxval > 255 ? new Uint16Array(width * height * perPixel) : new Uint8Array(width * height * perPixel);
  for (let i = 0, at = 0; i < width * height; i++) for (const k of keep) kept[at++] = samples[4 * i + k];
  return fromBytes(kept, width, height, perPixel, maxval);
}

/** What we use of pngjs. */
interface Pngjs {
  readonly PNG: { readonly sync: { read(bytes: Uint8Array, options: { skipRescale: boolean }): { readonly data: Uint8Array | Uint16Array } } };
}

/** pngjs where the host can load CommonJS packages and has Node's zlib; no import names Node, so bundlers for browsers have nothing to resolve. */
function hostPngjs(): Pngjs | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  const found = host?.getBuiltinModule?.("node:module") as { createRequire(from: string): (name: string) => unknown } | undefined;
  if (found === undefined) return undefined;
  try {
    return found.createRequire(import.meta.url)("pngjs") as Pngjs;
  } catch {
    return undefined; // A bundle on Node without pngjs beside it: the portable decoder gives the same pixels.
  }
}

/** Only chunks that passed our checks reach pngjs, whose own are looser; samples stay as in the file (skipRescale). */
function decodeWith({ PNG }: Pngjs, { header, essential }: PngContent, name: string): RgbaSamples {
  try {
    const { data } = PNG.sync.read(nodeBuffer(essential), { skipRescale: true });
    return { samples: data, maxval: maxvalOf(header) };
  } catch (error) {
    throw damaged(name, "samples pngjs can read", (error as Error).message);
  }
}

function maxvalOf({ colorType, depth }: PngHeader): number {
  return colorType === 3 ? 255 : 2 ** depth - 1;
}

/** The same bytes as Node's Buffer, which pngjs reads numbers from. */
function nodeBuffer(bytes: Uint8Array): Uint8Array {
  const { Buffer } = globalThis as unknown as { Buffer: { from(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array } };
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

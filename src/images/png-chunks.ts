/**
 * The outer layer of PNG (ISO/IEC 15948): signature, chunks and their checksums, the header, the palette, and the
 * compressed samples inflated to exactly the length the header implies. Both decoders run behind these checks, so neither
 * sees a picture larger than allowed or shorter than promised. Ancillary chunks other than tRNS are skipped
 * (gAMA and the like too: numbers stay as they are in the file).
 */
import { Unzlib } from "fflate";
import { EngramError } from "../numeric/errors.ts";
import { ByteReader, concat, damaged, latin1 } from "../formats/bytes.ts";
import { crc32, crcTable } from "../formats/gzip.ts";

export const SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** How many pixels a picture may have unless the caller says otherwise. */
export const MAX_PIXELS: number = 64e6;

/** Longest side of a picture, libpng's own limit: decoders and resizing keep something for every row, and 60 million rows fit in 117 kB. */
export const MAX_SIDE: number = 1e6;

/** Samples per pixel by colour type: grey, -, colour, palette index, grey and alpha, -, colour and alpha. */
const SAMPLES = [1, 0, 3, 1, 2, 0, 4];
const DEPTHS: readonly (readonly number[])[] = [[1, 2, 4, 8, 16], [], [8, 16], [1, 2, 4, 8], [8, 16], [], [8, 16]];

/** Adam7: first column and row of each pass, and the steps between its columns and rows. */
export const ADAM7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2],
];

/** Compressed bytes given to the inflater at once: at most 34 MB may come out of one piece. */
const STEP = 1 << 15;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  readonly colorType: number;
  /** Samples per pixel. */
  readonly samples: number;
  /** Whether rows come in the seven passes of Adam7. */
  readonly interlaced: boolean;
}

/** One pass over the picture: all of it, or one of Adam7's. */
export interface Pass {
  readonly x0: number;
  readonly y0: number;
  readonly dx: number;
  readonly dy: number;
  readonly width: number;
  readonly height: number;
  /** Bytes of one row without its filter byte. */
  readonly rowBytes: number;
}

/** A PNG file whose checks all passed. */
export interface PngContent {
  readonly header: PngHeader;
  /** Filter bytes and rows, pass after pass, as long as {@link passes} say. */
  readonly filtered: Uint8Array;
  /** Entries of 3 bytes, for colour type 3. */
  readonly palette?: Uint8Array;
  /** Alpha per entry (colour type 3), or one 16-bit sample per channel that is transparent (0 and 2). */
  readonly transparency?: Uint8Array;
  /** The file again, of nothing but the chunks that count. */
  readonly essential: Uint8Array;
}

/** The passes that hold pixels, in their order in the file. */
export function passes({ width, height, depth, samples, interlaced }: PngHeader): Pass[] {
  const grid = interlaced ? ADAM7 : [[0, 0, 1, 1] as const];
  return grid
    .map(([x0, y0, dx, dy]) => {
      const w = Math.ceil((width - x0) / dx);
      return { x0, y0, dx, dy, width: w, height: Math.ceil((height - y0) / dy), rowBytes: Math.ceil((w * samples * depth) / 8) };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Checks a whole PNG file and inflates it. @throws EngramError on any damage, or more than `maxPixels` pixels */
export function openPng(bytes: Uint8Array, maxPixels: number, name: string): PngContent {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) throw damaged(name, "a PNG file (89 50 4e 47 0d 0a 1a 0a)", "other bytes");
  const reader = new ByteReader(bytes, name, false);
  reader.take(8, "signature");
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  const idat: Uint8Array[] = [];
  let header: PngHeader | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let previous = "";
  const table = crcTable();
  while (previous !== "IEND") {
    const start = reader.position;
    const length = reader.u32("chunk length");
    const type = latin1(reader.take(4, "chunk type"));
    const body = reader.take(length, `chunk ${JSON.stringify(type)}`);
    const crc = reader.u32("chunk checksum");
    if (crc !== crc32(bytes.subarray(start + 4, start + 8 + length), 0, table) >>> 0) throw damaged(name, `the checksum of chunk ${JSON.stringify(type)}`, "another");
    if (!/^[A-Za-z]{4}$/.test(type)) throw damaged(name, "a chunk type of four letters", JSON.stringify(type));
    const known = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].includes(type);
    if (!known && type < "a") throw damaged(name, "critical chunks IHDR, PLTE, IDAT and IEND only", type);
    if ((type === "IHDR") !== (header === undefined)) throw damaged(name, "one IHDR chunk, and that first", `${type} at byte ${start}`);
    if (type === "IHDR") header = readHeader(body, maxPixels, name);
    else if (type === "PLTE") palette = once(palette, body, idat.length > 0 || transparency !== undefined || body.length % 3 !== 0 || body.length === 0 || body.length > 768, type, name);
    else if (type === "tRNS") transparency = once(transparency, body, idat.length > 0, type, name);
    else if (type === "IDAT") {
      if (idat.length > 0 && previous !== "IDAT") throw damaged(name, "IDAT chunks in a row", `${previous} between them`);
      idat.push(body);
    }
    // A palette is only a hint where pixels hold their colours.
    if (known && (type !== "PLTE" || header?.colorType === 3)) parts.push(bytes.subarray(start, reader.position));
    previous = type;
  }
  if (reader.remaining > 0) throw damaged(name, "nothing after IEND", `${reader.remaining} bytes`);
  const checked = header as PngHeader;
  checkColours(checked, palette, transparency, name);
  const length = passes(checked).reduce((sum, pass) => sum + (pass.rowBytes + 1) * pass.height, 0);
  const filtered = inflateExactly(idat, length, name);
  return { header: checked, filtered, palette, transparency, essential: concat(parts) };
}

function once(before: Uint8Array | undefined, body: Uint8Array, misplaced: boolean, type: string, name: string): Uint8Array {
  if (before !== undefined || misplaced) throw damaged(name, `at most one ${type} chunk, whole and in its place`, "another");
  return body;
}

function readHeader(body: Uint8Array, maxPixels: number, name: string): PngHeader {
  if (body.length !== 13) throw damaged(name, "13 bytes of IHDR", `${body.length}`);
  const reader = new ByteReader(body, name, false);
  const [width, height] = [reader.u32("width"), reader.u32("height")];
  const [depth, colorType, compression, filter, interlace] = reader.take(5, "header");
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) throw damaged(name, `width and height in 1..${MAX_SIDE}`, `${width} x ${height}`);
  if (!(width * height <= maxPixels)) {
    throw new EngramError(name, `at most ${maxPixels} pixels`, `${width} x ${height}`, "If the picture is to be trusted, raise maxPixels.");
  }
  if (!DEPTHS[colorType]?.includes(depth)) throw damaged(name, "a colour type and bit depth of the PNG standard", `type ${colorType}, ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw damaged(name, "compression 0, filter 0, interlace 0 or 1", `${compression}, ${filter}, ${interlace}`);
  return { width, height, depth, colorType, samples: SAMPLES[colorType], interlaced: interlace === 1 };
}

function checkColours({ colorType, depth }: PngHeader, palette: Uint8Array | undefined, transparency: Uint8Array | undefined, name: string): void {
  if (colorType === 3 && palette === undefined) throw damaged(name, "a palette", "none");
  if (palette !== undefined && (colorType & 3) === 0) throw damaged(name, "no palette in a grey picture", "one");
  if (colorType === 3 && palette !== undefined && palette.length > 3 << depth) throw damaged(name, `at most ${1 << depth} palette entries`, `${palette.length / 3}`);
  if (transparency === undefined) return;
  const most = colorType === 3 ? (palette as Uint8Array).length / 3 : 2 * SAMPLES[colorType];
  if (colorType > 3 || transparency.length > most || (colorType < 3 && transparency.length < most)) {
    throw damaged(name, `tRNS of ${colorType > 3 ? "no" : most} bytes`, `${transparency.length}`);
  }
}

/** Inflates zlib data to exactly `length` bytes, and checks Adler-32, which fflate does not. Memory grows only with what comes out. */
function inflateExactly(idat: readonly Uint8Array[], length: number, name: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  const data = concat(idat);
  if (data.length < 6) throw damaged(name, "compressed samples", `${data.length} bytes`);
  const inflater = new Unzlib((piece) => {
    total += piece.length;
    if (total > length) throw damaged(name, `${length} bytes of samples`, "more");
    pieces.push(piece);
  });
  try {
    for (let at = 0; at < data.length; at += STEP) inflater.push(data.subarray(at, at + STEP), at + STEP >= data.length);
  } catch (error) {
    if (error instanceof EngramError) throw error;
    throw damaged(name, "a zlib stream", (error as Error).message);
  }
  if (total !== length) throw damaged(name, `${length} bytes of samples`, `${total}`);
  const out = concat(pieces);
  const stored = new DataView(data.buffer, data.byteOffset + data.length - 4, 4).getUint32(0);
  if (adler32(out) !== stored) throw damaged(name, "the checksum of the samples", "another");
  return out;
}

/** Adler-32 (RFC 1950). */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length; ) {
    // 5552 is the most steps that stay below 2^32 without a remainder.
    for (const end = Math.min(bytes.length, at + 5552); at < end; at++) {
      a += bytes[at];
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return (b * 65536 + a) >>> 0;
}

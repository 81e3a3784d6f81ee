/**
 * From inflated PNG rows to samples with nothing but typed arrays: the five filters, 1 to 16 bits, palette, Adam7.
 * The twin of pngjs for hosts without Node's zlib; specs hold the two to the same samples.
 */
import { damaged } from "../formats/bytes.ts";
import { passes, type Pass, type PngContent, type PngHeader } from "./png-chunks.ts";

/** Samples as both decoders give them. */
export interface RgbaSamples {
  /** H x W x 4: red, green, blue, alpha in 0..maxval. */
  readonly samples: Uint8Array | Uint16Array;
  /** 2^depth - 1; 255 for palettes. */
  readonly maxval: number;
}

/** All pixels of a checked file. @throws EngramError on a filter or palette entry that does not exist */
export function decodePortable(content: PngContent, name: string): RgbaSamples {
  const { header } = content;
  const { width, height, depth, colorType } = header;
  const pixels = width * height * 4;
  const maxval = colorType === 3 ? 255 : 2 ** depth - 1;
  const samples = depth === 16 ? new Uint16Array(pixels) : new Uint8Array(pixels);
  const put = painter(content, samples, maxval, name);
  const rowSamples = new Uint16Array(width * header.samples);
  let at = 0;
  for (const pass of passes(header)) {
    const end = at + (pass.rowBytes + 1) * pass.height;
    const rows = unfilter(content.filtered.subarray(at, end), pass, Math.max(1, (header.samples * depth) >> 3), name);
    at = end;
    for (let y = 0; y < pass.height; y++) {
      unpack(rows.subarray(y * pass.rowBytes, (y + 1) * pass.rowBytes), depth, pass.width * header.samples, rowSamples);
      const first = (pass.y0 + y * pass.dy) * width + pass.x0;
      for (let x = 0; x < pass.width; x++) put(rowSamples, x * header.samples, (first + x * pass.dx) * 4);
    }
  }
  return { samples, maxval };
}

/**
 * Undoes the filters of one pass. Each byte is stored as the difference to a guess from the bytes to its
 * left (a), above (b), and above left (c), a pixel or a byte away, whichever is more.
 */
function unfilter(filtered: Uint8Array, { height, rowBytes }: Pass, step: number, name: string): Uint8Array {
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const from = y * (rowBytes + 1);
    const filter = filtered[from];
    if (filter > 4) throw damaged(name, "filters 0 to 4", `${filter} in row ${y}`);
    const to = y * rowBytes;
    for (let i = 0; i < rowBytes; i++) {
      const a = i >= step ? out[to + i - step] : 0;
      const b = y > 0 ? out[to + i - rowBytes] : 0;
      const c = y > 0 && i >= step ? out[to + i - rowBytes - step] : 0;
      const guess = filter === 0 ? 0 : filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c);
      out[to + i] = filtered[from + 1 + i] + guess;
    }
  }
  return out;
}

/** Whichever of a, b, c lies nearest to a + b - c; ties go to a, then b. */
function paeth(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c);
  const toB = Math.abs(a - c);
  const toC = Math.abs(a + b - 2 * c);
  return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
}

/** `count` samples of `depth` bits, the first in the highest bits. */
function unpack(row: Uint8Array, depth: number, count: number, out: Uint16Array): void {
  if (depth === 8) out.set(row.subarray(0, count));
  else if (depth === 16) for (let i = 0; i < count; i++) out[i] = row[2 * i] * 256 + row[2 * i + 1];
  else {
    const mask = (1 << depth) - 1;
    for (let i = 0; i < count; i++) {
      const bit = i * depth;
      out[i] = (row[bit >> 3] >> (8 - depth - (bit & 7))) & mask;
    }
  }
}

type Painter = (from: Uint16Array, i: number, to: number) => void;

/** How one pixel's samples become red, green, blue, alpha. A colour that tRNS names becomes 0, 0, 0, 0, as in pngjs. */
function painter({ header, palette, transparency }: PngContent, out: Uint8Array | Uint16Array, maxval: number, name: string): Painter {
  if (header.colorType === 3) return palettePainter(palette as Uint8Array, transparency, out, name);
  const [first, second, third, alpha] = places(header);
  const keys = transparency === undefined ? undefined : Array.from({ length: header.samples }, (_, k) => transparency[2 * k] * 256 + transparency[2 * k + 1]);
  return (from, i, to) => {
    if (keys !== undefined && keys.every((key, k) => from[i + k] === key)) return;
    out[to] = from[i + first];
    out[to + 1] = from[i + second];
    out[to + 2] = from[i + third];
    out[to + 3] = alpha < 0 ? maxval : from[i + alpha];
  };
}

/** Where red, green, blue and alpha stand among a pixel's samples; -1 for no alpha. */
function places({ samples }: PngHeader): [number, number, number, number] {
  if (samples < 3) return [0, 0, 0, samples === 2 ? 1 : -1];
  return [0, 1, 2, samples === 4 ? 3 : -1];
}

function palettePainter(palette: Uint8Array, transparency: Uint8Array | undefined, out: Uint8Array | Uint16Array, name: string): Painter {
  return (from, i, to) => {
    const entry = from[i];
    if (entry * 3 >= palette.length) throw damaged(name, `palette entries 0..${palette.length / 3 - 1}`, `${entry}`);
    for (let k = 0; k < 3; k++) out[to + k] = palette[entry * 3 + k];
    out[to + 3] = transparency !== undefined && entry < transparency.length ? transparency[entry] : 255;
  };
}

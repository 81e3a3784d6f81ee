/**
 * PGM and PPM (netpbm): P2 and P3 in text, P5 and P6 in bytes, 8 and 16 bit (big-endian), comments, any maxval.
 * Samples stay as they are in the file: 0..maxval, interleaved (H, W, C).
 */
import { EngramError } from "../numeric/errors.ts";
import { damaged, latin1 } from "./bytes.ts";

/** A picture as netpbm has it. */
export interface PnmImage {
  readonly width: number;
  readonly height: number;
  /** 1 for PGM, 3 for PPM. */
  readonly channels: 1 | 3;
  /** The value of white, 1..65535. */
  readonly maxval: number;
  /** height x width x channels samples; 16 bit where maxval is above 255. */
  readonly data: Uint8Array | Uint16Array;
}

/** Reads one picture. @throws EngramError on damage, samples above maxval, or bytes after the picture */
export function readPnm(bytes: Uint8Array, name = "PNM file"): PnmImage {
  const kind = latin1(bytes.subarray(0, 2));
  if (!["P2", "P3", "P5", "P6"].includes(kind)) throw damaged(name, "a PGM or PPM file (P2, P3, P5 or P6)", JSON.stringify(kind));
  const scanner = new Scanner(bytes, name);
  const [width, height, maxval] = [scanner.number("width"), scanner.number("height"), scanner.number("maxval")];
  if (width === 0 || height === 0 || maxval === 0 || maxval > 65535) {
    throw damaged(name, "width and height from 1 and maxval 1..65535", `${width} x ${height}, maxval ${maxval}`);
  }
  const channels = kind === "P2" || kind === "P5" ? 1 : 3;
  const samples = width * height * channels;
  const depth = maxval > 255 ? 2 : 1;
  const binary = kind === "P5" || kind === "P6";
  if (binary) scanner.oneSpace();
  // The shortest way to write that many samples must fit into what is left, before any memory is taken for them.
  const least = binary ? samples * depth : samples * 2 - 1;
  const left = bytes.length - scanner.position;
  if (!(least <= left)) throw damaged(name, `${binary ? "" : "at least "}${least} bytes for ${width} x ${height} x ${channels}`, `${left} (the file ends early)`);
  const data = depth === 2 ? new Uint16Array(samples) : new Uint8Array(samples);
  for (let i = 0; i < samples; i++) data[i] = checked(binary ? scanner.sample(depth) : scanner.number(`sample ${i}`), maxval, i, name);
  scanner.expectEnd();
  return { width, height, channels, maxval, data };
}

/** A picture as a binary PGM (1 channel) or PPM (3 channels). @throws EngramError where data and sizes do not agree */
export function writePnm({ width, height, channels, maxval, data }: PnmImage): Uint8Array {
  if (data.length !== width * height * channels || data.length === 0 || !(maxval >= 1 && maxval <= 65535) || (channels !== 1 && channels !== 3)) {
    throw new EngramError("PNM picture", "height x width x channels samples, 1 or 3 channels, maxval 1..65535", `${data.length} samples, ${width} x ${height} x ${channels}, maxval ${maxval}`, "Check the sizes.");
  }
  const head = `${channels === 1 ? "P5" : "P6"}\n${width} ${height}\n${maxval}\n`;
  const depth = maxval > 255 ? 2 : 1;
  const out = new Uint8Array(head.length + data.length * depth);
  for (let i = 0; i < head.length; i++) out[i] = head.charCodeAt(i);
  for (let i = 0, at = head.length; i < data.length; i++) {
    checked(data[i], maxval, i, "PNM picture");
    if (depth === 2) out[at++] = data[i] >>> 8;
    out[at++] = data[i] & 255;
  }
  return out;
}

function checked(value: number, maxval: number, i: number, name: string): number {
  if (value > maxval) throw damaged(`${name}, sample ${i}`, `at most maxval ${maxval}`, `${value}`);
  return value;
}

/** Walks the text part: numbers between white space and # comments. */
class Scanner {
  position = 2;
  private readonly bytes: Uint8Array;
  private readonly name: string;

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
  }

  /** The next number; at least one space or comment must stand before it. */
  number(what: string): number {
    const start = this.position;
    this.skipSpace();
    const first = this.position;
    let value = 0;
    while (isDigit(this.bytes[this.position]) && this.position - first < 10) value = value * 10 + this.bytes[this.position++] - 48;
    if (first === start || first === this.position || isDigit(this.bytes[this.position])) {
      throw damaged(this.name, `${what}, a number after white space`, `${JSON.stringify(latin1(this.bytes.subarray(start, start + 12)))} at byte ${start}`);
    }
    return value;
  }

  /** The single white-space byte between a header and binary samples. */
  oneSpace(): void {
    if (!isSpace(this.bytes[this.position])) throw damaged(this.name, "white space after maxval", "something else");
    this.position++;
  }

  sample(depth: number): number {
    const high = this.bytes[this.position++];
    return depth === 1 ? high : high * 256 + this.bytes[this.position++];
  }

  expectEnd(): void {
    this.skipSpace();
    if (this.position < this.bytes.length) throw damaged(this.name, "nothing after the picture", `${this.bytes.length - this.position} bytes`);
  }

  private skipSpace(): void {
    for (;;) {
      if (isSpace(this.bytes[this.position])) this.position++;
      else if (this.bytes[this.position] === 35) while (this.position < this.bytes.length && this.bytes[this.position] !== 10 && this.bytes[this.position] !== 13) this.position++;
      else return;
    }
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

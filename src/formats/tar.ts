/**
 * tar, gzipped or not: ustar with pax and GNU long names, as a stream of regular files. One file at a time is in memory.
 *
 * Directories are passed over; links, devices and sparse files too (their path is still checked). A path that is absolute,
 * climbs with `..`, or holds a backslash, drive letter or control character is refused, never repaired.
 */
import { EngramError } from "../numeric/errors.ts";
import { PIECE, concat, damaged, latin1, utf8 } from "./bytes.ts";
import { gunzipPieces, isGzip, type InflateOptions } from "./gzip.ts";

/** A regular file of an archive. */
export interface TarFile {
  readonly path: string;
  readonly data: Uint8Array;
}

export interface TarOptions extends InflateOptions {
  /** Most bytes of one file. Default 256 MiB. */
  fileLimit?: number;
  /** Which files are wanted; others are passed over without being kept. Default all. */
  accept?: (path: string) => boolean;
}

const BLOCK = 512;
const META_LIMIT = 1 << 20; // a pax header or long name beyond 1 MiB is no name

/**
 * The regular files of a tar or tar.gz, in archive order.
 * @throws EngramError on damage, an archive that ends early, an unsafe path, or a file beyond a limit
 */
export function* readTar(bytes: Uint8Array, options: TarOptions = {}): Generator<TarFile> {
  const name = options.name ?? "tar file";
  const input = new Feed(isGzip(bytes) ? gunzipPieces(bytes, { ...options, name }) : slices(bytes), name);
  let pax: ReadonlyMap<string, string> = new Map();
  const global = new Map<string, string>();
  let longPath: string | undefined;
  for (let header = input.take(BLOCK); header.some((byte) => byte !== 0); header = input.take(BLOCK)) {
    const entry = parseHeader(header, name);
    const size = "xgLK".includes(entry.type) ? entry.size : sizeOf(pax.get("size") ?? global.get("size"), entry.size, name);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (!Number.isSafeInteger(padded)) throw damaged(name, "a file size below 2^53", `${size}`);
    if ("xgLK".includes(entry.type)) {
      if (size > META_LIMIT) throw damaged(name, `a name or pax header of at most ${META_LIMIT} bytes`, `${size}`);
      const body = input.take(padded).subarray(0, size);
      if (entry.type === "x") pax = parsePax(body, name);
      else if (entry.type === "g") for (const [key, value] of parsePax(body, name)) global.set(key, value);
      else if (entry.type === "L") longPath = utf8(body, name, "path").replace(/\0+$/, "");
      continue;
    }
    const path = checkPath(pax.get("path") ?? longPath ?? global.get("path") ?? entry.path, name);
    const sparse = [...pax.keys()].some((key) => key.startsWith("GNU.sparse"));
    const wanted = "07".includes(entry.type) && !sparse && !path.endsWith("/") && (options.accept?.(path) ?? true);
    const limit = options.fileLimit ?? 1 << 28;
    if (wanted && size > limit) throw new EngramError(`${name}, ${path}`, `at most ${limit} bytes`, `${size}`, "If the archive is to be trusted, raise the limit.");
    if (wanted) yield { path, data: input.take(padded).subarray(0, size) };
    else input.skip(padded);
    pax = new Map();
    longPath = undefined;
  }
  input.drain(); // to the end, so that the checksum of the gzip is checked
}

interface Header {
  path: string;
  size: number;
  type: string;
}

function parseHeader(header: Uint8Array, name: string): Header {
  // The checksum is the sum of all bytes with its own field read as spaces.
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (octal(header.subarray(148, 156), name) !== sum) throw damaged(name, "a tar header", "a wrong checksum");
  const magic = latin1(header.subarray(257, 263));
  const prefix = magic === "ustar\0" ? text(header.subarray(345, 500), name) : "";
  const path = text(header.subarray(0, 100), name);
  const type = header[156] === 0 ? "0" : String.fromCharCode(header[156]);
  const hasBody = !"123456".includes(type); // links, devices, directories and pipes have none, whatever size says
  return { path: prefix === "" ? path : `${prefix}/${path}`, size: hasBody ? octal(header.subarray(124, 136), name) : 0, type };
}

/** Octal digits between spaces and NULs, or GNU's base 256 (first bit set). */
function octal(field: Uint8Array, name: string): number {
  if (field[0] & 0x80) {
    const value = field.reduce((total, byte, i) => total * 256 + (i === 0 ? byte & 0x7f : byte), 0);
    return Number.isSafeInteger(value) ? value : refuseNumber(name, "above 2^53");
  }
  const digits = latin1(field).replace(/^ +/, "").replace(/[ \0].*$/s, "");
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : refuseNumber(name, JSON.stringify(digits));
}

function refuseNumber(name: string, got: string): never {
  throw damaged(name, "an octal number in a tar header", got);
}

function text(field: Uint8Array, name: string): string {
  const end = field.indexOf(0);
  return utf8(end < 0 ? field : field.subarray(0, end), name, "path");
}

function sizeOf(pax: string | undefined, own: number, name: string): number {
  if (pax === undefined) return own;
  if (!/^\d{1,15}$/.test(pax)) throw damaged(name, "a whole number as the pax size", JSON.stringify(pax.slice(0, 40)));
  return Number(pax);
}

/** Records `length key=value\n`, the length counting the whole record in bytes. */
function parsePax(body: Uint8Array, name: string): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    const digits = /^(\d{1,7}) /.exec(latin1(body.subarray(at, at + 8)));
    const end = at + Number(digits?.[1] ?? 0);
    const record = digits === null || end > body.length ? "" : utf8(body.subarray(at + digits[0].length, end), name, "pax record");
    const equals = record.indexOf("=");
    if (equals < 1 || !record.endsWith("\n")) throw damaged(name, "pax records `length key=value`", "something else");
    records.set(record.slice(0, equals), record.slice(equals + 1, -1));
    at = end;
  }
  return records;
}

function checkPath(path: string, name: string): string {
  const unsafe = path === "" || /^\/|^[A-Za-z]:|\\|[\0-\x1f\x7f]/.test(path) || path.split("/").includes("..");
  if (unsafe) throw damaged(name, "relative paths without .. or backslash", JSON.stringify(path.slice(0, 200)), "Do not trust this archive.");
  return path.replace(/^(\.\/)+/, "");
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** Cuts a stream of pieces into the lengths asked for; keeps only what has come. */
class Feed {
  private readonly pieces: Iterator<Uint8Array>;
  private readonly name: string;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(pieces: Iterator<Uint8Array>, name: string) {
    this.pieces = pieces;
    this.name = name;
  }

  /** The next `length` bytes as a copy. */
  take(length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    this.forward(length, (part) => parts.push(part));
    return concat(parts);
  }

  skip(length: number): void {
    this.forward(length, () => {});
  }

  drain(): void {
    while (!this.pieces.next().done);
  }

  private forward(length: number, keep: (part: Uint8Array) => void): void {
    for (let missing = length; missing > 0; ) {
      while (this.rest.length === 0) {
        const next = this.pieces.next();
        if (next.done) throw damaged(this.name, `${missing} more bytes`, "the end of the archive (it was cut short)");
        this.rest = next.value;
      }
      const part = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(part.length);
      keep(part);
      missing -= part.length;
    }
  }
}

/**
 * The bounded reader all formats share, and where bytes come from. Nothing here trusts a length: a read past the
 * end is an EngramError that says how many bytes were missing, and no memory is taken before the bytes are there.
 */
import { EngramError } from "../numeric/errors.ts";

/** Random access to a file too large for one array: the command line reads from disk, specs from memory. */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`, in an array that later reads leave alone; never called outside 0..size, nor for more than {@link PIECE} bytes. */
  read(offset: number, length: number): Uint8Array;
}

/** The largest piece that is read from a source or handed to a writer at once. */
export const PIECE: number = 1 << 24;

/** A {@link ByteSource} over bytes in memory (views, no copy). @throws EngramError for anything that is neither */
export function sourceOf(bytes: Uint8Array | ByteSource): ByteSource {
  if (!(bytes instanceof Uint8Array)) {
    if (typeof bytes?.read === "function" && Number.isFinite(bytes.size)) return bytes;
    throw new EngramError("bytes", "a Uint8Array, or an object with size and read", bytes === null ? "null" : typeof bytes, "Read the file first, or open it as a source.");
  }
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** `length` bytes of a source from `offset`, in pieces of at most {@link PIECE}; checks that each came whole. */
export function* pieces(source: ByteSource, offset: number, length: number, name: string): Generator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const want = Math.min(PIECE, length - done);
    const piece = source.read(offset + done, want);
    if (piece.length !== want) throw damaged(name, `${want} bytes at offset ${offset + done}`, `${piece.length}`);
    yield piece;
    done += want;
  }
}

/** The error for bytes that contradict their format. */
export function damaged(name: string, expected: string, got: string, todo = "The file is damaged or of another kind; fetch or write it again."): EngramError {
  return new EngramError(name, expected, got, todo);
}

/** Reads numbers and slices front to back and never past the end. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly littleEndian: boolean;
  position = 0;
  private readonly view: DataView;

  /** @param name the subject of errors */
  constructor(bytes: Uint8Array, name: string, littleEndian: boolean) {
    this.bytes = bytes;
    this.name = name;
    this.littleEndian = littleEndian;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Moves past `length` bytes and returns where they began. */
  private advance(length: number, what: string): number {
    if (!(length <= this.remaining)) {
      throw damaged(this.name, `${length} bytes of ${what} at offset ${this.position}`, `${this.remaining} (the file ends early)`);
    }
    const start = this.position;
    this.position += length;
    return start;
  }

  u8(what: string): number {
    return this.view.getUint8(this.advance(1, what));
  }

  u16(what: string): number {
    return this.view.getUint16(this.advance(2, what), this.littleEndian);
  }

  u32(what: string): number {
    return this.view.getUint32(this.advance(4, what), this.littleEndian);
  }

  /** A 64-bit unsigned integer; above 2^53 it only ever is a lie about a length, so it throws. */
  u64(what: string): number {
    const value = this.view.getBigUint64(this.advance(8, what), this.littleEndian);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(this.name, `${what} below 2^53`, `${value}`);
    return Number(value);
  }

  /** A view of the next `length` bytes. */
  take(length: number, what: string): Uint8Array {
    const start = this.advance(length, what);
    return this.bytes.subarray(start, start + length);
  }
}

/** Bytes as text, one character per byte (ASCII and latin-1). */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Bytes as text; throws on bytes that are no UTF-8, and keeps a byte-order mark so that nothing is lost silently. */
export function utf8(bytes: Uint8Array, name: string, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged(name, `${what} in UTF-8`, "bytes that are not");
  }
}

/** The parts one after the other in one new array. */
export function concat(parts: Iterable<Uint8Array>): Uint8Array {
  const list = [...parts];
  const out = new Uint8Array(list.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of list) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

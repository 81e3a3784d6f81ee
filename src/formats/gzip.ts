/**
 * gzip (RFC 1952) and raw deflate with a cap that holds while inflating, so that a bomb is refused after at most one
 * small piece too many. fflate inflates; it checks neither checksum nor length, so that is done here, per member.
 */
import { Gunzip, Inflate } from "fflate";
import { EngramError } from "../numeric/errors.ts";
import { concat, damaged } from "./bytes.ts";

/** How many bytes may come out of a compressed file unless the caller says otherwise: 1 GiB. */
export const INFLATE_LIMIT: number = 1 << 30;

/** Compressed bytes given to the inflater at once. Deflate expands at most 1032-fold, so one step makes at most 34 MB. */
const STEP = 1 << 15;

/** Steps that may pass without output or a new member: a 64 KiB stored block needs 3, a name in a header fewer. */
const IDLE_STEPS = 16;

export interface InflateOptions {
  /** Most bytes that may come out. Default {@link INFLATE_LIMIT}. */
  limit?: number;
  /** The subject of errors. */
  name?: string;
}

/** Whether bytes begin like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The whole content of a gzip file. @throws EngramError on damage, a wrong checksum, or more than `limit` bytes */
export function gunzip(bytes: Uint8Array, options: InflateOptions = {}): Uint8Array {
  return concat(gunzipPieces(bytes, options));
}

/** The bytes themselves, or what they hold where they are gzip. */
export function maybeGunzip(bytes: Uint8Array, options: InflateOptions = {}): Uint8Array {
  return isGzip(bytes) ? gunzip(bytes, options) : bytes;
}

/** The content of a gzip file in pieces, so that a large archive never lies inflated in memory. Errors as {@link gunzip}. */
export function* gunzipPieces(bytes: Uint8Array, options: InflateOptions = {}): Generator<Uint8Array> {
  const name = options.name ?? "gzip file";
  if (!isGzip(bytes) || bytes.length < 18) throw damaged(name, "a gzip file (at least 18 bytes that begin with 1f 8b)", `${bytes.length} other bytes`);
  const table = crcTable();
  const sink = new Sink(options, name);
  let crc = 0;
  let inMember = 0;
  // A member's trailer, the 8 bytes before the next header or the end: crc32 and length modulo 2^32 of what came out.
  const checkTrailer = (end: number): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + end - 8, 8);
    const [wantCrc, wantLength] = [view.getUint32(0, true), view.getUint32(4, true)];
    if (wantCrc !== crc >>> 0 || wantLength !== inMember >>> 0) {
      throw damaged(name, `crc32 ${hex(wantCrc)} over ${wantLength} bytes`, `${hex(crc)} over ${inMember}`);
    }
    crc = 0;
    inMember = 0;
  };
  const inflater = new Gunzip((piece) => {
    crc = crc32(piece, crc, table);
    inMember += piece.length;
    sink.put(piece);
  });
  inflater.onmember = (offset) => {
    sink.idle = 0;
    checkTrailer(offset);
  };
  yield* drive(inflater, bytes, sink);
  checkTrailer(bytes.length);
}

/**
 * A raw deflate stream of known inflated length (a zip entry).
 * @throws EngramError on damage or any other length than `length`; nothing near `length` is allocated before it is there
 */
export function inflateRaw(bytes: Uint8Array, length: number, name: string): Uint8Array {
  const sink = new Sink({ limit: length }, name);
  const out = concat(drive(new Inflate((piece) => sink.put(piece)), bytes, sink));
  if (out.length !== length) throw damaged(name, `${length} bytes`, `${out.length} after inflating`);
  return out;
}

/** Collects what the inflater hands out and enforces the limit. */
class Sink {
  readonly limit: number;
  readonly name: string;
  ready: Uint8Array[] = [];
  total = 0;
  idle = 0;

  constructor(options: InflateOptions, name: string) {
    this.limit = options.limit ?? INFLATE_LIMIT;
    this.name = name;
  }

  put(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.idle = 0;
    this.total += piece.length;
    if (this.total > this.limit) {
      throw new EngramError(this.name, `at most ${this.limit} bytes inflated`, "more", "If the file is to be trusted, raise the limit.");
    }
    this.ready.push(piece);
  }
}

function* drive(inflater: { push(chunk: Uint8Array, final?: boolean): void }, bytes: Uint8Array, sink: Sink): Generator<Uint8Array> {
  for (let at = 0; at <= bytes.length; at += STEP) {
    const last = at + STEP > bytes.length;
    try {
      inflater.push(bytes.subarray(at, at + STEP), last);
    } catch (error) {
      if (error instanceof EngramError) throw error;
      throw damaged(sink.name, "a deflate stream", `${(error as Error).message} near byte ${at}`);
    }
    if (++sink.idle > IDLE_STEPS) throw damaged(sink.name, "a deflate stream", `nothing from ${IDLE_STEPS * STEP} bytes before byte ${at}`);
    yield* sink.ready;
    sink.ready = [];
  }
}

/** CRC-32 (IEEE 802.3, reflected) of `bytes`, continuing from `crc` (as a signed 32-bit pattern). */
export function crc32(bytes: Uint8Array, crc = 0, table: Int32Array = crcTable()): number {
  let c = ~crc;
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return ~c;
}

/** The table of {@link crc32}, for callers with many short pieces. */
export function crcTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
}

function hex(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, "0");
}

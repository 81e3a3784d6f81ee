/**
 * Just enough zip (APPNOTE 6.3) to read `.npz`: the central directory, stored and deflated entries, 64-bit sizes in the
 * extra field (numpy writes them). Sizes are checked against a limit before anything is inflated, checksums after.
 * Encrypted entries, other methods and archives of several disks are refused.
 */
import { EngramError } from "../numeric/errors.ts";
import { ByteReader, damaged, utf8 } from "./bytes.ts";
import { INFLATE_LIMIT, crc32, inflateRaw, type InflateOptions } from "./gzip.ts";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const IN_EXTRA = 0xffffffff;

interface Entry {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/**
 * The files of a zip archive by path.
 * @throws EngramError on damage, on two entries of one path, or where the entries together exceed `limit`
 */
export function readZip(bytes: Uint8Array, options: InflateOptions = {}): Map<string, Uint8Array> {
  const name = options.name ?? "zip file";
  const entries = directory(bytes, name);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  const limit = options.limit ?? INFLATE_LIMIT;
  if (total > limit) throw new EngramError(name, `at most ${limit} bytes inflated`, `${total}`, "If the file is to be trusted, raise the limit.");
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (files.has(entry.path)) throw damaged(name, "every path once", `${JSON.stringify(entry.path)} twice`);
    files.set(entry.path, unpack(bytes, entry, `${name}, ${entry.path}`));
  }
  return files;
}

function directory(bytes: Uint8Array, name: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The end record is 22 bytes and a comment of at most 65535; its own length field has to agree.
  let end = bytes.length - 22;
  const lowest = Math.max(0, end - 65535);
  while (end >= lowest && !(view.getUint32(end, true) === END && view.getUint16(end + 20, true) === bytes.length - end - 22)) end--;
  if (end < lowest) throw damaged(name, "a zip file with its directory at the end", "none (the file ends early?)");
  const record = new ByteReader(bytes.subarray(end + 4), name, true);
  const disks = [record.u16("disk"), record.u16("disk")];
  const counts = [record.u16("count"), record.u16("count")];
  const size = record.u32("directory size");
  const at = record.u32("directory offset");
  if (disks[0] !== 0 || disks[1] !== 0 || counts[0] !== counts[1]) throw damaged(name, "an archive of one part", "several");
  if (at === IN_EXTRA || counts[0] === 0xffff) throw damaged(name, "an archive below 4 GiB and 65535 entries", "a zip64 archive", "Save the arrays as .npy or .safetensors.");
  if (at + size !== end) throw damaged(name, `a directory of ${size} bytes that ends at ${end}`, `one at ${at}`);
  const reader = new ByteReader(bytes.subarray(at, end), name, true);
  const entries = Array.from({ length: counts[0] }, () => centralEntry(reader, name));
  if (reader.remaining !== 0) throw damaged(name, `${counts[0]} directory entries`, "more");
  return entries;
}

function centralEntry(reader: ByteReader, name: string): Entry {
  if (reader.u32("directory entry") !== CENTRAL) throw damaged(name, "a directory entry", "other bytes");
  reader.take(4, "versions");
  const flags = reader.u16("flags");
  const method = reader.u16("method");
  reader.take(4, "time");
  const crc = reader.u32("crc32");
  const sizes = { packed: reader.u32("size"), size: reader.u32("size") };
  const lengths = { path: reader.u16("length"), extra: reader.u16("length"), comment: reader.u16("length") };
  reader.take(8, "attributes");
  const at = reader.u32("offset");
  const path = utf8(reader.take(lengths.path, "path"), name, "path");
  readExtra(new ByteReader(reader.take(lengths.extra, "extra field"), name, true), sizes);
  reader.take(lengths.comment, "comment");
  if (flags & 1) throw damaged(`${name}, ${path}`, "no encryption", "an encrypted entry", "Write it without a password.");
  if (method !== 0 && method !== 8) throw damaged(`${name}, ${path}`, "compression method 0 (stored) or 8 (deflated)", `${method}`, "Write it with numpy.savez or savez_compressed.");
  return { path, method, crc, at, ...sizes };
}

/** Sizes of 2^32 - 1 mean: look in the zip64 extra field, which holds only those, uncompressed size first. */
function readExtra(extra: ByteReader, sizes: { packed: number; size: number }): void {
  while (extra.remaining >= 4) {
    const id = extra.u16("extra id");
    const field = new ByteReader(extra.take(extra.u16("extra length"), "extra field"), extra.name, true);
    if (id !== 1) continue;
    if (sizes.size === IN_EXTRA) sizes.size = field.u64("size");
    if (sizes.packed === IN_EXTRA) sizes.packed = field.u64("size");
  }
}

function unpack(bytes: Uint8Array, { path, method, crc, packed, size, at }: Entry, name: string): Uint8Array {
  const reader = new ByteReader(bytes.subarray(at), name, true);
  if (reader.u32("local header") !== LOCAL) throw damaged(name, `a local header at offset ${at}`, "other bytes");
  reader.take(22, "local header");
  const pathLength = reader.u16("length");
  const extraLength = reader.u16("length");
  if (utf8(reader.take(pathLength, "path"), name, "path") !== path) throw damaged(name, "the directory's path in the local header", "another");
  reader.take(extraLength, "extra field");
  const data = reader.take(packed, "data");
  if (method === 0 && packed !== size) throw damaged(name, `${size} stored bytes`, `${packed}`);
  const out = method === 0 ? data : inflateRaw(data, size, name);
  const actual = crc32(out) >>> 0;
  if (actual !== crc) throw damaged(name, `crc32 ${crc.toString(16)}`, actual.toString(16));
  return out;
}

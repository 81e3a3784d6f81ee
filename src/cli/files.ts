/**
 * The edge to the disk. Reading leaves the event loop free, so that an interrupt is answered. Writing goes to a
 * temporary name beside the target, is flushed, and is renamed only when it is whole; whatever goes wrong, no
 * half-written file stays.
 */
import { closeSync, existsSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, statSync, unlinkSync, writeSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { EngramError } from "../numeric/index.ts";
import type { Session } from "./session.ts";

/** Largest read or write at once. */
const PIECE = 1 << 24;

/** Bytes that tell what kind of file it is. */
const HEAD = 16;

/** What Node says about a failed call. */
interface SystemError extends Error {
  code?: string;
}

const CAUSES: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ["no such file or folder", "Check the path."],
  EACCES: ["permission denied", "Choose a place you may use, or change its permissions."],
  EPERM: ["permission denied", "Choose a place you may use, or change its permissions."],
  EROFS: ["a read-only file system", "Choose another place."],
  EISDIR: ["a folder", "Name a file."],
  ENOTDIR: ["a path through something that is no folder", "Check the path."],
  ENOSPC: ["no space left on the device", "Free some space or choose another place; nothing was left behind."],
  EDQUOT: ["a disk quota that is used up", "Free some space or choose another place; nothing was left behind."],
  EFBIG: ["a limit on file sizes", "Raise the limit or choose another place; nothing was left behind."],
  ENAMETOOLONG: ["a name too long for this file system", "Choose a shorter name."],
};

/** A failed system call as the error a user can act on. */
export function systemError(path: string, wanted: string, error: unknown): EngramError {
  if (error instanceof EngramError) return error;
  const { code = "", message } = error as SystemError;
  const [got, todo] = CAUSES[code] ?? [message, "Check the path and the device."];
  return new EngramError(path, wanted, got, todo);
}

/**
 * A whole file of any size.
 * @param check sees the first bytes (at least 16, or all) before the rest is read, and may refuse the file: a folder of pictures may
 * hold a film of 10 GB
 * @throws EngramError where it cannot be read
 */
export async function readBytes(path: string, check: (head: Uint8Array) => void = () => {}): Promise<Uint8Array> {
  try {
    const file = await open(path, "r");
    try {
      const parts: Uint8Array[] = [];
      // Not by its size: pipes and /proc files have none.
      for (let total = 0; ; ) {
        const buffer = new Uint8Array(parts.length === 0 ? Math.min(PIECE, Math.max(HEAD, (await file.stat()).size + 1)) : PIECE);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) {
          if (total === 0) check(new Uint8Array(0));
          return joined(parts, total);
        }
        parts.push(buffer.subarray(0, bytesRead));
        if (total < HEAD) check(joined(parts, total + bytesRead));
        total += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw systemError(path, "a readable file", error);
  }
}

function joined(parts: readonly Uint8Array[], total: number): Uint8Array {
  if (parts.length === 1) return parts[0];
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** One thing found in a folder; `problem` says why it cannot be read as a file. */
export interface Found {
  readonly path: string;
  /** Relative to the folder, with forward slashes. */
  readonly name: string;
  readonly problem?: string;
}

/**
 * All files below a folder, sorted by name in code-unit order at every level (no locale). Links to files are followed;
 * links to folders, pipes, sockets and devices are reported as problems. Names that begin with a dot are left out.
 */
export async function walk(folder: string, prefix = ""): Promise<Found[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    if (prefix === "") throw systemError(folder, "a readable folder", error);
    return [{ path: folder, name: prefix.slice(0, -1), problem: systemError(folder, "a readable folder", error).got }];
  }
  const found: Found[] = [];
  for (const each of names) {
    const path = join(folder, each);
    const name = prefix + each;
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) found.push({ path, name, problem: "a broken link" });
    else if (info.isDirectory() && (await isLink(folder, each))) found.push({ path, name, problem: "a link to a folder" });
    else if (info.isDirectory()) found.push(...(await walk(path, `${name}/`)));
    else if (info.isFile()) found.push({ path, name });
    else found.push({ path, name, problem: "a pipe, socket or device" });
  }
  return found;
}

async function isLink(folder: string, name: string): Promise<boolean> {
  return (await readdir(folder, { withFileTypes: true })).some((entry) => entry.name === name && entry.isSymbolicLink());
}

/** What stands at a path: nothing, a file, a folder, or a device or pipe that takes bytes without being replaced. */
export function kindOf(path: string): "nothing" | "file" | "folder" | "stream" {
  if (!existsSync(path)) return "nothing";
  const info = statSync(path);
  return info.isDirectory() ? "folder" : info.isFile() ? "file" : "stream";
}

/** Refuses a target that is in the way, before any work is done. @param option that named it @throws EngramError */
export function checkTarget(path: string, force: boolean, option: string = "--output"): void {
  if (path === "") throw new EngramError(option, "the name of a file to write", "an empty one", "Name a file.");
  const kind = kindOf(path);
  if (kind === "folder") throw new EngramError(path, "the name of a file to write", "a folder", "Name a file in it.");
  if (kind === "file" && !force) throw new EngramError(path, "a name that is free", "a file that exists", "Choose another name, or overwrite it with --force.");
  if (kind === "nothing" && isThere(path) && !force) {
    throw new EngramError(path, "a name that is free", "a link to nothing", "Choose another name, or replace the link with --force.");
  }
  const folder = dirname(path);
  if (kindOf(folder) !== "folder") throw new EngramError(path, `a folder at ${folder}`, "none", "Make the folder first, or choose another name.");
}

/** Whether anything bears this name, a link to nothing included. @throws EngramError where none can: the path leads through a file */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw systemError(path, "a place that can be written", error);
  }
}

/**
 * Writes a file whole or not at all.
 * @param chunks its bytes, or pieces of them
 * @throws EngramError when the target exists (without `force`), the folder cannot be written, or the disk is full
 */
export async function writeWhole(session: Session, path: string, chunks: Uint8Array | Iterable<Uint8Array>, force: boolean): Promise<void> {
  checkTarget(path, force);
  const pieces = (chunks instanceof Uint8Array ? [chunks] : chunks)[Symbol.iterator]();
  // The first piece may take long (a digest over all of them): before there is a file that an interrupt would have to remove.
  let next = await session.compute(() => pieces.next());
  const stream = kindOf(path) === "stream";
  const target = stream ? path : join(dirname(path), `.${cut(basename(path))}.${process.pid}.tmp`);
  let file: number | undefined;
  try {
    // "wx": never follows what somebody else put there.
    file = openSync(target, stream ? "w" : "wx", 0o666);
    if (!stream) session.temporaries.add(target);
    for (; next.done !== true; next = pieces.next()) {
      for (let at = 0; at < next.value.length; at += PIECE) {
        writeFully(file, next.value.subarray(at, at + PIECE));
        await setImmediate(); // an interrupt is answered here
      }
    }
    if (!stream) fsyncSync(file);
    closeSync(file);
    file = undefined;
    if (!stream) settle(target, path, force);
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw systemError(path, "a place that can be written", error);
  } finally {
    if (session.temporaries.delete(target)) unlinkIfThere(target);
  }
}

/** A name of at most 200 bytes: file systems count bytes, up to 255. A letter that would be cut in two goes. */
function cut(name: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(name).subarray(0, 200), { stream: true });
}

function writeFully(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** The temporary file gets its name. Without `force` by a hard link, which fails where a file has come into being meanwhile. */
function settle(temporary: string, path: string, force: boolean): void {
  if (force) return renameSync(temporary, path);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as SystemError).code === "EEXIST") checkTarget(path, false);
    // File systems without hard links.
    checkTarget(path, false);
    renameSync(temporary, path);
  }
}

function unlinkIfThere(path: string): void {
  if (existsSync(path)) unlinkSync(path);
}

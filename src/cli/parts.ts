/** Finished parts of a long run, a file each: `--parts DIR`. A run that was stopped goes on from them; what a part depends on is its key. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../experiments/index.ts";
import { sha256Hex } from "../formats/index.ts";
import { systemError } from "./files.ts";

/** @throws EngramError where the folder cannot be made or written to */
export function keptParts(folder: string): NonNullable<Context["part"]> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw systemError(folder, "a folder that can be made", error);
  }
  return <T>(key: string, make: () => T): T => {
    const path = join(folder, `${sha256Hex(new TextEncoder().encode(key)).slice(0, 32)}.json`);
    const kept = read(path);
    if (kept?.key === key) return kept.value as T;
    const value = make();
    try {
      // whole or not at all
      writeFileSync(`${path}.part`, `${JSON.stringify({ key, value })}\n`);
      renameSync(`${path}.part`, path);
    } catch (error) {
      throw systemError(path, "a file that can be written", error);
    }
    return value;
  };
}

/** Undefined where there is none, or where what is there is damaged: it is then made anew. */
function read(path: string): { key?: unknown; value?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"), (_, value) => (value === null ? NaN : value)) as { key?: unknown; value?: unknown };
  } catch {
    return undefined;
  }
}

/** Where recalled states and originals go: all names are checked before any work is done. */
import { mkdirSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { EntropicMemory } from "../entropic/index.ts";
import { tensor, writeNpy } from "../formats/index.ts";
import { encodePng, type Image } from "../images/index.ts";
import { EngramError, type Key, type Recall } from "../numeric/index.ts";
import { originalPath, readOriginal, type OpenAlbum } from "./album.ts";
import type { Cue } from "./cues.ts";
import { checkTarget, kindOf, systemError, writeWhole } from "./files.ts";
import { isArray, stem } from "./inputs.ts";
import type { Painter } from "./networks.ts";
import { fromRow } from "./pictures.ts";
import type { Session } from "./session.ts";

type Writer = (results: readonly Pick<Recall, "state" | "key" | "accepted">[]) => Promise<void>;

/**
 * The writer behind `recall -o`.
 * @param claimed gets the names it will write
 * @throws EngramError where a name is taken, two cues would share one, or the memory has no picture size
 */
export function planStates(
  out: string, cues: readonly Cue[], album: Pick<OpenAlbum, "path" | "pictures" | "features">, force: boolean, session: Session, decoder?: Painter, claimed: Set<string> = new Set(),
): Writer {
  if (isArray(out)) {
    checkTarget(out, force);
    claimed.add(resolve(out));
    return async (results) => {
      const width = results[0].state.length;
      const data = new Float64Array(results.length * width);
      results.forEach(({ state }, i) => data.set(state, i * width));
      await writeWhole(session, out, writeNpy(tensor(data, [results.length, width])), force);
      results.forEach((result, i) => warnRejected(session, cues[i], result, `row ${i} of ${out}`, "zeros"));
    };
  }
  const paint = painterOf(album, decoder) ?? unpaintable(out, album);
  const names = outputNames("--output", out, cues, (cue) => `${flat(cue.name)}.png`, force);
  for (const name of names) {
    claimed.add(resolve(name));
    if (extname(name).toLowerCase() !== ".png" && kindOf(name) !== "stream") {
      throw new EngramError("--output", "a name that ends in .png or .npy, or a folder", `"${name}"`, "Pictures are written as PNG; end a folder's name in /.");
    }
  }
  return async (results) => {
    for (const [i, result] of results.entries()) {
      await writeWhole(session, names[i], encodePng(paint(result.state)), force);
      warnRejected(session, cues[i], result, names[i], decoder === undefined ? "black" : "the decoder's picture of zeros");
    }
  };
}

/** Rows stay in line with the cues, so something is written for each: where it is no answer, that is said. @param blank what zeros look like there */
function warnRejected(session: Session, { name }: Cue, { accepted, state }: Pick<Recall, "accepted" | "state">, place: string, blank: string): void {
  if (!accepted) session.warn(`${name}: not accepted; ${place} is ${state.every((x) => x === 0) ? blank : "the state that was reached"}, no answer`);
}

/** A state as a picture: by the decoder, or as it is where patterns are pictures. Undefined: it is none. */
export function painterOf({ pictures, features }: Pick<OpenAlbum, "pictures" | "features">, decoder?: Painter): ((state: ArrayLike<number>) => Image) | undefined {
  if (decoder !== undefined) return decoder.paint;
  return pictures === undefined || features !== undefined ? undefined : (state) => fromRow(state, pictures);
}

function unpaintable(out: string, { path, features }: Pick<OpenAlbum, "path" | "features">): never {
  throw new EngramError("--output", "a name that ends in .npy", `"${out}"`, features === undefined ? `${path} was made from arrays and has no picture size.` : `${path} recalls features; --decoder W.safetensors paints them.`);
}

/** What `recall --original` does with the results. */
interface OriginalsPlan {
  /** Before anything is written. @throws EngramError where an original is gone or has changed */
  readonly check: Writer;
  readonly write: Writer;
}

/**
 * The plan behind `recall --original`. Cues without a key leave a warning, and no file.
 * @param claimed names that other files of the command will have
 */
export function planOriginals(out: string, cues: readonly Cue[], album: OpenAlbum, force: boolean, session: Session, claimed: ReadonlySet<string>): OriginalsPlan {
  const single = cues.length === 1 && !isFolder(out);
  // The ending is that of the original, known only when it is recalled.
  if (single) checkTarget(out, force, "--original");
  else {
    distinct("--original", cues.map((cue) => join(out, flat(cue.name))), cues);
    makeFolder("--original", out);
  }
  const nameOf = (i: number, key: Key): string => (single ? out : join(out, `${flat(cues[i].name)}${extname(ending(album, key))}`));
  const check: Writer = async (results) => {
    for (const [i, { key }] of results.entries()) {
      if (key === undefined) continue;
      const name = nameOf(i, key);
      if (claimed.has(resolve(name))) throw new EngramError("--original", "other names than --output's", `${name} for both`, "Choose another folder.");
      checkTarget(name, force, "--original");
      await readOriginal(album, key);
    }
  };
  const write: Writer = async (results) => {
    for (const [i, { key, accepted }] of results.entries()) {
      if (key === undefined) {
        const why = !accepted ? "nothing was recalled" : album.memory instanceof EntropicMemory ? "the memory keeps no items (--no-items)" : "the answer is no single stored pattern";
        session.warn(`${cues[i].name}: ${why}, so there is no original`);
        continue;
      }
      const bytes = await readOriginal(album, key);
      await writeWhole(session, nameOf(i, key), bytes, force);
    }
  };
  return { check, write };
}

function ending(album: OpenAlbum, key: Key): string {
  return originalPath(album, key) ?? String(key);
}

/** One name per cue: the name itself for one cue, `{}` replaced by the cue's, or names in a folder, which is made. */
export function outputNames(option: string, out: string, cues: readonly Cue[], inFolder: (cue: Cue) => string, force: boolean): string[] {
  let names: string[];
  let folder = false;
  if (out.includes("{}")) names = cues.map((cue) => out.replaceAll("{}", flat(cue.name)));
  else if (isFolder(out) || (cues.length > 1 && extname(out) === "")) {
    folder = true;
    names = cues.map((cue) => join(out, inFolder(cue)));
  } else if (cues.length === 1) names = [out];
  else throw new EngramError(option, `a folder, a name with {}, or a .npy file for ${cues.length} cues`, `"${out}"`, "End a folder's name in /.");
  distinct(option, names, cues);
  if (folder) makeFolder(option, out);
  for (const name of names) checkTarget(name, force, option);
  return names;
}

/** @throws EngramError where two cues would share a name */
function distinct(option: string, names: readonly string[], cues: readonly Cue[]): void {
  const taken = new Map<string, string>();
  names.forEach((name, i) => {
    const other = taken.get(name);
    if (other !== undefined) throw new EngramError(option, "a name for each cue", `${name} for ${other} and for ${cues[i].name}`, "Recall them one after the other.");
    taken.set(name, cues[i].name);
  });
}

function isFolder(out: string): boolean {
  return out.endsWith("/") || out.endsWith("\\") || kindOf(out) === "folder";
}

function makeFolder(option: string, path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw systemError(`${option} ${path}`, "a folder that can be made", error);
  }
}

/** A cue's name without folders and ending, a row's number kept: `cues/a.npy:3` as `a-3`. */
export function flat(name: string): string {
  const [, file, row] = /^(.*?)(?::(\d+))?$/.exec(name) ?? [name, name];
  return row === undefined ? stem(file) : `${stem(file)}-${row}`;
}

/** Cues from the command line: pictures and arrays as rows of the memory's dimension, with what is visible of each. */
import { EngramError, filled, nearestName, toRow } from "../numeric/index.ts";
import { readNpy, toFloat64 } from "../formats/index.ts";
import { type Image, image } from "../images/index.ts";
import { embeddingsOf, type FeatureMap, SemanticMemory } from "../semantic/index.ts";
import { maskPixels, perChannel, readPicture, toCue } from "./pictures.ts";
import type { Pictures } from "./album.ts";
import { kindOf, readBytes } from "./files.ts";
import { expand, isArray, readRows } from "./inputs.ts";
import { number } from "./options.ts";
import type { Session } from "./session.ts";

/** No encoder was ever told of hidden pixels. */
const BLACK = "what is hidden is black to the encoder";

export interface Cue {
  /** The file, and for a row of an array `file:row`. */
  readonly name: string;
  readonly values: Float64Array;
  /** As the memory or its network saw it, where the cue is a picture. */
  readonly picture?: Image;
  /** dim entries, 0 = hidden; undefined where all is known. */
  readonly visible?: Uint8Array;
}

/** What a cue is read for: a memory file, or one side of a file of pairs. */
export interface CueTarget {
  readonly path: string;
  /** Width of a cue. */
  readonly memory: { readonly dim: number };
  readonly pictures?: Pictures;
  /** The network in front of an entropic memory of features. */
  readonly features?: FeatureMap;
}

/**
 * All cues that some paths name, in order. What is no cue in a folder is skipped with a warning, or with `strict` refused.
 * @param visible `--visible`: MASK.png, MASK.npy, or top:F, bottom:F, left:F, right:F of a picture
 * @throws EngramError on files that were named and are unreadable, another dimension, NaN and infinities, nothing visible
 */
export async function readCues(
  paths: readonly string[], album: CueTarget, session: Session, { visible, strict }: { visible?: string; strict?: boolean },
): Promise<Cue[]> {
  const shown = visible === undefined ? undefined : await readVisible(visible, album);
  const cues: Cue[] = [];
  let skipped = 0;
  for (const { path, problem, folder } of await expand(paths)) {
    try {
      if (problem !== undefined) throw new EngramError(path, "a file", problem, "Name pictures, folders of pictures, or .npy arrays.");
      cues.push(...(isArray(path) ? await arrayCues(path, album, session) : [await pictureCue(path, album, session, shown)]));
    } catch (error) {
      if (folder === undefined || strict === true || !(error instanceof EngramError)) throw error;
      session.warn(`skipped ${error.message}`);
      skipped++;
    }
  }
  if (cues.length === 0) {
    const none = skipped === 0 ? "none" : `none that is readable (${skipped} skipped)`;
    throw new EngramError("cues", "at least one", `${none} in ${paths.join(", ")}`, "Name pictures, folders of pictures, or .npy arrays.");
  }
  // A network has seen what was shown already.
  return cues.map((cue) => checked(shown === undefined || album.features !== undefined ? cue : { ...cue, visible: both(shown, cue.visible) }));
}

/** Rows of the memory's width; before a network also pictures, C x H x W numbers each. */
async function arrayCues(path: string, { memory, features }: CueTarget, session: Session): Promise<Cue[]> {
  const wide = features !== undefined && features.inputs !== memory.dim;
  const read = await readRows(path, wide ? undefined : memory.dim);
  if (wide && read.dim !== memory.dim && read.dim !== features.inputs) {
    throw new EngramError(path, `rows of ${memory.dim} features, or pictures of ${features.inputs} numbers`, String(read.dim), "Save the features that `engram encode` gives, or the pictures themselves.");
  }
  const { rows, dim, data } = wide && read.dim === features.inputs ? await session.compute(() => embeddingsOf(features, read)) : read;
  return Array.from({ length: rows }, (_, i) => ({ name: rows === 1 ? path : `${path}:${i}`, values: data.slice(i * dim, (i + 1) * dim) }));
}

/** Through the network where the memory has one, hidden pixels black: no network was ever told of hidden pixels (as in a semantic memory). */
async function pictureCue(path: string, album: CueTarget, session: Session, shown?: Uint8Array): Promise<Cue> {
  const { pictures, memory, features } = album;
  if (pictures === undefined) {
    throw new EngramError(path, `a .npy array of ${memory.dim} numbers per row`, "another file", `${album.path} was made from arrays and has no picture size; give cues as .npy.`);
  }
  const { picture, visible } = toCue(await readPicture(path), pictures);
  if (features !== undefined) {
    const whole = picture.data.map((value, i) => (shown === undefined || shown[i] !== 0 ? value : 0));
    if (visible !== undefined || shown !== undefined) session.warn(`${path}: ${BLACK}`);
    return { name: path, picture: image(pictures.width, pictures.height, pictures.channels, whole), values: (await session.compute(() => embeddingsOf(features, [whole]))).data };
  }
  if ((visible !== undefined || shown !== undefined) && memory instanceof SemanticMemory && memory.encoder?.coordinatewise !== true) session.warn(`${path}: ${BLACK}`);
  return { name: path, picture, values: toRow(picture.data, path, memory.dim), visible: visible && perChannel(visible, pictures.channels) };
}

/** `--visible` as dim entries. */
async function readVisible(text: string, album: CueTarget): Promise<Uint8Array> {
  const { pictures, memory, features } = album;
  const numbers = features?.inputs ?? memory.dim;
  if (isArray(text)) {
    const mask = toFloat64(readNpy(await readBytes(text), text));
    if (mask.length !== numbers) throw new EngramError(text, `${numbers} numbers, 0 where hidden`, `${mask.length}`, "Give one number per coordinate.");
    return Uint8Array.from(mask, (value) => (value !== 0 ? 1 : 0));
  }
  if (pictures === undefined) throw new EngramError("--visible", `an .npy array of ${memory.dim} numbers`, `"${text}"`, `${album.path} was made from arrays and has no picture size.`);
  const side = /^(top|bottom|left|right):(.*)$/.exec(text);
  if (side === null && kindOf(text) === "nothing") {
    const near = nearestName(text.split(":")[0], ["top", "bottom", "left", "right"]);
    throw new EngramError("--visible", "MASK.png, MASK.npy, or top:F, bottom:F, left:F, right:F", `"${text}", which is no file either`, near === undefined ? "For example --visible top:0.5." : `Did you mean "${near}:0.5"?`);
  }
  const pixels = side === null ? maskPixels(await readPicture(text), pictures) : sidePixels(side[1], number("--visible", { min: 0, max: 1, prefix: `${side[1]}:` })(side[2]), pictures);
  return perChannel(pixels, pictures.channels);
}

/** The part of a picture next to one side: f of its rows or columns, to the nearest whole one (half up). */
function sidePixels(side: string, f: number, { width, height }: { width: number; height: number }): Uint8Array {
  const [w, h] = [Math.floor(width * f + 0.5), Math.floor(height * f + 0.5)];
  return filled(new Uint8Array(width * height), (i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const inside = side === "top" ? y < h : side === "bottom" ? y >= height - h : side === "left" ? x < w : x >= width - w;
    return inside ? 1 : 0;
  });
}

function both(a: Uint8Array, b: Uint8Array | undefined): Uint8Array {
  return b === undefined ? a : a.map((v, i) => v * b[i]);
}

function checked(cue: Cue): Cue {
  if (cue.visible?.every((v) => v === 0)) {
    throw new EngramError(cue.name, "at least one visible pixel", "none", "Nothing can be recalled from nothing; check the cue's transparency and --visible.");
  }
  return cue;
}

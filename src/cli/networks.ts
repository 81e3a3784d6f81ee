/**
 * Networks around an entropic memory (entropic-memory.md 2.8): E from pictures to the features it stores, D from features to pictures, F from
 * features to classes. E is kept in the memory file like that of a semantic memory, by its digest and path; D and F are named where they are used.
 *
 *   NAME   weights the package ships        FILE   any safetensors file        ARCH=FILE   of this architecture
 *
 * Which architecture a file is of stands in its metadata (one name, or several with commas: both halves of an autoencoder), or is the file's own name.
 */
import { existsSync } from "node:fs";
import { type Architecture, ARCHITECTURES, architectureOf, Encoder, type Shape } from "../encoders/index.ts";
import { openSafetensors } from "../formats/index.ts";
import { type Image, image } from "../images/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Pictures } from "./album.ts";
import { readBytes } from "./files.ts";
import { stem } from "./inputs.ts";
import { shippedPath } from "./encoders.ts";

/** What a network around a memory does. */
export type Role = "encoder" | "decoder" | "classifier";

interface Weights {
  readonly architecture: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** @param text `NAME`, `FILE` or `ARCH=FILE` @throws EngramError for files that are not there, or whose architecture nothing says */
export async function weightsOf(text: string, role: Role): Promise<Weights> {
  const named = /^([a-z0-9_-]+)=(.+)$/.exec(text);
  const [given, file] = named === null ? [undefined, text] : [named[1], named[2]];
  const isFile = /\.safetensors$/i.test(file);
  const path = isFile ? file : shippedPath(file);
  if (!isFile && !existsSync(path)) throw new EngramError(`--${role}`, "NAME of shipped weights, W.safetensors, or ARCH=W.safetensors", `"${text}"`, "Check the name.");
  const bytes = await readBytes(path);
  const architecture = given ?? architectureIn(bytes, path, role);
  if (fits(architectureOf(architecture), role)) return { architecture, path, bytes };
  throw new EngramError(`--${role}`, `a network that ${DOES[role]}`, architecture, "`engram encode --help` lists the architectures; name one by ARCH=FILE.");
}

const DOES: Readonly<Record<Role, string>> = { encoder: "takes pictures", decoder: "paints features", classifier: "classifies features" };

function fits({ name, preprocessing }: Architecture, role: Role): boolean {
  if (role === "encoder") return preprocessing !== undefined;
  return preprocessing === undefined && (role === "classifier") === name.includes("classifier");
}

/** The architecture of a file by its metadata or its name. @throws EngramError where neither says */
export function architectureIn(bytes: Uint8Array, path: string, role: Role, how: string = `--${role} ARCH=${path}`): string {
  const said = (openSafetensors(bytes, path).metadata.architecture ?? stem(path)).split(",").map((name) => name.trim());
  const known = said.filter((name) => ARCHITECTURES.some((each) => each.name === name));
  const found = known.find((name) => fits(architectureOf(name), role)) ?? known[0];
  if (found === undefined) throw new EngramError(path, "the architecture", "weights that do not say which", `Give ${how}; \`engram encode --help\` lists them.`);
  return found;
}

/** Features to a picture. */
export interface Painter {
  readonly name: string;
  paint(state: ArrayLike<number>): Image;
}

/**
 * D of `--decoder`.
 * @param pictures the size of the memory's pictures, where it has one: a decoder that does not say its own takes it
 * @throws EngramError for a network that does not take n features, or gives no picture
 */
export async function openDecoder(text: string, n: number, pictures?: Pictures): Promise<Painter> {
  const { architecture, path, bytes } = await weightsOf(text, "decoder");
  const decoder = new Encoder(architecture, bytes, { name: path });
  checkWidth("--decoder", decoder, architecture, n);
  const [C, H, W] = pictureShape(decoder.shape, decoder.dim, pictures) ?? refuse(architecture, decoder.shape);
  return {
    name: architecture,
    paint: (state) => image(W, H, C as 1 | 3, decoder.network.run(Float32Array.from(state)).map((x) => Math.min(1, Math.max(0, x)))),
  };
}

/** F of `--classifier`: features to a class number. @throws EngramError as `openDecoder` */
export async function openClassifier(text: string, n: number): Promise<(state: ArrayLike<number>) => number> {
  const { architecture, path, bytes } = await weightsOf(text, "classifier");
  const classifier = new Encoder(architecture, bytes, { name: path });
  checkWidth("--classifier", classifier, architecture, n);
  return (state) => classifier.network.run(Float32Array.from(state)).reduce((best, x, c, all) => (x > all[best] ? c : best), 0);
}

function checkWidth(option: string, { network }: Encoder, architecture: string, n: number): void {
  if (network.dim !== n) throw new EngramError(option, `a network that takes the memory's ${n} features`, `${architecture}, which takes ${network.dim}`, "Take the one that was trained with the memory's encoder.");
}

/** Colour or grey; a decoder that ends in one long vector paints the memory's size, or a square. */
function pictureShape(shape: Shape, numbers: number, pictures?: Pictures): Shape | undefined {
  const [C, H, W] = shape;
  if (H > 1 || W > 1) return C === 1 || C === 3 ? shape : undefined;
  if (pictures !== undefined && pictures.channels * pictures.width * pictures.height === numbers) return [pictures.channels, pictures.height, pictures.width];
  for (const channels of [1, 3]) {
    const side = Math.sqrt(numbers / channels);
    if (Number.isInteger(side)) return [channels, side, side];
  }
  return undefined;
}

function refuse(architecture: string, shape: Shape): never {
  throw new EngramError("--decoder", "a network that gives a grey or colour picture", `${architecture}, which gives ${shape.join(" x ")}`, "Choose another.");
}

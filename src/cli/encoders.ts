/**
 * Encoders of the command line: `--encoder NAME|W.safetensors --arch NAME`, and the encoder a memory file names, found again.
 *
 *   NAME   weights the package ships (fixtures/weights), or pixels, pca, u-hop, random-conv, which need none
 *   FILE   any safetensors file; --arch, or ARCH=FILE, says of which architecture, unless its metadata does
 *
 * A memory file made with a network holds the sha256 of the weights and where they lay, not the weights. They are looked for in the file given
 * with --encoder, among the shipped ones by name, then where they lay; what is found must have that sha256.
 */
import { existsSync, readdirSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { architectureOf, type Shape } from "../encoders/index.ts";
import { sha256Hex } from "../formats/index.ts";
import { packageRoot } from "../experiments/data.ts";
import { EngramError, unknownName } from "../numeric/index.ts";
import { type FeatureMap, type Fit, type NetworkMap, networkMap, type NetworkMapOptions, pca, pixels, randomConv, uHop } from "../semantic/index.ts";
import { kindOf, readBytes } from "./files.ts";
import type { Pictures } from "./album.ts";
import { architectureIn, weightsOf } from "./networks.ts";

/** What needs no weights. */
export const BUILT_IN: readonly string[] = ["pixels", "pca", "u-hop", "random-conv"];
export const DEFAULT_ENCODER = "contrastive-small";

/** The parameter of a memory file that says where the weights lay. */
export const WEIGHTS_PATH = "weights.path";

export interface EncoderChoice {
  readonly encoder?: string;
  readonly arch?: string;
  readonly layer?: string;
  readonly scale?: "raw" | "unit" | "root";
}

/** The architecture and the file of `ARCH=FILE`; of anything else only what it is. */
function archAndFile(given: string): [string | undefined, string] {
  const found = /^([a-z0-9_-]+)=(.+\.safetensors)$/i.exec(given);
  return found === null ? [undefined, given] : [found[1], found[2]];
}

/** Names of the encoders that the package ships. */
export function shippedEncoders(): string[] {
  const folder = join(packageRoot(), "fixtures", "weights");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.filter((file) => /^(contrastive-.*|entropic-.*-encoder-.*)\.safetensors$/.test(file)).map((file) => file.slice(0, -".safetensors".length)).sort();
}

/** An encoder still to be told the shape of the pictures. */
export interface FoundEncoder {
  /** Rows and columns it takes, where it has a size of its own. */
  readonly size?: { readonly width: number; readonly height: number };
  /** The weights' path where they are no shipped ones. */
  readonly path?: string;
  for(pictures: Pictures): FeatureMap | Fit;
}

/** @throws EngramError for unknown names, missing files, weights that do not fit, options that have no meaning */
export async function findEncoder({ encoder: given = DEFAULT_ENCODER, arch, layer, scale }: EncoderChoice): Promise<FoundEncoder> {
  const [named, encoder] = archAndFile(given);
  if (named !== undefined && arch !== undefined) throw new EngramError("--arch", "the architecture once", `--encoder ${given} too`, "Give it in one of the two ways.");
  if (BUILT_IN.includes(encoder)) {
    const needless = arch !== undefined ? "--arch" : layer !== undefined ? "--layer" : scale !== undefined ? "--scale" : undefined;
    if (needless !== undefined) throw new EngramError(needless, "an encoder with weights", encoder, "Leave it out.");
    return { for: ({ channels, height, width }) => (encoder === "pixels" ? pixels : encoder === "pca" ? pca() : encoder === "u-hop" ? uHop() : randomConv([channels, height, width])) };
  }
  const isFile = /\.safetensors$/i.test(encoder);
  const shipped = shippedEncoders();
  if (!isFile && kindOf(encoder) === "file") throw new EngramError(`--encoder ${encoder}`, "a name that ends in .safetensors", "another file", 'Weights of PyTorch are converted in Python: safetensors.torch.save_file(torch.load("W.pth", map_location="cpu"), "W.safetensors").');
  if (!isFile && !shipped.includes(encoder)) throw unknownName("--encoder", encoder, [...shipped, ...BUILT_IN, "W.safetensors"]);
  const path = isFile ? encoder : shippedPath(encoder);
  const bytes = await readBytes(path);
  const architecture = arch ?? named ?? architectureIn(bytes, path, "encoder", "--arch NAME");
  if (architectureOf(architecture).preprocessing === undefined) {
    throw new EngramError(arch === undefined ? `--encoder ${given}` : "--arch", "a network that takes pictures", `${architecture}, which takes features`, "Decoders and classifiers stand behind a memory: `engram recall --decoder`, `engram imagine --classifier`.");
  }
  const options: NetworkMapOptions = { name: path, label: isFile ? architecture : encoder, scale: scale ?? "root", ...(layer !== undefined && { layers: [layer] }) };
  const own = networkMap(architecture, bytes, options);
  const [, height, width] = own.encoder.network.input;
  own.encoder.dispose();
  return { size: { width, height }, path: isFile ? path : undefined, for: (pictures) => networkMap(architecture, bytes, { ...options, shape: shapeOf(pictures) }) };
}

/** The path as a memory file keeps it: relative to the folder of the file. */
export function recordedPath(path: string, output: string): string {
  return relative(resolve(dirname(output)), resolve(path)).replaceAll("\\", "/");
}

/**
 * The network that a memory file was made with.
 * @param parameters of the file @param album path of the file @param given `--encoder` of the command
 * @throws EngramError where the weights are not to be found, or have another sha256
 */
export async function networkOf(parameters: Readonly<Record<string, string>>, album: string, given?: string): Promise<NetworkMap> {
  const { encoder: label } = parameters;
  const wanted = parameters["encoder.weights"];
  const [named, file] = given === undefined ? [] : archAndFile(given);
  if (named !== undefined && named !== parameters["encoder.architecture"]) throw new EngramError("--encoder", `weights of ${parameters["encoder.architecture"]}, which ${album} was made with`, named, "Name the file alone.");
  const recorded = parameters[WEIGHTS_PATH];
  const path = file ?? (shippedEncoders().includes(label) && recorded === undefined ? shippedPath(label) : recorded === undefined ? undefined : isAbsolute(recorded) ? recorded : join(dirname(album), recorded));
  const todo = "Give the weights with --encoder W.safetensors, or make the memory again with `engram remember`.";
  if (path === undefined || (given === undefined && !existsSync(path))) throw new EngramError(album, `the weights of its encoder ${label}, sha256 ${wanted}`, path === undefined ? "none that this release ships" : `nothing at ${path}`, todo);
  const bytes = await readBytes(path);
  const digest = sha256Hex(bytes);
  if (digest !== wanted) throw new EngramError(path, `the encoder ${album} was made with, sha256 ${wanted}`, digest, `Embeddings of different encoders cannot be compared. ${todo}`);
  const shape = (text: string): Shape => text.split(" x ").map(Number) as [number, number, number];
  const [, rows, columns] = shape(String(parameters["encoder.input"]));
  return networkMap(parameters["encoder.architecture"], bytes, {
    name: path, label, layers: [parameters["encoder.layer"]], size: [rows, columns], shape: shape(String(parameters["encoder.patterns"])),
    accuracy: parameters["encoder.accuracy"] as "exact" | "fast", scale: parameters["encoder.scale"] as "raw" | "unit" | "root", preprocessing: JSON.parse(parameters["encoder.preprocessing"]) as NetworkMapOptions["preprocessing"],
  });
}

/** A network given to a memory of n features that was made from rows. @throws EngramError for weights of another width */
export async function givenNetwork(text: string, n: number): Promise<NetworkMap> {
  const { architecture, path, bytes } = await weightsOf(text, "encoder");
  const map = networkMap(architecture, bytes, { name: path });
  if (map.dim !== n) throw new EngramError("--encoder", `a network of ${n} features, as the memory's rows`, `${architecture}, which gives ${map.dim}`, "Take the one that made the rows.");
  return map;
}

/** Where the weights of this name lie in the package. */
export function shippedPath(name: string): string {
  return join(packageRoot(), "fixtures", "weights", `${name}.safetensors`);
}

function shapeOf({ channels, height, width }: Pictures): Shape {
  return [channels, height, width];
}

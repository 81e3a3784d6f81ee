/** `engram remember`: pictures, folders of pictures and arrays become a memory file. */
import { dirname, relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import { sha256Hex } from "../formats/index.ts";
import { decodeImage, type ResizeFilter } from "../images/index.ts";
import { EngramError, type Key, type Memory, type RowMajor } from "../numeric/index.ts";
import { albumChunks, type Original, type Pictures } from "./album.ts";
import { BUILT_IN, findEncoder, recordedPath } from "./encoders.ts";
import { checkTarget, writeWhole } from "./files.ts";
import { expand, isArray, located, readRows, warnOfBytes, type Input } from "./inputs.ts";
import { embeddingsOf, type FeatureMap, type Fit, SemanticMemory } from "../semantic/index.ts";
import { addModelOptions, checkModelOptions, makeMemory, type ModelName, type ModelOptions } from "./models.ts";
import { forceOption, jsonOption, oneOf, size, withExamples } from "./options.ts";
import { FILTERS, readPictureBytes, sizeText, toRow } from "./pictures.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

interface RememberOptions extends ModelOptions {
  output: string;
  model: ModelName;
  size?: { width: number; height: number };
  grey?: boolean;
  filter: ResizeFilter;
  strict?: boolean;
  originals: boolean;
  absolute?: boolean;
  force?: boolean;
  json?: boolean;
}

/** Where a picture is resized to when nothing is said. */
const DEFAULT_SIZE = { width: 32, height: 32 };
/** Rows handed to the memory at once: what is read is not held twice. Through a network so many take a while, and the person should see it go on. */
const [BATCH, SEEN] = [1024, 64];

export function addRemember(program: Command, session: Session): void {
  const command = program.command("remember").summary("make a memory from pictures, folders or arrays")
    .description([
      "Remembers pictures (PNG, JPEG, PGM, PPM of any size and colour type) and the rows of .npy arrays.",
      "Folders are walked in sorted order. A picture's key is its path within the folder named, or the path given; a row's key is",
      "its number. Originals stay where they are: the memory keeps the resized pattern, the path and the sha256 of each.",
    ].join(" "))
    .argument("<input...>", "pictures, folders, .npy arrays (N x D)")
    .requiredOption("-o, --output <file>", "the memory file to write, e.g. album.engram")
    .addOption(new Option("--size <WxH>", "size pictures are resized to (default 32x32; semantic: the size its network takes)").argParser(size))
    .option("--grey", "one channel instead of three")
    .addOption(new Option("--filter <name>", `how pictures are resized: ${FILTERS.join(", ")}`).argParser(oneOf("--filter", FILTERS)).default(FILTERS[0]))
    .option("--strict", "refuse files that are no readable picture instead of skipping them with a warning")
    .option("--no-originals", "do not record paths and digests of the originals")
    .option("--absolute", "record absolute paths (default: relative to the folder of the memory file)")
    .addOption(forceOption()).addOption(jsonOption());
  withExamples(addModelOptions(command), [
    "engram remember photos/ -o album.engram",
    "engram remember photos/ -o album.engram --model semantic",
  ]).action(async (inputs: string[], options: RememberOptions) => remember(inputs, options, session));
}

/** @throws EngramError for an encoder of an entropic memory that is no network: its features are learned from what is stored, or pixels */
function networkOnly(map: FeatureMap | Fit | undefined, name?: string): FeatureMap | undefined {
  if (map === undefined || ("saved" in map && map.saved.kind === "network")) return map;
  throw new EngramError("--encoder", "a network, for model entropic", String(name), "Leave it out for pixels; `engram encode` and a .npy array bring other features.");
}

/** What has been read so far. */
interface Intake {
  /** Where the weights of a semantic memory's encoder lie. */
  readonly weights?: string;
  /** E of an entropic memory of features. */
  readonly features?: FeatureMap;
  /** phi, or what it will be learned by; E as well. */
  readonly map?: FeatureMap | Fit;
  readonly memory: Memory;
  readonly pictures: Pictures;
  readonly options: RememberOptions;
  readonly session: Session;
  /** Key to the file it came from. */
  readonly sources: Map<Key, string>;
  readonly originals: (Original | undefined)[];
  rows: ArrayLike<number>[];
  keys: Key[];
  skipped: number;
  hasPictures: boolean;
  /** Where the dimension came from. */
  dim?: { readonly from: string; readonly numbers: number };
}

async function remember(paths: string[], options: RememberOptions, session: Session): Promise<void> {
  checkTarget(options.output, options.force === true);
  checkModelOptions(options.model, options);
  const entropic = options.model === "entropic";
  if (entropic && options.encoder === undefined) {
    const alone = (["arch", "layer", "scale"] as const).find((name) => options[name] !== undefined);
    if (alone !== undefined) throw new EngramError(`--${alone}`, "--encoder beside it", "none", "Name the network with --encoder, or leave it out.");
  }
  // Features as they are: the quantiser finds its own ranges.
  const encoder = options.model === "semantic" || (entropic && options.encoder !== undefined) ? await findEncoder(entropic && !BUILT_IN.includes(options.encoder!) ? { scale: "raw", ...options } : options) : undefined;
  const pictures: Pictures = { ...(options.size ?? encoder?.size ?? DEFAULT_SIZE), channels: options.grey === true ? 1 : 3, filter: options.filter };
  const map = encoder?.for(pictures);
  const features = entropic ? networkOnly(map, options.encoder) : undefined;
  const memory = makeMemory(options.model, options, map);
  const weights = encoder?.path === undefined ? undefined : recordedPath(encoder.path, options.output);
  const intake: Intake = { weights, features, map, memory, pictures, options, session, sources: new Map(), originals: [], rows: [], keys: [], skipped: 0, hasPictures: false };
  const inputs = await expand(paths);
  const progress = session.progress("remember", inputs.length);
  for (const [i, input] of inputs.entries()) {
    progress.update(i, input.name);
    await take(intake, input, inputs.length === 1);
    // What is learned from the stored patterns is learned from all of them.
    if (map !== undefined && "fit" in map) continue;
    if (intake.rows.length >= (map === undefined ? BATCH : SEEN)) await store(intake);
  }
  progress.stop();
  await store(intake);
  if (memory.size === 0) {
    throw new EngramError(paths.join(", "), "at least one picture or array", intake.skipped === 0 ? "none" : `none that is readable (${intake.skipped} skipped)`, "Name pictures (PNG, JPEG, PGM, PPM), folders of pictures, or .npy arrays.");
  }
  await write(intake);
}

/** Reads one input into the intake; what is no picture, and arrays in folders that are none or do not fit, are skipped with a warning, or refused. */
async function take(intake: Intake, input: Input, alone: boolean): Promise<void> {
  const { session, options, pictures } = intake;
  const skip = (error: unknown): void => {
    if (!(error instanceof EngramError) || options.strict === true) throw error;
    session.warn(`skipped ${error.message}`);
    intake.skipped++;
  };
  if (input.problem === undefined && isArray(input.path)) {
    const read = await readRows(input.path, intake.dim?.numbers).then((rows) => taken(intake, input.path, rows)).catch((error: unknown) => {
      // An array that was named is wanted.
      if (input.folder === undefined) throw error;
      skip(error);
    });
    for (let i = 0; i < (read?.rows ?? 0); i++) {
      const { rows, dim, data } = read!;
      add(intake, input, alone ? i : rows === 1 ? input.name : `${input.name}:${i}`, data.subarray(i * dim, (i + 1) * dim));
    }
    return;
  }
  const read = await picture(input, pictures, options).catch(skip);
  if (read === undefined) return;
  intake.hasPictures = true;
  add(intake, input, input.name, read.row, read.original);
}

/** @throws EngramError for rows of another width than the encoder takes */
function taken({ map, pictures, options, session }: Intake, path: string, rows: RowMajor): RowMajor {
  const { inputs, dim } = map !== undefined && "map" in map ? map : {};
  if (inputs !== undefined && rows.dim === inputs) warnOfBytes(path, rows.data, session);
  if (inputs === undefined || rows.dim === inputs) return rows;
  const size = `${pictures.channels} x ${pictures.height} x ${pictures.width}`;
  const todo = rows.dim === dim
    ? `So many features it gives: remember features without --encoder${options.model === "semantic" ? ", by --model universal" : ""}.`
    : "Save pictures channel-first in [0, 1]; --size and --grey set the size of pictures.";
  throw new EngramError(path, `pictures of ${size} = ${inputs} numbers, which ${map!.name} takes`, `rows of ${rows.dim}`, todo);
}

/** One picture as a row. @throws EngramError where it is none */
async function picture(input: Input, pictures: Pictures, options: RememberOptions): Promise<{ row: Float32Array; original?: Original }> {
  if (input.problem !== undefined) throw new EngramError(input.path, "a file", input.problem, "Leave it out.");
  const bytes = await readPictureBytes(input.path);
  const row = toRow(decodeImage(bytes, { name: input.path }), pictures);
  return { row, original: options.originals ? { path: recorded(input.path, options), sha256: sha256Hex(bytes) } : undefined };
}

function add(intake: Intake, input: Input, key: Key, row: ArrayLike<number>, original?: Original): void {
  const before = intake.sources.get(key);
  if (before !== undefined) {
    throw new EngramError("keys", "unique keys", `${JSON.stringify(key)} from ${before} and from ${input.path}`, "Name each file once; for folders with files of the same name, name the folder above them.");
  }
  if (intake.dim !== undefined && intake.dim.numbers !== row.length) {
    throw new EngramError(input.path, `${intake.dim.numbers} numbers as in ${intake.dim.from}`, `${row.length}`, "Give patterns of one size; --size and --grey set that of pictures.");
  }
  intake.sources.set(key, input.path);
  intake.dim ??= { from: input.path, numbers: row.length };
  intake.rows.push(row);
  intake.keys.push(key);
  intake.originals.push(original);
}

async function store(intake: Intake): Promise<void> {
  const { memory, features, rows, keys } = intake;
  try {
    if (rows.length > 0) await intake.session.compute(() => memory.store(features === undefined ? rows : embeddingsOf(features, rows), { keys }));
  } catch (error) {
    throw located(error, "patterns", (row) => `${intake.sources.get(keys[row])}${typeof keys[row] === "number" ? `, row ${keys[row]}` : ""}`);
  }
  intake.rows = [];
  intake.keys = [];
}

/** The path of an original as the memory file keeps it. */
function recorded(path: string, { output, absolute }: RememberOptions): string {
  const full = resolve(path);
  if (absolute === true) return full;
  return relative(resolve(dirname(output)), full).replaceAll("\\", "/");
}

async function write(intake: Intake): Promise<void> {
  const { memory, options, session, skipped, originals, features } = intake;
  const { model, output } = options;
  const sized = intake.hasPictures || features !== undefined || (options.size !== undefined && fits(intake.pictures, memory.dim));
  const pictures = sized ? intake.pictures : undefined;
  if (options.size !== undefined && !sized) session.warn(`--size has no effect: rows have ${memory.dim} numbers, ${sizeText(intake.pictures)} would have another count`);
  if (memory instanceof SemanticMemory && options.falseAccepts !== undefined) await session.compute(() => memory.calibrate({ falseAccepts: options.falseAccepts }));
  const parameters = await session.compute(() => memory.parameters);
  await writeWhole(session, output, albumChunks({ memory, model, pictures, originals, weights: intake.weights, features }), options.force === true);
  const counted = `${memory.size} ${memory.size === 1 ? "pattern" : "patterns"}`;
  session.note(`remembered ${counted} of ${memory.dim} numbers in ${output}${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  if (pictures !== undefined) session.note(`size ${sizeText(pictures)}${options.size === undefined ? " (default; --size changes it)" : ""}, filter ${pictures.filter}`);
  if (features !== undefined) session.note(`features by ${features.name}, ${memory.dim} of each picture`);
  session.note(`model ${model}: ${Object.entries(parameters).map(([name, text]) => `${name} ${text}`).join(", ")}`);
  const report = { memory: output, model, version: version(), backend: memory.backend, size: memory.size, dim: memory.dim, skipped, pictures: pictures ?? null, parameters };
  if (options.json === true) session.json(report);
  memory.dispose();
}

function fits({ width, height, channels }: Pictures, dim: number): boolean {
  return width * height * channels === dim;
}

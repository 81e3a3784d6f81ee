/** `engram encode`: pictures and arrays through a network; features come out as .npy. */
import { Option, type Command } from "commander";
import { ARCHITECTURES, architectureOf, Encoder, PREPROCESSINGS, type EncoderOptions, type PreprocessingName } from "../encoders/index.ts";
import { readNpy, tensor, writeNpy, type Tensor } from "../formats/index.ts";
import { image, type Image } from "../images/index.ts";
import { EngramError } from "../numeric/index.ts";
import { checkTarget, readBytes, writeWhole } from "./files.ts";
import { expand, isArray, warnOfBytes } from "./inputs.ts";
import { forceOption, jsonOption, oneOf, size, withExamples } from "./options.ts";
import { onWhite, readPicture } from "./pictures.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

interface EncodeOptions {
  arch: string;
  weights: string;
  output: string;
  layer?: string;
  size?: { width: number; height: number };
  preprocess?: PreprocessingName;
  accuracy?: "exact" | "fast";
  force?: boolean;
  json?: boolean;
}

/** Pictures held at once. */
const BATCH = 64;

export function addEncode(program: Command, session: Session): void {
  const names = ARCHITECTURES.map(({ name }) => name);
  const presets = Object.keys(PREPROCESSINGS) as PreprocessingName[];
  const command = program.command("encode").summary("features of pictures, by a network")
    .description([
      "Sends pictures through a network and writes its features, one row per picture in the order given, as .npy.",
      "An array of pictures is N x C x H x W numbers in [0, 1] and is resized and normalised like other pictures; for a network whose input is no",
      `picture, such as a decoder, it is N x anything of the right size and goes in as it is. Architectures: ${names.join(", ")}.`,
    ].join(" "))
    .argument("<input...>", "pictures, folders, .npy arrays")
    .requiredOption("--arch <name>", "the architecture", oneOf("--arch", names))
    .requiredOption("--weights <file>", "its weights, NAME.safetensors with the names of the PyTorch state dict")
    .requiredOption("-o, --output <file>", "the .npy file to write")
    .option("--layer <name>", "the layer to read (default: the pooled features, the code, or the picture)")
    .addOption(new Option("--size <WxH>", "size of the network's input (default: the architecture's)").argParser(size))
    .addOption(new Option("--preprocess <name>", `how pictures become input: ${presets.join(", ")} (default: the architecture's)`).argParser(oneOf("--preprocess", presets)))
    .addOption(new Option("--accuracy <name>", "fast may use Winograd's algorithm (default), exact never does").argParser(oneOf("--accuracy", ["fast", "exact"] as const)))
    .addOption(forceOption()).addOption(jsonOption());
  withExamples(command, [
    "engram encode photos/ --arch resnet18 --weights resnet18.safetensors -o features.npy",
    "engram encode latents.npy --arch taef2-decoder --weights taef2-decoder.safetensors --size 8x8 -o pictures.npy",
  ]).action(async (inputs: string[], options: EncodeOptions) => encode(inputs, options, session));
}

async function encode(paths: string[], options: EncodeOptions, session: Session): Promise<void> {
  const { arch, output, layer, preprocess, accuracy } = options;
  checkTarget(output, options.force === true);
  if (!isArray(output)) throw new EngramError(output, "a name that ends in .npy", `"${output}"`, "Features are written as arrays.");
  const { preprocessing } = architectureOf(arch);
  if (preprocess !== undefined && preprocessing === undefined) throw new EngramError("--preprocess", "an architecture that takes pictures", arch, "Leave --preprocess out.");
  const bytes = await readBytes(options.weights);
  const given: EncoderOptions = {
    name: options.weights, ...(layer !== undefined && { layers: [layer] }), ...(accuracy !== undefined && { accuracy }), ...(preprocess !== undefined && { preprocessing: preprocess }),
    ...(options.size !== undefined && { size: [options.size.height, options.size.width] as const }),
  };
  const encoder = await session.compute(() => new Encoder(arch, bytes, given));
  const rows = await features(paths, encoder, session);
  const { shape } = encoder;
  const count = rows.reduce((sum, part) => sum + part.length, 0) / encoder.dim;
  const all = new Float32Array(count * encoder.dim);
  let at = 0;
  for (const part of rows) {
    all.set(part, at);
    at += part.length;
  }
  // A vector is a row; a feature map keeps its axes.
  const axes = shape[1] === 1 && shape[2] === 1 ? [count, shape[0]] : [count, ...shape];
  await writeWhole(session, output, writeNpy(tensor(all, axes)), options.force === true);
  const { name } = encoder.network.outputs[0];
  session.note(`${output}: ${axes.join(" x ")}, layer ${name} of ${arch} at ${encoder.network.input.join(" x ")}`);
  if (options.json === true) {
    session.json({ output, arch, weights: options.weights, layer: name, input: encoder.network.input, shape: axes, preprocessing: encoder.preprocessing ?? null, backend: encoder.network.backend, version: version() });
  }
  encoder.dispose();
}

/** Rows of all inputs, in order. */
async function features(paths: readonly string[], encoder: Encoder, session: Session): Promise<Float32Array[]> {
  const inputs = await expand(paths);
  if (inputs.length === 0) throw new EngramError(paths.join(", "), "at least one picture or array", "none", "Name pictures (PNG, JPEG, PGM, PPM), folders of pictures, or .npy arrays.");
  const rows: Float32Array[] = [];
  let pictures: Image[] = [];
  const flush = async (): Promise<void> => {
    if (pictures.length > 0) rows.push(await session.compute(() => encoder.encode(pictures)));
    pictures = [];
  };
  let progress = session.progress("encode", inputs.length);
  for (const [i, { path, name, problem }] of inputs.entries()) {
    progress.update(i, name);
    if (problem !== undefined) throw new EngramError(path, "a file", problem, "Leave it out.");
    if (isArray(path)) {
      await flush();
      progress.stop();
      rows.push(await ofArray(path, encoder, session));
      progress = session.progress("encode", inputs.length);
    } else if (encoder.preprocessing === undefined) {
      throw new EngramError(path, `a .npy array for ${encoder.architecture.name}`, "another file", `Its input is N x ${encoder.network.input.join(" x ")} numbers.`);
    } else pictures.push(onWhite(await readPicture(path)));
    if (pictures.length >= BATCH) await flush();
  }
  await flush();
  progress.stop();
  return rows;
}

async function ofArray(path: string, encoder: Encoder, session: Session): Promise<Float32Array> {
  const array = readNpy(await readBytes(path), path);
  const data = finite(array, path);
  const { network, preprocessing } = encoder;
  if (data.length === 0) throw new EngramError(path, "at least one row", `shape (${array.shape.join(", ")})`, "Save at least one.");
  if (preprocessing === undefined) {
    if (data.length / array.shape[0] !== network.dim) throw new EngramError(path, `N x ${network.input.join(" x ")} numbers`, `shape (${array.shape.join(", ")})`, "Give --size where the network's input is of another size.");
    const progress = session.progress("encode", array.shape[0]);
    const rows = await session.compute(() => network.run(data, { onProgress: (done) => progress.update(done, path) }));
    progress.stop();
    return rows;
  }
  const [N, C, H, W] = array.shape;
  if (array.shape.length !== 4 || (C !== 1 && C !== 3)) throw new EngramError(path, "N x C x H x W pictures, C 1 or 3", `shape (${array.shape.join(", ")})`, "Save channel-first pictures in [0, 1].");
  warnOfBytes(path, data, session);
  const rows = new Float32Array(N * encoder.dim);
  const progress = session.progress("encode", N);
  for (let n = 0; n < N; n += BATCH) {
    progress.update(n, path);
    const some = Array.from({ length: Math.min(BATCH, N - n) }, (_, i) => image(W, H, C, data.subarray((n + i) * C * H * W, (n + i + 1) * C * H * W)));
    await session.compute(() => encoder.encode(some, {}, rows.subarray(n * encoder.dim, (n + some.length) * encoder.dim)));
  }
  progress.stop();
  return rows;
}

/** As f32. @throws EngramError on NaN and infinities, and integers (0..255 would be taken for 0..1) */
function finite({ data, dtype, shape }: Tensor, path: string): Float32Array {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) throw new EngramError(path, "floating-point numbers", dtype, "Divide bytes by 255 before saving them.");
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data);
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  const width = numbers.length / (shape[0] ?? 1);
  if (bad >= 0) throw new EngramError(`${path}, row ${Math.floor(bad / width)}, column ${bad % width}`, "a finite number", String(numbers[bad]), "Clean the data first.");
  return numbers;
}

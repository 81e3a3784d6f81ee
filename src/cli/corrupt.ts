/**
 * `engram corrupt`: damaged cues, by the corruptions of semantic-memory.md section 9.
 *
 * They act in this order, whatever the order of the options: crop (C9), rotate (C8), flip (C11), noise (C2 clipped, or C1),
 * square (C10), mask (C3). Each has its own stream of the seed, so that one damage is the same with and without the others.
 * What square and mask hide gets alpha 0 and is black below; what was hidden in the input stays hidden.
 */
import { extname } from "node:path";
import { Option, type Command } from "commander";
import { readNpy, tensor, toFloat64, writeNpy, type Tensor } from "../formats/index.ts";
import { clippedGaussian, cropResize, encodePng, flip, foldedGaussian, image, maskBottom, rotate, square, type Corruption, type Image } from "../images/index.ts";
import { EngramError, filled, seeded, toRows } from "../numeric/index.ts";
import { checkTarget, kindOf, readBytes, writeWhole } from "./files.ts";
import { isArray } from "./inputs.ts";
import { forceOption, jsonOption, number, seedOption, withExamples } from "./options.ts";
import { onWhite, readPicture } from "./pictures.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

interface CorruptOptions {
  output: string;
  mask?: number;
  square?: number;
  crop?: number;
  rotate?: number;
  flip?: boolean;
  noise?: number;
  folded?: boolean;
  blind?: boolean;
  seed: number;
  force?: boolean;
  json?: boolean;
}

/** A corruption that was asked for, by the name of its option. */
interface Damage {
  readonly name: string;
  readonly strength: number;
  readonly corruption: Corruption;
  /** Moves pixels about, changes their values, or hides them. */
  readonly kind: "moves" | "changes" | "hides";
}

export function addCorrupt(program: Command, session: Session): void {
  const command = program.command("corrupt").summary("damage a picture or an array")
    .description([
      "Damages a picture and writes a PNG of the same size. What --mask and --square hide gets alpha 0, so that recall knows it is missing;",
      "--blind leaves it black instead. Damages act in the order crop, rotate, flip, noise, square, mask. Arrays (.npy in and out) take --noise only,",
      "plain and not clipped.",
    ].join(" "))
    .argument("<input>", "a picture, or a .npy array").requiredOption("-o, --output <file>", "NAME.png, or NAME.npy for an array")
    .addOption(new Option("--mask <f>", "(C3) hide the bottom fraction f").argParser(number("--mask", { min: 0, max: 1 })))
    .addOption(new Option("--square <px>", "(C10) hide a square of that side, anywhere").argParser(number("--square", { min: 1, whole: true })))
    .addOption(new Option("--crop <area>", "(C9) cut out a square of that share of the area, anywhere, and enlarge it").argParser(number("--crop", { min: 0, max: 1 })))
    .addOption(new Option("--rotate <deg>", "(C8) rotate about the centre, black outside").argParser(number("--rotate")))
    .option("--flip", "(C11) left for right")
    .addOption(new Option("--noise <sd>", "(C2) add normal noise of that standard deviation, clipped to [0, 1]").argParser(number("--noise", { min: 0 })))
    .option("--folded", "(C1) fold noise that falls below 0 back, as the authors do")
    .option("--blind", "do not tell what is hidden")
    .addOption(seedOption()).addOption(forceOption()).addOption(jsonOption());
  withExamples(command, ["engram corrupt photo.png -o half.png --mask 0.5", "engram corrupt photo.png -o cue.png --rotate 10 --noise 0.2 --seed 7"])
    .action(async (input: string, options: CorruptOptions) => corrupt(input, options, session));
}

async function corrupt(input: string, options: CorruptOptions, session: Session): Promise<void> {
  const { output, seed, folded = false, noise, blind = false } = options;
  const damages = damagesOf(options);
  if (damages.length === 0) throw new EngramError("corrupt", "at least one damage", "none", "Give --mask, --square, --crop, --rotate, --flip or --noise.");
  if (folded && noise === undefined) throw new EngramError("--folded", "--noise SD with it", "no noise", "Give --noise too.");
  checkTarget(output, options.force === true);
  if (isArray(input) !== isArray(output)) {
    throw new EngramError(output, `a name that ends in ${isArray(input) ? ".npy" : ".png"}`, `"${output}"`, "Arrays become arrays, pictures become pictures.");
  }
  if (!isArray(output) && extname(output).toLowerCase() !== ".png" && kindOf(output) !== "stream") {
    throw new EngramError(output, "a name that ends in .png", `"${output}"`, "Pictures are written as PNG.");
  }
  const bytes = isArray(input) ? await noisyArray(input, options) : encodePng(damaged(await readPicture(input), damages, seed, blind));
  await writeWhole(session, output, bytes, options.force === true);
  const done = damages.map(({ name, strength }) => ({ name, strength }));
  session.note(`${output}: ${done.map(({ name, strength }) => `${name} ${strength}`).join(", ")}, seed ${seed}`);
  if (options.json === true) session.json({ input, output, seed, version: version(), damages: done });
}

/** In the order they act in. */
function damagesOf({ crop, rotate: degrees, flip: mirrored, noise, folded, square: side, mask }: CorruptOptions): Damage[] {
  const list: Damage[] = [];
  if (crop === 0) throw new EngramError("--crop", "a share of the area above 0, to 1", "0", "For example --crop 0.5.");
  if (crop !== undefined) list.push({ name: "crop", strength: crop, corruption: cropResize(crop), kind: "moves" });
  if (degrees !== undefined) list.push({ name: "rotate", strength: degrees, corruption: rotate(degrees), kind: "moves" });
  if (mirrored === true) list.push({ name: "flip", strength: 1, corruption: flip, kind: "moves" });
  if (noise !== undefined) list.push({ name: folded === true ? "folded noise" : "noise", strength: noise, corruption: folded === true ? foldedGaussian(noise) : clippedGaussian(noise), kind: "changes" });
  if (side !== undefined) list.push({ name: "square", strength: side, corruption: square(side), kind: "hides" });
  if (mask !== undefined) list.push({ name: "mask", strength: mask, corruption: maskBottom(mask), kind: "hides" });
  return list;
}

const STREAMS: readonly string[] = ["crop", "rotate", "flip", "noise", "folded noise", "square", "mask"];

function damaged(input: Image, damages: readonly Damage[], seed: number, blind: boolean): Image {
  const pixels = input.width * input.height;
  const side = damages.find(({ name }) => name === "square")?.strength ?? 1;
  if (side > Math.min(input.width, input.height)) throw new EngramError("--square", `at most the picture's sides, ${input.width} and ${input.height}`, `${side}`, "Choose a smaller square.");
  const plain = (values: Float32Array): Image => image(input.width, input.height, 1, values);
  let picture: Image = onWhite(input);
  let hidden = plain(filled(new Float32Array(pixels), (i) => (input.alpha?.[i] === 0 ? 1 : 0)));
  for (const { name, corruption, kind } of damages) {
    const rng = () => seeded(seed).fork(STREAMS.indexOf(name));
    const done = corruption(picture, rng());
    // What is hidden moves along with the picture.
    if (kind === "moves") hidden = plain(corruption(hidden, rng()).data.map((value) => (value >= 0.5 ? 1 : 0)));
    if (kind === "hides") hidden = plain(hidden.data.map((value, i) => (done.visible?.[i] === 0 ? 1 : value)));
    picture = done;
  }
  const data = picture.data.map((value, i) => (hidden.data[i % pixels] === 1 ? 0 : value));
  const alpha = hidden.data.some((value) => value === 1) && !blind ? hidden.data.map((value) => 1 - value) : undefined;
  return image(input.width, input.height, picture.channels, data, alpha);
}

/** (C2) x + sigma n, plain. */
async function noisyArray(input: string, options: CorruptOptions): Promise<Uint8Array> {
  const refused = (["mask", "square", "crop", "rotate", "flip", "folded", "blind"] as const).find((name) => options[name] !== undefined);
  if (refused !== undefined || options.noise === undefined) {
    throw new EngramError(input, "--noise alone for an array", refused === undefined ? "none" : `--${refused}`, "Other damages need a picture.");
  }
  const array = readNpy(await readBytes(input), input);
  const rows = array.shape.length > 1 ? array.shape[0] : 1;
  const { data } = toRows({ rows, dim: rows === 0 ? 0 : array.data.length / rows, data: toFloat64(array) }, input);
  const rng = seeded(options.seed).fork(STREAMS.indexOf("noise"));
  const noisy = data.map((value) => value + options.noise! * rng.normal());
  const out: Tensor = tensor(array.data instanceof Float32Array ? Float32Array.from(noisy) : noisy, array.shape);
  return writeNpy(out);
}

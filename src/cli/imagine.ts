/** `engram imagine`: chains of association, each recall the next cue (E17) (entropic-memory.md 2.8; arXiv 2405.12500). */
import { type Command } from "commander";
import { chain, type ChainStep, EntropicMemory, levelDistance } from "../entropic/index.ts";
import { tensor, writeNpy } from "../formats/index.ts";
import { encodePng } from "../images/index.ts";
import { EngramError, type Pattern } from "../numeric/index.ts";
import { embeddingsOf } from "../semantic/index.ts";
import { openAlbum, type OpenAlbum } from "./album.ts";
import { type Cue, readCues } from "./cues.ts";
import { checkTarget, writeWhole } from "./files.ts";
import { isArray } from "./inputs.ts";
import { openClassifier } from "./networks.ts";
import { forceOption, jsonOption, number, seedOption, withExamples } from "./options.ts";
import { answered, decoderOf } from "./recall.ts";
import { flat, outputNames, painterOf } from "./recall-output.ts";
import type { Session } from "./session.ts";
import { checkHeight, filmstrip, type Frame, mostFrames } from "./filmstrip.ts";
import { version } from "./version.ts";

export interface NetworkOptions {
  encoder?: string;
  decoder?: string;
  classifier?: string;
}

interface ImagineOptions extends NetworkOptions {
  output?: string;
  visible?: string;
  strict?: boolean;
  sigma?: number;
  steps: number;
  seed: number;
  force?: boolean;
  json?: boolean;
}

/** The options of networks around an entropic memory. */
export function addNetworkOptions(command: Command): Command {
  return command
    .option("--encoder <file>", "the network that made the memory's features, where the memory does not know it or its weights have moved (W.safetensors, ARCH=W.safetensors)")
    .option("--decoder <file>", "the network that paints features as pictures")
    .option("--classifier <file>", "the network that names the class of features, by number");
}

export function addImagine(program: Command, session: Session): void {
  const command = program.command("imagine").summary("let an entropic memory associate, from a cue on")
    .description([
      "Recalls, takes what was recalled as the next cue, and so on. With an encoder and a decoder the recalled features are painted and seen",
      "again at every step; without them the chain runs on the features. stdout: one line per step, tab-separated: cue, step, nearest stored",
      "key, its distance, distance from the step's cue (both root mean square in shares of the range), class or -, known or why not. Once a step",
      "is rejected, it and all later ones are unknown. Exit code 1 if any is.",
    ].join(" "))
    .argument("<memory>", "a memory file of model entropic")
    .argument("<cue...>", "pictures, folders of them, or .npy arrays of rows; hidden pixels count in the first step only")
    .option("--visible <what>", "what is visible of every cue, as for engram recall")
    .option("--strict", "refuse what is no cue in a folder, instead of skipping it with a warning")
    .option("--sigma <s>", "width of retrieval as a fraction of the levels (default: the memory's)", number("--sigma", { min: 0 }))
    .option("--steps <n>", "how many recalls", number("--steps", { min: 1, max: 10000, whole: true }), 6)
    .option("-o, --output <out>", "write what was imagined: NAME.png (a filmstrip of one cue, at most 32768 pixels wide: more --steps than fit are refused), a folder or a name with {} for several, or NAME.npy (cues x steps x features; zeros where unknown)")
    .addOption(seedOption()).addOption(forceOption()).addOption(jsonOption());
  addNetworkOptions(command);
  withExamples(command, [
    "engram imagine album.engram cue.png --sigma 0.04 --steps 6 -o dream.png",
    "engram imagine codes.engram cue.npy --decoder decoder.safetensors --encoder encoder.safetensors -o dream.png",
  ]).action(async (memory: string, cues: string[], options: ImagineOptions) => imagine(memory, cues, options, session));
}

/** An album whose memory is entropic. @throws EngramError for another model */
export async function openEntropic(path: string, encoder?: string): Promise<{ album: OpenAlbum; memory: EntropicMemory }> {
  const album = await openAlbum(path, { find: true, given: encoder, models: ["entropic"] });
  if (album.memory instanceof EntropicMemory) return { album, memory: album.memory };
  throw new EngramError(path, "a memory of model entropic", `model ${album.model}`, "Make one with `engram remember --model entropic`.");
}

async function imagine(path: string, paths: string[], options: ImagineOptions, session: Session): Promise<void> {
  const { album, memory } = await openEntropic(path, options.encoder);
  const { steps, sigma, seed, output } = options;
  const decoder = await decoderOf(album, options.decoder);
  const classify = options.classifier === undefined ? undefined : await openClassifier(options.classifier, memory.dim);
  const paint = painterOf(album, decoder);
  const { features } = album;
  if (decoder !== undefined && features === undefined) throw new EngramError("--decoder", "an encoder beside it", "a memory without one", "What is painted is seen again: give --encoder, the other half.");
  const again = features === undefined || decoder === undefined ? undefined : {
    decode: (z: Float64Array): Pattern => seen(decoder.paint(z).data, features.inputs, decoder.name),
    encode: (y: Pattern): Pattern => embeddingsOf(features, [y]).data,
  };
  if (features !== undefined && decoder === undefined) session.note("without --decoder the chain runs on the features: nothing is painted and seen again");
  const cues = await readCues(paths, album, session, options);
  const write = output === undefined ? undefined : await session.compute(() => plan(output, cues, album, steps, options.force === true, paint));
  const chains: ChainStep[][] = [];
  const progress = session.progress("imagine", cues.length);
  for (const cue of cues) {
    progress.update(chains.length, cue.name);
    const asked = { steps, seed, top: 1, ...(sigma === undefined ? {} : { sigma }), ...(cue.visible === undefined ? {} : { visible: cue.visible }), ...(again ?? {}), ...(classify === undefined ? {} : { classify }) };
    chains.push(await session.compute(() => answered([cue], () => chain(memory, cue.values, asked))));
  }
  progress.stop();
  const told = cues.map((cue, i) => tell(memory, cue, chains[i], again?.encode));
  if (write !== undefined) {
    if (isArray(output!)) await writeWhole(session, output!, writeNpy(tensor(states(chains, memory.dim), [cues.length, steps, memory.dim])), options.force === true);
    else for (const [i, cue] of cues.entries()) await writeWhole(session, write[i], encodePng(filmstrip([frames(cue, chains[i], told[i], paint)])), options.force === true);
  }
  if (chains.some((one) => one.some(({ known }) => !known))) session.status = 1;
  if (options.json === true) {
    session.json({
      memory: path, model: album.model, seed, sigma: sigma ?? Number(memory.parameters.sigma), steps, backend: memory.backend, version: version(),
      results: cues.map((cue, i) => ({ cue: cue.name, steps: told[i] })),
    });
  } else {
    for (const [i, cue] of cues.entries()) {
      for (const { step, key, distance, moved, label, known, reason } of told[i]) {
        session.data([cue.name, step, key ?? "-", distance ?? "-", moved ?? "-", label ?? "-", known ? "known" : `unknown: ${reason}`].map((cell) => String(cell).replace(/[\t\r\n]/g, " ")).join("\t"));
      }
    }
  }
  memory.dispose();
}

/** What was painted, as the encoder takes it. */
function seen(data: Float32Array, inputs: number | undefined, name: string): Float32Array {
  if (inputs === undefined || data.length === inputs) return data;
  if (3 * data.length === inputs) return Float32Array.from({ length: inputs }, (_, i) => data[i % data.length]);
  throw new EngramError("--decoder", `pictures of ${inputs} numbers, what the encoder takes`, `${name}, which paints ${data.length}`, "Take both halves of one autoencoder.");
}

interface Told {
  readonly step: number;
  readonly known: boolean;
  readonly reason?: string;
  /** The stored item nearest to what was recalled, and its distance. */
  readonly key: string | number | null;
  readonly distance: number | null;
  /** d(v, v'). */
  readonly moved: number | null;
  readonly label: number | null;
}

/** Each step in numbers; `moved` is from the cue of that very step. */
function tell(memory: EntropicMemory, cue: Cue, steps: readonly ChainStep[], encode?: (y: Pattern) => Pattern): Told[] {
  const { register, quantiser } = memory;
  let next: Pattern = cue.values;
  return steps.map(({ known, recall, image, label }, step) => {
    if (!known || recall === undefined) return { step, known: false, reason: recall?.reason ?? "an earlier step was", key: null, distance: null, moved: null, label: null };
    const hidden = step === 0 ? cue.visible : undefined;
    const before = register.levels(quantiser.transform(next as ArrayLike<number>), hidden);
    const [best] = recall.ranking;
    next = image === undefined ? recall.state : encode!(image);
    return { step, known: true, key: best?.key ?? null, distance: best === undefined ? null : 0 - best.score, moved: levelDistance(before, recall.levels, register.m), label: label ?? null };
  });
}

/** A state as a picture. */
type Paint = NonNullable<ReturnType<typeof painterOf>>;

function frames(cue: Cue, steps: readonly ChainStep[], told: readonly Told[], paint?: Paint): Frame[] {
  const first: Frame = { label: "cue", picture: cue.picture ?? paint?.(cue.values) };
  return [first, ...steps.map(({ known, recall }, i): Frame => ({ label: told[i].label === null ? String(i) : `${i}: ${told[i].label}`, picture: known ? paint?.(recall!.state) : undefined }))];
}

function states(chains: readonly (readonly ChainStep[])[], n: number): Float64Array {
  const steps = chains[0].length;
  const out = new Float64Array(chains.length * steps * n);
  chains.forEach((one, i) => one.forEach(({ known, recall }, k) => known && out.set(recall!.state, (i * steps + k) * n)));
  return out;
}

/** Checks all names before any work. */
function plan(out: string, cues: readonly Cue[], { path }: OpenAlbum, steps: number, force: boolean, paint?: Paint): string[] {
  if (isArray(out)) {
    checkTarget(out, force);
    return [];
  }
  if (paint === undefined) throw new EngramError("--output", "a name that ends in .npy", `"${out}"`, `${path} recalls features; --decoder W.safetensors paints them.`);
  const painted = paint(cues[0].values);
  for (const { picture = painted } of cues) checkHeight([picture, painted], "Write NAME.npy, or make the memory of smaller pictures (--size).");
  const most = Math.min(...cues.map(({ picture = painted }) => mostFrames([picture, painted]))) - 1;
  if (steps > most) throw new EngramError("--steps", `at most ${Math.max(0, most)} in a filmstrip`, String(steps), "Write NAME.npy, which holds any number.");
  const names = outputNames("--output", out, cues, (cue) => `${flat(cue.name)}.png`, force);
  const other = names.find((name) => !name.toLowerCase().endsWith(".png"));
  if (other !== undefined) throw new EngramError("--output", "a name that ends in .png or .npy, or a folder", `"${other}"`, "Filmstrips are written as PNG; end a folder's name in /.");
  return names;
}

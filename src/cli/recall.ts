/** `engram recall`: the stored pattern that a damaged cue stands for. */
import type { Command } from "commander";
import { resolve } from "node:path";
import { type DenseRecall, type Far, FAR_NAMES } from "../dense/index.ts";
import { EngramError, type Recall } from "../numeric/index.ts";
import { openAlbum, originalPath, type OpenAlbum } from "./album.ts";
import { readCues, type Cue } from "./cues.ts";
import { acceptance, acceptAbove, drawOptions, farOptions, stepOptions } from "./models.ts";
import { forceOption, jsonOption, number, oneOf, seedOption, withExamples } from "./options.ts";
import { isArray, located } from "./inputs.ts";
import { planStates, planOriginals } from "./recall-output.ts";
import { openDecoder, type Painter } from "./networks.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

export interface CueOptions {
  visible?: string;
  strict?: boolean;
  top: number;
  accept?: ReturnType<typeof acceptance>;
  encoder?: string;
  json?: boolean;
  seed: number;
}

interface RecallOptions extends CueOptions {
  output?: string;
  original?: string;
  maxSteps?: number;
  sigma?: number;
  decoder?: string;
  far?: Far;
  force?: boolean;
}

/** Cues recalled in one call: batches are faster per cue, and give the same bits. */
const BATCH = 64;

/** The options that `recall` and `recognize` share. */
export function addCueOptions(command: Command): Command {
  return command
    .argument("<memory>", "a memory file made by engram remember")
    .argument("<cue...>", "pictures of any size, folders of them, or .npy arrays of rows; pixels with alpha 0 are hidden")
    .option("--visible <what>", "what is visible of every cue: MASK.png (white = visible), MASK.npy, or top:F, bottom:F, left:F, right:F")
    .option("--strict", "refuse what is no cue in a folder, instead of skipping it with a warning")
    .option("--top <k>", "how many candidates the ranking holds", number("--top", { min: 1, whole: true }), 5)
    .option("--accept <rule>", "score:V or margin:V, instead of what the memory was made with", acceptance)
    .option("--encoder <file>", "semantic, entropic: the weights the memory was made with, where they are no longer where they were; of an entropic memory of rows, the network that made them")
    .addOption(seedOption()).addOption(jsonOption());
}

export function addRecall(program: Command, session: Session): void {
  const command = program.command("recall").summary("recall the pattern a damaged cue stands for")
    .description([
      "Recalls the stored pattern that each cue stands for. stdout: one line per cue, tab-separated: cue, key, score, weight,",
      "accepted or why not; without --accept, or a model with a criterion of its own, every answer is accepted and called not",
      "calibrated. Cues are resized like the remembered pictures; a pixel of the result is visible where at least half of it was.",
      "Exit code 1 if any cue is not accepted or did not converge.",
    ].join(" "));
  addCueOptions(command)
    .option("-o, --output <out>", "write the recalled state: NAME.png (one cue), NAME.npy (a row per cue), a folder, or a name with {} for the cue's; for a cue that is not accepted the state that was reached, of an entropic memory zeros (black), with a warning")
    .option("--original <out>", "copy the original picture of the recalled key: a file (one cue) or a folder; checked by its sha256")
    .option("--max-steps <n>", "dense, and others made with --iterations: upper bound on steps of the dynamics", number("--max-steps", { min: 1, whole: true }))
    .option("--sigma <s>", "entropic: width of retrieval as a fraction of the levels, instead of what the memory was made with", number("--sigma", { min: 0 }))
    .option("--decoder <file>", "entropic: the network that paints recalled features for -o NAME.png (W.safetensors, ARCH=W.safetensors)")
    .option("--far <name>", `dense, compact supports: what becomes of a cue outside all of them: ${FAR_NAMES.join(", ")}, instead of what the memory was made with`, oneOf("--far", FAR_NAMES))
    .addOption(forceOption());
  withExamples(command, [
    "engram recall album.engram damaged.png -o recalled.png",
    "engram recall album.engram half.png --visible top:0.5 --json",
  ]).action(async (memory: string, cues: string[], options: RecallOptions) => recall(memory, cues, options, session));
}

async function recall(path: string, paths: string[], options: RecallOptions, session: Session): Promise<void> {
  const album = await openAlbum(path, { find: true, given: options.encoder });
  const { memory, model } = album;
  if (options.accept !== undefined) acceptAbove(memory, options.accept);
  const drawn = drawOptions(memory, options.seed, options.sigma);
  const far = farOptions(memory, options.far);
  const steps = stepOptions(memory, options.maxSteps);
  const decoder = await decoderOf(album, options.decoder);
  const { output, original } = options;
  if (decoder !== undefined && (output === undefined || isArray(output))) {
    throw new EngramError("--decoder", "-o NAME.png beside it, which it paints", output ?? "no -o", "Leave it out: keys, and states as .npy, are those of the features.");
  }
  if (output !== undefined && original !== undefined && resolve(output) === resolve(original)) {
    throw new EngramError("--original", "another name than --output's", `"${original}" for both`, "Recalled states and originals would overwrite each other.");
  }
  const cues = await readCues(paths, album, session, options);
  const force = options.force === true;
  const claimed = new Set<string>();
  const writeStates = output === undefined ? undefined : planStates(output, cues, album, force, session, decoder, claimed);
  const originals = original === undefined ? undefined : planOriginals(original, cues, album, force, session, claimed);
  const results: Recall[] = [];
  const progress = session.progress("recall", cues.length);
  for (const batch of batches(cues)) {
    progress.update(results.length, batch[0].name);
    const { visible } = batch[0];
    const common = { visible, top: options.top, ...steps, ...drawn, ...far };
    // Weights (N per cue) are not kept.
    const found = await session.compute(() => answered(batch, () => memory.recallMany(batch.map(({ values }) => values), common)));
    results.push(...found.map((each) => ({ ...each, weights: undefined })));
  }
  progress.stop();
  await originals?.check(results);
  await writeStates?.(results);
  await originals?.write(results);
  if (results.some(({ accepted, converged }) => !accepted || !converged)) session.status = 1;
  if (options.json === true) {
    session.json({
      memory: path, model, seed: options.seed, backend: memory.backend, version: version(),
      results: results.map(({ energies, steps, converged, ...found }, i) => ({ ...verdict(cues[i], found, album), energies, steps, converged })),
    });
  } else for (const [i, found] of results.entries()) session.data(line(cues[i], found));
  memory.dispose();
}

/** The network of `--decoder`. @throws EngramError for another model, or a network of another width */
export async function decoderOf({ memory, model, pictures }: OpenAlbum, text?: string): Promise<Painter | undefined> {
  if (text === undefined) return undefined;
  if (model !== "entropic") throw new EngramError("--decoder", "a memory of model entropic", `model ${model}`, "Leave it out; a semantic memory recalls patterns.");
  return openDecoder(text, memory.dim, pictures);
}

/** `members` where the answer is the mean of several stored patterns (LSR); `boundary` and `far` of a cue outside every support. */
type Found = Pick<Recall, "accepted" | "criterion" | "reason" | "key" | "ranking"> & Pick<DenseRecall, "members" | "boundary" | "far">;

/** What is known about a cue, in the order of the stable keys. */
export function verdict(cue: Cue, found: Found, album: OpenAlbum): Record<string, unknown> {
  const { accepted, criterion, reason, key, ranking, members, boundary, far } = found;
  const path = originalPath(album, key);
  return {
    cue: cue.name, accepted, criterion, ...(reason === undefined ? {} : { reason }), key: key ?? null, ...(path === undefined ? {} : { path }),
    ranking: ranking.map(({ key, score, weight }) => ({ key, score, weight })), ...(members !== undefined && members.length > 1 ? { members } : {}),
    ...(boundary === undefined ? {} : { boundary }), ...(far === undefined ? {} : { far }),
  };
}

/** Runs what the memory does with some cues; errors name the cue. */
export function answered<T>(cues: readonly Cue[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw located(error, "cue", (row) => cues[row].name);
  }
}

/** One line for a cue. An answer that nothing was calibrated for is no claim to know it, and one that is no stored pattern is not one: both say so. */
export function line(cue: Cue, { accepted, criterion, reason, key, ranking, members = [] }: Found): string {
  const emergent = key === undefined && members.length > 1 ? `: emergent, the mean of ${members.join(", ")}` : "";
  const verdict = criterion === "none" ? "accepted (not calibrated)" : `accepted${emergent}`;
  const first = ranking.find((entry) => entry.key === key);
  const cells = [cue.name, key ?? "-", first === undefined ? "-" : first.score, first === undefined ? "-" : first.weight, accepted ? verdict : `not accepted: ${reason ?? "no reason given"}`];
  return cells.map((cell) => String(cell).replace(/[\t\r\n]/g, " ")).join("\t");
}

/** Neighbouring cues with the same visible part, at most {@link BATCH} at once. */
export function* batches(cues: readonly Cue[]): Generator<Cue[]> {
  for (let from = 0, to = 0; from < cues.length; from = to) {
    while (to < cues.length && to - from < BATCH && sameVisible(cues[from].visible, cues[to].visible)) to++;
    yield cues.slice(from, to);
  }
}

function sameVisible(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || a.every((v, i) => v === b[i]);
}

/** `engram pairs`: a memory of pairs, e.g. digits and letters; what belongs together, and the other side of a cue. */
import { type Command, Option } from "commander";
import { type HeteroMode, HeteroMemory, QUANTISER_KINDS, type QuantiserKind, type Side } from "../entropic/index.ts";
import { checkTable } from "../entropic/hetero-table.ts";
import { EngramError } from "../numeric/index.ts";
import type { ResizeFilter } from "../images/index.ts";
import { extendedChunks, HETERO, type Pictures } from "./album.ts";
import { readCues } from "./cues.ts";
import { checkTarget, writeWhole } from "./files.ts";
import { isArray, readRows } from "./inputs.ts";
import { forceOption, jsonOption, number, oneOf, seedOption, size, withExamples } from "./options.ts";
import { cueTarget, matched, openPairs, readSide, SIDES } from "./pair-sides.ts";
import { FILTERS, sizeText } from "./pictures.ts";
import { answered } from "./recall.ts";
import { planStates } from "./recall-output.ts";
import type { Session } from "./session.ts";
import { version } from "./version.ts";

/** The paper's 64 columns a side: the table has n x p x m x q cells, and pictures of 32 x 32 pixels would make it 4.8 GB. */
const DEFAULT_SIZE = { width: 8, height: 8 };
/** The modes that do not use the answer. */
const MODES: readonly HeteroMode[] = ["random", "test", "search", "prototype"];

interface RememberOptions {
  output: string;
  size?: { width: number; height: number };
  colour?: boolean;
  filter: ResizeFilter;
  inOrder?: boolean;
  labels?: string;
  levels?: number;
  quantiser?: QuantiserKind;
  iota?: number;
  kappa?: number;
  xi?: number;
  sigma?: number;
  cap?: number;
  items: boolean;
  force?: boolean;
  json?: boolean;
}

interface RecallOptions {
  from: Side;
  mode: HeteroMode;
  samples?: number;
  visible?: string;
  strict?: boolean;
  top: number;
  output?: string;
  seed: number;
  force?: boolean;
  json?: boolean;
}

export function addPairs(program: Command, session: Session): void {
  const pairs = program.command("pairs").summary("remember pairs; recall a partner")
    .description("Remembers pairs, whose sides are pictures or the rows of .npy arrays, in a hetero-associative entropic memory (arXiv 2411.02438).");
  withExamples(pairs, ["engram pairs remember digits/ letters/ -o pairs.engram", "engram pairs recall pairs.engram digits/3.png -o letter.png"]);
  addRemember(pairs, session);
  addRecognize(pairs, session);
  addRecall(pairs, session);
  addInfo(pairs, session);
}

function addRemember(pairs: Command, session: Session): void {
  const command = pairs.command("remember").summary("make a memory of pairs")
    .description([
      "Registers pairs. Two folders: files of the same name, endings aside, are a pair, and the name is its key. Two .npy arrays: rows in the same",
      "place. Pictures are made small and grey, 64 columns as in the paper, because the table has a cell for every two columns and their levels;",
      "features of a network (`engram encode`) are what the paper stores.",
    ].join(" "))
    .argument("<left>", "a folder of pictures, or an .npy array (N x D)").argument("<right>", "the other sides")
    .requiredOption("-o, --output <file>", "the memory file to write, e.g. pairs.engram")
    .addOption(new Option("--size <WxH>", "size pictures are resized to (default 8x8)").argParser(size))
    .option("--colour", "three channels instead of one")
    .addOption(new Option("--filter <name>", `how pictures are resized: ${FILTERS.join(", ")}`).argParser(oneOf("--filter", FILTERS)).default(FILTERS[0]))
    .option("--in-order", "pair by order instead of by name")
    .option("--labels <file>", "an .npy array with the class of each pair, in the order of the left sides: needed by --mode prototype")
    .addOption(new Option("--levels <m>", "quantisation levels per column (default 16)").argParser(number("--levels", { min: 1, max: 65534, whole: true })))
    .addOption(new Option("--quantiser <kind>", `range of a column: ${QUANTISER_KINDS.join(", ")} (default percentile)`).argParser(oneOf("--quantiser", QUANTISER_KINDS)))
    .addOption(new Option("--iota <i>", "least weight of a cell, as a share of the mean of its two columns (default 0)").argParser(number("--iota", { min: 0 })))
    .addOption(new Option("--kappa <k>", "least weight of a pair, as a share of the memory's mean (default 0)").argParser(number("--kappa", { min: 0 })))
    .addOption(new Option("--xi <n>", "cells that may fail to match (default 0)").argParser(number("--xi", { min: 0, whole: true })))
    .addOption(new Option("--sigma <s>", "width around prototypes as a fraction of the levels (default 0.1)").argParser(number("--sigma", { min: 0 })))
    .addOption(new Option("--cap <C>", "most a cell counts (default 65535)").argParser(number("--cap", { min: 1, max: 65535, whole: true })))
    .option("--no-items", "keep the tables alone: keys of answers and prototypes are then unknown")
    .addOption(forceOption()).addOption(jsonOption());
  withExamples(command, ["engram pairs remember digits/ letters/ -o pairs.engram", "engram pairs remember left.npy right.npy -o pairs.engram --labels classes.npy"])
    .action(async (left: string, right: string, options: RememberOptions) => remember(left, right, options, session));
}

async function remember(leftPath: string, rightPath: string, options: RememberOptions, session: Session): Promise<void> {
  checkTarget(options.output, options.force === true);
  const { levels, quantiser, iota, kappa, xi, sigma, cap, items, output } = options;
  const memory = new HeteroMemory(Object.fromEntries(Object.entries({ levels, quantiser, iota, kappa, xi, sigma, cap, items }).filter(([, value]) => value !== undefined)));
  const pictures: Pictures = { ...(options.size ?? DEFAULT_SIZE), channels: options.colour === true ? 3 : 1, filter: options.filter };
  const columns = pictures.width * pictures.height * pictures.channels;
  const m = Number(memory.parameters.levels);
  // Known before thousands of pictures are read.
  if (!isArray(leftPath) && !isArray(rightPath)) checkTable({ n: columns, m, p: columns, q: m });
  const [left, right] = [await readSide(leftPath, pictures, session), await readSide(rightPath, pictures, session)];
  if (options.size !== undefined && left.pictures === undefined && right.pictures === undefined) session.warn("--size has no effect: both sides are arrays");
  const { values, keys } = matched(left, right, options.inOrder === true);
  const labels = options.labels === undefined ? undefined : await readLabels(options.labels, left.rows.length);
  await session.compute(() => memory.store(left.rows, { values, keys, labels }));
  const parameters = await session.compute(() => (memory.register, memory.parameters));
  const sizes = Object.fromEntries([left, right].flatMap((side, at) => Object.entries(side.pictures ?? {}).map(([key, value]) => [`pictures.${SIDES[at]}.${key}`, String(value)])));
  await writeWhole(session, output, extendedChunks(memory.toBytes(), HETERO, sizes), options.force === true);
  session.note(`remembered ${memory.size} ${memory.size === 1 ? "pair" : "pairs"} of ${memory.dim} and ${memory.rightDim} numbers in ${output}`);
  if (left.pictures !== undefined || right.pictures !== undefined) session.note(`size ${sizeText(pictures)}${options.size === undefined ? " (default; --size changes it)" : ""}, filter ${pictures.filter}`);
  session.note(Object.entries(parameters).map(([name, text]) => `${name} ${text}`).join(", "));
  if (options.json === true) session.json({ memory: output, model: HETERO, version: version(), backend: memory.backend, size: memory.size, dim: memory.dim, rightDim: memory.rightDim, parameters });
  memory.dispose();
}

async function readLabels(path: string, count: number): Promise<Float64Array> {
  const { data } = await readRows(path);
  if (data.length !== count) throw new EngramError(path, `${count} classes, one per pair`, String(data.length), "Give every pair its class.");
  return data;
}

function addRecognize(pairs: Command, session: Session): void {
  const command = pairs.command("recognize").summary("say whether two sides belong together")
    .description("Says of each pair whether the memory knows it. stdout: one line per pair, tab-separated: left, right, mismatches, accepted or why not. Exit code 1 if any is not accepted.")
    .argument("<memory>", "a memory file made by engram pairs remember").argument("<left>", "a picture, a folder of them, or an .npy array").argument("<right>", "the other sides")
    .option("--in-order", "pair by order instead of by name").addOption(jsonOption());
  withExamples(command, ["engram pairs recognize pairs.engram digits/3.png letters/3.png", "engram pairs recognize pairs.engram left.npy right.npy --json"])
    .action(async (path: string, leftPath: string, rightPath: string, options: { inOrder?: boolean; json?: boolean }) => {
      const open = await openPairs(path);
      const { memory, pictures } = open;
      const [left, right] = [await readSide(leftPath, pictures.left, session, memory.dim), await readSide(rightPath, pictures.right, session, memory.rightDim)];
      const { values, rightNames } = matched(left, right, options.inOrder === true);
      const name = (side: string, k: number, names?: readonly string[]): string => names?.[k] ?? (left.rows.length === 1 ? side : `${side}:${k}`);
      const results = await session.compute(() => left.rows.map((row, k) => ({ left: name(leftPath, k, left.names), right: name(rightPath, k, rightNames), ...memory.recognize(row, values[k]) })));
      if (results.some(({ accepted }) => !accepted)) session.status = 1;
      if (options.json === true) session.json({ memory: path, model: HETERO, backend: memory.backend, version: version(), results: results.map((each) => ({ ...each, criterion: "eta" })) });
      else for (const { left: a, right: b, accepted, mismatches, failed } of results) session.data([a, b, mismatches, accepted ? "accepted" : `not accepted: ${reason(failed, mismatches)}`].join("\t"));
      memory.dispose();
    });
}

function reason(failed: readonly ("xi" | "kappa")[], mismatches: number): string {
  const words = { xi: `${mismatches} pairs of columns never met like this`, kappa: "too light" };
  return failed.map((test) => words[test]).join("; ");
}

function addRecall(pairs: Command, session: Session): void {
  const command = pairs.command("recall").summary("recall the other side of a cue")
    .description([
      "Recalls the other side of each cue. stdout: one line per cue, tab-separated: cue, key of the nearest stored partner, its score, distance (E31) of the answer",
      "projected back to the cue, accepted or why not. --mode random draws it from the projection, test keeps the best of 128 draws, search improves that step by",
      "step, prototype draws near the mean of a class (pairs need --labels). Exit code 1 if any cue is not accepted.",
    ].join(" "))
    .argument("<memory>", "a memory file made by engram pairs remember").argument("<cue...>", "pictures of any size, folders of them, or .npy arrays of rows; pixels with alpha 0 are hidden")
    .addOption(new Option("--from <side>", "the side of the cues: left or right").argParser(oneOf("--from", SIDES)).default("left"))
    .addOption(new Option("--mode <name>", `one of ${MODES.join(", ")}`).argParser(oneOf("--mode", MODES)).default("search"))
    .addOption(new Option("--samples <k>", "objects drawn to be tested (default 128)").argParser(number("--samples", { min: 1, whole: true })))
    .option("--visible <what>", "what is visible of every cue: MASK.png (white = visible), MASK.npy, or top:F, bottom:F, left:F, right:F")
    .option("--strict", "refuse what is no cue in a folder, instead of skipping it with a warning")
    .option("--top <k>", "how many candidates the ranking holds", number("--top", { min: 1, whole: true }), 5)
    .option("-o, --output <out>", "write the recalled side: NAME.png (one cue), NAME.npy (a row per cue), a folder, or a name with {} for the cue's; for a cue that is not accepted zeros (black), with a warning")
    .addOption(seedOption()).addOption(forceOption()).addOption(jsonOption());
  withExamples(command, ["engram pairs recall pairs.engram digits/3.png -o letter.png", "engram pairs recall pairs.engram letters/ --from right --mode test --json"])
    .action(async (path: string, cues: string[], options: RecallOptions) => recall(path, cues, options, session));
}

async function recall(path: string, paths: string[], options: RecallOptions, session: Session): Promise<void> {
  const open = await openPairs(path);
  const { memory, pictures } = open;
  const { from, mode, samples, seed, top, output } = options;
  if (samples !== undefined && mode === "random") throw new EngramError("--samples", "mode test, search or prototype", "mode random", "It draws one object; leave --samples out.");
  if (mode === "prototype" && memory.labels === undefined) throw new EngramError("--mode prototype", "a memory whose pairs have classes", "one without", "Give --labels to engram pairs remember.");
  const cues = await readCues(paths, cueTarget(open, from), session, options);
  const write = output === undefined ? undefined : planStates(output, cues, { path, pictures: pictures[from === "left" ? "right" : "left"] }, options.force === true, session);
  const results: ReturnType<HeteroMemory["recall"]>[] = [];
  const progress = session.progress("recall", cues.length);
  for (const cue of cues) {
    progress.update(results.length, cue.name);
    results.push(await session.compute(() => answered([cue], () => memory.recall(cue.values, { from, mode, seed, top, samples, visible: cue.visible }))));
  }
  progress.stop();
  await write?.(results);
  if (results.some(({ accepted }) => !accepted)) session.status = 1;
  if (options.json === true) {
    session.json({
      memory: path, model: HETERO, seed, backend: memory.backend, version: version(), from, mode,
      results: results.map(({ accepted, criterion, reason: why, key, ranking, distance, judged, chosen }, i) => ({
        cue: cues[i].name, accepted, criterion, ...(why === undefined ? {} : { reason: why }), key: key ?? null, ranking, distance: accepted ? distance : null, judged, ...(chosen === undefined ? {} : { class: chosen }),
      })),
    });
  } else {
    for (const [i, { accepted, reason: why, key, ranking, distance }] of results.entries()) {
      const cells = [cues[i].name, key ?? "-", ranking[0]?.score ?? "-", accepted ? distance : "-", accepted ? "accepted" : `not accepted: ${why}`];
      session.data(cells.map((cell) => String(cell).replace(/[\t\r\n]/g, " ")).join("\t"));
    }
  }
  memory.dispose();
}

function addInfo(pairs: Command, session: Session): void {
  const command = pairs.command("info").summary("say what a memory of pairs holds").description("Checks a memory of pairs (its sha256 over every byte) and says what it holds.")
    .argument("<memory>", "a memory file made by engram pairs remember").addOption(jsonOption());
  withExamples(command, ["engram pairs info pairs.engram", "engram pairs info pairs.engram --json"])
    .action(async (path: string, options: { json?: boolean }) => {
      const { memory, pictures, bytes, sha256 } = await openPairs(path);
      const { size: count, dim, rightDim, keys } = memory;
      const parameters = await session.compute(() => memory.parameters);
      if (options.json === true) session.json({ memory: path, model: HETERO, version: version(), bytes, sha256, size: count, dim, rightDim, pictures: { left: pictures.left ?? null, right: pictures.right ?? null }, parameters, keys });
      else {
        const rows: [string, string][] = [
          ["memory", path], ["model", HETERO], ["pairs", `${count} of ${dim} and ${rightDim} numbers`],
          ...SIDES.map((side): [string, string] => [side, pictures[side] === undefined ? "rows of an array" : `pictures, ${sizeText(pictures[side])}, filter ${pictures[side].filter}`]),
          ["bytes", String(bytes)], ["sha256", `${sha256} (checked)`], ...Object.entries(parameters), ["keys", `${keys.slice(0, 10).join(", ")}${count > 10 ? `, ... (${count})` : ""}`],
        ];
        const width = Math.max(...rows.map(([name]) => name.length));
        for (const [name, text] of rows) session.data(`${name.padEnd(width)}  ${text}`);
      }
      memory.dispose();
    });
}

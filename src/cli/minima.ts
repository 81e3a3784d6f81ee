/**
 * `engram minima`: every local minimum of an LSR memory, exactly: at its beta, at another, or over all betas as a barcode. Of other continuous
 * energies what descent from many starts finds.
 */
import type { Command } from "commander";
import { Option } from "commander";
import { type Barcode, type Cursor, DenseMemory, settledMinima, type Window } from "../dense/index.ts";
import { EngramError, type Key, seeded } from "../numeric/index.ts";
import { barcodeChart, formatNumber } from "../report/index.ts";
import { openAlbum } from "./album.ts";
import { checkTarget, writeWhole } from "./files.ts";
import { forceOption, jsonOption, number, seedOption, withExamples } from "./options.ts";
import type { Session } from "./session.ts";

interface MinimaOptions {
  max?: number;
  maxSets?: number;
  beta?: number;
  cursor?: Cursor;
  containing?: string;
  starts?: number;
  seed: number;
  barcode?: boolean;
  minBeta: number;
  out?: string;
  force?: boolean;
  json?: boolean;
}

export function addMinima(program: Command, session: Session): void {
  const command = program.command("minima").summary("all minima of a dense memory")
    .description([
      "Lists every local minimum of the energy of an LSR memory (--model dense --energy lsr), exactly: stored patterns that are",
      "preserved, and novel ones, the centroids of several. stdout: one line per minimum, tab-separated: energy, preserved or novel,",
      "keys of the members. With --barcode the minima for every beta: each set of patterns is one in a single window of beta; one line per",
      "set: from beta, to beta, preserved or novel, keys. Exit code 1 if the search was cut short; the warning says how to go on. Other",
      "continuous energies have no closed form: theirs are found by descent from every pattern, the mean and --starts random points, a lower",
      "bound; ends closer than 1e-6 of the spread are one, preserved is what lies so close to a pattern, and the keys are those of the",
      "patterns that descend to it.",
    ].join(" "))
    .argument("<memory>", "a memory file")
    .option("--max <n>", "lsr: test at most this many sets of patterns (default: 10000000)", number("--max", { min: 1, whole: true }))
    .addOption(new Option("--max-sets <n>", "the same").argParser(number("--max-sets", { min: 1, whole: true })).hideHelp())
    .option("--beta <b>", "at this beta instead of the memory's own", number("--beta", { min: 0, open: true }))
    .option("--cursor <numbers>", "lsr: go on where a search that was cut short stopped", cursor)
    .option("--containing <key>", "lsr: only sets with this pattern, small ones first; pairs are complete whatever --max is")
    .option("--starts <n>", "other energies: so many random starts besides the patterns and their mean", number("--starts", { min: 0, whole: true }))
    .option("--barcode", "lsr: the windows of beta of all minima")
    .option("--min-beta <b>", "with --barcode: only windows that are open above this beta", number("--min-beta", { min: 0 }), 0)
    .option("-o, --out <file>", "with --barcode: draw it (.svg) or save it (.engram)")
    .addOption(seedOption()).addOption(forceOption()).addOption(jsonOption());
  withExamples(command, ["engram minima digits.engram", "engram minima digits.engram --barcode -o barcode.svg"])
    .action(async (memory: string, options: MinimaOptions) => minima(memory, options, session));
}

function cursor(text: string): Cursor {
  const numbers = text.split(",").map(Number);
  if (text.trim() === "" || numbers.some((mu) => !Number.isInteger(mu) || mu < 0)) throw new EngramError("--cursor", "whole numbers with commas", `"${text}"`, "Copy it from the warning of the search that stopped.");
  return numbers;
}

async function minima(path: string, options: MinimaOptions, session: Session): Promise<void> {
  checkOptions(options);
  const { memory, model } = await openAlbum(path, { find: false, models: ["dense"] });
  if (!(memory instanceof DenseMemory)) throw new EngramError(path, "a memory of model dense", `model ${model}`, "Make one with `engram remember --model dense --energy lsr`.");
  const { energy } = memory.parameters;
  const exact = energy === "lsr" || energy === "epanechnikov";
  if (options.barcode !== true) checkEnergy(options, energy, exact);
  const named = (members: readonly number[]): Key[] => members.map((mu) => memory.keys[mu]);
  if (options.barcode === true) await barcode(memory, named, options, session);
  else if (exact) await list(memory, named, options, session);
  else await settled(memory, named, options, session);
  memory.dispose();
}

/** What only one kind of search has. */
function checkEnergy({ max, maxSets, cursor: from, containing, starts }: MinimaOptions, energy: string, exact: boolean): void {
  const given = exact ? { "--starts": starts } : { "--max": max ?? maxSets, "--cursor": from, "--containing": containing };
  const wrong = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (wrong !== undefined) throw new EngramError(wrong, exact ? "an energy without closed form" : "energy lsr", `energy ${energy}`, exact ? "All minima of lsr are found without starts; leave it out." : "It limits the search over sets; leave it out.");
}

function checkOptions({ barcode: all, beta, cursor: from, containing, starts, out, minBeta, force }: MinimaOptions): void {
  const misplaced = all === true ? [beta === undefined ? "" : "--beta", from === undefined ? "" : "--cursor", containing === undefined ? "" : "--containing", starts === undefined ? "" : "--starts"] : [out === undefined ? "" : "--out", minBeta === 0 ? "" : "--min-beta"];
  const wrong = misplaced.find((name) => name !== "");
  if (wrong !== undefined) throw new EngramError(wrong, all === true ? "a list at one beta" : "--barcode", all === true ? "--barcode" : "a list at one beta", `Leave out ${all === true ? "one of them" : "it, or add --barcode"}.`);
  if (from !== undefined && containing !== undefined) throw new EngramError("--cursor", "one of --cursor and --containing", "both", "Sets with one pattern are searched by size; raise --max instead.");
  if (out === undefined) return;
  if (!/\.(svg|engram)$/.test(out)) throw new EngramError("--out", "a name that ends in .svg or .engram", out, "The ending says what to write.");
  checkTarget(out, force === true);
}

async function list(memory: DenseMemory, named: (members: readonly number[]) => Key[], options: MinimaOptions, session: Session): Promise<void> {
  const { json, beta, cursor: from, containing } = options;
  const seed = containing === undefined ? undefined : memory.keys.findIndex((key) => String(key) === containing);
  if (seed === -1) throw new EngramError("--containing", "a key of the memory", `"${containing}"`, "`engram info` lists the keys.");
  const progress = session.progress(seed === undefined ? "patterns" : "sets", seed === undefined ? memory.size : setsOf(options));
  const budget = { maxSets: setsOf(options), ...(seed === undefined ? {} : { containing: seed }), ...(from === undefined ? {} : { cursor: from }) };
  const found = await session.compute(() => memory.minima({ ...budget, beta, onProgress: ({ smallest, tested: sets }) => progress.update(seed === undefined ? smallest : sets) }));
  progress.stop();
  const { preserved, novel, complete, tested } = found;
  const lines = found.minima.map((minimum) => ({ members: named(minimum.members), energy: minimum.energy, novel: minimum.novel }));
  if (!complete) {
    session.status = 1;
    const open = seed === undefined ? `patterns ${found.unfinished[0]} to ${found.unfinished.at(-1)} are not done` : "larger sets are not done";
    session.warn(`the list is incomplete: ${tested} sets were tested, ${open}; raise --max${seed === undefined ? `, or go on with --cursor ${found.cursor!.join(",")}` : ""}`);
  }
  if (json === true) session.json({ minima: lines, preserved, novel, complete, ...(complete || seed !== undefined ? {} : { cursor: found.cursor }) });
  else {
    print(lines, session);
    const kept = new Set(found.minima.flatMap(({ at }) => at)).size;
    session.note(`${kept} of ${memory.size} patterns preserved, ${novel} novel minima${seed === undefined ? "" : ` with ${containing}`}${complete && from === undefined ? "" : ", incomplete"}`);
  }
}

function setsOf({ max, maxSets }: MinimaOptions): number {
  return maxSets ?? max ?? 10_000_000;
}

function print(lines: readonly { members: readonly Key[]; energy: number; novel: boolean }[], session: Session): void {
  for (const { members, energy, novel } of lines) session.data(`${energy}\t${novel ? "novel" : "preserved"}\t${members.join(", ")}`);
}

async function settled(memory: DenseMemory, named: (members: readonly number[]) => Key[], { json, beta, starts = 0, seed }: MinimaOptions, session: Session): Promise<void> {
  const progress = session.progress("starts", memory.size + 1 + starts);
  const found = await session.compute(() => memory.survey((rows, energy) => settledMinima(rows, energy, { randomStarts: starts, rng: seeded(seed), onProgress: ({ done }) => progress.update(done) }), beta));
  progress.stop();
  const { preserved, novel, flat, lost } = found;
  const lines = found.found.filter(({ kind }) => kind === "minimum").map((one) => ({ members: named(one.starts.filter((mu) => mu < memory.size)), energy: one.energy, novel: one.novel }));
  if (lost.length > 0) session.warn(`${lost.length} starts came to no rest`);
  if (json === true) session.json({ minima: lines, preserved, novel, complete: false, seed });
  else {
    print(lines, session);
    session.note(`${preserved + novel} minima, ${preserved} of them at a stored pattern${flat > 0 ? `, and ${flat} flat stretches` : ""}, from ${memory.size} patterns, their mean and ${starts} random points: a lower bound`);
  }
}

async function barcode(memory: DenseMemory, named: (members: readonly number[]) => Key[], options: MinimaOptions, session: Session): Promise<void> {
  const { json, minBeta, out, force } = options;
  const progress = session.progress("patterns", memory.size);
  const bars = await session.compute(() => memory.barcode({ maxSets: setsOf(options), minBeta, onProgress: ({ smallest }) => progress.update(smallest) }));
  progress.stop();
  if (!bars.complete) {
    session.status = 1;
    session.warn(`the barcode is incomplete; raise --max, or look only above a larger --min-beta`);
  }
  if (out !== undefined) await writeWhole(session, out, out.endsWith(".svg") ? new TextEncoder().encode(draw(bars, named, Number(memory.parameters.beta))) : bars.toBytes(), force === true);
  const peak = bars.peak();
  if (json === true) {
    const windows = bars.windows.map(({ members, low, high, novel }) => ({ members: named(members), low, high, novel }));
    session.json({ windows, peak: { novel: peak.novel, preserved: peak.kept, low: peak.low, high: peak.high }, complete: bars.complete });
    return;
  }
  for (const { low, high, novel, members } of bars.windows) session.data(`${low}\t${high}\t${novel ? "novel" : "preserved"}\t${named(members).join(", ")}`);
  session.note(`${bars.windows.length} windows; most novel minima at once: ${peak.novel}, for beta from ${formatNumber(peak.low, 6)} to ${formatNumber(peak.high, 6)}; the memory has beta ${memory.parameters.beta}`);
}

/** More bars than this are left out, the shortest-lived first. */
const DRAWN = 20_000;

function draw(bars: Barcode, named: (members: readonly number[]) => Key[], beta: number): string {
  const life = ({ low, high }: Window): number => (high === Infinity || low === 0 ? Infinity : high / low);
  const chosen = bars.windows.length <= DRAWN ? bars.windows : [...bars.windows].sort((a, b) => (life(a) === life(b) ? 0 : life(b) - life(a))).slice(0, DRAWN);
  const largest = chosen.reduce((most, { members }) => Math.max(most, members.length), 1);
  return barcodeChart({
    title: `Memories over beta${chosen.length < bars.windows.length ? `: the ${DRAWN} longest-lived of ${bars.windows.length}` : ""}`, xLabel: "beta",
    references: [{ x: beta, label: "the memory's beta" }],
    groups: Array.from({ length: largest }, (_, i) => (i === 0 ? "single patterns" : `sets of ${i + 1}`)),
    bars: chosen.map(({ members, low, high }) => ({ from: low, to: high, group: members.length - 1, label: named(members).join(" + ") })),
  });
}

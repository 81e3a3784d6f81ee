/**
 * `engram show`: an entropic memory as a page. Its register as a heat map with the paths of a cue and of what it recalled, why the cue was accepted or
 * not, and what is recalled from it as sigma grows, from memory to noise (entropic-memory.md sections 2, 15.9; arXiv 2405.12500).
 */
import type { Command } from "commander";
import { type EntropicMemory, levelDistance, warningsOf } from "../entropic/index.ts";
import { NO_LEVEL } from "../kernels/index.ts";
import { encodePng, image, type Image } from "../images/index.ts";
import { LARGEST } from "../images/mosaic.ts";
import { EngramError } from "../numeric/index.ts";
import { figure, formatNumber, htmlTable, paragraph, picture, plainPage, registerChart, type Section } from "../report/index.ts";
import type { OpenAlbum } from "./album.ts";
import { type Cue, readCues } from "./cues.ts";
import { checkTarget, writeWhole } from "./files.ts";
import { checkHeight, filmstrip, mostFrames } from "./filmstrip.ts";
import { addNetworkOptions, type NetworkOptions, openEntropic } from "./imagine.ts";
import { openClassifier } from "./networks.ts";
import { forceOption, number, seedOption, withExamples } from "./options.ts";
import { answered, decoderOf } from "./recall.ts";
import { painterOf } from "./recall-output.ts";
import type { Session } from "./session.ts";

interface ShowOptions extends NetworkOptions {
  output: string;
  visible?: string;
  strict?: boolean;
  sigma?: number;
  columns?: readonly [number, number];
  seed: number;
  force?: boolean;
}

/** From the cue itself to the columns alone. */
const SIGMAS: readonly number[] = [0, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, Infinity];
/** Columns drawn where nothing is said; cues on one page. */
const DRAWN = 1024;
const CUES = 16;

export function addShow(program: Command, session: Session): void {
  const command = program.command("show").summary("draw an entropic memory, and a cue's way through it, as a page")
    .description([
      "Writes one page (HTML, nothing is fetched): the register as a heat map, the weights of its cells with the entropy of every column; for each cue",
      "its path through the table and that of what was recalled, which columns speak against it, and a filmstrip from memory to noise: what is",
      "recalled from it at growing sigma. Pictures are those of the memory, or painted by --decoder; features without one are shown as grey tiles.",
      "Exit code 1 if any cue is not accepted; the page is written, and says why.",
    ].join(" "))
    .argument("<memory>", "a memory file of model entropic")
    .argument("[cue...]", `pictures, folders of them, or .npy arrays of rows; at most ${CUES}`)
    .requiredOption("-o, --output <file>", "the page to write, NAME.html")
    .option("--visible <what>", "what is visible of every cue, as for engram recall")
    .option("--strict", "refuse what is no cue in a folder, instead of skipping it with a warning")
    .option("--sigma <s>", "width of the retrieval whose path is drawn (default: the memory's)", number("--sigma", { min: 0 }))
    .option("--columns <from:to>", `which columns are drawn, the last not included (default: the first ${DRAWN})`, stretch)
    .addOption(seedOption()).addOption(forceOption());
  addNetworkOptions(command);
  withExamples(command, ["engram show album.engram cue.png -o register.html", "engram show codes.engram cue.npy --decoder decoder.safetensors --columns 0:64 -o register.html"])
    .action(async (memory: string, cues: string[], options: ShowOptions) => show(memory, cues, options, session));
}

function stretch(text: string): [number, number] {
  const [from, to] = /^(\d{1,9}):(\d{1,9})$/.exec(text)?.slice(1).map(Number) ?? [0, 0];
  if (from >= to) throw new EngramError("--columns", "FROM:TO, whole numbers, the first below the last", `"${text}"`, "For example --columns 0:128.");
  return [from, to];
}

async function show(path: string, paths: string[], options: ShowOptions, session: Session): Promise<void> {
  const { output, columns, sigma, seed } = options;
  if (!/\.html?$/i.test(output)) throw new EngramError("--output", "a name that ends in .html", `"${output}"`, "The page is HTML.");
  checkTarget(output, options.force === true);
  const { album, memory } = await openEntropic(path, options.encoder);
  const decoder = await decoderOf(album, options.decoder);
  const classify = options.classifier === undefined ? undefined : await openClassifier(options.classifier, memory.dim);
  const cues = paths.length === 0 ? [] : await readCues(paths, album, session, options);
  if (cues.length > CUES) throw new EngramError("cues", `at most ${CUES} on a page`, String(cues.length), "Name fewer; a row of an array can be saved alone.");
  const n = memory.dim;
  const [from, to] = columns ?? [0, Math.min(n, DRAWN)];
  if (to > n) throw new EngramError("--columns", `columns from 0 to ${n}`, `${from}:${to}`, `The memory has ${n}.`);
  const paint = painterOf(album, decoder) ?? tiles(memory);
  if (cues.length > 0) await session.compute(() => checkStrips(cues, paint(cues[0].values)));
  const page = await session.compute(() => {
    const shown = cues.map((cue) => answered([cue], () => cueSections(memory, cue, { from, to, sigma, seed, paint, classify })));
    if (shown.some(({ accepted }) => !accepted)) session.status = 1;
    const sections = cues.length === 0 ? [registerSection(memory, from, to)] : shown.flatMap((one) => one.sections);
    return plainPage(`Entropic memory ${path}`, lead(memory, album), sections, `Engram, seed ${seed}. Columns ${from} to ${to - 1} of ${n} are drawn.`);
  });
  await writeWhole(session, output, page, options.force === true);
  session.note(`${output}: ${cues.length} ${cues.length === 1 ? "cue" : "cues"}, columns ${from} to ${to - 1} of ${n}`);
  memory.dispose();
}

/** Before any recall. @throws EngramError for pictures whose strip would be too large */
function checkStrips(cues: readonly Cue[], painted: Image): void {
  const todo = "Make the memory of smaller pictures (--size).";
  for (const { picture = painted } of cues) {
    checkHeight([picture, painted], todo);
    if (mostFrames([picture, painted]) < SIGMAS.length + 1) throw new EngramError("filmstrip", `pictures that fit ${SIGMAS.length + 1} times into ${LARGEST} pixels`, `${Math.max(picture.width, painted.width)} pixels wide`, todo);
  }
}

function lead({ register, quantiser, parameters }: EntropicMemory, { memory, features }: OpenAlbum): string {
  const { n, m, statistics: { entropy, fill, saturation, max } } = register;
  const warnings = warningsOf(register, quantiser);
  return [
    `${memory.size} patterns${features === undefined ? "" : `, seen by ${features.name},`} in a register of ${n} columns and ${m} levels (preset ${parameters.preset}; overrides: ${parameters.overrides}). Entropy ${formatNumber(entropy, 4)} bits of ${formatNumber(m > 1 ? bits(m) : 0, 4)}; ${formatNumber(100 * fill, 3)} % of the cells are filled, ${formatNumber(100 * saturation, 3)} % have reached the cap ${parameters.cap}; the heaviest holds ${max}.`,
    ...(warnings.length === 0 ? [] : [`To know: ${warnings.join("; ")}.`]),
  ].join("\n\n");
}

function bits(m: number): number {
  let b = 0;
  while (2 ** b < m) b++;
  return b;
}

function registerSection({ register: { n, m, cells, statistics: { entropies } } }: EntropicMemory, from: number, to: number): Section {
  return { heading: "The register", parts: [
    figure(registerChart({ title: "Weight of every level in every column", columns: n, levels: m, weights: cells, entropies, from, to }), "Blank cells were never registered. Shades by the square root of the weight."),
  ] };
}

interface Shown {
  readonly from: number;
  readonly to: number;
  readonly sigma?: number;
  readonly seed: number;
  readonly paint: (state: ArrayLike<number>) => Image;
  readonly classify?: (state: ArrayLike<number>) => number;
}

function cueSections(memory: EntropicMemory, cue: Cue, { from, to, sigma, seed, paint, classify }: Shown): { accepted: boolean; sections: Section[] } {
  const { register, quantiser } = memory;
  const { n, m, cells, statistics: { entropies } } = register;
  const asked = { visible: cue.visible, seed, top: 1, ...(sigma === undefined ? {} : { sigma }) };
  const raw = quantiser.transform(cue.values);
  const { accepted, reason, columns, mismatches, weight, leastWeight } = memory.explain(cue.values, asked);
  const recalled = memory.recall(cue.values, asked);
  const drawn = (levels: ArrayLike<number>): number[] => Array.from(levels, (level) => (level < 0 || level === NO_LEVEL ? NaN : level));
  const path = Array.from(raw, (level, j) => (cue.visible?.[j] === 0 ? NaN : level));
  const chart = registerChart({
    title: `The way of ${cue.name} through the register`, columns: n, levels: m, weights: cells, entropies, from, to,
    paths: [{ name: "the cue", levels: path }, ...(accepted ? [{ name: `recalled at sigma ${sigma ?? memory.parameters.sigma}`, levels: drawn(recalled.levels) }] : [])],
  });
  const words = { outside: "outside the range", undefined: "no level", empty: "never registered", iota: "registered too rarely" };
  const why = columns.length === 0 ? [] : [htmlTable({
    columns: ["column", "level", "why it speaks against the cue", "weight", "needed"], rows: columns.slice(0, 20).map(({ column, level, test, count, least }) => [column, level, words[test], count, least]),
  }, columns.length > 20 ? `the first 20 of ${columns.length}` : undefined)];
  const strip = SIGMAS.map((width) => ({ width, found: memory.recall(cue.values, { ...asked, sigma: width }) }));
  const shown = register.levels(raw, cue.visible);
  const rows = strip.map(({ width, found }) => {
    const [best] = found.ranking;
    return [
      sigmaText(width), found.accepted ? levelDistance(shown, found.levels, m) : null, best === undefined ? null : String(best.key), best === undefined ? null : 0 - best.score,
      ...(classify === undefined ? [] : [found.accepted ? classify(found.state) : null]), found.accepted ? found.energies[1] : null,
    ];
  });
  const own = cue.picture ?? paint(cue.values);
  const film = filmstrip([[{ label: "cue", picture: own }, ...strip.map(({ width, found }) => ({ label: sigmaText(width), picture: found.accepted ? paint(found.state) : undefined }))]]);
  return { accepted, sections: [
    { heading: `${cue.name}: ${accepted ? "accepted" : "not accepted"}`, parts: [
      paragraph(accepted
        ? `${mismatches} of ${n} columns do not match; its weight is ${formatNumber(weight, 4)}, and had to reach ${formatNumber(leastWeight, 4)}. Nearest stored: ${recalled.key ?? "unknown (the table alone keeps no names)"}.`
        : `Not accepted: ${reason}. Nothing is recalled.`),
      ...why, figure(chart, "The line is the cue, the dashed one what was drawn for it. A cross: nothing registered there, or outside the range. Blank cells were never registered; shades by the square root of the weight."),
    ] },
    { heading: `${cue.name}: from memory to noise`, parts: [
      figure(picture(encodePng(film), `what was recalled from ${cue.name} at growing sigma`), "The cue, then what is recalled from it at growing sigma. At 0 the nearest filled cell of each column, at inf the columns alone: the cue has no say any more. Black: not accepted."),
      htmlTable({ columns: ["sigma", "distance from the cue", "nearest stored", "its distance", ...(classify === undefined ? [] : ["class"]), "surprise, bits"], rows }, "distances: root mean square over the columns, in shares of the range"),
    ] },
  ] };
}

function sigmaText(sigma: number): string {
  return sigma === Infinity ? "inf" : String(sigma);
}

/** Features as a grey tile, row by row: each in its column's range, black to white. */
function tiles({ quantiser }: EntropicMemory): (state: ArrayLike<number>) => Image {
  const { lo, hi, kind, columns: n } = quantiser.data;
  const side = Math.ceil(Math.sqrt(n));
  return (state) => {
    const grey = new Float32Array(side * Math.ceil(n / side)).fill(1);
    for (let j = 0; j < n; j++) {
      const [a, b] = kind === "global" ? [lo[0], hi[0]] : [lo[j], hi[j]];
      grey[j] = b > a ? Math.min(1, Math.max(0, (state[j] - a) / (b - a))) : 0.5;
    }
    return image(side, Math.ceil(n / side), 1, grey);
  };
}

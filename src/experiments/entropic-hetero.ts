/**
 * `entropic-hetero`: digits and letters as pairs (arXiv 2411.02438, code of November 2024; entropic-memory.md section 10): T O P B W Z M A L S stand for 0 to 9, n = p = 64,
 * m = q = 16. What is registered must be recognised, and every partner must lie in every column of its cue's projection; what is recalled, by each way of
 * retrieval, is measured. No numbers were published with that code, so there is nothing to match.
 *
 * --quick pairs garments with garments five classes further on, of what the shipped slice has that the network has not seen.
 */
import { join } from "node:path";
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { check, figure, htmlTable, lineChart, paragraph, picture, result } from "../report/index.ts";
import { type LabelledImages, loadFashion, rowsOf } from "./data.ts";
import { direction, type Direction, fillCurve, type FillRow, LEVELS, MODES, type Mode, recallBy, type RecallRow, recallRow, registeredPairs, row, type SideSet, sideSet } from "./entropic-hetero-trial.ts";
import { type Context, dataFolder, type Experiment, type Report } from "./experiment.ts";
import { corporaOf, loadWhole, pairsOf } from "./joint-corpora.ts";
import { FEATURES, type JointNetworks, openJoint } from "./joint-networks.ts";
import { reportOf } from "./report-files.ts";
import { unseenGarments } from "./unseen-garments.ts";

export const entropicHetero: Experiment = { name: "entropic-hetero", title: "Hetero-associative entropic memory: digits and letters", needsData: true, run };

const PERCENTS = [1, 2, 4, 8, 16, 32, 64, 100];
const SHOWN: readonly Mode[] = ["random", "test", "search", "prototype, constructed", "oracle: class given", "oracle: partner given"];
const DIRECTIONS = ["left", "right"] as const;

/** Pictures of one side, and which of them are what. */
interface Source {
  readonly name: string;
  readonly set: LabelledImages;
  /** By the classes that pairs share. */
  readonly labels: Uint8Array;
  readonly networks: JointNetworks;
  readonly fill: Uint32Array;
  readonly test: Uint32Array;
}

function run(context: Context): Report {
  const start = context.now();
  const { quick, seed } = context;
  context.progress("encoding", 0);
  const sources = quick ? garments() : characters(context);
  const [a, b] = sources;
  const filling = pairsOf({ places: a.fill, labels: a.labels }, { places: b.fill, labels: b.labels });
  const asked = testPairs(a, b);
  const sides = sources.map((source, k) => sideSet(source.name, source.networks, encode(source, source.fill), encode(source, k === 0 ? filling.left : filling.right), encode(source, k === 0 ? asked.left : asked.right)));
  const [left, right] = sides;
  const { register, rows: fills } = fillCurve(left, right, asked.same, PERCENTS, (part) => context.progress("registering", 0.1 + 0.1 * part));
  context.progress("registered pairs", 0.2);
  const registered = registeredPairs(register, left, right);
  const labels = Uint8Array.from(filling.left, (place) => a.labels[place]);
  const testLabels = Uint8Array.from(asked.left, (place) => a.labels[place]);
  const ways = DIRECTIONS.map((from) => (from === "left" ? direction(register, from, left, right, labels, seed) : direction(register, from, right, left, labels, seed)));
  const count = quick ? 20 : 60;
  const places = { registered: spread(filling.left.length, count), test: spread(asked.same.filter(Boolean).length, count).map((k) => [...asked.same.keys()].filter((c) => asked.same[c])[k]) };
  const rows: RecallRow[] = [];
  for (const way of ways) {
    for (const cues of ["registered", "test"] as const) {
      for (const mode of MODES) {
        context.progress(`${way.source.name} to ${way.target.name}, ${cues}, ${mode}`, 0.25 + (0.7 * rows.length) / (4 * MODES.length));
        rows.push(recallRow(way, cues, mode, places[cues], cues === "registered" ? labels : testLabels));
      }
    }
  }
  const pictures = ways.map((way) => pairPictures(way, sources, filling, labels));
  for (const { networks } of sources) networks.dispose();
  return report(context, start, { pairs: filling.left.length, tests: asked.same.length, sides, fills, registered, rows, pictures, bytes: register.table.bytes, store: register.table.store });
}

function encode({ set, networks }: Source, places: Uint32Array): Float32Array {
  return networks.encode(rowsOf(set, places));
}

function characters(context: Context): Source[] {
  const folder = dataFolder(context, entropicHetero.name);
  return (["digits", "letters"] as const).map((name) => {
    const set = loadWhole(join(folder, name === "digits" ? "mnist" : "emnist-letters"));
    const { fill, test } = corporaOf("hetero2024", set.labels);
    return { name, set, labels: set.labels, networks: openJoint(name, context.weights), fill, test };
  });
}

function garments(): Source[] {
  const set = loadFashion();
  const { fill, test } = unseenGarments(set);
  const parts = { set, fill: Uint32Array.from(fill), test: Uint32Array.from(test) };
  return [
    { ...parts, name: "garments", labels: set.labels, networks: openJoint("fashion") },
    { ...parts, name: "garments five classes on", labels: set.labels.map((label) => (label + 5) % 10), networks: relabelled(openJoint("fashion")) },
  ];
}

function relabelled(networks: JointNetworks): JointNetworks {
  return { ...networks, classify: (latents) => networks.classify(latents).map((label) => (label + 5) % 10) };
}

/** 4/9 of the smaller side matched by class, the rest paired in order with what is left of the larger: about half of all pairs are of one class. */
function testPairs(a: Source, b: Source): { left: Uint32Array; right: Uint32Array; same: boolean[] } {
  const swapped = a.test.length > b.test.length;
  const [small, large] = swapped ? [b, a] : [a, b];
  const matched = pairsOf({ places: small.test.subarray(0, Math.round((4 / 9) * small.test.length)), labels: small.labels }, { places: large.test, labels: large.labels });
  const used = [new Set(matched.left), new Set(matched.right)];
  const rest = [small.test.filter((place) => !used[0].has(place)), large.test.filter((place) => !used[1].has(place))];
  const more = Math.min(rest[0].length, rest[1].length);
  const [mine, theirs] = [[...matched.left, ...rest[0].subarray(0, more)], [...matched.right, ...rest[1].subarray(0, more)]];
  const same = mine.map((place, c) => small.labels[place] === large.labels[theirs[c]]);
  const [left, right] = swapped ? [theirs, mine] : [mine, theirs];
  return { left: Uint32Array.from(left), right: Uint32Array.from(right), same };
}

/** `count` of 0 .. of - 1, evenly. */
function spread(of: number, count: number): number[] {
  const many = Math.min(of, count);
  return Array.from({ length: many }, (_, k) => Math.floor((k * of) / many));
}

/** A row per class: the cue, its stored partner, and what each way brings; black where rejected. */
function pairPictures(way: Direction, sources: readonly Source[], filling: { left: Uint32Array; right: Uint32Array }, labels: Uint8Array): Uint8Array {
  const { source, target } = way;
  const [own, other] = way.from === "left" ? [filling.left, filling.right] : [filling.right, filling.left];
  const [mine, theirs] = way.from === "left" ? sources : [sources[1], sources[0]];
  const cells: Image[] = [];
  const rows = Array.from({ length: 10 }, (_, c) => labels.indexOf(c)).filter((place) => place >= 0);
  for (const c of rows) {
    cells.push(image(28, 28, 1, rowsOf(mine.set, [own[c]])), image(28, 28, 1, rowsOf(theirs.set, [other[c]])), paint(target, row(target.stored, c)));
    for (const mode of SHOWN) {
      const found = recallBy(way, mode, row(source.stored, c), row(target.stored, c), labels[c], c);
      cells.push(found.accepted ? paint(target, found.levels) : image(28, 28, 1, new Float32Array(784)));
    }
  }
  const columnLabels = ["cue", "partner", "decoded", "random", "test", "search", "prototype", "class *", "partner *"];
  return encodePng(mosaic(cells, { columns: columnLabels.length, columnLabels, rowLabels: rows.map(() => ""), scale: 2, gap: 6, margin: 14 }));
}

function paint({ networks, quantiser }: SideSet, levels: Uint16Array): Image {
  return image(28, 28, 1, networks.decode(quantiser.inverse(levels)));
}

interface Found {
  readonly pairs: number;
  readonly tests: number;
  readonly sides: readonly SideSet[];
  readonly fills: readonly FillRow[];
  readonly registered: ReturnType<typeof registeredPairs>;
  readonly rows: readonly RecallRow[];
  readonly pictures: readonly Uint8Array[];
  readonly bytes: number;
  readonly store: string;
}

function report(context: Context, start: number, { pairs, tests, sides, fills, registered, rows, pictures, bytes, store }: Found): Report {
  const { quick, seed } = context;
  const of = (cues: RecallRow["cues"], mode: Mode): RecallRow[] => rows.filter((one) => one.cues === cues && one.mode === mode);
  const mean = (cues: RecallRow["cues"], mode: Mode, key: "exact" | "right" | "distance" | "answered"): number => of(cues, mode).reduce((sum, one) => sum + one[key], 0) / of(cues, mode).length;
  const last = fills[fills.length - 1];
  const found = result({
    experiment: entropicHetero.name, title: entropicHetero.title, seed, seconds: context.now() - start,
    parameters: { quick, sides: sides.map(({ name }) => name), n: FEATURES, m: LEVELS, pairs, "test pairs": tests, "table, bytes": bytes, store, "entropy, bits": last.entropy, fullness: last.fullness, "objects in a projection, bits": registered.bits },
    rows: [...fills.map((one) => ({ table: "filling", ...one })), ...rows.map((one) => ({ table: "recall", ...one }))],
    checks: [
      check({ name: "registered pairs recognised at iota = kappa = xi = 0, share", measured: registered.recognised, expected: 1, origin: "derived (E24), (E27)" }),
      check({ name: `partner in every column of the projection, ${sides[0].name} to ${sides[1].name}, share`, measured: registered.there, expected: 1, origin: "derived (E29)" }),
      check({ name: `the same, ${sides[1].name} to ${sides[0].name}, share`, measured: registered.back, expected: 1, origin: "derived (E29)" }),
      check({ name: "registered cues: every mode that only projects answers, %", measured: Math.min(...(["random", "test", "search"] as const).map((mode) => mean("registered", mode, "answered"))), expected: 100, origin: "derived" }),
      check({ name: "mean distance (E31): test less random", measured: mean("registered", "test", "distance") - mean("registered", "random", "distance"), expected: 0, relation: "at most", origin: "derived: the same first draw, then better ones" }),
      check({ name: "mean distance (E31): search less test", measured: mean("registered", "search", "distance") - mean("registered", "test", "distance"), expected: 0, relation: "at most", origin: "derived" }),
      check({ name: "items: exact partner of registered cues, %", measured: Math.min(...of("registered", "yardstick: items").map(({ exact }) => exact)), expected: 90, relation: "at least", origin: "derived: only cues of the same levels are mistaken" }),
    ],
  });
  const chart = lineChart({
    title: "Recognition of test pairs", xLabel: "pairs registered, %", yLabel: "percent", xScale: "log", yDomain: [0, 100], xTicks: PERCENTS,
    series: (["precision", "recall", "accuracy"] as const).map((key) => ({ name: key, x: PERCENTS, y: fills.map((one) => one[key]) })),
  });
  const table = (cues: RecallRow["cues"], k: number): string => htmlTable({
    columns: [`${sides[k].name} to ${sides[1 - k].name}`, "answered", ...(cues === "registered" ? ["exact", "partner nearest"] : []), "class", "distance"],
    rows: MODES.map((mode) => {
      const { answered, exact, nearest, right, distance } = of(cues, mode)[k];
      return [mode, answered, ...(cues === "registered" ? [exact, nearest] : []), right, Number.isNaN(distance) ? "-" : distance];
    }),
    format: (value) => value.toFixed(1),
  });
  const tables = (cues: RecallRow["cues"]): string[] => sides.map((_, k) => table(cues, k));
  return reportOf(found, {
    lead: `All ${pairs} registered pairs are recognised, and every partner lies in every column of its cue's projection, one of 2^${registered.bits.toFixed(0)} objects there in the mean: search brings the partner itself in ${mean("registered", "search", "exact").toFixed(1)} % of the recalls and something of its class in ${mean("registered", "search", "right").toFixed(1)} %.`,
    sections: [
      { heading: "Pairs", parts: pictures.map((png, k) => figure(picture(png, "a row per class: a registered cue, its partner, the partner decoded from its levels, and what is recalled by each way"), `${sides[k].name} to ${sides[1 - k].name}, registered cues. Black: rejected. * Oracles: told the class, or the partner.`)) },
      { heading: "Registered cues", parts: [paragraph("Percent of the cues. Exact: the partner's levels in all 64 columns. Partner nearest: among all stored items the partner is nearest to what was recalled. Class: by the recalled side's classifier. Yardsticks need no table: the stored pair whose own side is nearest to the cue; the mean of the class that the cue's classifier sees."), ...tables("registered")] },
      { heading: "Cues never registered", parts: tables("test") },
      { heading: "Filling", parts: [figure(chart, "Positive: both sides of one class, about half of the test pairs."), htmlTable({
        columns: ["pairs", "H, bits", "fullness, %", "rows in use, %", "P", "R", "accuracy"], rows: fills.map((one) => [String(one.pairs), one.entropy, 100 * one.fullness, 100 * one.occupancy, one.precision, one.recall, one.accuracy]), format: (value) => value.toFixed(2),
      }), paragraph(`The table takes ${(bytes / 2 ** 20).toFixed(1)} MiB, ${store}.`)] },
    ],
    files: [["filling.svg", chart], ...pictures.map((png, k): [string, Uint8Array] => [`pairs-${k === 0 ? "left" : "right"}.png`, png])],
  });
}

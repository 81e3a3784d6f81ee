/** The page of `lsr-mnist-60k`: the share kept over beta, the sixteen and what they imagine, what spoils it among all patterns, and sets with the seed. */
import { type Image, image } from "../images/index.ts";
import { figure, formatPercent, htmlTable, lineChart, paragraph, picture, type Result } from "../report/index.ts";
import type { LabelledImages } from "./data.ts";
import { imageOf } from "./data.ts";
import type { Report } from "./experiment.ts";
import type { Retested, SeededMinima } from "./lsr-byte-minima.ts";
import { letter, title } from "./lsr-latents.ts";
import { named, sheet } from "./lsr-latents-page.ts";
import { reportOf } from "./report-files.ts";

export interface Found {
  readonly set: LabelledImages;
  /** r_s^2 in bytes. */
  readonly r2: number;
  readonly beta: number;
  /** Squared distances to the nearest other pattern, ascending. */
  readonly sorted: Int32Array;
  readonly kept: number;
  /** beta from which half, and all, are kept. */
  readonly half: number;
  readonly all: number;
  readonly closest: number;
  readonly seedDistance: number;
  readonly neighbours: number;
  readonly sixteen: readonly number[];
  readonly retested: readonly Retested[];
  readonly withSeed: SeededMinima;
}

const SCALE = 2;
const SHOWN = 48;
/** Points of the curve. */
const POINTS = 200;

export function bytesReport(found: Result, data: Found): Report {
  const { set, sixteen, retested, withSeed, sorted, neighbours, beta } = data;
  const N = sorted.length;
  const pictureOf = (mu: number): Image => imageOf(set, mu);
  const mean = (members: readonly number[]): Image => blend(set, members);
  const novel = retested.filter((one) => one.novel);
  const alive = novel.filter(({ tested }) => tested.minimum);
  const blocked = novel.filter(({ tested }) => !tested.minimum);
  const keptInside = new Set(retested.filter((one) => !one.novel).map(({ members }) => members[0]));
  const keptByAll = new Set(retested.filter((one) => !one.novel && one.tested.minimum).map(({ members }) => members[0]));
  const own = withSeed.minima.filter(({ length }) => length > 1);
  const chart = curve(data);
  const files = new Map<string, Uint8Array>([
    ["sixteen.png", sheet(sixteen.map((mu, i) => named(pictureOf(mu), letter(i), SCALE)), 16)],
    ["seed.png", sheet(own.slice(0, SHOWN).map((members) => named(mean(members), `${members.length}`, SCALE)), 16)],
  ]);
  if (alive.length > 0) files.set("standing.png", sheet(alive.map(({ places, members }) => named(mean(members), title(places), SCALE)), 16));
  if (blocked.length > 0) {
    const pairs = blocked.slice(0, SHOWN / 2);
    files.set("spoilt.png", sheet(pairs.flatMap(({ places, members, tested }) => [named(mean(members), title(places), SCALE), named(pictureOf(tested.blocker), `#${tested.blocker}`, SCALE)]), 16));
  }
  const shown = (name: string, alt: string, caption: string): string => {
    const png = files.get(name);
    return png === undefined ? paragraph(caption) : figure(picture(png, alt), caption);
  };
  const complete = withSeed.bySize.filter((one) => one.complete).map(({ size }) => size);
  return reportOf(found, {
    lead: "Compact support decides exactly which stored pictures are memories. What a sample of them imagines is mostly undone by the pictures that were left out.",
    files: [["kept.svg", chart], ...files],
    sections: [
      { heading: `Kept: ${data.kept.toLocaleString("en-GB")} of ${N.toLocaleString("en-GB")}`, parts: [
        figure(chart, `A picture is a memory by itself once its nearest neighbour is farther than r_s: half of them from beta = ${data.half.toPrecision(6)}, all from ${data.all.toPrecision(7)}, where the closest pair parts.`),
      ] },
      { heading: `Sixteen patterns: ${keptInside.size} kept, ${novel.length} novel within the subset`, parts: [
        shown("sixteen.png", "the sixteen pictures", `The seed A (number ${sixteen[0]}) and 15 of its ${neighbours - 1} neighbours within 2 r_s. Kept within the subset: ${[...keptInside].map((mu) => letter(sixteen.indexOf(mu))).join(" ")}. Kept among all: ${[...keptByAll].map((mu) => letter(sixteen.indexOf(mu))).join(" ") || "none"}.`),
        shown("standing.png", "novel memories that stand", `The ${alive.length} of ${novel.length} novel memories that are memories of all ${N.toLocaleString("en-GB")} patterns: no other pattern lies within r_s of their mean.`),
        shown("spoilt.png", "novel memories that do not stand, each with a pattern in its way", `${blocked.length} are none: beside each a pattern, by number, that lies within r_s of the mean and pulls the state on.`),
      ] },
      { heading: `With the seed, among all: ${own.length.toLocaleString("en-GB")} novel`, parts: [
        htmlTable({ columns: ["patterns in the set", "sets tested", "memories", "all of them"], rows: withSeed.bySize.map(({ size, tested, minima, complete: whole }) => [size, tested, minima, whole ? "yes" : "no: budget"]) }, "Every set whose members are pairwise closer than 2 r_s, tested against every pattern."),
        paragraph(`Complete for sets of ${complete.join(", ")}${withSeed.complete ? " and all larger ones" : "; larger sets only as far as the budget of sets lasted"}. A single picture out of ${N.toLocaleString("en-GB")} takes part in thousands of memories at beta = ${beta.toPrecision(3)}: an exact count, where a list of a few dozen is what a sample shows.`),
        shown("seed.png", "novel memories with the seed", "The first of them, nearest partners first; above each the number of its members."),
      ] },
    ],
  });
}

/** The mean picture of some. */
function blend(set: LabelledImages, members: readonly number[]): Image {
  const [channels, height, width] = set.shape;
  const all = members.map((mu) => imageOf(set, mu).data);
  return image(width, height, channels, Float32Array.from(all[0], (_, p) => all.reduce((sum, data) => sum + data[p], 0) / members.length));
}

function curve({ sorted, beta, half }: Found): string {
  const N = sorted.length;
  const places = Array.from({ length: POINTS }, (_, i) => Math.floor((i * (N - 1)) / (POINTS - 1))).filter((place) => sorted[place] > 0);
  const x = places.map((place) => (2 * 255 * 255) / sorted[place]).reverse();
  return lineChart({
    title: "Patterns that are memories by themselves", xLabel: "beta", yLabel: "share kept", xScale: "log", yDomain: [0, 1],
    series: [{ name: "kept", x, y: places.map((place) => (N - place) / N).reverse() }],
    references: [{ x: beta, label: `beta = ${beta.toPrecision(3)}` }, { y: 0.5, label: `${formatPercent(0.5)} from ${half.toPrecision(4)}` }],
  });
}

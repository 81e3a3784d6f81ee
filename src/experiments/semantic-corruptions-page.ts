/** The page of `semantic-corruptions`: the picture, the table of the best similarity of each map, all similarities, recall against N. */
import { figure, heatMap, htmlTable, lineChart, markdownTable, paragraph, picture, type Result, type Section, type Table } from "../report/index.ts";
import type { Report } from "./experiment.ts";
import { reportOf } from "./report-files.ts";
import { ALL_DAMAGES, type Family, IN_VIEWS } from "./semantic-damage.ts";
import type { Phi } from "./semantic-phi.ts";
import { bestOf, rowOf, type SweepRow } from "./semantic-sweep.ts";

interface Shown {
  readonly N: number;
  readonly quick: boolean;
}

/** @param seen rows of memories the encoders were trained on @param png the picture of examples */
export function corruptionsReport(found: Result, { rows, seen }: { rows: readonly SweepRow[]; seen: readonly SweepRow[] }, phis: readonly Phi[], png: Uint8Array, { N, quick }: Shown): Report {
  const names = phis.map(({ name }) => name);
  const present = new Set(rows.map(({ damage }) => damage));
  const damages = ALL_DAMAGES.map(({ name }) => name).filter((name) => present.has(name));
  const map = heatMap({
    title: `Index-exact recall of ${N} memories, best similarity of each map`, xLabel: "feature map", yLabel: "damage", columns: names.length, rows: damages.length, x: names.map((name) => name.replace(/^contrastive-/, "").replace("convolutions", "conv.")), y: damages, domain: [0, 1], width: 960, showValues: true,
    values: damages.flatMap((damage) => names.map((phi) => bestOf(rows, phi, damage, N)?.exact ?? NaN)),
  });
  const curves = ["crop, area 0.5", "square, 24 px", "rotation, any angle", "noise 0.5, folded (C1)"].filter((damage) => damages.includes(damage)).map((damage) => ({ damage, svg: curve(rows, names, damage) }));
  const best = bestTable(rows, names, damages, N);
  const sections: Section[] = [
    { heading: "What was seen, and what was recalled", parts: [
      figure(picture(png, "rows of pictures: original, cue, and what pixels and features recall"), `The best-scoring of ${N} stored pictures. Pixels by L1 and by Pearson's correlation; features of the shipped encoders by L1 of their square roots at unit length (root L1). Unit L1 and the others stand in the tables below.`),
    ] },
    { heading: "The best similarity of each map", parts: [
      figure(map, "Share of cues whose best-scoring memory is the one they were made from. What a map was never shown in training is the honest test: see the table of views below. resnet18, small and small-standard are the contrastive encoders."),
      htmlTable(best), paragraph("Mean and population standard deviation over the slices (at the main strengths those of five seeds, where not quick); in brackets the similarity, and which features where there are two kinds. unit L1: L1 between features scaled to length 1; root L1: the same of sign(x) sqrt|x|; L1 takes them as they are."),
    ] },
    { heading: "What the views of training held", parts: [htmlTable(viewsTable(phis)), paragraph("Features are invariant to what the two views of a picture differed in. Random convolutions, PCA and U-Hop were shown no views at all; ResNet-20 was trained on labels, with flips and small shifts.")] },
    ...curves.map(({ damage, svg }): Section => ({ heading: `Recall against N: ${damage}`, parts: [figure(svg, "The best similarity of each map at each N. Bands: one standard deviation over the slices.")] })),
    ...(seen.length === 0 ? [] : [{ heading: "Memories the encoder was trained on", parts: [htmlTable(seenTable(rows, seen, damages, N)), paragraph("Training images as memories beside unseen ones, each with its best similarity. All other tables are of unseen images.")] }]),
    ...names.map((phi): Section => ({ heading: `All similarities: ${phi}`, parts: [htmlTable(allTable(rows, phi, damages, N))] })),
  ];
  return reportOf(found, {
    lead: `Pixels recall what is only noisy. ${quick ? "Emoji" : "Photographs"} that were cropped, turned or half hidden take features, and which features depends on what the encoder learned to overlook.`,
    sections, files: [["recall.png", png], ["recall.svg", map], ["table.md", markdownTable(best)], ...curves.map(({ damage, svg }): [string, string] => [`${damage.replace(/[^a-z0-9]+/g, "-")}.svg`, svg])],
  });
}

function seenTable(rows: readonly SweepRow[], seen: readonly SweepRow[], damages: readonly string[], N: number): Table {
  const names = [...new Set(seen.map(({ phi }) => phi))];
  return {
    columns: [`damage, N = ${N}`, ...names.flatMap((phi) => [`${phi}, unseen`, `${phi}, trained on`])],
    rows: damages.filter((damage) => seen.some((row) => row.damage === damage)).map((damage) => [damage, ...names.flatMap((phi) => [rows, seen].map((from) => bestOf(from, phi, damage, N)?.exact ?? null))]),
    format: (value) => value.toFixed(3),
  };
}

function bestTable(rows: readonly SweepRow[], names: readonly string[], damages: readonly string[], N: number): Table {
  const text = (row: SweepRow | undefined): string | null => (row === undefined ? null : `${row.exact.toFixed(2)} ± ${row.exactStd.toFixed(2)} (${[row.similarity, row.features].filter((part) => part !== "").join(", ")})`);
  return { columns: [`damage, N = ${N}`, ...names], rows: damages.map((damage) => [damage, ...names.map((phi) => text(bestOf(rows, phi, damage, N)))]) };
}

function allTable(rows: readonly SweepRow[], phi: string, damages: readonly string[], N: number): Table {
  const own = rows.filter((row) => row.phi === phi && row.N === N);
  const kinds = [...new Set(own.map(({ features, similarity }) => JSON.stringify([features, similarity])))].map((key) => JSON.parse(key) as [string, string]);
  return {
    columns: ["damage", ...kinds.map(([features, similarity]) => [similarity, features].filter((part) => part !== "").join(", ")), "label right (best)", "median rank (best)", "error (best)"],
    rows: damages.map((damage) => {
      const best = bestOf(rows, phi, damage, N);
      return [damage, ...kinds.map(([features, similarity]) => rowOf(rows, phi, features, similarity, damage, N)?.exact ?? null), best === undefined || Number.isNaN(best.label) ? null : best.label, best?.medianRank ?? null, best?.mse ?? null];
    }),
    format: (value) => (Number.isInteger(value) && value > 1 ? String(value) : value.toFixed(value < 0.1 ? 3 : 2)),
  };
}

function viewsTable(phis: readonly Phi[]): Table {
  const trained = phis.filter(({ views }) => views !== undefined);
  return { columns: ["family", ...trained.map(({ name }) => name)], rows: (Object.keys(IN_VIEWS) as Family[]).filter((family) => family !== "clean").map((family) => [family, ...trained.map(({ views }) => IN_VIEWS[family][views!])]) };
}

function curve(rows: readonly SweepRow[], names: readonly string[], damage: string): string {
  const sizes = [...new Set(rows.filter((row) => row.damage === damage).map(({ N }) => N))].sort((a, b) => a - b);
  return lineChart({
    title: damage, xLabel: "memories, N", yLabel: "index exact", yDomain: [0, 1], yStyle: "percent", xScale: "log", xTicks: sizes,
    series: names.map((phi) => {
      const line = sizes.map((N) => bestOf(rows, phi, damage, N)).filter((row) => row !== undefined);
      return {
        name: phi, dashed: phi === "pixels", x: line.map(({ N }) => N), y: line.map(({ exact }) => exact),
        band: { low: line.map(({ exact, exactStd }) => Math.max(0, exact - exactStd)), high: line.map(({ exact, exactStd }) => Math.min(1, exact + exactStd)) },
      };
    }),
  });
}

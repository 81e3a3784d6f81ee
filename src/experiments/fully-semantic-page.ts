/** The pictures, tables and page of `fully-semantic`. */
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { seeded } from "../numeric/index.ts";
import { figure, htmlTable, lineChart, markdownTable, paragraph, picture, type Result, type Section, type Table } from "../report/index.ts";
import type { FullySemanticMemory } from "../semantic/index.ts";
import type { Report } from "./experiment.ts";
import { type FullyRow, NOISES, type Painted } from "./fully-semantic.ts";
import type { ColourRow } from "./fully-semantic-colour.ts";
import { reportOf } from "./report-files.ts";

const D = 784;
const SHOWN = ["clean", "noise 0.3, folded (C1)", "noise 0.5, folded (C1)", "noise 0.5, clipped (C2)"];
const PER_NOISE = 3;

/** A row per cue: the stored picture, the cue, what the memory paints, and what the decoder makes of the cue's own code. */
export function fullyPicture(sets: readonly { readonly set: Painted; readonly memory: FullySemanticMemory }[], seed: number): Uint8Array {
  const cells: Image[] = [];
  const rowLabels: string[] = [];
  for (const { set, memory } of sets) {
    SHOWN.forEach((name, k) => {
      const { corruption } = NOISES.find((noise) => noise.name === name)!;
      for (let j = 0; j < PER_NOISE; j++) {
        const mu = k * PER_NOISE + j;
        const stored = image(28, 28, 1, set.memories.slice(mu * D, (mu + 1) * D));
        const cue = image(28, 28, 1, corruption(stored, seeded(seed).fork(mu)).data.map((x) => Math.min(1, Math.max(0, x))));
        const found = memory.recall(cue);
        cells.push(stored, cue, image(28, 28, 1, Float32Array.from(found.state)), image(28, 28, 1, set.memories.slice(found.index * D, (found.index + 1) * D)));
        rowLabels.push(j === 0 ? `${set.name}: ${name}` : "");
      }
    });
    memory.dispose();
  }
  return encodePng(mosaic(cells, { columns: 4, columnLabels: ["stored", "cue", "painted", "whose code"], rowLabels, scale: 3, gap: 6, margin: 16 }));
}

interface StorageRow {
  readonly set: string;
  readonly weights: string;
  readonly e: number;
  readonly breakEven: number;
  readonly breakEvenWithEncoder: number;
}

export function fullyReport(found: Result, rows: readonly FullyRow[], colour: { readonly rows: readonly ColourRow[]; readonly png?: Uint8Array }, storage: readonly StorageRow[], png: Uint8Array): Report {
  const sets = [...new Set(rows.map(({ set }) => set))];
  const largest = (set: string): number => Math.max(...rows.filter((row) => row.set === set).map(({ N }) => N));
  const table = (set: string, N: number): Table => {
    const own = rows.filter((row) => row.set === set && row.N === N);
    const kinds = [...new Set(own.map(({ memory }) => memory))];
    const damages = [...new Set(own.map(({ damage }) => damage))];
    return {
      columns: [`damage, N = ${N}`, ...kinds.flatMap((kind) => [`${kind}: index`, "class", "error"])],
      rows: damages.map((damage) => [damage, ...kinds.flatMap((kind) => {
        const row = own.find((one) => one.memory === kind && one.damage === damage)!;
        return [row.exact, row.classAgree, row.mse];
      })]),
      format: (value) => value.toFixed(value < 0.1 && value > 0 ? 3 : 2),
    };
  };
  const charts = sets.map((set) => ({ set, svg: chart(rows, set, 100) }));
  const bytes: Table = { columns: ["set", "weights", "bytes a memory", "of pixels", "break-even N, decoder only", "with encoder"], rows: storage.map(({ set, weights, e, breakEven, breakEvenWithEncoder }) => [set, weights, 4 * e, 4 * D, breakEven, breakEvenWithEncoder]) };
  const sections: Section[] = [
    { heading: "Stored, seen, painted", parts: [figure(picture(png, "rows of pictures: stored, noisy cue, painted from the recalled code, and the stored picture whose code it is"), "100 memories. What is painted is like the memory, not the memory; the last column shows whose code was recalled, which this memory cannot show you.")] },
    { heading: "What it takes", parts: [htmlTable(bytes), paragraph("(S12) The networks are paid for once: above the break-even number of memories, codes and decoder take less than pixels.")] },
    ...sets.flatMap((set): Section[] => [
      { heading: set, parts: [figure(charts.find((one) => one.set === set)!.svg, "N = 100. Index: the recalled code is that of the right memory. Class: the painted picture is of the right class, by its nearest neighbour among pictures that are not stored."), ...[100, largest(set)].filter((N, i, all) => all.indexOf(N) === i).map((N) => htmlTable(table(set, N)))] },
    ]),
    ...(colour.png === undefined ? [] : [colourSection(colour.rows, colour.png)]),
  ];
  return reportOf(found, {
    lead: "A memory that stores sixteen numbers of a picture instead of 784, and paints the picture when asked. Noise breaks which one it was before it breaks what it was.",
    sections, files: [["painted.png", png], ...(colour.png === undefined ? [] : [["photographs.png", colour.png] as [string, Uint8Array]]), ["table.md", [...sets.map((set): [string, Table] => [set, table(set, 100)]), ...colourTables(colour.rows)].map(([name, one]) => `**${name}**\n\n${markdownTable(one)}`).join("\n")], ...charts.map(({ set, svg }): [string, string] => [`${set.toLowerCase()}.svg`, svg])],
  });
}

/** Recall at each N, and quality of what is painted. */
function colourTables(rows: readonly ColourRow[]): [string, Table][] {
  if (rows.length === 0) return [];
  const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
  const [damages, memories] = [unique(rows.map(({ damage }) => damage)), unique(rows.map(({ memory }) => memory))];
  const at = (memory: string, damage: string, N: number): ColourRow | undefined => rows.find((row) => row.memory === memory && row.damage === damage && row.N === N);
  const painted = memories.filter((memory) => at(memory, "clean", 100)?.psnr !== undefined);
  const own = painted.filter((memory) => !memory.includes("features"));
  const decibels = (value: number): string => value.toFixed(1);
  return [
    ...unique(rows.map(({ N }) => N)).map((N): [string, Table] => {
      const here = memories.filter((memory) => at(memory, "clean", N) !== undefined);
      return [`${rows[0].set}: recall, N = ${N}`, { columns: ["damage", ...here], rows: [["bytes a memory", ...here.map((memory) => at(memory, "clean", N)!.bytes)], ...damages.map((damage) => [damage, ...here.map((memory) => at(memory, damage, N)!.exact)])], format: (value) => (value > 1 ? String(value) : value.toFixed(2)) }];
    }),
    [`${rows[0].set}: PSNR to the stored picture, dB, N = 100`, {
      columns: ["damage", "the cue", ...own.map((memory) => `${memory}, no memory`), ...painted],
      rows: damages.map((damage) => [damage, damage === "clean" ? "the same" : at(own[0], damage, 100)!.psnrCue, ...own.map((memory) => at(memory, damage, 100)!.psnrAlone!), ...painted.map((memory) => at(memory, damage, 100)!.psnr!)]), format: decibels,
    }],
  ];
}

function colourSection(rows: readonly ColourRow[], png: Uint8Array): Section {
  return { heading: `Colour pictures: ${rows[0].set}`, parts: [
    figure(picture(png, "rows of photographs: stored, damaged cue, what each memory paints, and the cue decoded without a memory"), "100 memories. By the cue's own code; features: the code that is stored with the features of contrastive-small; no memory: the autoencoder alone, which repairs noise but does not know what was there."),
    ...colourTables(rows).flatMap(([heading, table]) => [paragraph(heading), htmlTable(table)]),
    paragraph("A code follows the pixels: by itself it is known from noise and squares, which its autoencoder was trained to repair, not from turns and crops. Stored beside the features of an encoder that overlooks those it is found from them, too. Bytes are at 4 a number; the pixels are 12,288 so, 3,072 as bytes."),
  ] };
}

/** Index and class against the strength of folded noise. */
function chart(rows: readonly FullyRow[], set: string, N: number): string {
  const own = rows.filter((row) => row.set === set && row.N === N && (row.damage === "clean" || row.damage.includes("(C1)")));
  const sigma = ({ damage }: FullyRow): number => (damage === "clean" ? 0 : Number(/^noise ([\d.]+)/.exec(damage)![1]));
  const kinds = [...new Set(own.map(({ memory }) => memory))];
  return lineChart({
    title: `${set}: ${N} memories, folded noise`, xLabel: "standard deviation", yLabel: "share of cues", yDomain: [0, 1], yStyle: "percent",
    series: kinds.flatMap((kind) => {
      const line = own.filter(({ memory }) => memory === kind).sort((a, b) => sigma(a) - sigma(b));
      const x = line.map(sigma);
      return [{ name: `${kind}, index`, x, y: line.map(({ exact }) => exact), dashed: kind === "pixels" }, { name: `${kind}, class`, x, y: line.map(({ classAgree }) => classAgree), dashed: kind === "pixels" }];
    }),
  });
}

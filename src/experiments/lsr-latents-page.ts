/** Decoded memories as pictures: stored, kept (grey where lost), novel with its members' names, LSE's, as Figure 4 shows them. */
import { type Colour, encodePng, type Image, image, mosaic } from "../images/index.ts";
import { figure, formatNumber, htmlTable, paragraph, picture, type Section } from "../report/index.ts";
import { type LatentMemories, letter, sizesOf, title } from "./lsr-latents.ts";

export interface Pictures {
  /** One per pattern: what was stored, and what its code decodes to. */
  readonly stored: readonly Image[];
  readonly decoded: readonly Image[];
  readonly novel: readonly Image[];
  readonly lse: readonly Image[];
}

/** Figure 4 behind its digits: #002C4D. */
const NIGHT: Colour = [0, 0x2c / 255, 0x4d / 255];
const PALE: Colour = [0.93, 0.93, 0.9];
const GREY = 0.5;

/** A picture with its name above. */
export function named(shown: Image, name: string, scale: number): Image {
  return mosaic([shown], { columns: 1, scale, gap: 2, margin: 0, columnLabels: [name], textScale: 1, background: NIGHT, ink: PALE });
}

/** Pictures side by side as a PNG. */
export function sheet(pictures: readonly Image[], columns: number): Uint8Array {
  return encodePng(mosaic(pictures, { columns, gap: 6, margin: 8, background: NIGHT }));
}

/** Files of PNG pictures by name. @param prefix before their names, where an experiment has several */
export function memorySheets(found: LatentMemories, { stored, decoded, novel, lse }: Pictures, scale: number, prefix = ""): Map<string, Uint8Array> {
  const lost = (shown: Image): Image => image(shown.width, shown.height, 1, new Float32Array(shown.width * shown.height).fill(GREY));
  const rows = [
    stored.map((shown, mu) => named(shown, letter(mu), scale)),
    decoded.map((shown, mu) => named(shown, letter(mu), scale)),
    decoded.map((shown, mu) => named(found.kept.includes(mu) ? shown : lost(shown), found.kept.includes(mu) ? letter(mu) : `${letter(mu)} lost`, scale)),
  ];
  const files = new Map(["stored", "decoded", "kept"].map((name, i) => [`${prefix}${name}.png`, sheet(rows[i], 12)]));
  if (novel.length > 0) files.set(`${prefix}novel.png`, sheet(novel.map((shown, i) => named(shown, title(found.novel[i].members), scale)), 12));
  files.set(`${prefix}lse.png`, sheet(lse.map((shown, i) => named(shown, `${i + 1}`, scale)), 12));
  return files;
}

/** @param what names the setting in headings, e.g. "K_target = 5" */
export function memorySections(found: LatentMemories, sheets: ReadonlyMap<string, Uint8Array>, what: string, codes: string, prefix = ""): Section[] {
  const { kept, novel, touching, lse, beta, radius, pairs } = found;
  const M = found.count;
  const shown = (name: string, alt: string, caption: string): string => {
    const png = sheets.get(`${prefix}${name}.png`);
    return png === undefined ? paragraph(caption) : figure(picture(png, alt), caption);
  };
  const sizes = Object.entries(sizesOf(novel)).map(([size, count]) => `${count} of ${size} patterns`).join(", ");
  return [
    { heading: `Stored, ${what}`, parts: [
      shown("stored", "the stored pictures", `${M} pictures, each with its name.`),
      shown("decoded", "the stored codes, decoded", `What the stored codes decode to: the best any memory of ${codes} can give back.`),
    ] },
    { heading: `Kept: ${kept.length} of ${M}`, parts: [
      shown("kept", "the patterns that are minima", `Patterns that are themselves local minima of LSR at beta = ${formatNumber(beta)} (r_s = ${formatNumber(radius)}, ${pairs} interacting pairs). Grey: lost, since another pattern lies within r_s.`),
    ] },
    { heading: `Novel: ${novel.length}`, parts: [
      paragraph(`All of them, by exact enumeration: ${sizes || "none"}. Each is the mean of the codes it is named after; what it looks like is the decoder's doing. At the touching radius, where the last of the ${pairs} pairs only touches (beta = ${formatNumber(touching.beta)}): ${touching.kept} kept, ${touching.novel} novel.`),
      shown("novel", "novel memories, decoded", "Decoded novel memories in the order of their members."),
      htmlTable({
        columns: ["members", "energy", "distance to the nearest pattern", "nearest"],
        rows: novel.map((one) => [title(one.members), one.energy.toFixed(4), one.novelty.toFixed(4), letter(one.nearest)]),
      }, "Every novel memory. r_s bounds the distance to the nearest pattern."),
    ] },
    { heading: `LSE at the same beta: ${lse.codes.length}`, parts: [
      shown("lse", "memories of LSE", `Where the descent of LSE ends from each pattern, merged; none lies exactly at a pattern. Distinct after rounding to one decimal, as the authors count: ${lse.rounded}. Other starts could find more.`),
    ] },
  ];
}

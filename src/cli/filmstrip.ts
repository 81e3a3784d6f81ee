/** Pictures of one memory side by side: what a chain imagined, or what was recalled as sigma grew. */
import { type Image, image, mosaic, type MosaicOptions } from "../images/index.ts";
import { GLYPH_HEIGHT } from "../images/font.ts";
import { LARGEST } from "../images/mosaic.ts";
import { EngramError } from "../numeric/index.ts";

export interface Frame {
  readonly label: string;
  /** Undefined: unknown, black as in the paper. */
  readonly picture?: Image;
}

/** Sides of pictures below this are enlarged by whole pixels. */
const SIDE = 96;
const GAP = 6;
const MARGIN = 12;
/** Dots of a letter. */
const TEXT = 2;

/** How many frames a strip holds whose pictures are of these sizes, the first frame's first. */
export function mostFrames(sizes: readonly Pick<Image, "width" | "height">[]): number {
  const widest = scaleOf(sizes[0]) * Math.max(...sizes.map(({ width }) => width));
  return Math.floor((LARGEST + GAP - 2 * MARGIN) / (widest + GAP));
}

/** @param sizes as above @param todo what else to do @throws EngramError for pictures that are too high for a strip */
export function checkHeight(sizes: readonly Pick<Image, "width" | "height">[], todo: string): void {
  const room = LARGEST - 2 * MARGIN - GLYPH_HEIGHT * TEXT - 2 * GAP;
  const highest = Math.max(...sizes.map(({ height }) => height));
  if (scaleOf(sizes[0]) * highest > room) throw new EngramError("filmstrip", `pictures at most ${room} pixels high`, String(highest), todo);
}

function scaleOf({ width, height }: Pick<Image, "width" | "height">): number {
  return Math.max(1, Math.floor(SIDE / Math.max(width, height)));
}

/** One row per strip, the labels of the first above the columns. */
export function filmstrip(strips: readonly (readonly Frame[])[], rowLabels?: readonly string[]): Image {
  const given = strips.flat().flatMap(({ picture }) => (picture === undefined ? [] : [picture]));
  const { width = 32, height = 32 } = given[0] ?? {};
  const black = image(width, height, 1, new Float32Array(width * height));
  const columns = Math.max(...strips.map((strip) => strip.length));
  const cells = strips.flatMap((strip) => Array.from({ length: columns }, (_, i) => (i < strip.length ? strip[i].picture ?? black : undefined)));
  const options: MosaicOptions = { columns, scale: scaleOf({ width, height }), gap: GAP, margin: MARGIN, textScale: TEXT, columnLabels: strips[0].map(({ label }) => label), ...(rowLabels === undefined ? {} : { rowLabels }) };
  return mosaic(cells, options);
}

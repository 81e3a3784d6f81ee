/**
 * Many pictures laid out in one: a grid of cells with gaps, each picture enlarged by whole pixels and centred in its cell,
 * hidden pixels (alpha 0) shown as a checkerboard, labels above columns and before rows.
 */
import { EngramError } from "../numeric/errors.ts";
import { GLYPH_HEIGHT, GLYPH_STEP, drawLabel, labelWidth } from "./font.ts";
import { checkImage, image, toRgb, type Image } from "./image.ts";

export type Colour = readonly [number, number, number];

export interface MosaicOptions {
  /** Cells per row, from 1. */
  columns: number;
  /** Each pixel becomes scale x scale. Default 1. */
  scale?: number;
  /** Pixels between cells. Default 4. */
  gap?: number;
  /** Pixels around all. Default 8. */
  margin?: number;
  /** Red, green, blue in [0, 1]. Default near white. */
  background?: Colour;
  /** Of the labels. Default dark grey. */
  ink?: Colour;
  /** One per column, above the grid; letters shrink to fit the cell, and what still does not fit is cut. */
  columnLabels?: readonly string[];
  /** One per row, left of the grid. */
  rowLabels?: readonly string[];
  /** Each dot of a letter is textScale x textScale pixels. Default 2. */
  textScale?: number;
  /** Side of a checkerboard square in pixels of the result. Default 8. */
  check?: number;
}

const PAPER: Colour = [0.98, 0.98, 0.975];
const INK: Colour = [0.25, 0.27, 0.3];
const BOARD = [0.93, 0.8] as const;

/** Largest side of a mosaic in pixels. */
export const LARGEST: number = 1 << 15;

/**
 * The pictures row by row in one RGB picture without alpha; `undefined` leaves a cell empty.
 * @throws EngramError on sizes that are not whole numbers, or a result wider or higher than 32,768 pixels
 */
export function mosaic(pictures: readonly (Image | undefined)[], options: MosaicOptions): Image {
  const { columns, scale = 1, gap = 4, margin = 8, background = PAPER, ink = INK, columnLabels = [], rowLabels = [], textScale = 2, check = 8 } = options;
  for (const [name, value, least] of [["columns", columns, 1], ["scale", scale, 1], ["gap", gap, 0], ["margin", margin, 0], ["textScale", textScale, 1], ["check", check, 1]] as const) {
    if (!Number.isInteger(value) || value < least || value > LARGEST) throw new EngramError(`mosaic, ${name}`, `a whole number in ${least}..${LARGEST}`, String(value), "Choose another.");
  }
  const given = pictures.filter((picture) => picture !== undefined);
  if (given.length === 0) throw new EngramError("mosaic", "at least one picture", "none", "Pass the pictures to lay out.");
  given.forEach((picture) => checkImage(picture));
  const cellWidth = scale * Math.max(...given.map(({ width }) => width));
  const cellHeight = scale * Math.max(...given.map(({ height }) => height));
  const rows = Math.ceil(pictures.length / columns);
  const left = margin + (rowLabels.length > 0 ? Math.max(...rowLabels.map(labelWidth)) * textScale + 2 * gap : 0);
  const top = margin + (columnLabels.length > 0 ? GLYPH_HEIGHT * textScale + 2 * gap : 0);
  const width = left + columns * (cellWidth + gap) - gap + margin;
  const height = top + rows * (cellHeight + gap) - gap + margin;
  if (width > LARGEST || height > LARGEST) throw new EngramError("mosaic", `at most ${LARGEST} x ${LARGEST} pixels`, `${width} x ${height}`, "Lay out fewer pictures, or at a smaller scale.");
  const canvas = new Canvas(width, height, background);
  pictures.forEach((picture, i) => {
    if (picture === undefined) return;
    const x = left + (i % columns) * (cellWidth + gap) + ((cellWidth - scale * picture.width) >> 1);
    const y = top + Math.floor(i / columns) * (cellHeight + gap) + ((cellHeight - scale * picture.height) >> 1);
    canvas.place(picture, x, y, scale, check);
  });
  // Letters of one size in all column labels: the largest at which the longest fits; what does not fit at all is cut.
  const room = cellWidth + Math.max(0, gap - 2);
  const longest = Math.max(0, ...columnLabels.slice(0, columns).map(labelWidth));
  const letters = Math.max(1, Math.min(textScale, Math.floor(room / Math.max(1, longest))));
  columnLabels.slice(0, columns).forEach((label, j) => {
    const fitting = [...label].slice(0, Math.max(1, Math.floor((room / letters + 1) / GLYPH_STEP))).join("");
    const x = left + j * (cellWidth + gap) + Math.trunc((cellWidth - labelWidth(fitting) * letters) / 2);
    canvas.label(fitting, x, margin + ((GLYPH_HEIGHT * (textScale - letters)) >> 1), letters, ink);
  });
  rowLabels.slice(0, rows).forEach((label, i) => {
    canvas.label(label, margin, top + i * (cellHeight + gap) + ((cellHeight - GLYPH_HEIGHT * textScale) >> 1), textScale, ink);
  });
  return image(width, height, 3, canvas.data);
}

/** The picture without alpha: hidden pixels as a checkerboard of squares of `check` pixels. */
export function onCheckerboard(picture: Image, check = 4): Image {
  checkImage(picture);
  const canvas = new Canvas(picture.width, picture.height, PAPER);
  canvas.place(picture, 0, 0, 1, check);
  return image(picture.width, picture.height, 3, canvas.data);
}

/** An RGB picture that is painted on. */
class Canvas {
  readonly data: Float32Array;
  private readonly width: number;
  private readonly height: number;

  constructor(width: number, height: number, colour: Colour) {
    this.width = width;
    this.height = height;
    this.data = new Float32Array(3 * width * height);
    colour.forEach((value, c) => this.data.fill(value, c * width * height, (c + 1) * width * height));
  }

  place(picture: Image, left: number, top: number, scale: number, check: number): void {
    const { data, alpha, width, height } = toRgb(picture);
    for (let y = 0; y < height * scale; y++) {
      const row = Math.floor(y / scale) * width;
      for (let x = 0; x < width * scale; x++) {
        const from = row + Math.floor(x / scale);
        const opaque = alpha === undefined ? 1 : alpha[from];
        const board = BOARD[(Math.floor(x / check) + Math.floor(y / check)) & 1];
        const to = (top + y) * this.width + left + x;
        for (let c = 0; c < 3; c++) this.data[c * this.width * this.height + to] = opaque * data[c * width * height + from] + (1 - opaque) * board;
      }
    }
  }

  label(label: string, left: number, top: number, scale: number, ink: Colour): void {
    drawLabel(label, (x, y) => {
      for (let dy = 0; dy < scale; dy++) {
        for (let dx = 0; dx < scale; dx++) this.set(left + x * scale + dx, top + y * scale + dy, ink);
      }
    });
  }

  /** Paints one pixel; nothing outside. */
  private set(x: number, y: number, colour: Colour): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    for (let c = 0; c < 3; c++) this.data[(c * this.height + y) * this.width + x] = colour[c];
  }
}

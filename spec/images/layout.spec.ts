import { readFileSync } from "node:fs";
import t from "tap";
import { crop, image, mosaic, mse, onCheckerboard, psnr, sheetToImages, ssim, type Image } from "../../src/images/index.ts";
import { EngramError } from "../../src/numeric/errors.ts";

interface Pair { width: number; height: number; channels: 1 | 3; a: number[]; b: number[]; mse: number; psnr: number | null; ssim: number }
const flat = (w: number, h: number, value: number, c: 1 | 3 = 1): Image => image(w, h, c, new Float32Array(w * h * c).fill(value));
const pixel = ({ width, height, data }: Image, x: number, y: number): number[] => [0, 1, 2].map((c) => data[(c * height + y) * width + x]);
const colour = (r: number, g: number, b: number): number[] => [r, g, b].map(Math.fround);

t.test("MSE, PSNR and SSIM as numpy and scipy have them", async (t) => {
  for (const { width, height, channels, a, b, ...want } of JSON.parse(readFileSync("fixtures/pictures/metrics.json", "utf8")) as Pair[]) {
    const [x, y] = [a, b].map((data) => image(width, height, channels, Float32Array.from(data)));
    // Double precision throughout; only the order of sums differs, and variances lose up to three digits to cancellation.
    t.ok(Math.abs(mse(x, y) - want.mse) <= 1e-14, "mse");
    t.ok(want.psnr === null ? psnr(x, y) === Infinity : Math.abs(psnr(x, y) - want.psnr) <= 1e-11, "psnr");
    t.ok(Math.abs(ssim(x, y) - want.ssim) <= 1e-11, "ssim");
    t.equal(ssim(x, y), ssim(y, x), "symmetric");
    t.equal(ssim(x, x), 1);
  }
  t.equal(psnr(flat(3, 3, 0), flat(3, 3, 1)), 0);
  for (const side of [1, 2, 4, 5]) t.equal(ssim(flat(side, side, 0.5), flat(side, side, 0.5)), 1, "small pictures have a value");
  for (const f of [mse, psnr, ssim]) t.throws(() => f(flat(3, 2, 0), flat(2, 3, 0)), EngramError);
});

t.test("sheets are cut row by row", async (t) => {
  const sheet = image(6, 4, 3, Float32Array.from({ length: 72 }, (_, i) => i / 72), Float32Array.from({ length: 24 }, (_, i) => i / 24));
  const tiles = sheetToImages(sheet, 2);
  t.equal(tiles.length, 6);
  tiles.forEach((tile, i) => {
    const [left, top] = [2 * (i % 3), 2 * Math.floor(i / 3)];
    t.same(tile, crop(sheet, left, top, 2, 2));
    for (const [x, y] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      t.same(pixel(tile, x, y), pixel(sheet, left + x, top + y));
      t.equal(tile.alpha![2 * y + x], sheet.alpha![(top + y) * 6 + left + x]);
    }
  });
  t.equal(sheetToImages(sheet, 2, 4).length, 4);
  for (const [size, count] of [[4, 1], [2, 7], [0, 1], [1.5, 1], [2, -1]]) t.throws(() => sheetToImages(sheet, size, count), EngramError);
  t.throws(() => crop(sheet, 5, 0, 2, 2), EngramError);
});

t.test("a mosaic puts every picture in its cell", async (t) => {
  const background = [0.1, 0.2, 0.3] as const;
  const got = mosaic([flat(2, 2, 1), flat(2, 2, 0.5, 3), undefined, flat(2, 2, 0)], { columns: 2, scale: 3, gap: 1, margin: 2, background });
  t.same([got.width, got.height, got.channels], [2 + 6 + 1 + 6 + 2, 2 + 6 + 1 + 6 + 2, 3]);
  for (let y = 0; y < 17; y++) {
    for (let x = 0; x < 17; x++) {
      const cell = (v: number): number => (v >= 2 && v < 8 ? 0 : v >= 9 && v < 15 ? 1 : -1);
      const value = cell(x) < 0 || cell(y) < 0 ? undefined : [1, 0.5, undefined, 0][2 * cell(y) + cell(x)];
      t.same(pixel(got, x, y), value === undefined ? colour(...background) : colour(value, value, value), `${x}, ${y}`);
    }
  }
});

t.test("labels leave ink outside the cells only, and take room", async (t) => {
  const ink = [1, 0, 0] as const;
  const plain = mosaic([flat(40, 40, 0.5)], { columns: 1 });
  const labelled = mosaic([flat(40, 40, 0.5)], { columns: 1, columnLabels: ["Ab"], rowLabels: ["row 1"], ink });
  t.ok(labelled.width > plain.width && labelled.height > plain.height);
  let inked = 0;
  for (let y = 0; y < labelled.height; y++) {
    for (let x = 0; x < labelled.width; x++) {
      const inCell = x >= labelled.width - 48 && x < labelled.width - 8 && y >= labelled.height - 48 && y < labelled.height - 8;
      const isInk = pixel(labelled, x, y).join() === ink.join();
      if (isInk) inked++;
      if (inCell) t.same(pixel(labelled, x, y), [0.5, 0.5, 0.5]);
    }
  }
  // Counted from the font: A 18, b 16 dots and "row 1" 45 to 60, each 4 pixels.
  t.ok(inked > 4 * 60 && inked < 4 * 110 && inked % 4 === 0, `${inked} pixels of ink`);
  t.throws(() => mosaic([], { columns: 1 }), EngramError);
  t.throws(() => mosaic([flat(1, 1, 0)], { columns: 0 }), EngramError);
  t.throws(() => mosaic([flat(100, 1, 0)], { columns: 1, scale: 1000 }), EngramError);
});

t.test("hidden pixels show a checkerboard", async (t) => {
  const got = onCheckerboard(image(4, 4, 1, new Float32Array(16).fill(0.25), Float32Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0))), 2);
  for (let x = 0; x < 4; x++) {
    for (const y of [0, 1]) t.same(pixel(got, x, y), [0.25, 0.25, 0.25]);
    for (const y of [2, 3]) t.same(pixel(got, x, y), x < 2 ? colour(0.8, 0.8, 0.8) : colour(0.93, 0.93, 0.93));
  }
});

import { readFileSync } from "node:fs";
import t from "tap";
import { resize, resizePlanes, type ResizeFilter } from "../../src/images/resize.ts";
import { image } from "../../src/images/image.ts";
import { EngramError } from "../../src/numeric/errors.ts";

interface Golden { width: number; height: number; pixels: number[]; cases: { filter: ResizeFilter; width: number; height: number; pixels: number[] }[] }
const golden = JSON.parse(readFileSync("fixtures/pictures/resize.json", "utf8")) as Golden;

t.test("Pillow's numbers, all filters, smaller, larger and mixed", async (t) => {
  t.equal(golden.cases.length, 24);
  const picture = image(golden.width, golden.height, 1, Float32Array.from(golden.pixels));
  for (const { filter, width, height, pixels } of golden.cases) {
    const got = resize(picture, width, height, filter);
    t.same([got.width, got.height], [width, height]);
    const worst = got.data.reduce((most, value, i) => Math.max(most, Math.abs(value - pixels[i])), 0);
    // Both round to Float32 after each pass: two units of the last place at 1 (2^-24 each side, twice).
    t.ok(worst <= 2 ** -22, `${filter} to ${width} x ${height}: ${worst}`);
  }
});

t.test("planes are resized each on its own, alpha too, and constants stay", async (t) => {
  const planes = Float32Array.from({ length: 3 * 7 * 5 }, (_, i) => ((i * 37) % 101) / 101);
  const alpha = Float32Array.from({ length: 35 }, (_, i) => ((i * 11) % 13) / 13);
  for (const filter of ["bilinear", "box", "nearest", "lanczos3"] as const) {
    const got = resize(image(5, 7, 3, planes, alpha), 8, 3, filter);
    for (let c = 0; c < 3; c++) t.same(got.data.slice(c * 24, (c + 1) * 24), resizePlanes(planes.subarray(c * 35, (c + 1) * 35), 1, 7, 5, 3, 8, filter));
    t.same(got.alpha, resizePlanes(alpha, 1, 7, 5, 3, 8, filter));
    t.same(resize(image(5, 7, 3, planes), 5, 7, filter).data, planes, "the same size: the same picture");
    for (const value of resizePlanes(new Float32Array(64).fill(0.75), 1, 8, 8, 3, 5, filter)) t.ok(Math.abs(value - 0.75) <= 2 ** -24, filter);
  }
});

t.test("the longest pictures take memory by what is wanted, and beyond them nothing is taken", async (t) => {
  const before = process.memoryUsage().arrayBuffers;
  for (const [w, h] of [[1, 1_000_000], [1_000_000, 1]]) {
    for (const filter of ["bilinear", "lanczos3"] as const) {
      // A million equal values, their weights summing to 1: double sums, rounded once or twice.
      for (const value of resizePlanes(new Float32Array(1_000_000).fill(0.75), 1, h, w, 8, 8, filter)) if (Math.abs(value - 0.75) > 2 ** -22) t.fail(`${filter} ${value}`);
    }
  }
  t.ok(process.memoryUsage().arrayBuffers - before < 2e8);
  t.throws(() => resizePlanes(new Float32Array(1_000_001), 1, 1, 1_000_001, 8, 8), { message: /sides of at most 1000000/ });
  t.throws(() => resizePlanes(new Float32Array(1), 1, 1, 1, 100_000, 100_000), { message: /at most 67108864 pixels wanted/ });
});

t.test("bad sizes and names", async (t) => {
  const picture = image(2, 2, 1, new Float32Array(4));
  for (const [w, h] of [[0, 1], [1.5, 1], [1, -2], [NaN, 3], [Infinity, 3]]) t.throws(() => resize(picture, w, h), EngramError);
  t.throws(() => resize(picture, 2, 2, "bilinera" as "bilinear"), { message: /Did you mean "bilinear"/ });
  t.throws(() => resizePlanes(new Float32Array(5), 1, 2, 2, 1, 1), EngramError);
});

import { readFileSync } from "node:fs";
import t from "tap";
import * as images from "../../src/images/index.ts";
import { bipolar, cropResize, eightBit, flip, image, inpaint, maskBottom, maskTopReversed, randomMask, rotate, square, toBytes, type Corruption, type Image } from "../../src/images/index.ts";
import { EngramError, seeded, type Rng } from "../../src/numeric/index.ts";

interface Moves {
  turned: { width: number; height: number; bytes: number[]; cases: { degrees: number; pixels: number[] }[] }[];
  bytes: number[];
  crops: { area: number; side: number; top: number; left: number; pixels: number[] }[];
}
const golden = JSON.parse(readFileSync("fixtures/pictures/moves.json", "utf8")) as Moves;
const white = (w: number, h = w, c: 1 | 3 = 1): Image => image(w, h, c, new Float32Array(w * h * c).fill(1));
const random = (w: number, h: number, c: 1 | 3, seed: number): Image => {
  const rng = seeded(seed);
  return eightBit(image(w, h, c, Float32Array.from({ length: w * h * c }, () => rng.uniform())));
};
/** A generator whose whole numbers are given: to put a crop or square at a known place. */
const places = (...list: number[]): Rng => ({ ...seeded(1), integer: () => list.shift() as number });
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

t.test("(C3), (C4), (C6): the table of section 9", async (t) => {
  const kept = { 28: [25, 22, 19, 16, 14, 11, 8, 5, 2], 32: [28, 25, 22, 19, 16, 12, 9, 6, 3], 64: [57, 51, 44, 38, 32, 25, 19, 12, 6] };
  const border = { 28: [1, 2, 4, 5, 7, 8, 9], 32: [1, 3, 4, 6, 8, 9, 11], 64: [3, 6, 9, 12, 16, 19, 22] };
  for (const H of [28, 32, 64] as const) {
    const rows = (corruption: Corruption): number[] => {
      const { data } = corruption(white(H, H, 3), seeded(1));
      return Array.from({ length: H }, (_, y) => data[H * H + y * H + 5]);
    };
    for (let i = 0; i < 9; i++) {
      const f = Number(`0.${i + 1}`);
      const k = kept[H][i];
      t.same(rows(maskBottom(f)), Array.from({ length: H }, (_, y) => (y < k ? 1 : 0)), `(C3) f ${f}, H ${H}`);
      t.same(rows(maskTopReversed(f)), Array.from({ length: H }, (_, y) => (y < k ? 0 : 1)), `(C4) f ${f}, H ${H}`);
      if (i >= border[H].length) continue;
      const b = border[H][i];
      const { data, visible } = inpaint(f)(white(H), seeded(1));
      const want = Array.from({ length: H * H }, (_, at) => (Math.min(at % H, H - 1 - (at % H), Math.floor(at / H), H - 1 - Math.floor(at / H)) < b ? 0 : 1));
      t.same([...data], want, `(C6) f ${f}, H ${H}`);
      t.same([...visible!], want);
    }
  }
});

t.test("(C1), (C2): moments, and the formulas on the same draws", async (t) => {
  const black = image(100, 100, 1, new Float32Array(10000));
  const sigma = 0.3;
  const folded = images.foldedGaussian(sigma)(black, seeded(3)).data;
  const plain = images.gaussian(sigma)(black, seeded(3)).data;
  const clipped = images.clippedGaussian(sigma)(black, seeded(3)).data;
  // E|n| = sqrt(2/pi) = .798; standard error of 10,000 draws .006 sigma, so .02 is more than 3 of them.
  t.ok(Math.abs(mean(folded) / sigma - Math.sqrt(2 / Math.PI)) < 0.02);
  t.ok(Math.abs(mean(plain) / sigma) < 0.04);
  t.ok(Math.abs(Math.sqrt(mean(plain.map((v) => v * v))) / sigma - 1) < 0.03);
  t.same(folded, plain.map((v) => Math.min(1, Math.abs(v))));
  t.same(clipped, plain.map((v) => Math.min(1, Math.max(0, v))));
  t.ok(folded.some((v, i) => v !== clipped[i]), "folding is not clipping");
  const picture = random(5, 4, 3, 9);
  const rng = seeded(7);
  t.same(images.gaussian(0.5)(picture, seeded(7)).data, picture.data.map((v) => v + 0.5 * rng.normal()), "one draw per value in the order of the data");
  t.same(images.gaussian(0)(picture, seeded(7)).data, picture.data);
});

t.test("(C5): a share p of the pixels, all channels or each value by itself", async (t) => {
  for (const p of [0.25, 0.9]) {
    const { data, visible } = randomMask(p)(white(100, 100, 3), seeded(5));
    t.same([...data], [...visible!]);
    t.same(data.subarray(0, 10000), data.subarray(20000), "the same in all channels");
    // Standard deviation of the share: at most .005 (10,000 pixels), .003 (30,000 values); four of them.
    t.ok(Math.abs(1 - mean(data.subarray(0, 10000)) - p) < 0.02, `p ${p}`);
    const each = randomMask(p, { perValue: true })(white(100, 100, 3), seeded(5)).data;
    t.ok(Math.abs(1 - mean(each) - p) < 0.012);
    t.notSame(each.subarray(0, 10000), each.subarray(20000));
  }
  t.same(mean(randomMask(1)(white(9), seeded(5)).data), 0);
});

t.test("(C7): signs, and 0 for exactly one half", async (t) => {
  t.same([...bipolar(image(5, 1, 1, Float32Array.of(0, 0.5, 1, 0.4999, 0.5001))).data], [-1, 0, 1, -1, 1]);
});

t.test("(C8): Pillow's numbers, rounded half up; quarter turns are permutations", async (t) => {
  for (const { width, height, bytes, cases } of golden.turned) {
    const picture = image(width, height, 1, Float32Array.from(bytes, (b) => b / 255));
    for (const { degrees, pixels } of cases) {
      const got = toBytes(rotate(degrees)(picture, seeded(1)));
      // Pillow steps through a row in Float64 and stores Float32: where its number is within .001 of a half, either byte is right.
      const off = pixels.filter((v, i) => got[i] !== Math.floor(v + 0.5) && Math.abs(v - Math.floor(v) - 0.5) > 1e-3);
      t.same(off, [], `${degrees} degrees, ${width} x ${height}`);
    }
  }
  for (const n of [1, 2, 5, 8]) {
    const picture = random(n, n, 3, n);
    const moved = (to: (y: number, x: number) => [number, number]): Float32Array => picture.data.map((_, i) => {
      const [y, x] = to(Math.floor(i / n) % n, i % n);
      return picture.data[Math.floor(i / (n * n)) * n * n + y * n + x];
    });
    t.same(rotate(90)(picture, seeded(1)).data, moved((y, x) => [x, n - 1 - y]), "90 degrees, counter-clockwise");
    t.same(rotate(-180)(picture, seeded(1)).data, moved((y, x) => [n - 1 - y, n - 1 - x]));
    t.same(rotate(630)(picture, seeded(1)).data, moved((y, x) => [n - 1 - x, y]));
    t.same(rotate(0)(picture, seeded(1)).data, picture.data);
  }
});

t.test("(C9): Pillow's numbers at known places, and all places are drawn", async (t) => {
  const picture = image(32, 32, 1, Float32Array.from(golden.bytes, (b) => b / 255));
  for (const { area, top, left, pixels } of golden.crops) {
    const got = toBytes(cropResize(area)(picture, places(top, left)));
    // Ours works in units of 1/255 Float32: .001 of a byte covers both roundings.
    const off = pixels.filter((v, i) => got[i] !== Math.floor(v + 0.5) && Math.abs(v - Math.floor(v) - 0.5) > 1e-3);
    t.same(off, [], `area ${area} at (${left}, ${top})`);
  }
  t.same(cropResize(1)(picture, seeded(1)).data, picture.data);
  const asked: number[] = [];
  cropResize(0.5)(picture, { ...seeded(1), integer: (n) => (asked.push(n), 0) });
  t.same(asked, [32 - 23 + 1, 32 - 23 + 1]);
});

t.test("(C10), (C11), (C12)", async (t) => {
  const seen = new Set<string>();
  const rng = seeded(2);
  for (let i = 0; i < 200; i++) {
    const { data } = square(3)(white(5, 5, 3), rng);
    t.equal(mean(data), 1 - 9 / 25, "a whole 3 x 3 block, in all channels");
    seen.add([...data.subarray(0, 25)].join(""));
  }
  t.equal(seen.size, 9, "all nine places");
  t.equal(square(3)(white(5), places(2, 1)).data[2 * 5 + 1], 0);
  t.equal(square(3)(white(5), places(2, 1)).data[1 * 5 + 1], 1);
  const picture = image(3, 2, 1, Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1), Float32Array.of(1, 0, 0, 0, 1, 1));
  t.same(flip(picture).data, Float32Array.of(0.4, 0.2, 0, 1, 0.8, 0.6));
  t.same(flip(picture).alpha, Float32Array.of(0, 0, 1, 1, 1, 0));
  t.same(flip(flip(random(7, 3, 3, 4))).data, random(7, 3, 3, 4).data);
  t.same([...eightBit(image(2, 1, 1, Float32Array.of(0.0019, 0.002))).data], [0, Math.fround(1 / 255)], "half up at 1/510");
});

t.test("inputs stay as they were, and bad strengths are refused", async (t) => {
  const picture = random(8, 8, 3, 1);
  const before = picture.data.slice();
  const all: Corruption[] = [images.foldedGaussian(1), images.gaussian(1), images.clippedGaussian(1), maskBottom(0.5), maskTopReversed(0.5), randomMask(0.5), inpaint(0.5), bipolar, rotate(33), cropResize(0.3), square(2), flip];
  for (const corruption of all) {
    const [a, b] = [corruption(picture, seeded(4)), corruption(picture, seeded(4))];
    t.same(picture.data, before);
    t.same(a, b, "the same seed, the same damage");
    t.not(a.data, picture.data);
  }
  for (const bad of [NaN, -1, Infinity]) {
    for (const make of [images.foldedGaussian, images.gaussian, images.clippedGaussian, maskBottom, maskTopReversed, randomMask, inpaint, cropResize, square]) t.throws(() => make(bad), EngramError, `${make.name} ${bad}`);
  }
  t.throws(() => rotate(NaN), EngramError);
  t.throws(() => square(9)(picture, seeded(1)), EngramError);
});

/** Preprocessing stage by stage against torchvision (fixtures/encoders/preprocess.py). */
import { readFileSync } from "node:fs";
import t from "tap";
import { centreCrop, Encoder, preprocess, PREPROCESSINGS, resizeToCover } from "../../src/encoders/index.ts";
import type { Preprocessing } from "../../src/encoders/index.ts";
import { fromBytes, image, toGrey } from "../../src/images/index.ts";
import type { Image } from "../../src/images/index.ts";
import { weightsFile } from "../semantic/made.ts";

interface Case { width: number; height: number; side: number; crop: number; size: [number, number]; resized: number[]; cropped: number[]; normalised: number[]; caffe: number[]; pil: number[] }
const { cases } = JSON.parse(readFileSync("fixtures/encoders/preprocess.json", "utf8")) as { cases: Case[] };

/** The picture the generator computes. */
function picture({ width, height }: Case): Image {
  const samples = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return (37 * x + 91 * y * (c + 1) + 53 * c + ((x * y) % 17) * 11) % 256;
  });
  return fromBytes(samples, width, height, 3);
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number => (a.length === b.length ? Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0) : Infinity);

t.test("resize of the shorter side, centre crop, mean and deviation, Caffe's order and range", async (t) => {
  t.equal(cases.length, 5);
  for (const each of cases) {
    const { side, crop, size } = each;
    const resized = resizeToCover(picture(each), side, side);
    t.same([resized.width, resized.height], size);
    // torchvision sums in f32, some ten terms of at most 1; the fixture keeps 6 decimals
    t.ok(apart(resized.data, each.resized) <= 2e-6, `resized: ${apart(resized.data, each.resized)}`);
    const cropped = centreCrop(resized, crop, crop);
    t.ok(apart(cropped.data, each.cropped) <= 2e-6, `cropped: ${apart(cropped.data, each.cropped)}`);
    const how: Preprocessing = { ...PREPROCESSINGS.imagenet, margin: side / crop };
    // 2e-6 divided by the least deviation, .224
    t.ok(apart(preprocess(picture(each), how, [3, crop, crop]), each.normalised) <= 1e-5, "normalised");
    t.ok(apart(preprocess(picture(each), PREPROCESSINGS.caffe, [3, crop, crop]), each.caffe) <= 255 * 2e-6 + 5e-5, "caffe");
    // On 8-bit pictures PIL rounds to a level of 1/255 after each of two passes: half a level each, over the least deviation. Nothing to round where only the crop acts.
    const pil = apart(preprocess(picture(each), how, [3, crop, crop]), each.pil);
    t.ok(Math.min(each.width, each.height) === side ? pil <= 1e-5 : pil <= 1.01 / 255 / 0.224 && pil > 1e-4, `the 8-bit pipeline differs by ${pil}`);
  }
});

t.test("channels: grey becomes three, colour one; blue first where asked", async (t) => {
  const grey = image(2, 1, 1, Float32Array.of(0.25, 0.5));
  t.same(preprocess(grey, PREPROCESSINGS.unit, [3, 1, 2]), Float32Array.of(0.25, 0.5, 0.25, 0.5, 0.25, 0.5));
  const colour = image(1, 1, 3, Float32Array.of(0.1, 0.2, 0.4));
  t.same(preprocess(colour, PREPROCESSINGS.unit, [1, 1, 1]), toGrey(colour).data);
  t.same(preprocess(colour, { ...PREPROCESSINGS.unit, order: "bgr" }, [3, 1, 1]), Float32Array.of(0.4, 0.2, 0.1));
  t.throws(() => preprocess(colour, PREPROCESSINGS.unit, [32, 1, 1]), { message: /1 or 3 channels, got 32/ });
  t.throws(() => centreCrop(colour, 2, 1), { message: /at least 1 x 2, got 1 x 1/ });
});

t.test("a network that is not square gets pictures of any proportions", async (t) => {
  for (const [width, height] of [[5, 30], [30, 5], [12, 20], [20, 12], [7, 7]]) {
    const flat = image(width, height, 3, new Float32Array(3 * width * height).fill(0.5));
    for (const [rows, columns] of [[12, 20], [20, 12], [9, 9], [1, 40]]) {
      for (const margin of [1, 1.1, 256 / 224]) {
        const out = preprocess(flat, { ...PREPROCESSINGS.unit, margin }, [3, rows, columns]);
        t.ok(out.length === 3 * rows * columns && out.every((v) => Math.abs(v - 0.5) < 1e-6), `${width}x${height} to ${columns}x${rows}`);
      }
    }
  }
});

t.test("a preprocessing of one's own is checked when the encoder is made, not at the first picture", async (t) => {
  const { unit } = PREPROCESSINGS;
  const refused: [unknown, RegExp][] = [
    [{ ...unit, stds: [1, 1, 1] }, /preprocessing: expected one of .* got "stds"\. Did you mean "std"/], [7, /preprocessing: expected an object, got 7/],
    [{ ...unit, filter: "bicubic" }, /preprocessing, filter: expected one of bilinear, .* got "bicubic"/], [{ ...unit, order: "brg" }, /preprocessing, order: expected one of rgb, bgr, got "brg"/],
    [{ ...unit, margin: 0.5 }, /preprocessing, margin: expected a number from 1, or none, got 0\.5/], [{ ...unit, margin: NaN }, /margin: .* got NaN/], [{ ...unit, range: 0 }, /range: expected a number above 0, got 0/],
    [{ ...unit, mean: [0.5] }, /mean: expected 3 finite numbers, one for each channel, got 0\.5/], [{ ...unit, mean: [0, 0, NaN] }, /mean: .* got 0,0,NaN/],
    [{ ...unit, std: [1, 0, 1] }, /std: expected 3 numbers above 0, one for each channel, got 1,0,1/], [{ filter: "bilinear", order: "rgb", range: 1 }, /mean: .* got undefined/],
  ];
  const colour = image(1, 1, 3, Float32Array.of(0.1, 0.2, 0.4));
  for (const [how, message] of refused) {
    t.throws(() => preprocess(colour, how as Preprocessing, [3, 1, 1]), { name: "EngramError", message });
    t.throws(() => new Encoder("small-conv", weightsFile("small-conv"), { preprocessing: how as Preprocessing }), { name: "EngramError", message });
  }
  t.same(preprocess(colour, { ...unit, mean: [0.1], std: [2] }, [1, 1, 1]), toGrey(colour).data.map((x) => (x - 0.1) / 2), "one channel needs one of each");
});

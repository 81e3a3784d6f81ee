/**
 * Our encoders were trained on the corruptions they are judged by: training/augment.py, vectorised in PyTorch, against src/images on three emoji
 * (fixtures/weights/views.py). Levels may differ by one where 32 and 64 bits round a half apart; noise within one unit of 32 bits at 3.
 */
import { readFileSync } from "node:fs";
import t from "tap";
import { readSafetensors } from "../../src/formats/index.ts";
import { clippedGaussian, cropResize, foldedGaussian, gaussian, rotate, square, type Corruption } from "../../src/images/index.ts";
import { seeded, type Rng } from "../../src/numeric/index.ts";
import { emoji } from "../encoders/pictures.ts";

const views = readSafetensors(readFileSync("fixtures/weights/views.safetensors")).tensors;
const pictures = emoji([0, 700, 1400]);

/** A generator that draws these places, top before left. */
function placed(...places: readonly number[]): Rng {
  let i = 0;
  return { ...seeded(1), integer: () => places[i++] };
}

const MOVES: readonly [name: string, corruption: Corruption, places: readonly number[]][] = [
  ["rotate 37", rotate(37), []], ["rotate -120", rotate(-120), []],
  // round(32 sqrt(.5)) = 23, round(32 sqrt(.25)) = 16
  ["crop 23 at 3 5", cropResize(0.5), [3, 5]], ["crop 16 at 10 1", cropResize(0.25), [10, 1]], ["square 24 at 2 7", square(24), [2, 7]],
];

for (const [name, corruption, places] of MOVES) {
  t.test(name, async (t) => {
    const want = views.get(name)!.data as Float32Array;
    let [apart, worst] = [0, 0];
    pictures.forEach((picture, k) => corruption(picture, placed(...places)).data.forEach((value, i) => {
      const steps = Math.abs(Math.round(255 * value) - want[3072 * k + i]);
      worst = Math.max(worst, steps);
      if (steps > 0) apart++;
    }));
    t.ok(worst <= 1, `at most one level: ${worst}`);
    // Positions of a crop of 16 are quarters, so many numbers are halves, and 32 bits fall on either side: 189 of 9,216 measured. Elsewhere 7 at most.
    t.ok(apart <= (name.startsWith("crop 16") ? 0.04 : 0.002) * want.length, `${apart} of ${want.length} levels apart`);
  });
}

for (const [name, corruption] of [["C1 .5", foldedGaussian(0.5)], ["C2 .5", gaussian(0.5)], ["C2 .5 clipped", clippedGaussian(0.5)]] as const) {
  t.test(name, async (t) => {
    const want = views.get(name)!.data as Float32Array;
    let i = 0;
    const rng: Rng = { ...seeded(1), normal: () => (6 * ((7919 * i++) % 2003)) / 2003 - 3 };
    const worst = corruption(pictures[0], rng).data.reduce((most, value, k) => Math.max(most, Math.abs(value - want[k])), 0);
    t.ok(worst <= 2 ** -21, `${worst}`);
  });
}

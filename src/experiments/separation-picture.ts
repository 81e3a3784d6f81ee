/** The picture of `uhn-separation`: a few images of each set, their damaged copies, and what separations read out of the same scores. */
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { Rows } from "../kernels/index.ts";
import { seeded } from "../numeric/index.ts";
import { scoresOf, type SeparationSweep, SEPARATIONS } from "./separation-sweep.ts";
import { type PictureSet, slice } from "./uhn-slices.ts";
import { damageAll } from "./uhn-sweep.ts";

const SHOWN = ["identity", "x^4", "x^10", "softmax(1000)", "max", "softmax(-D2)"] as const;
const LABELS = ["identity", "x^4", "x^10", "softmax", "max", "-D2"];
const PER_SET = 4;

/** @param N memories stored @returns a PNG with a row per image: original, cue, and the read-out of each separation */
export function separationPicture(sets: readonly PictureSet[], sweep: SeparationSweep, N: number, seed: number): Uint8Array {
  const largest = Math.max(...sets.map(({ shape }) => shape[1]));
  const cells: (Image | undefined)[] = [];
  const rowLabels: string[] = [];
  for (const set of sets) {
    const [C, H, W] = set.shape;
    const d = C * H * W;
    const images = slice(set, 0, N);
    const cues = damageAll(images.subarray(0, PER_SET * d), set, sweep, sweep.strength, seeded(seed));
    const rows = new Rows(d);
    rows.append(images);
    const S = scoresOf(rows, cues);
    const picture = (data: Float32Array): Image => image(W, H, C, data);
    for (let mu = 0; mu < PER_SET; mu++) {
      cells.push(picture(images.slice(mu * d, (mu + 1) * d)), picture(cues.slice(mu * d, (mu + 1) * d)));
      for (const name of SHOWN) {
        const { scores, weights } = SEPARATIONS.find((column) => column.name === name)!;
        const w = weights(S[scores].slice(mu * N, (mu + 1) * N));
        cells.push(w.some(Number.isNaN) ? undefined : picture(Float32Array.from(rows.weightedSum(w))));
      }
      rowLabels.push(mu === 0 ? set.name : "");
    }
    rows.dispose();
  }
  return encodePng(mosaic(cells, { columns: 2 + SHOWN.length, columnLabels: ["original", "cue", ...LABELS], rowLabels, scale: Math.floor(96 / largest), gap: 8, margin: 16 }));
}

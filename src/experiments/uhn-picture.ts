/**
 * The picture of a UHN experiment: a few images of each set, their damaged copies, and what the similarities of the figures recall of
 * them under separation max from the first slice.
 */
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { Rows } from "../kernels/index.ts";
import { seeded } from "../numeric/index.ts";
import { scoreColumns, winnerOf } from "./uhn-scores.ts";
import { type PictureSet, slice } from "./uhn-slices.ts";
import { damageAll, type Sweep } from "./uhn-sweep.ts";

const SHOWN = ["L2", "L1", "Dot", "KL"] as const;
const PER_SET = 4;

/** @param N memories stored @returns a PNG with a row per image: original, cue, and a column per similarity */
export function uhnPicture(sets: readonly PictureSet[], sweep: Pick<Sweep, "damage">, strength: number, N: number, seed: number): Uint8Array {
  const largest = Math.max(...sets.map(({ shape }) => shape[1]));
  const cells: Image[] = [];
  const rowLabels: string[] = [];
  for (const set of sets) {
    const [C, H, W] = set.shape;
    const d = C * H * W;
    const images = slice(set, 0, N);
    const cues = damageAll(images.subarray(0, PER_SET * d), set, sweep, strength, seeded(seed));
    const rows = new Rows(d);
    rows.append(images);
    const all = scoreColumns(rows, cues, SHOWN);
    rows.dispose();
    const picture = (from: Float32Array, mu: number): Image => image(W, H, C, from.slice(mu * d, (mu + 1) * d));
    for (let mu = 0; mu < PER_SET; mu++) {
      cells.push(picture(images, mu), picture(cues, mu), ...all.map(({ form, S }) => picture(images, winnerOf(form, S.slice(mu * N, (mu + 1) * N)))));
      rowLabels.push(mu === 0 ? set.name : "");
    }
  }
  return encodePng(mosaic(cells, { columns: 2 + SHOWN.length, columnLabels: ["original", "cue", ...SHOWN], rowLabels, scale: Math.floor(96 / largest), gap: 8, margin: 16 }));
}

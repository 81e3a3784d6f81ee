/** The picture of the semantic experiments: a few memories, their damaged copies, and what pixels and features recall of them, side by side. */
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import { damaged, type SemanticDamage, streamOf } from "./semantic-damage.ts";
import type { Phi } from "./semantic-phi.ts";
import { scoreMatrices } from "./semantic-recall.ts";
import type { SemanticSet } from "./semantic-set.ts";

/** One column: a map, its similarity and which features. */
export interface PictureColumn {
  readonly label: string;
  readonly phi: Phi;
  readonly similarity: string;
  readonly features?: string;
}

/**
 * @param N memories, the first of the set
 * @returns a PNG: per damage two rows of original, cue, and what each column recalls
 */
export function semanticPicture(set: SemanticSet, columns: readonly PictureColumn[], damages: readonly SemanticDamage[], N: number, seed: number): Uint8Array {
  const [C, H, W] = set.shape;
  const d = C * H * W;
  const images = set.rows(0, N);
  const picture = (from: Float32Array, mu: number): Image => image(W, H, C, from.slice(mu * d, (mu + 1) * d));
  const memories = columns.map(({ phi, features }) => phi.encode(images).find(({ kind }) => features === undefined || kind === features)!);
  const cells: Image[] = [];
  const rowLabels: string[] = [];
  damages.forEach((damage, k) => {
    // two pictures for each damage, others for each
    const from = 2 * k;
    const cues = damaged(images.subarray(from * d, (from + 2) * d), set.shape, damage, streamOf(seed, 0, damage));
    const winners = columns.map(({ phi, similarity, features }, j) => {
      const [{ S }] = scoreMatrices(memories[j], phi.encode(cues).find(({ kind }) => features === undefined || kind === features)!, d, [similarity]);
      return [0, 1].map((c) => {
        let best = 0;
        for (let nu = 1; nu < N; nu++) if (S[c * N + nu] > S[c * N + best]) best = nu;
        return best;
      });
    });
    for (let c = 0; c < 2; c++) {
      cells.push(picture(images, from + c), picture(cues, c), ...winners.map((found) => picture(images, found[c])));
      rowLabels.push(c === 0 ? damage.name : "");
    }
  });
  return encodePng(mosaic(cells, { columns: 2 + columns.length, columnLabels: ["original", "cue", ...columns.map(({ label }) => label)], rowLabels, scale: Math.max(1, Math.floor(80 / H)), gap: 8, margin: 16 }));
}

/**
 * The picture of the main job: a few favourites, one per row and damage, as they were, as the memories saw them, and as each recalled them.
 * What is shown of a memory is the state itself (softmax read-out, or where the dynamics settled), not a looked-up stored picture.
 */
import { encodePng, type Image, image, mosaic } from "../images/index.ts";
import type { Rng } from "../numeric/index.ts";
import type { Damage, Shape } from "./recall-damage.ts";
import type { LineUp } from "./recall-trial.ts";

/** One row of the picture. */
export interface Example {
  /** An original, C x H x W. */
  readonly row: Float32Array;
  readonly damage: Damage;
}

/** @returns a PNG: original, cue (hidden parts as a checkerboard), then one column per memory; an empty cell is a cue without an answer */
export function recallPicture(examples: readonly Example[], shape: Shape, { pixel, dense, semantic }: LineUp, rng: Rng): Uint8Array {
  const [C, H, W] = shape;
  const columns = [...semantic, ...pixel, ...dense];
  const cells: (Image | undefined)[] = [];
  examples.forEach(({ row, damage }, i) => {
    const cue = damage.damage(row, shape, rng.fork(i));
    const visible = damage.visible?.(shape);
    const alpha = visible === undefined ? undefined : Float32Array.from(visible.subarray(0, H * W));
    cells.push(image(W, H, C, row), image(W, H, C, cue, alpha));
    for (const { memory } of columns) {
      const { state, accepted, weights } = memory.recall(cue, { visible });
      const answered = accepted || (weights?.some((weight) => weight > 0) ?? false);
      cells.push(answered ? image(W, H, C, Float32Array.from(state)) : undefined);
    }
  });
  const picture = mosaic(cells, {
    columns: 2 + columns.length, scale: Math.max(1, Math.floor(96 / H)), gap: 10, margin: 20, textScale: 2,
    columnLabels: ["original", "cue", ...columns.map(({ label }) => label)],
    rowLabels: examples.map(({ damage }) => damage.name),
  });
  return encodePng(picture);
}

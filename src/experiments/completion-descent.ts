/**
 * The Energy Transformer going downhill on many cues, and what its pictures are worth after every step.
 *
 *   x  (N + 1) x D   tokens of a cue;   decoded after any number of steps by the same decoder
 */
import { constant } from "../autodiff/index.ts";
import { type BlockTree, fromPatches, type ImageEnergyTransformer, patchCounts } from "../transformer/index.ts";
import { image } from "../images/index.ts";

export interface DescentOptions {
  /** The trained depth: where `completed` is read out. */
  readonly steps: number;
  readonly alpha: number;
  /** How far the first `followed` pictures are followed. */
  readonly deep: number;
  readonly followed: number;
}

export interface Descent {
  /** C x H x W of every picture at the trained depth, all patches as decoded. */
  readonly completed: Float32Array[];
  /** Means over the pictures followed; `mse` over their hidden patches, in pixel units. */
  readonly curve: { step: number; energy: number; mse: number }[];
  /** Steps of which `frames` has pictures. */
  readonly shown: number[];
  /** A few pictures over the steps in `shown`. */
  readonly frames: Float32Array[][];
  /** Steps that raised a picture's energy, under the guard. */
  readonly raised: number;
}

const FRAMED = 6;
const GUARDED = 4;

export function descend(model: ImageEnergyTransformer, pictures: readonly Float32Array[], hidden: readonly Uint8Array[], { steps, alpha, deep, followed }: DescentOptions, progress: (part: number) => void): Descent {
  const { geometry } = model;
  const { width, height } = geometry;
  const channels = geometry.channels === 1 ? 1 : 3;
  const { N, P } = patchCounts(geometry);
  const shown = [0, 1, 2, 4, steps, 2 * steps, 4 * steps, deep].filter((step, i, all) => step <= deep && all.indexOf(step) === i).sort((a, b) => a - b);
  const completed: Float32Array[] = [];
  const frames: Float32Array[][] = Array.from({ length: Math.min(FRAMED, pictures.length) }, () => []);
  const curve = Array.from({ length: deep + 1 }, (_, step) => ({ step, energy: 0, mse: 0 }));
  const share = 1 / Math.min(followed, pictures.length);
  let raised = 0;

  pictures.forEach((data, i) => {
    const cue = image(width, height, channels, data);
    const patches = model.patches([cue]);
    const truth = model.pixels(patches.data);
    const start = model.encode(patches, hidden[i], model.params);
    const visit = (step: number, x: ArrayLike<number>, { energy }: BlockTree): void => {
      const decoded = model.pixels(model.decode(constant({ shape: start.shape, data: x as Float32Array }), model.params).data);
      const filled = fromPatches(decoded, geometry).data;
      if (step === steps) completed.push(filled);
      if (shown.includes(step) && i < frames.length) frames[i].push(filled);
      if (i >= followed) return;
      let [sum, count] = [0, 0];
      for (let k = 0; k < N * P; k++) if (hidden[i][Math.floor(k / P)] === 1) [sum, count] = [sum + (decoded[k] - truth[k]) ** 2, count + 1];
      curve[step].energy += energy * share;
      curve[step].mse += (sum / count) * share;
    };
    model.block.run(start.data, { steps: i < followed ? deep : steps, alpha, visit });
    if (i < GUARDED) raised += model.complete(cue, hidden[i], { steps: deep, alpha, guard: true }).raised;
    progress((i + 1) / pictures.length);
  });
  return { completed, curve, shown, frames, raised };
}

/**
 * The Energy Transformer going downhill on many cues at once, and what its pictures are worth after every step.
 *
 *   x  B x (N + 1) x D   tokens of a batch;   decoded after any number of steps by the same decoder
 */
import { constant, type Var } from "../autodiff/index.ts";
import { paramsOf } from "../hamux/graph.ts";
import { fromPatches, type ImageEnergyTransformer, patchCounts } from "../transformer/index.ts";
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

const BATCH = 10;
const FRAMED = 6;
const GUARDED = 4;

export function descend(model: ImageEnergyTransformer, pictures: readonly Float32Array[], hidden: readonly Uint8Array[], { steps, alpha, deep, followed }: DescentOptions, progress: (part: number) => void): Descent {
  const { geometry } = model;
  const { width, height } = geometry;
  const channels = geometry.channels === 1 ? 1 : 3;
  const { graph } = model.block;
  const { N, P } = patchCounts(geometry);
  const q = graph.prepare(paramsOf(model.params, "block"));
  const looks = graph.attentionOf(N + 1);
  const shown = [0, 1, 2, 4, steps, 2 * steps, 4 * steps, deep].filter((step, i, all) => step <= deep && all.indexOf(step) === i).sort((a, b) => a - b);
  const completed: Float32Array[] = [];
  const frames: Float32Array[][] = Array.from({ length: Math.min(FRAMED, pictures.length) }, () => []);
  const curve = Array.from({ length: deep + 1 }, (_, step) => ({ step, energy: 0, mse: 0 }));

  for (let from = 0; from < pictures.length; from += BATCH) {
    const batch = pictures.slice(from, from + BATCH).map((data) => image(width, height, channels, data));
    const masks = hidden.slice(from, from + BATCH);
    const patches = model.patches(batch);
    const truth = model.pixels(patches.data);
    const depth = from < followed ? deep : steps;
    let x: Var = model.encode(patches, Uint8Array.from(masks.flatMap((mask) => Array.from(mask))), model.params);
    for (let step = 0; ; step++) {
      const decoded = model.pixels(model.decode(x, model.params).data);
      const pictureAt = (b: number): Float32Array => fromPatches(decoded.subarray(b * N * P, (b + 1) * N * P), geometry).data;
      batch.forEach((_, b) => {
        if (step === steps) completed.push(pictureAt(b));
        if (shown.includes(step) && from + b < frames.length) frames[from + b].push(pictureAt(b));
      });
      if (from < followed) {
        const { neurons, attention, hopfield } = graph.energies(graph.normalise(x, q), x, q, looks);
        batch.slice(0, followed - from).forEach((_, b) => {
          curve[step].energy += (neurons.data[b] + attention.data[b] + hopfield.data[b]) / Math.min(followed, pictures.length);
          let [sum, count] = [0, 0];
          for (let i = 0; i < N * P; i++) {
            if (masks[b][Math.floor(i / P)] === 1) [sum, count] = [sum + (decoded[b * N * P + i] - truth[b * N * P + i]) ** 2, count + 1];
          }
          curve[step].mse += sum / count / Math.min(followed, pictures.length);
        });
      }
      if (step === depth) break;
      x = constant({ shape: x.shape, data: graph.step(x, q, looks, alpha).data });
      progress((from + (batch.length * step) / depth) / pictures.length);
    }
  }
  const raised = pictures.slice(0, GUARDED).reduce((sum, data, i) => sum + model.complete(image(width, height, channels, data), hidden[i], { steps: deep, alpha, guard: true }).raised, 0);
  return { completed, curve, shown, frames, raised };
}

/**
 * The image Energy Transformer (arXiv 2302.07253; modern-methods.md section 4.3): hidden patches are completed by one block run downhill.
 *
 *   patches    N x P    (pixel - mean) / sd per channel, patches as in patches.ts
 *   tokens     N x D    patches Wenc + Benc; hidden ones replaced by MASK
 *   x          (N + 1) x D   CLS in front, positions added; all of them evolve
 *   prediction N x P    layer norm of x without CLS, times Wdec, plus Bdec
 *
 *   Wenc P x D, Benc D, Wdec D x P, Bdec P, positions (N + 1) x D, CLS D, MASK D
 */
import { checkNames, EngramError, filled, type ImageLike } from "../numeric/index.ts";
import { add, constant, matmul, mul, type NdArray, reshape, slice, sub, take, type Var } from "../autodiff/index.ts";
import { paramsOf } from "../hamux/graph.ts";
import { checkFinite, constants, type Params } from "../hamux/lagrangian.ts";
import { maskOf } from "../hamux/layer.ts";
import { weights } from "../hamux/synapse.ts";
import type { BlockRun, BlockRunOptions, EnergyTransformerBlock } from "./block.ts";
import { fromPatches, type Geometry, patchCounts, toPatches } from "./patches.ts";

export interface ImageModelOptions {
  block: EnergyTransformerBlock;
  geometry: Geometry;
  Wenc: NdArray;
  Benc: NdArray;
  Wdec: NdArray;
  Bdec: NdArray;
  positions: NdArray;
  CLS: NdArray;
  MASK: NdArray;
  /** Of the pixels, by channel: what the model was trained with. Defaults 0 and 1. */
  mean?: readonly number[];
  sd?: readonly number[];
}

export interface Completion extends Omit<BlockRun, "x"> {
  /** All patches as the model decodes them. */
  readonly decoded: ImageLike & { readonly data: Float32Array };
  /** The visible patches as they were, the hidden ones decoded. */
  readonly completed: ImageLike & { readonly data: Float32Array };
  /** (N + 1) x D: the tokens it ended with, CLS first. */
  readonly x: Float64Array;
}

const OWN = ["Wenc", "Benc", "Wdec", "Bdec", "positions", "CLS", "MASK"] as const;

export class ImageEnergyTransformer {
  readonly block: EnergyTransformerBlock;
  readonly geometry: Geometry;
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** By name: the seven above, and the block's under `block.`. */
  readonly parameters: Readonly<Record<string, NdArray>>;
  readonly params: Params;

  /** @throws EngramError on arrays that are missing or do not fit the geometry and the block, NaN, or an sd that is not above 0 */
  constructor({ block, geometry, mean, sd, ...arrays }: ImageModelOptions) {
    checkNames("image model option", arrays, OWN);
    const { N, P } = patchCounts(geometry);
    const D = block.dim;
    const shapes = { Wenc: [P, D], Benc: [D], Wdec: [D, P], Bdec: [P], positions: [N + 1, D], CLS: [D], MASK: [D] };
    for (const name of OWN) {
      const { shape, data } = weights(arrays[name], shapes[name].length, `image model ${name}`);
      if (shape.some((n, i) => n !== shapes[name][i])) throw new EngramError(`image model ${name}`, `shape [${shapes[name].join(", ")}]`, `[${shape.join(", ")}]`, "Check weights and geometry.");
      checkFinite(data, `image model ${name}`);
    }
    this.block = block;
    this.geometry = geometry;
    this.mean = perChannel(mean, 0, geometry.channels, "mean");
    this.sd = perChannel(sd, 1, geometry.channels, "sd");
    if (!this.sd.every((value) => value > 0)) throw new EngramError("image model sd", "numbers above 0", this.sd.join(", "), "Pixels are divided by it.");
    this.parameters = {
      ...Object.fromEntries(OWN.map((name) => [name, arrays[name]])),
      ...Object.fromEntries(Object.entries(block.parameters).map(([name, value]) => [`block.${name}`, value])),
    };
    this.params = constants(this.parameters, block.precision === "f32" ? new Float32Array(0) : new Float64Array(0));
  }

  #constant(shape: readonly number[], data: ArrayLike<number>): Var {
    return constant({ shape, data: this.block.precision === "f32" ? Float32Array.from(data) : Float64Array.from(data) });
  }

  /** Normalised patches of pictures: B x N x P. @throws EngramError on a picture of other sizes */
  patches(pictures: readonly ImageLike[]): Var {
    const { N, P } = patchCounts(this.geometry);
    const perPatch = P / this.geometry.channels;
    const data = new Float64Array(pictures.length * N * P);
    pictures.forEach((picture, b) => data.set(toPatches(picture, this.geometry).map((value, i) => {
      const c = Math.floor((i % P) / perPatch);
      return (value - this.mean[c]) / this.sd[c];
    }), b * N * P));
    return this.#constant([pictures.length, N, P], data);
  }

  /**
   * Tokens before the first step, B x (N + 1) x D.
   * @param hidden B x N of 0 and 1: 1 = the patch is hidden (its numbers are not looked at)
   * @throws EngramError on another number of entries, or entries other than 0 and 1
   */
  encode(patches: Var, hidden: ArrayLike<number>, p: Params): Var {
    const [B, N, P] = patches.shape;
    const D = this.block.dim;
    const mask = maskOf(hidden, B * N, "hidden patches");
    // Left out, not multiplied by 0: that would keep NaN and infinities, in the tokens or in the gradient of Wenc.
    const known = take(patches, filled(new Int32Array(patches.data.length), (at) => (mask[Math.floor(at / P)] === 1 ? -1 : at)), patches.shape);
    const tokens = add(matmul(known, p.Wenc), p.Benc);
    const seen = this.#constant([B, N, 1], filled(new Float64Array(mask.length), (i) => 1 - mask[i]));
    const masked = add(mul(tokens, seen), mul(p.MASK, sub(1, seen)));
    const shape = [B, N + 1, D];
    const place = (row: number, b: number, k: number): number => (row === 0 ? -1 : (b * N + row - 1) * D + k);
    const index = filled(new Int32Array(B * (N + 1) * D), (at) => place(Math.floor(at / D) % (N + 1), Math.floor(at / D / (N + 1)), at % D));
    const front = index.map((from, at) => (from === -1 ? at % D : -1));
    return add(add(take(masked, index, shape), take(p.CLS, front, shape)), p.positions);
  }

  /** Predicted patches, B x N x P. */
  decode(x: Var, p: Params): Var {
    const xhat = this.block.graph.normalise(slice(x, 1, 1, x.shape[1]), this.block.graph.prepare(paramsOf(p, "block")));
    return add(matmul(xhat, p.Wdec), p.Bdec);
  }

  /** Patches as predicted back in units of the pixels, any number of patches. */
  pixels(patches: ArrayLike<number>): Float64Array {
    const { P } = patchCounts(this.geometry);
    const perPatch = P / this.geometry.channels;
    return filled(new Float64Array(patches.length), (i) => patches[i] * this.sd[Math.floor((i % P) / perPatch)] + this.mean[Math.floor((i % P) / perPatch)]);
  }

  /** Encoded, run and decoded on the tape: what a training's loss is made of. */
  predict(patches: Var, hidden: ArrayLike<number>, p: Params, steps = 12, alpha = 0.1): Var {
    const { graph } = this.block;
    const q = graph.prepare(paramsOf(p, "block"));
    const looks = graph.attentionOf(patches.shape[1] + 1);
    let x = this.encode(patches, hidden, p);
    for (let i = 0; i < steps; i++) x = graph.step(x, q, looks, alpha);
    return this.decode(x, p);
  }

  /**
   * Fills in hidden patches.
   * @param hidden N entries, row-major over the patches: 1 = hidden (its pixels are not looked at)
   * @throws EngramError on a picture or mask of other sizes, or run options out of range
   */
  complete(picture: ImageLike, hidden: ArrayLike<number>, options: Omit<BlockRunOptions, "neighbours" | "free"> = {}): Completion {
    const { N, P } = patchCounts(this.geometry);
    const mask = maskOf(hidden as ArrayLike<number>, N, "hidden patches");
    const patches = this.patches([picture]);
    const start = reshape(this.encode(patches, mask, this.params), [N + 1, this.block.dim]);
    const { x, ...run } = this.block.run(start.data, options);
    const pixels = this.pixels(this.decode(this.#constant([1, N + 1, this.block.dim], x), this.params).data);
    const own = toPatches(picture, this.geometry);
    return {
      ...run, x, decoded: fromPatches(pixels, this.geometry),
      completed: fromPatches(pixels.map((value, i) => (mask[Math.floor(i / P)] === 1 ? value : own[i])), this.geometry),
    };
  }
}

function perChannel(values: readonly number[] | undefined, fallback: number, channels: number, name: string): number[] {
  const all = values ?? new Array<number>(channels).fill(fallback);
  if (all.length !== channels || !all.every(Number.isFinite)) throw new EngramError(`image model ${name}`, `${channels} finite numbers, one per channel`, all.join(", "), "Give what the model was trained with.");
  return [...all];
}

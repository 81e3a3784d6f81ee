/** A 3x3 convolution of stride 1 by Winograd's algorithm (assembly/winograd.ts): a block of tiles at a time, one product for each place of a transformed tile. */
import type { Blocks } from "./blocks.ts";
import type { After, Form } from "./convolution.ts";
import { padded } from "./geometry.ts";
import type { Geometry } from "./geometry.ts";
import type { LayerHost } from "./layers.ts";
import { leftSide } from "./left-side.ts";
import { foursBytes, sumsBytes } from "./packed.ts";
import { BLOCK_K } from "./panels.ts";
import { winogradWeights } from "./winograd-scalar.ts";
import type { Edge } from "./winograd-scalar.ts";

/** Numbers of V and M that stay in the second-level cache while the weights pass: worth more than fewer passes over weights from memory. */
const CACHE = 1 << 16;
/** For the half-transformed tile: 36 vectors and 4 outputs; the pixels of a tile at the border lie behind. */
const SCRATCH = 64 * 16;
/** Bytes between the places of V and of M: a power of two apart their lines would drive one another out of the first-level cache. */
const APART = 320;

/**
 * Where the weight of input c and output o of K x outputs lies: block of 256 k after block, so that a product reads one stream, each in panels of
 * 8 outputs (512 channels on 4 x 4, from memory: 15 to 45 GFLOP/s against panels that hold all k).
 */
function blockPlace(o: number, c: number, K: number, outputs: number): number {
  const k = c - (c % BLOCK_K);
  const depth = Math.min(BLOCK_K, K - k);
  return k * outputs + ((o >> 3) * depth + c - k) * 8 + (o & 7);
}

export class Winograd implements Form {
  readonly scratchBytes: number;
  readonly #host: LayerHost;
  readonly #geometry: Geometry;
  readonly #edge: Edge;
  readonly #g: number;
  /** Place after place, block of 256 in after block, in x out in panels of 8. */
  readonly #U: number;
  readonly #bias: number;
  readonly #out: number;
  /** Tiles at once. */
  readonly #tiles: number;

  constructor(host: LayerHost, blocks: Blocks, edge: Edge, outChannels: number, geometry: Geometry, weights: Float32Array, bias: ArrayLike<number>) {
    this.#host = host;
    this.#geometry = geometry;
    this.#edge = edge;
    this.#out = padded(outChannels);
    this.#g = blocks.geometry(geometry);
    this.#bias = blocks.placePadded(bias, this.#out);
    const { channels: C, pixel } = geometry;
    const place = C * this.#out;
    const U = new Float32Array(edge * edge * place);
    const half = new Float64Array(3 * edge);
    for (let o = 0; o < outChannels; o++) {
      for (let c = 0; c < C; c++) winogradWeights(edge, weights, (o * C + c) * 9, half, U, blockPlace(o, c, C, this.#out), place);
    }
    this.#U = blocks.place(U);
    const fit = CACHE / (edge * edge * (pixel + this.#out));
    this.#tiles = Math.max(8, Math.min(64, 4 * Math.floor(fit / 4)));
    this.scratchBytes = edge * edge * (4 * this.#tiles * (pixel + this.#out) + 2 * APART + 4 * pixel) + foursBytes(this.#tiles, BLOCK_K) + sumsBytes(this.#tiles) + SCRATCH;
  }

  run(x: number, out: number, images: number, scratch: number, { residual, low, high }: After): void {
    const { exports } = this.#host;
    const { channels: C, pixel, outRows, outColumns } = this.#geometry;
    const edge = this.#edge;
    const V = scratch + SCRATCH + 4 * edge * edge * pixel;
    const vPlace = 4 * this.#tiles * pixel + APART;
    const M = V + edge * edge * vPlace;
    const mPlace = 4 * this.#tiles * this.#out + APART;
    const copy = M + edge * edge * mPlace;
    const sums = copy + foursBytes(this.#tiles, BLOCK_K);
    const total = images * Math.ceil(outRows / (edge - 2)) * Math.ceil(outColumns / (edge - 2));
    for (let tile = 0; tile < total; tile += this.#tiles) {
      const count = Math.min(this.#tiles, total - tile);
      exports.winogradInput_f32(x, this.#g, edge, tile, count, V, vPlace, scratch);
      for (let t = 0; t < edge * edge; t++) {
        for (let k = 0; k < C; k += BLOCK_K) {
          const depth = Math.min(BLOCK_K, C - k);
          const left = leftSide(this.#host, this.#out, V + t * vPlace + 4 * k, 4 * pixel, count, depth, copy);
          left.gemm(
            left.A, left.aStride, count, this.#U + 4 * (t * C + k) * this.#out, 32 * depth, this.#out / 8, depth,
            M + t * mPlace, 4 * this.#out, k === 0 ? 1 : 0, 0, 0, 0, 0, 0, 0, sums,
          );
        }
      }
      exports.winogradOutput_f32(M, this.#g, edge, tile, count, mPlace, this.#bias, residual, low, high, out, 4 * this.#out, scratch);
    }
  }
}

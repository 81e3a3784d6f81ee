/**
 * The kernels of neural layers and the memory they work in. Feature maps are NHWC in f32: pixel after pixel, row by row, image by image,
 * the channels of a pixel side by side, filled up to a multiple of 8 with numbers that take part in nothing. Addresses are bytes.
 * Both twins have the same exports over the same layout: WebAssembly over its arena, plain loops (layers-scalar.ts) over a memory of their own.
 */
import { type Backend, checkBackend } from "../numeric/index.ts";
import { Arena } from "./arena.ts";
import { kernels } from "./host.ts";
import { scalarLayers } from "./layers-scalar.ts";
import { PlainMemory } from "./plain.ts";

type Unary = (x: number, out: number, n: number) => void;

/** The exports of assembly/{gemm,patches,windows,winograd,activations,normalise,upsample,softmax,pack,sparse}.ts; what they compute stands there. `g`: address of a geometry record. */
export interface LayerExports {
  gemm_f32(
    A: number, aStride: number, pixels: number, W: number, panelStride: number, panels: number, depth: number, out: number, outStride: number,
    first: number, last: number, bias: number, residual: number, residualStride: number, low: number, high: number, sums: number,
  ): void;
  readonly gemmFours_f32: LayerExports["gemm_f32"];
  patches_f32(x: number, g: number, pixel: number, count: number, k: number, depth: number, out: number): void;
  windowFours_f32(x: number, g: number, pixel: number, count: number, k: number, depth: number, zeros: number, out: number): void;
  copy_f32(from: number, fromRow: number, fromColumn: number, to: number, toRow: number, toColumn: number, rows: number, columns: number): void;
  winogradInput_f32(x: number, g: number, edge: number, tile: number, count: number, V: number, placeBytes: number, scratch: number): void;
  winogradOutput_f32(
    M: number, g: number, edge: number, tile: number, count: number, placeBytes: number, bias: number, residual: number, low: number, high: number,
    out: number, outBytes: number, scratch: number,
  ): void;
  depthwise_f32(x: number, g: number, W: number, bias: number, low: number, high: number, out: number): void;
  maxPool_f32(x: number, g: number, out: number): void;
  averagePool_f32(x: number, g: number, whole: number, out: number): void;
  globalAverage_f32(x: number, pixels: number, bytes: number, channels: number, out: number, scratch: number): void;
  groupFactors_f32(
    x: number, pixels: number, bytes: number, channels: number, width: number, gamma: number, beta: number, epsilon: number, scale: number, shift: number, scratch: number,
  ): void;
  layerNorm_f32(x: number, pixels: number, bytes: number, channels: number, gamma: number, beta: number, epsilon: number, out: number): void;
  firstNotFinite_f32(x: number, n: number): number;
  clamp_f32(x: number, out: number, n: number, low: number, high: number): void;
  add_f32(x: number, y: number, out: number, n: number, low: number, high: number): void;
  affine_f32(x: number, out: number, pixels: number, channels: number, scale: number, shift: number, low: number, high: number): void;
  leaky_f32(x: number, out: number, n: number, slope: number): void;
  readonly sigmoid_f32: Unary;
  readonly silu_f32: Unary;
  readonly gelu_f32: Unary;
  tanh_f32(x: number, out: number, n: number, scale: number): void;
  nearest_f32(x: number, rows: number, columns: number, bytes: number, outRows: number, outColumns: number, out: number): void;
  bilinear_f32(x: number, rows: number, columns: number, bytes: number, outRows: number, outColumns: number, aligned: number, out: number): void;
  attend_f32(x: number, n: number, beta: number, hide: number, exps: number, result: number): void;
  quotients_f32(x: number, n: number, divisor: number, out: number): void;
  packFours_f32(from: number, rowBytes: number, rows: number, k: number, out: number): void;
  transpose_f32(from: number, fromRow: number, rows: number, columns: number, to: number, toRow: number): void;
  nonzeros_f32(A: number, stride: number, rows: number, depth: number, lists: number, bounds: number): void;
  gemmLists_f32(
    lists: number, bounds: number, rows: number, W: number, panelStride: number, panels: number, out: number, outStride: number, first: number, residual: number,
  ): void;
}

export const LAYER_KERNELS: readonly (keyof LayerExports)[] = [
  "gemm_f32", "patches_f32", "windowFours_f32", "copy_f32", "winogradInput_f32", "winogradOutput_f32", "depthwise_f32", "maxPool_f32", "averagePool_f32", "globalAverage_f32",
  "groupFactors_f32", "layerNorm_f32", "firstNotFinite_f32", "clamp_f32", "add_f32", "affine_f32", "leaky_f32", "sigmoid_f32", "silu_f32", "gelu_f32", "tanh_f32", "nearest_f32", "bilinear_f32",
  "attend_f32", "quotients_f32", "packFours_f32", "transpose_f32", "gemmFours_f32", "nonzeros_f32", "gemmLists_f32",
];

/** Where layers run. */
export interface LayerHost {
  readonly backend: Backend;
  readonly exports: LayerExports;
  readonly arena: Arena;
}

/** The live kernels, or with "scalar" (and where WebAssembly is refused) the twin over a memory of its own. */
export function layerHost(backend?: Backend): LayerHost {
  checkBackend(backend);
  const live = backend === "scalar" ? undefined : kernels();
  if (live !== undefined) return { backend: "simd", exports: live.exports, arena: live.arena };
  const memory = new PlainMemory();
  return { backend: "scalar", exports: scalarLayers(memory), arena: new Arena(memory, 0) };
}

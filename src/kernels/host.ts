/**
 * The only door to WebAssembly. The module is compiled and instantiated on first use, synchronously, from bytes that are
 * part of the code: no download, no ceremony. Hosts that forbid compiling bytes pass a module to `useKernels`; pages that
 * refuse synchronous compilation await `initKernels`; where WebAssembly is refused altogether the scalar twin runs.
 * The one instance is the library's only module state.
 */
import { littleEndian } from "../numeric/endian.ts";
import type { Backend, Precision } from "../numeric/index.ts";
import { Arena } from "./arena.ts";
import { KERNELS_BASE64 } from "./binary.generated.ts";
import type { CellKind } from "./cells-backend.ts";
import type { Binary, Unary } from "./elementwise.ts";
import type { LayerExports } from "./layers.ts";
import type { RawScore } from "./panels.ts";

type Score = (panels: number, count: number, dim: number, cue: number, out: number) => void;
type ScoreMasked = (panels: number, count: number, dim: number, cue: number, mask: number, out: number) => void;
type ScoreMany = (
  panels: number, count: number, dim: number, cues: number, groups: number, out: number, stride: number,
) => void;
type SoftmaxBlock = (raw: number, rows: number, scale: number, bias: number, out: number, weights: number, result: number) => void;
type WeightedSum = (panels: number, count: number, dim: number, weights: number, lanes: number, z: number) => void;

/** The exports of assembly/index.ts. Pointers are byte addresses; pass them unsigned. */
export type KernelExports = { readonly [name in `scoreOne_${RawScore}_${Precision}`]: Score } &
  { readonly [name in `scoreMasked_${RawScore}_${Precision}`]: ScoreMasked } &
  { readonly [name in `scoreMany_${RawScore}_${Precision}`]: ScoreMany } &
  { readonly [name in `rowSums_${Precision}`]: (panels: number, count: number, dim: number, mask: number, out: number) => void } &
  { readonly [name in `rowSquares_${Precision}`]: (panels: number, count: number, dim: number, about: number, mask: number, out: number) => void } &
  { readonly [name in `packCues_${Precision}`]: (cues: number, groups: number, dim: number, out: number) => void } &
  { readonly [name in `power_${Precision}`]: (x: number, out: number, n: number, degree: number, rectified: number) => void } &
  { readonly [name in `${Unary}_f64` | "exp_f32"]: (x: number, out: number, n: number) => void } &
  { readonly [name in `${Binary}_f64`]: (x: number, y: number, out: number, n: number) => void } & LayerExports & CellExports & OtherExports;

type CellsCount = (cells: number, n: number, m: number, cues: number, items: number, cap: number, undefinedRow: number) => void;
type CellsLook = (cells: number, n: number, m: number, cues: number, items: number, least: number, out: number) => void;
type CellsDrawDirect = (
  cells: number, n: number, m: number, K: number, cues: number, items: number, numbers: number, k0: number, k1: number, u: number, out: number,
) => number;

/** Of assembly/cells.ts and draws.ts. */
type CellExports = { readonly [name in `cellsCount_${"u16" | "u32"}`]: CellsCount } &
  { readonly [name in `cellsLook_${"u16" | "u32"}`]: CellsLook } &
  { readonly [name in `cellsCumulate_${CellKind}`]: (cells: number, n: number, m: number, K: number, width: number, out: number) => void } &
  { readonly [name in `cellsDrawDirect_${CellKind}`]: CellsDrawDirect } & {
    cellsDraw(cdf: number, n: number, m: number, width: number, cues: number, items: number, numbers: number, k0: number, k1: number, u: number, out: number): number;
  };

interface OtherExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  dots_i16(cues: number, cuePanels: number, rows: number, rowPanels: number, run: number, out: number, stride: number): void;
  packColumns_f32(B: number, count: number, n: number, k: number, out: number): void;
  readonly softmaxBlock_f32: SoftmaxBlock;
  readonly softmaxBlock_f64: SoftmaxBlock;
  readonly weightedSum_f32: WeightedSum;
  readonly weightedSum_f64: WeightedSum;
}

export interface Kernels {
  readonly exports: KernelExports;
  readonly arena: Arena;
}

const state: { kernels: Kernels | undefined; refused: boolean } = { kernels: undefined, refused: !littleEndian };

function adopt(instance: WebAssembly.Instance): Kernels {
  const exports = instance.exports as unknown as KernelExports;
  state.kernels = { exports, arena: new Arena(exports.memory, exports.heapBase() >>> 0) };
  return state.kernels;
}

/** The decoder of Node, Deno and Bun; browsers lack it. */
const { Buffer: native } = globalThis as { Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> } };

function bytes(): Uint8Array<ArrayBuffer> {
  if (native !== undefined) return native.from(KERNELS_BASE64, "base64");
  const text = atob(KERNELS_BASE64);
  const binary = new Uint8Array(text.length);
  // A plain loop takes 1 ms, Uint8Array.from over the string 5 to 19.
  for (let i = 0; i < binary.length; i++) binary[i] = text.charCodeAt(i);
  return binary;
}

/** The live kernels, or undefined where the host refuses WebAssembly (found out by trying). */
export function kernels(): Kernels | undefined {
  if (state.kernels !== undefined || state.refused) return state.kernels;
  try {
    return adopt(new WebAssembly.Instance(new WebAssembly.Module(bytes())));
  } catch {
    state.refused = true;
    return undefined;
  }
}

/** Instantiates the kernels asynchronously, for pages that refuse synchronous compilation. Resolves to the live backend. */
export async function initKernels(): Promise<Backend> {
  if (state.kernels === undefined && littleEndian) {
    try {
      adopt((await WebAssembly.instantiate(bytes())).instance);
    } catch {
      state.refused = true;
    }
  }
  return backendInUse();
}

/** Uses a module compiled elsewhere (hosts that forbid compiling bytes). Does nothing when kernels are live already, or on a big-endian host. */
export function useKernels(module: WebAssembly.Module): void {
  if (state.kernels === undefined && littleEndian) adopt(new WebAssembly.Instance(module));
}

/** Which twin new stores use. */
export function backendInUse(): Backend {
  return kernels() === undefined ? "scalar" : "simd";
}

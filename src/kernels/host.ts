/**
 * The only door to WebAssembly. The module is instantiated on first use, synchronously: no download, no ceremony. It comes from `#kernels`,
 * which package.json resolves to bytes in the code (binary.ts) or, where a host forbids compiling bytes, to a compiled import
 * (binary-workerd.ts, binary-edge-light.ts). Hosts that name themselves by no condition pass a module to `useKernels`; pages that refuse
 * synchronous compilation await `initKernels`; where WebAssembly is refused altogether the scalar twin runs. Whether it is, is found out
 * by trying: `WebAssembly.validate` says yes on workerd, too. The one instance is the library's only module state.
 */
import { kernelBinary } from "#kernels";
import { littleEndian } from "../numeric/endian.ts";
import { EngramError } from "../numeric/errors.ts";
import type { Backend, Precision } from "../numeric/index.ts";
import { Arena } from "./arena.ts";
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
    /** Of assembly/narrow.ts. */
    cellsCountNarrow(cells: number, n: number, m: number, cues: number, items: number, cap: number, undefinedRow: number, room: number): void;
    cellsLookNarrow(cells: number, n: number, m: number, cues: number, items: number, least: number, out: number, room: number): void;
    cellsDraw(cdf: number, n: number, m: number, width: number, cues: number, items: number, numbers: number, k0: number, k1: number, u: number, out: number): number;
  };

interface OtherExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  packCues_f64(cues: number, groups: number, dim: number, out: number): void;
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

/** The twins of binary.ts hand out a module, binary.ts bytes. */
function isModule(binary: Uint8Array<ArrayBuffer> | WebAssembly.Module): binary is WebAssembly.Module {
  return !ArrayBuffer.isView(binary);
}

/** The live kernels, or undefined where the host refuses WebAssembly (found out by trying). */
export function kernels(): Kernels | undefined {
  if (state.kernels !== undefined || state.refused) return state.kernels;
  try {
    const binary = kernelBinary();
    return adopt(new WebAssembly.Instance(isModule(binary) ? binary : new WebAssembly.Module(binary)));
  } catch {
    state.refused = true;
    return undefined;
  }
}

/** Instantiates the kernels asynchronously, for pages that refuse synchronous compilation. Resolves to the live backend. */
export async function initKernels(): Promise<Backend> {
  if (state.kernels === undefined && littleEndian) {
    try {
      const binary = kernelBinary();
      adopt(await WebAssembly.instantiate(isModule(binary) ? binary : await WebAssembly.compile(binary)));
    } catch {
      state.refused = true;
    }
  }
  return backendInUse();
}

/**
 * Uses a module compiled elsewhere: `engram/kernels.wasm`, on hosts that forbid compiling bytes and name themselves by no condition of
 * package.json. Does nothing when kernels are live already or the host is big-endian; stores made before, by the scalar twin, stay with it.
 * @throws EngramError on anything but that module, of this version
 */
export function useKernels(module: WebAssembly.Module): void {
  if (state.kernels !== undefined || !littleEndian) return;
  const wrong = (got: string): EngramError =>
    new EngramError("kernels", "the WebAssembly.Module of engram/kernels.wasm", got, "Compile the file of this very version of engram, whole, and pass the module.");
  if (Object.prototype.toString.call(module) !== "[object WebAssembly.Module]") throw wrong(module === null ? "null" : `a value of type ${typeof module}`);
  const offered = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const missing = ["memory", "heapBase", "scoreOne_dot_f32", "softmaxBlock_f64", "gemm_f32", "dots_i16", "cellsDraw"].find((name) => !offered.has(name));
  if (missing !== undefined) throw wrong(`a module without ${missing}`);
  adopt(new WebAssembly.Instance(module));
}

/** Which twin new stores use. */
export function backendInUse(): Backend {
  return kernels() === undefined ? "scalar" : "simd";
}

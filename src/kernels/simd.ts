/**
 * The SIMD backend: packed rows in the arena, the kernels of assembly/ called for at most 256 rows at a time
 * (a single long cold call would run in the engine's baseline tier to its end).
 */
import { BLOCK_ROWS } from "../numeric/index.ts";
import type { Precision } from "../numeric/index.ts";
import type { PanelKernels, SoftmaxState } from "./backend.ts";
import type { KernelExports, Kernels } from "./host.ts";
import { packColumns } from "./packing.ts";
import { itemBytes, lanes, PANEL_BYTES } from "./panels.ts";
import type { Floats, RawScore } from "./panels.ts";

/** Bytes of scores kept in the arena before they are copied out. */
const SCORE_BYTES = 1 << 20;

/** The three kernels of one operation. */
interface ScoreKernels {
  readonly one: KernelExports["scoreOne_dot_f32"];
  readonly masked: KernelExports["scoreMasked_dot_f32"];
  readonly many: KernelExports["scoreMany_dot_f32"];
}

function scoreKernels(exports: KernelExports, op: RawScore, precision: Precision): ScoreKernels {
  const kind = `${op}_${precision}` as const;
  return { one: exports[`scoreOne_${kind}`], masked: exports[`scoreMasked_${kind}`], many: exports[`scoreMany_${kind}`] };
}

export class SimdPanels implements PanelKernels {
  readonly backend = "simd";
  readonly #kernels: Kernels;
  readonly #dim: number;
  readonly #precision: Precision;
  readonly #bytes: number;
  readonly #width: number;
  #panels = 0;
  #capacity = 0;
  /** Scratch blocks by name, grown on demand. */
  readonly #scratch: Map<string, { address: number; bytes: number }> = new Map();
  #op: RawScore = "dot";
  #score: ScoreKernels;
  #count = 0;
  #cues = 0;
  #mask = 0;

  constructor(kernels: Kernels, dim: number, precision: Precision) {
    this.#kernels = kernels;
    this.#dim = dim;
    this.#precision = precision;
    this.#bytes = itemBytes(precision);
    this.#width = lanes(precision);
    this.#score = scoreKernels(kernels.exports, this.#op, precision);
  }

  /** The whole memory in the store's precision; index = byte address / item size. */
  get #view(): Floats {
    return this.#precision === "f32" ? this.#kernels.arena.f32 : this.#kernels.arena.f64;
  }

  panels(): Floats {
    const start = this.#panels / this.#bytes;
    return this.#view.subarray(start, start + this.#capacity);
  }

  reserve(numbers: number): void {
    if (numbers <= this.#capacity) return;
    const { arena } = this.#kernels;
    if (this.#panels === 0 || !arena.extend(this.#panels, numbers * this.#bytes)) {
      const address = arena.allocate(numbers * this.#bytes);
      this.#view.copyWithin(address / this.#bytes, this.#panels / this.#bytes, this.#panels / this.#bytes + this.#capacity);
      if (this.#panels !== 0) arena.free(this.#panels);
      this.#panels = address;
    }
    this.#capacity = numbers;
  }

  setColumns(B: Floats, n: number): void {
    if (this.#precision === "f64") return packColumns(this.panels(), B, 0, n, this.#dim, this.#width);
    const whole = Math.floor(n / this.#width);
    const raw = this.#room("columns", B.length * this.#bytes);
    this.#view.set(B, raw / this.#bytes);
    this.#kernels.exports.packColumns_f32(raw, whole, n, this.#dim, this.#panels);
    packColumns(this.panels(), B, whole * this.#width, n, this.#dim, this.#width);
  }

  #room(name: string, bytes: number): number {
    const block = this.#scratch.get(name);
    if (block !== undefined && block.bytes >= bytes) return block.address;
    const { arena } = this.#kernels;
    const address = arena.allocate(bytes);
    if (block !== undefined) arena.free(block.address);
    this.#scratch.set(name, { address, bytes });
    return address;
  }

  setCues(op: RawScore, cues: Floats, count: number, mask?: Uint8Array): void {
    const dim = this.#dim;
    // Names are put together and looked up only when the operation changes: 4 % of a small store's scores.
    if (op !== this.#op) this.#score = scoreKernels(this.#kernels.exports, op, this.#precision);
    this.#op = op;
    this.#count = count;
    this.#mask = 0;
    if (mask !== undefined) this.#setMask(mask);
    // One cue, or masked ones: rows. Several: groups of four, interleaved (assembly/batch.ts), the last padded with zeros.
    const grouped = count > 1 && mask === undefined;
    const groups = Math.ceil(count / 4);
    const total = (grouped ? groups * 4 : count) * dim;
    const plain = this.#room("cues", total * this.#bytes);
    this.#cues = grouped ? this.#room("groups", total * this.#bytes) : plain;
    const view = this.#view;
    const at = plain / this.#bytes;
    view.set(cues, at);
    if (!grouped) return;
    view.fill(0, at + count * dim, at + total);
    const { exports: x } = this.#kernels;
    if (this.#precision === "f32") x.packFours_f32(plain, 4 * dim, 4 * groups, dim, this.#cues);
    else x.packCues_f64(plain, groups, dim, this.#cues);
  }

  #setMask(mask: Uint8Array): void {
    this.#mask = this.#maskRoom("mask", mask, this.#bytes);
  }

  /** One lane of `bytes` bytes per coordinate: all ones, or zero. */
  #maskRoom(name: string, mask: Uint8Array, bytes: number): number {
    const address = this.#room(name, mask.length * bytes);
    const lanesOfMask = new Int32Array(this.#kernels.arena.memory.buffer, address, (mask.length * bytes) / 4);
    for (let i = 0; i < lanesOfMask.length; i++) lanesOfMask[i] = mask[bytes === 4 ? i : i >> 1] === 0 ? 0 : -1;
    return address;
  }

  rowSums(count: number, rows: number, mask?: Uint8Array): Float64Array {
    const out = this.#room("perRow", count * this.#width * 8);
    const at = mask === undefined ? 0 : this.#maskRoom("wideMask", mask, 8);
    const { exports: x, arena } = this.#kernels;
    const rowSums = this.#precision === "f32" ? x.rowSums_f32 : x.rowSums_f64;
    this.#blocks(count, (panel, panels) => rowSums(this.#panels + panel * this.#dim * PANEL_BYTES, panels, this.#dim, at, out + panel * this.#width * 8));
    return arena.f64.slice(out / 8, out / 8 + rows);
  }

  rowSquares(count: number, rows: number, about?: Float64Array, mask?: Uint8Array): Float64Array {
    const out = this.#room("perRow", count * this.#width * 8);
    const means = this.#room("means", count * this.#width * 8);
    const at = mask === undefined ? 0 : this.#maskRoom("wideMask", mask, 8);
    const { exports: x, arena } = this.#kernels;
    arena.f64.fill(0, means / 8, means / 8 + count * this.#width);
    if (about !== undefined) arena.f64.set(about, means / 8);
    const rowSquares = this.#precision === "f32" ? x.rowSquares_f32 : x.rowSquares_f64;
    this.#blocks(count, (panel, panels) => {
      const row = panel * this.#width * 8;
      rowSquares(this.#panels + panel * this.#dim * PANEL_BYTES, panels, this.#dim, means + row, at, out + row);
    });
    return arena.f64.slice(out / 8, out / 8 + rows);
  }

  #blocks(count: number, visit: (panel: number, panels: number) => void): void {
    const perBlock = BLOCK_ROWS / this.#width;
    for (let panel = 0; panel < count; panel += perBlock) visit(panel, Math.min(perBlock, count - panel));
  }

  /** Scores of the panels of one block for all cues, into the arena: cue-major, `stride` bytes a cue. */
  #scoreBlock(first: number, count: number, out: number, stride: number): void {
    const dim = this.#dim;
    const panels = this.#panels + first * dim * PANEL_BYTES;
    if (this.#mask !== 0) {
      for (let cue = 0; cue < this.#count; cue++) {
        this.#score.masked(panels, count, dim, this.#cues + cue * dim * this.#bytes, this.#mask, out + cue * stride);
      }
    } else if (this.#count === 1) this.#score.one(panels, count, dim, this.#cues, out);
    else this.#score.many(panels, count, dim, this.#cues, Math.ceil(this.#count / 4), out, stride);
  }

  scores(first: number, count: number, rows: number, out: Floats, stride: number, at: number): void {
    const perBlock = BLOCK_ROWS / this.#width;
    const cues = Math.ceil(this.#count / 4) * 4;
    const blocks = Math.max(1, Math.floor(SCORE_BYTES / (cues * BLOCK_ROWS * this.#bytes)));
    const chunk = Math.min(count, blocks * perBlock);
    const bytes = chunk * PANEL_BYTES; // one cue's scores of a chunk
    const raw = this.#room("scores", cues * bytes);
    for (let panel = 0; panel < count; panel += chunk) {
      const end = Math.min(count, panel + chunk);
      for (let p = panel; p < end; p += perBlock) {
        this.#scoreBlock(first + p, Math.min(perBlock, end - p), raw + (p - panel) * PANEL_BYTES, bytes);
      }
      const view = this.#view;
      const row = panel * this.#width;
      const real = Math.min(rows, end * this.#width) - row;
      for (let cue = 0; cue < this.#count; cue++) {
        const from = (raw + cue * bytes) / this.#bytes;
        out.set(view.subarray(from, from + real), cue * stride + at + row);
      }
    }
  }

  softmax(first: number, count: number, rows: number, scale: number, bias: Float64Array | undefined, biasAt: number, room: () => Float64Array): SoftmaxState[] {
    const stride = BLOCK_ROWS * this.#bytes;
    const raw = this.#room("scores", Math.ceil(this.#count / 4) * 4 * stride);
    const exps = this.#room("exps", BLOCK_ROWS * 8);
    const biases = bias === undefined ? 0 : this.#room("bias", BLOCK_ROWS * 8);
    const weights = this.#room("weights", BLOCK_ROWS * this.#bytes);
    const result = this.#room("result", 16);
    this.#sumRoom();
    if (bias !== undefined) this.#kernels.arena.f64.set(bias.subarray(biasAt, biasAt + rows), biases / 8);
    this.#scoreBlock(first, count, raw, stride);
    const { exports: x, arena } = this.#kernels;
    const softmaxBlock = this.#precision === "f32" ? x.softmaxBlock_f32 : x.softmaxBlock_f64;
    const states: SoftmaxState[] = [];
    for (let cue = 0; cue < this.#count; cue++) {
      softmaxBlock(raw + cue * stride, rows, scale, biases, exps, weights, result);
      const z = this.#sum(first, count, weights, room());
      states.push({ max: arena.f64[result / 8], sum: arena.f64[result / 8 + 1], z });
    }
    return states;
  }

  weightedSum(first: number, count: number, rows: number, weights: ArrayLike<number>, at: number, z: Float64Array): Float64Array {
    const address = this.#room("weights", BLOCK_ROWS * this.#bytes);
    this.#sumRoom();
    const view = this.#view;
    const to = address / this.#bytes;
    for (let row = 0; row < count * this.#width; row++) view[to + row] = row < rows ? weights[at + row] : 0;
    return this.#sum(first, count, address, z);
  }

  #sumRoom(): { lanes: number; z: number } {
    return { lanes: this.#room("lanes", this.#dim * 16), z: this.#room("z", this.#dim * 8) };
  }

  #sum(first: number, count: number, weights: number, z: Float64Array): Float64Array {
    const { exports: x, arena } = this.#kernels;
    const room = this.#sumRoom();
    const weightedSum = this.#precision === "f32" ? x.weightedSum_f32 : x.weightedSum_f64;
    weightedSum(this.#panels + first * this.#dim * PANEL_BYTES, count, this.#dim, weights, room.lanes, room.z);
    z.set(arena.f64.subarray(room.z / 8, room.z / 8 + this.#dim));
    return z;
  }

  free(): void {
    const { arena } = this.#kernels;
    if (this.#panels !== 0) arena.free(this.#panels);
    for (const block of this.#scratch.values()) arena.free(block.address);
    this.#scratch.clear();
    this.#panels = 0;
    this.#capacity = 0;
  }
}

/** A memory of plain numbers that stands in for WebAssembly's, for the scalar twins of the layer kernels. */
import { EngramError } from "../numeric/index.ts";
import type { LinearMemory } from "./arena.ts";

/** Grows like a WebAssembly memory: what stands in it stays, the buffer is another. */
export class PlainMemory implements LinearMemory {
  buffer: ArrayBuffer = new ArrayBuffer(0);

  grow(pages: number): number {
    const before = this.buffer.byteLength;
    const size = before + pages * 65536;
    let grown: ArrayBuffer;
    try {
      grown = new ArrayBuffer(size);
    } catch {
      throw new EngramError("memory", `room for ${size} bytes`, "a host that has less", "Dispose what you no longer need.");
    }
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
    return before / 65536;
  }
}

/** A memory as numbers; the views are made anew when it has grown. */
export interface Plain {
  readonly memory: { readonly buffer: ArrayBuffer };
  f32(): Float32Array;
  f64(): Float64Array;
}

export function plainViews(memory: { readonly buffer: ArrayBuffer }): Plain {
  let single = new Float32Array(memory.buffer);
  let double = new Float64Array(memory.buffer);
  return {
    memory,
    f32: () => (single.buffer === memory.buffer ? single : (single = new Float32Array(memory.buffer))),
    f64: () => (double.buffer === memory.buffer ? double : (double = new Float64Array(memory.buffer))),
  };
}

/** As f32x4.min(f32x4.max(v, low), high). */
export function clamp(v: number, low: number, high: number): number {
  return Math.min(Math.max(v, low), high);
}

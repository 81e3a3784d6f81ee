/**
 * Many memories in one WebAssembly memory: a first-fit allocator of 64-byte-aligned blocks above the module's own
 * constants (`heapBase`; writing below it would corrupt results silently). The memory grows on demand up to the 4 GiB that
 * 32-bit pointers reach; beyond that the store stays as it was and the error says what to do.
 */
import { EngramError } from "../numeric/index.ts";

const PAGE = 65536;
const MAX_PAGES = 65536;
const ALIGN = 64;
/**
 * Pages above what a block needs: room for the scratch of the first scores, 2 MiB. Without it the first call on a large store grows the
 * memory again, by a quarter, and the engine answers such growth with a garbage collection (6 ms of processor time beside a pass of 9 ms).
 */
const SPARE_PAGES = 32;

interface Span {
  start: number;
  bytes: number;
}

/** What the arena needs of a WebAssembly.Memory. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export class Arena {
  readonly memory: LinearMemory;
  /** Free spans in ascending order, never touching each other. */
  #free: Span[] = [];
  readonly #used: Map<number, number> = new Map();
  #end: number;
  #f32!: Float32Array;
  #f64!: Float64Array;

  constructor(memory: LinearMemory, heapBase: number) {
    this.memory = memory;
    this.#end = Math.max(ALIGN, Math.ceil(heapBase / ALIGN) * ALIGN); // address 0 means "none"
    this.#renewViews();
    const rest = memory.buffer.byteLength - this.#end;
    if (rest > 0) this.#release({ start: this.#end, bytes: rest });
    this.#end = Math.max(this.#end, memory.buffer.byteLength);
  }

  /** The whole memory as f32; index = byte address / 4. Renewed when the memory has grown: do not keep it. */
  get f32(): Float32Array {
    if (this.#f32.buffer !== this.memory.buffer) this.#renewViews();
    return this.#f32;
  }

  /** The whole memory as f64; index = byte address / 8. */
  get f64(): Float64Array {
    if (this.#f64.buffer !== this.memory.buffer) this.#renewViews();
    return this.#f64;
  }

  #renewViews(): void {
    this.#f32 = new Float32Array(this.memory.buffer);
    this.#f64 = new Float64Array(this.memory.buffer);
  }

  /** Address of a fresh block. @throws EngramError when 4 GiB are full or the host refuses to grow */
  allocate(bytes: number): number {
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    let i = this.#free.findIndex((span) => span.bytes >= size);
    if (i < 0) {
      this.#grow(size);
      i = this.#free.findIndex((span) => span.bytes >= size);
    }
    const span = this.#free[i];
    const start = span.start;
    if (span.bytes === size) this.#free.splice(i, 1);
    else this.#free[i] = { start: start + size, bytes: span.bytes - size };
    this.#used.set(start, size);
    return start;
  }

  /** Makes a block longer where it stands, if what follows is free or the memory can grow there. False: nothing has changed. */
  extend(address: number, bytes: number): boolean {
    const held = this.#used.get(address);
    if (held === undefined) return false;
    const more = Math.ceil(bytes / ALIGN) * ALIGN - held;
    if (more <= 0) return true;
    const next = (): number => this.#free.findIndex((span) => span.start === address + held);
    const room = this.#free[next()]?.bytes ?? 0;
    if (room < more) {
      if (address + held + room !== this.#end) return false;
      try {
        this.#grow(more);
      } catch {
        return false;
      }
    }
    const i = next();
    const span = this.#free[i];
    if (span.bytes === more) this.#free.splice(i, 1);
    else this.#free[i] = { start: span.start + more, bytes: span.bytes - more };
    this.#used.set(address, held + more);
    return true;
  }

  free(address: number): void {
    const bytes = this.#used.get(address);
    if (bytes === undefined) return;
    this.#used.delete(address);
    this.#release({ start: address, bytes });
  }

  /** Bytes in use. */
  get usedBytes(): number {
    let sum = 0;
    for (const bytes of this.#used.values()) sum += bytes;
    return sum;
  }

  #grow(size: number): void {
    const last = this.#free[this.#free.length - 1];
    const tail = last !== undefined && last.start + last.bytes === this.#end ? last.bytes : 0;
    const present = this.memory.buffer.byteLength / PAGE;
    // From the end of what is handed out, which a module without constants puts above a memory of no pages.
    const pages = Math.ceil((this.#end - tail + size) / PAGE) - present;
    const fail = (reason: string): EngramError =>
      new EngramError("kernel memory", `room for ${size} more bytes`, reason,
        "Dispose memories you no longer need, store f32 instead of f64, or split the store into shards.");
    if (present + pages > MAX_PAGES) throw fail(`${this.usedBytes} bytes in use of the 4 GiB one WebAssembly memory can hold`);
    try {
      // A quarter more than asked, so that a memory that grows pattern by pattern is not moved each time.
      this.memory.grow(Math.min(MAX_PAGES - present, Math.max(pages + SPARE_PAGES, Math.ceil(present / 4))));
    } catch {
      try {
        this.memory.grow(pages);
      } catch {
        throw fail("a host that refuses to grow the memory");
      }
    }
    const end = this.memory.buffer.byteLength;
    this.#release({ start: this.#end, bytes: end - this.#end });
    this.#end = end;
  }

  /** Puts a span back and joins it with its neighbours. */
  #release(span: Span): void {
    let i = this.#free.findIndex((other) => other.start > span.start);
    if (i < 0) i = this.#free.length;
    this.#free.splice(i, 0, span);
    for (const j of [i, i - 1]) {
      const a = this.#free[j];
      const b = this.#free[j + 1];
      if (a !== undefined && b !== undefined && a.start + a.bytes === b.start) {
        this.#free.splice(j, 2, { start: a.start, bytes: a.bytes + b.bytes });
      }
    }
  }
}

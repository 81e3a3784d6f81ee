/** Numbers that stay in the arena until they are freed together: packed weights, biases, geometry records. */
import { GEOMETRY_BYTES, writeGeometry } from "./geometry.ts";
import type { Geometry } from "./geometry.ts";
import type { LayerHost } from "./layers.ts";

export class Blocks {
  readonly #host: LayerHost;
  readonly #addresses: number[] = [];
  /** Bytes held. */
  bytes = 0;

  constructor(host: LayerHost) {
    this.#host = host;
  }

  /** Room for that many bytes. */
  room(bytes: number): number {
    const address = this.#host.arena.allocate(bytes);
    this.#addresses.push(address);
    this.bytes += bytes;
    return address;
  }

  place(numbers: Float32Array): number {
    const address = this.room(4 * numbers.length);
    this.#host.arena.f32.set(numbers, address / 4);
    return address;
  }

  /** The numbers, followed by zeros up to `length`. */
  placePadded(numbers: ArrayLike<number>, length: number): number {
    const filled = new Float32Array(length);
    filled.set(numbers);
    return this.place(filled);
  }

  geometry(g: Geometry): number {
    const address = this.room(GEOMETRY_BYTES);
    writeGeometry(this.#host.arena, address, g);
    return address;
  }

  free(): void {
    for (const address of this.#addresses.splice(0)) this.#host.arena.free(address);
    this.bytes = 0;
  }
}

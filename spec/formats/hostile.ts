/**
 * What every reader must survive, in one place: files cut at every offset, every single bit flipped, and noise.
 * A reader may refuse only with EngramError; anything else it throws is a bug.
 */
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EngramError } from "../../src/numeric/errors.ts";

/** The bytes of a file in fixtures/formats. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(process.cwd(), "fixtures/formats", name)));
}

/** The values that generate.py computed. */
export function expected(key: string): unknown {
  const all = JSON.parse(new TextDecoder().decode(fixture("expected.json"))) as Record<string, unknown>;
  if (!(key in all)) throw new Error(`expected.json has no "${key}"`);
  return all[key];
}

/** What reading came to: the result as comparable text, or that it was refused. Any other error is passed on. */
export function outcome(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): string {
  try {
    return show(read(bytes));
  } catch (error) {
    if (error instanceof EngramError) return "refused";
    throw error;
  }
}

export function show(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => {
    if (typeof v === "bigint") return `${v}n`;
    if (v instanceof Map) return [...v];
    if (ArrayBuffer.isView(v)) return [v.constructor.name, ...Array.from(v as Float64Array, String)];
    return v;
  });
}

/** Offsets at which a cut file is neither refused nor read as the whole one. Empty for a sound reader. */
export function badCuts(read: (bytes: Uint8Array) => unknown, good: Uint8Array): number[] {
  const whole = outcome(read, good);
  if (whole === "refused") throw new Error("the whole file must be readable");
  return Array.from({ length: good.length }, (_, cut) => cut).filter((cut) => ![whole, "refused"].includes(outcome(read, good.subarray(0, cut))));
}

/** Bits whose flip gave another result instead of a refusal. For a format with a checksum: none. Throws on a crash. */
export function silentFlips(read: (bytes: Uint8Array) => unknown, good: Uint8Array): number[] {
  const whole = outcome(read, good);
  const silent: number[] = [];
  for (let bit = 0; bit < good.length * 8; bit++) {
    const flipped = Uint8Array.from(good); // not slice(), which on a Buffer is a view
    flipped[bit >> 3] ^= 1 << (bit & 7);
    if (![whole, "refused"].includes(outcome(read, flipped))) silent.push(bit);
  }
  return silent;
}

/** Pure noise, and the good file with a stretch of noise in it: nothing but EngramError may come out. */
export function surviveNoise(read: (bytes: Uint8Array) => unknown, good: Uint8Array, numRuns = 300): void {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void outcome(read, bytes)), { numRuns, seed: 1 });
  fc.assert(
    fc.property(fc.nat(good.length), fc.uint8Array({ maxLength: 24 }), (at, noise) => {
      const bytes = Uint8Array.from(good);
      bytes.set(noise.subarray(0, good.length - at), at);
      outcome(read, bytes);
    }),
    { numRuns, seed: 2 },
  );
}

/** A tar of one file, with whatever type and size field. */
export function tarOf(path: string, data: Uint8Array, type = "0", size: string = data.length.toString(8).padStart(11, "0")): Uint8Array {
  const header = new Uint8Array(512);
  const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
  put(0, path);
  put(124, size);
  put(156, type);
  put(257, "ustar\x0000");
  if (size === "base256") header.fill(0xff, 124, 136);
  header.fill(32, 148, 156);
  put(148, header.reduce((a, b) => a + b, 0).toString(8).padStart(6, "0") + "\0 ");
  const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
  padded.set(data);
  return Buffer.concat([header, padded, new Uint8Array(1024)]);
}

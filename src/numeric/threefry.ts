/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011),
 * and the layout in which JAX drew from it before version 0.5, so that figures made with `jax.random` can be made again.
 *
 *   key      (k0, k1), two 32-bit words; JAX makes (high, low) of a seed, (0, seed) for one below 2^32
 *   counter  (x0, x1), two 32-bit words; every (key, counter) has its own two words of output, in any order of asking
 *
 * A random number is a pure function of key and counter: nothing is drawn, nothing is kept, so shards and threads may ask for
 * theirs without a common generator.
 */
import { EngramError } from "./errors.ts";
import { filled } from "./vectors.ts";

/** (k0, k1), each in [0, 2^32). */
export type ThreefryKey = readonly [number, number];

/** Rotations of the four rounds of a group; the two rows alternate. */
const ROTATIONS: readonly (readonly [number, number, number, number])[] = [[13, 15, 26, 6], [17, 29, 16, 24]];

/** The two 32-bit words (unsigned) that key and counter (x0, x1) stand for. */
export function threefry2x32(key: ThreefryKey, x0: number, x1: number): [number, number] {
  const ks = [key[0] | 0, key[1] | 0, key[0] ^ key[1] ^ 0x1bd11bda];
  let a = (x0 + ks[0]) | 0;
  let b = (x1 + ks[1]) | 0;
  for (let group = 1; group <= 5; group++) {
    for (const rotation of ROTATIONS[(group - 1) % 2]) {
      a = (a + b) | 0;
      b = ((b << rotation) | (b >>> (32 - rotation))) ^ a;
    }
    a = (a + ks[group % 3]) | 0;
    b = (b + ks[(group + 1) % 3] + group) | 0;
  }
  return [a >>> 0, b >>> 0];
}

/** The key of a seed, as `jax.random.PRNGKey` with 64-bit integers makes it. @param what names it in errors @throws EngramError unless 0 <= seed < 2^53 is whole */
export function threefryKey(seed: number, what = "seed"): ThreefryKey {
  return words(seed, what);
}

/** n words of 32 bits in the older JAX layout: counters 0..n-1 (a 0 appended if n is odd) cut in halves, all x0 and then all x1. */
export function threefryBits(key: ThreefryKey, n: number): Uint32Array {
  words(n, "count");
  const half = Math.ceil(n / 2);
  const out = new Uint32Array(2 * half);
  for (let i = 0; i < half; i++) {
    const second = half + i;
    [out[i], out[second]] = threefry2x32(key, i, second < n ? second : 0);
  }
  return out.subarray(0, n);
}

/** `jax.random.split(key)`: two keys. By custom the first is carried on or used, the second goes to whoever comes next. */
export function threefrySplit(key: ThreefryKey): [ThreefryKey, ThreefryKey] {
  const bits = threefryBits(key, 4);
  return [[bits[0], bits[1]], [bits[2], bits[3]]];
}

/** `jax.random.uniform(key, (n,))`: n f32 numbers in [0, 1), 23 bits each, as 1.bits - 1. */
export function threefryUniform(key: ThreefryKey, n: number): Float32Array {
  const bits = threefryBits(key, n);
  return filled(new Float32Array(bits.length), (i) => (bits[i] >>> 9) / 8388608);
}

/** Uniform in [0, 1), 53 bits, at counter (x0, x1) of a key. */
export function uniform2x32(key: ThreefryKey, x0: number, x1: number): number {
  const [a, b] = threefry2x32(key, x0, x1);
  return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;
}

/** Uniform in [0, 1), 53 bits: the number at place `counter` of the sequence of `seed`. Both whole, 0 <= . < 2^53. */
export function counterUniform(seed: number, counter: number): number {
  const [high, low] = words(counter, "counter");
  return uniform2x32(words(seed, "seed"), low, high);
}

/** The high and low 32 bits of a whole number. */
function words(value: number, what: string): ThreefryKey {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new EngramError(what, "a whole number, 0 or above and below 2^53", String(value), "Round it, or choose another.");
  }
  return [Math.floor(value / 4294967296), value >>> 0];
}

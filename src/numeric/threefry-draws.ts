/**
 * What `jax.random` drew from Threefry bits before version 0.5, beyond bits and uniforms (threefry.ts): ranges, whole numbers,
 * permutations and normals, so that the samples of a published figure can be drawn again.
 *
 * Whole numbers, permutations and uniforms have JAX's bits; a range is low + u span with one rounding, as XLA fuses it. A normal is sqrt(2) erfinv(u) of JAX's own f32 uniform u in (-1, 1); here the
 * inverse is taken in f64 and rounded, JAX's f32 polynomial differs from that by a few units in the last place.
 */
import { EngramError } from "./errors.ts";
import { normalQuantile } from "./special.ts";
import { threefryBits, threefrySplit, threefryUniform, type ThreefryKey } from "./threefry.ts";

/** `jax.random.uniform(key, (n,), minval=low, maxval=high)`: f32 in [low, high). @throws EngramError unless low < high are finite */
export function threefryUniformBetween(key: ThreefryKey, n: number, low: number, high: number): Float32Array {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) throw new EngramError("threefryUniformBetween", "two finite ends, the least first", `${low}, ${high}`, "Check the range.");
  const span = Math.fround(Math.fround(high) - Math.fround(low));
  const least = Math.fround(low);
  return threefryUniform(key, n).map((u) => Math.max(least, Math.fround(u * span + least)));
}

/** The f32 above -1. */
const ABOVE_MINUS_ONE = -0.9999999403953552;

/** `jax.random.normal(key, (n,))`: n standard normal f32 numbers. */
export function threefryNormal(key: ThreefryKey, n: number): Float32Array {
  return threefryUniformBetween(key, n, ABOVE_MINUS_ONE, 1).map((u) => normalQuantile((1 + u) / 2));
}

/**
 * `jax.random.randint(key, (n,), low, high)`, and `choice` with replacement: whole numbers in [low, high), of two words each.
 * @throws EngramError unless low < high are whole and less than 2^31 apart
 */
export function threefryIntegers(key: ThreefryKey, n: number, low: number, high: number): Int32Array {
  const span = high - low;
  if (!(Number.isInteger(low) && Number.isInteger(high) && span >= 1 && span < 2147483648)) {
    throw new EngramError("threefryIntegers", "whole numbers low < high, less than 2^31 apart", `${low}, ${high}`, "Check the range.");
  }
  const [upper, lower] = threefrySplit(key).map((half) => threefryBits(half, n));
  // JAX works modulo 2^32 throughout: 2^32 mod span as (2^16 mod span)^2, cut to 32 bits, mod span.
  const half = 65536 % span;
  const multiplier = (Math.imul(half, half) >>> 0) % span;
  return Int32Array.from({ length: n }, (_, i) => low + (((Math.imul(upper[i] % span, multiplier) + (lower[i] % span)) >>> 0) % span));
}

/** `jax.random.permutation(key, n)`, and `choice` without replacement (its first entries): 0..n-1 sorted by random words, in rounds. */
export function threefryPermutation(key: ThreefryKey, n: number): Int32Array {
  threefryBits(key, n % 1 === 0 && n >= 0 ? 0 : n); // refuses what is no count
  let order = Int32Array.from({ length: n }, (_, i) => i);
  let next = key;
  for (let round = 0; round < permutationRounds(n); round++) {
    const [rest, own] = threefrySplit(next);
    next = rest;
    const words = threefryBits(own, n);
    // stable: equal words keep their order
    order = Int32Array.from(Array.from(order.keys()).sort((a, b) => words[a] - words[b] || a - b), (at) => order[at]);
  }
  return order;
}

/** ceil(3 log n / log(2^32 - 1)): the least r with (2^32 - 1)^r >= n^3, so that repeated words hardly ever leave a trace. */
function permutationRounds(n: number): number {
  let rounds = 0;
  for (let reach = 1; reach < n * n * n; reach *= 4294967295) rounds++;
  return rounds;
}

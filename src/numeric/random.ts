/**
 * Seeded random numbers. Every function that needs chance takes an `Rng`; nothing in the library draws its own.
 * Engine: xoroshiro128+ (pure-rand). Uniforms have 53 bits, integers are unbiased, normals use Marsaglia's polar method
 * with our own logarithm: the same seed gives the same bits on every host.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { log } from "./elementary/log.ts";
import { EngramError } from "./errors.ts";

export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, n), unbiased; 1 <= n <= 2^31. */
  integer(n: number): number;
  /** -1 or 1 with equal chance. */
  sign(): -1 | 1;
  /** Fisher-Yates, in place. */
  shuffle<T>(array: { [index: number]: T; readonly length: number }): void;
  /** An independent generator: the same seed and stream number always give the same one, whatever was drawn before. */
  fork(stream: number): Rng;
}

/**
 * The generator for a seed: any whole number to +-2^53. A negative 32-bit seed is the same as its unsigned form.
 * @throws EngramError on a seed that is no whole number: cut to one, .5 and NaN would quietly be seed 0
 */
export function seeded(seed: number): Rng {
  const start = fold32(seed, "seed");
  const engine = xoroshiro128plus(start);
  let spare = 0;
  let hasSpare = false;
  const uniform = (): number => {
    const high = engine.next() >>> 5; // 27 bits
    const low = engine.next() >>> 6; // 26 bits
    return (high * 67108864 + low) / 9007199254740992;
  };
  const integer = (n: number): number => {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2147483648)) {
      throw new EngramError("integer", "a whole number of choices, 1 to 2^31", String(n), "There must be something to choose from.");
    }
    return uniformInt(engine, 0, n - 1);
  };
  const normal = (): number => {
    if (hasSpare) {
      hasSpare = false;
      return spare;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * log(s)) / s);
        spare = v * factor;
        hasSpare = true;
        return u * factor;
      }
    }
  };
  return {
    uniform,
    normal,
    integer,
    sign: () => (engine.next() < 0 ? -1 : 1),
    shuffle: (array) => {
      for (let i = array.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const swap = array[i];
        array[i] = array[j];
        array[j] = swap;
      }
    },
    fork: (stream) => seeded(mix(mix(start) ^ fold32(stream, "stream"))),
  };
}

/** A whole number as 32 bits: itself where it fits, its upper bits mixed in where not. */
function fold32(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw new EngramError(what, "a whole number", String(value), "Every seed and stream number is a whole number to 2^53.");
  const fits = value >= -2147483648 && value <= 4294967295;
  return fits ? value | 0 : value ^ mix(Math.floor(value / 4294967296));
}

/** A bijection of 32 bits that spreads every input bit (Murmur3's finaliser). */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

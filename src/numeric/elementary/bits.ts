/**
 * The door to the bits of a double. The elementary functions beside this file are written in the common subset of
 * TypeScript and AssemblyScript and compiled twice; this file is the TypeScript half of their only difference
 * (the other half is `assembly/bits.ts`). Words are numbers: the high word signed 32 bit, the low word unsigned.
 */
import { littleEndian } from "../endian.ts";

const double: Float64Array = new Float64Array(1);
const words: Int32Array = new Int32Array(double.buffer);
/** Where the two words lie. */
const HIGH: number = littleEndian ? 1 : 0;
const LOW: number = 1 - HIGH;

/** The sign, exponent and upper 20 bits of the fraction, as a signed 32-bit integer. */
export function highWord(x: number): number {
  double[0] = x;
  return words[HIGH];
}

/** The lower 32 bits of the fraction, unsigned. */
export function lowWord(x: number): number {
  double[0] = x;
  return words[LOW] >>> 0;
}

/** The double with these two words. */
export function fromWords(high: number, low: number): number {
  words[HIGH] = high;
  words[LOW] = low;
  return double[0];
}

/** The double nearest to x with the low word cleared. */
export function truncateLow(x: number): number {
  double[0] = x;
  words[LOW] = 0;
  return double[0];
}

/** 2^k for -1022 <= k <= 1023, exactly. */
export function powerOf2(k: number): number {
  words[HIGH] = (k + 1023) << 20;
  words[LOW] = 0;
  return double[0];
}

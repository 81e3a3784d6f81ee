/**
 * Numeric axes: where a number stands, round ends, ticks. As d3-scale has them (its linear scale still places the numbers), but for the
 * logarithms and powers of ten: JavaScript's differ between engines in the last bit, which moves a tick or a point, so logarithms are ours
 * and powers of ten come from text.
 */
import { scaleLinear } from "d3-scale";
import { log } from "../numeric/index.ts";

export interface Axis {
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

type Range = readonly [number, number];

/** Places [from, to] on [first, last] pixels. */
export function axisOf(kind: "linear" | "log", [from, to]: Range, pixels: Range): Axis {
  const f = kind === "log" ? log : (value: number): number => value;
  const placed = scaleLinear().domain([f(from), f(to)]).range(pixels);
  return Object.assign((value: number): number => placed(f(value)), { from, to });
}

/** 10^k, the double nearest to it. */
export function powerOfTen(k: number): number {
  return Number(`1e${k}`);
}

/** The power of ten at or below a number above 0, exactly. */
export function decade(value: number): number {
  return Number(value.toExponential().split("e")[1]);
}

/**
 * Whole multiples i1..i2 of a step of 1, 2 or 5 times a power of ten, about `count` of them: d3-array's `ticks`. A step below 1 is given as
 * minus its inverse, which is whole, so that ticks are quotients and not sums.
 */
function steps(from: number, to: number, count: number): { i1: number; i2: number; step: number } {
  const rough = (to - from) / Math.max(0, count);
  const power = decade(rough);
  const error = power < -300 ? rough / powerOfTen(power / 2) / powerOfTen(power - power / 2) : rough / powerOfTen(power);
  const factor = error >= Math.sqrt(50) ? 10 : error >= Math.sqrt(10) ? 5 : error >= Math.SQRT2 ? 2 : 1;
  const inverse = power < 0;
  const by = inverse ? powerOfTen(-power) / factor : powerOfTen(power) * factor;
  const [times, over] = inverse ? [by, 1] : [1, by];
  let i1 = Math.round((from * times) / over);
  let i2 = Math.round((to * times) / over);
  if ((i1 * over) / times < from) i1++;
  if ((i2 * over) / times > to) i2--;
  if (i2 < i1 && count >= 0.5 && count < 2) return steps(from, to, count * 2);
  return { i1, i2, step: inverse ? -by : by };
}

/** About `count` round numbers within [from, to], in that order. */
export function linearTicks(from: number, to: number, count: number): number[] {
  if (from === to) return [from];
  const { i1, i2, step } = steps(Math.min(from, to), Math.max(from, to), count);
  const found = Array.from({ length: Math.max(0, i2 - i1 + 1) }, (_, i) => (step < 0 ? (i1 + i) / -step : (i1 + i) * step));
  return from <= to ? found : found.reverse();
}

/** The range widened to round numbers: d3's `nice` with ten steps. A range that does not settle, near 1.8e308, stays as it is. */
export function roundEnds([from, to]: Range): [number, number] {
  let [low, high, before] = [from, to, NaN];
  for (let i = 0; i < 10; i++) {
    const { step } = steps(low, high, 10);
    if (step === before) return [low, high];
    if (!Number.isFinite(step) || step === 0) break;
    [low, high] = step > 0 ? [Math.floor(low / step) * step, Math.ceil(high / step) * step] : [Math.ceil(low * step) / step, Math.floor(high * step) / step];
    before = step;
  }
  return [from, to];
}

/** 1, 2 and 5 times powers of ten, or fewer of the powers alone where these were more than 9; more digits where they were less than 2. */
export function logTicks(low: number, high: number): number[] {
  const [first, last] = [decade(low), decade(high)];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  // From text, not from a power in floating point: 1e-5 as it is written.
  const times = (digits: readonly number[], step = 1): number[] =>
    powers.filter((e) => e % step === 0).flatMap((e) => digits.map((digit) => Number(`${digit}e${e}`))).filter((value) => value >= low && value <= high);
  const fine = times([1, 2, 5]);
  if (fine.length > 9) return times([1], Math.ceil(powers.length / 9));
  if (fine.length >= 2) return fine;
  const all = times([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  return all.length >= 2 ? all : linearTicks(low, high, 3);
}

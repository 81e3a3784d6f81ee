/**
 * Elementary functions and separations on whole arrays. f64 in the kernels or their twin, to the same bits (one source, two
 * compilers); f32 `exp` in four lanes. Arrays pass through the arena in pieces; `out` may be `x`. NaN gives NaN, but for IEEE 754's
 * pow(NaN, 0) = pow(1, NaN) = 1.
 */
import * as scalar from "../numeric/elementary/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Backend } from "../numeric/index.ts";
import { kernels } from "./host.ts";
import type { Kernels } from "./host.ts";

export type Unary = "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tan" | "atan" | "tanh" | "sinh" | "cosh" | "cbrt" | "erf" | "erfc" |
  "lgamma" | "besselI0" | "besselI0e" | "besselI1" | "besselI1e";
export type Binary = "pow" | "atan2";

export const UNARY: readonly Unary[] = [
  "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "atan", "tanh", "sinh", "cosh", "cbrt", "erf", "erfc",
  "lgamma", "besselI0", "besselI0e", "besselI1", "besselI1e",
];

/** Numbers per piece: with its copies it stays in the first-level cache. */
const PIECE = 2048;

function sameLength(x: ArrayLike<number>, y: ArrayLike<number>, what: string): void {
  if (x.length !== y.length) throw new EngramError(what, `${x.length} numbers`, `${y.length}`, "Give all arrays the same length.");
}

/** Runs `call` on pieces of the inputs, copied into the arena and back out. */
function inArena(live: Kernels, inputs: readonly Float64Array[], out: Float64Array, call: (addresses: number[], result: number, n: number) => void): void {
  const bytes = Math.min(PIECE, Math.max(1, out.length)) * 8 + 16;
  const addresses = inputs.map(() => live.arena.allocate(bytes));
  const result = live.arena.allocate(bytes);
  for (let at = 0; at < out.length; at += PIECE) {
    const n = Math.min(PIECE, out.length - at);
    inputs.forEach((input, i) => live.arena.f64.set(input.subarray(at, at + n), addresses[i] / 8));
    call(addresses, result, n);
    out.set(live.arena.f64.subarray(result / 8, result / 8 + n), at);
  }
  for (const address of [...addresses, result]) live.arena.free(address);
}

/** out[i] = f(x[i]). @throws EngramError when the lengths differ */
export function mapInto(f: Unary, x: Float64Array, out: Float64Array = new Float64Array(x.length), backend?: Backend): Float64Array {
  sameLength(x, out, "out");
  const live = backend === "scalar" ? undefined : kernels();
  if (live === undefined) x.forEach((value, i) => (out[i] = scalar[f](value)));
  else inArena(live, [x], out, ([from], to, n) => live.exports[`${f}_f64`](from, to, n));
  return out;
}

/** out[i] = f(x[i], y[i]). @throws EngramError when the lengths differ */
export function zipInto(f: Binary, x: Float64Array, y: Float64Array, out: Float64Array = new Float64Array(x.length), backend?: Backend): Float64Array {
  sameLength(x, y, "y");
  sameLength(x, out, "out");
  const live = backend === "scalar" ? undefined : kernels();
  if (live === undefined) x.forEach((value, i) => (out[i] = scalar[f](value, y[i])));
  else inArena(live, [x, y], out, ([a, b], to, n) => live.exports[`${f}_f64`](a, b, to, n));
  return out;
}

/** out[i] = e^x[i] in f32 (`expf`), four lanes at a time. @throws EngramError when the lengths differ */
export function expInto(x: Float32Array, out: Float32Array = new Float32Array(x.length), backend?: Backend): Float32Array {
  sameLength(x, out, "out");
  const live = backend === "scalar" ? undefined : kernels();
  if (live === undefined) {
    x.forEach((value, i) => (out[i] = scalar.expf(value)));
    return out;
  }
  const { arena } = live;
  const address = arena.allocate(PIECE * 4 + 16);
  for (let at = 0; at < x.length; at += PIECE) {
    const n = Math.min(PIECE, x.length - at);
    arena.f32.set(x.subarray(at, at + n), address / 4);
    live.exports.exp_f32(address, address, n);
    out.set(arena.f32.subarray(address / 4, address / 4 + n), at);
  }
  arena.free(address);
  return out;
}

/**
 * The polynomial separations elementwise: max(x, 0)^n / n (rectified; n = 1 is ReLU) or x^n / n, by repeated squaring, in the
 * precision of x (every product of f32 numbers is rounded to f32).
 * @throws EngramError for a degree that is no integer in 1..2^31 - 1, or when the lengths or kinds differ
 */
export function powerInto<T extends Float32Array | Float64Array>(x: T, n: number, rectified: boolean, out?: T, backend?: Backend): T {
  const single = x instanceof Float32Array;
  const to = out ?? ((single ? new Float32Array(x.length) : new Float64Array(x.length)) as T);
  sameLength(x, to, "out");
  if (to instanceof Float32Array !== single) throw new EngramError("out", `a ${x.constructor.name}`, to.constructor.name, "Give both arrays the same precision.");
  if (!Number.isInteger(n) || n < 1 || n >= 2 ** 31) throw new EngramError("degree", "an integer, 1 or above", String(n), "n = 2 is the classical network.");
  const live = backend === "scalar" ? undefined : kernels();
  if (live === undefined) {
    const round = single ? Math.fround : (value: number): number => value;
    for (let i = 0; i < x.length; i++) to[i] = power(x[i], n, rectified, round);
    return to;
  }
  const { arena, exports } = live;
  const address = arena.allocate(Math.min(PIECE, x.length) * 8 + 16);
  const at = address / (single ? 4 : 8);
  const call = single ? exports.power_f32 : exports.power_f64;
  for (let from = 0; from < x.length; from += PIECE) {
    const count = Math.min(PIECE, x.length - from);
    const view = single ? arena.f32 : arena.f64;
    view.set(x.subarray(from, from + count), at);
    call(address, address, count, n, rectified ? 1 : 0);
    to.set(view.subarray(at, at + count), from);
  }
  arena.free(address);
  return to;
}

/** The twin of assembly/power.ts. */
function power(x: number, n: number, rectified: boolean, round: (value: number) => number): number {
  let base = rectified ? Math.max(x, 0) : x;
  let result = 1;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = round(result * base);
    base = round(base * base);
  }
  return round(result / round(n));
}

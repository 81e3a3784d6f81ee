/**
 * Elementary functions and separations on whole arrays. f64 in the kernels or their twin, to the same bits (one source, two
 * compilers); f32 `exp` in four lanes. Arrays pass through the arena in pieces; `out` may be `x`.
 */
import * as scalar from "../numeric/index.ts";
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

/** Numbers per piece. */
const PIECE = 8192;

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

/** max(x, 0)^n / n (rectified) or x^n / n elementwise, n an integer >= 1: the polynomial separations, by repeated products. */
export function powerInto(x: Float64Array, n: number, rectified: boolean, out: Float64Array = new Float64Array(x.length)): Float64Array {
  sameLength(x, out, "out");
  if (!Number.isInteger(n) || n < 1) throw new EngramError("degree", "an integer, 1 or above", String(n), "n = 2 is the classical network.");
  for (let i = 0; i < x.length; i++) {
    let base = rectified ? Math.max(x[i], 0) : x[i];
    let result = 1;
    for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result *= base;
      base *= base;
    }
    out[i] = result / n;
  }
  return out;
}

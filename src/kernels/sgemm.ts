/**
 * C = A B in f32 or f64: the batch-of-dot-products kernel, the columns of B packed as rows. Each entry is one accumulator, k ascending in
 * blocks of 256 whose sums are added in order (rows.ts), so the scalar twin gives the same bits.
 *
 *   A  m x k,  B  k x n,  C  m x n, row-major
 */
import { EngramError } from "../numeric/index.ts";
import type { Backend } from "../numeric/index.ts";
import { kernels } from "./host.ts";
import { floats, lanes, panelCount } from "./panels.ts";
import type { Floats } from "./panels.ts";
import { ScalarPanels } from "./scalar.ts";
import { SimdPanels } from "./simd.ts";

/** @param out m x n, default a new array; neither A nor B @throws EngramError when the lengths do not fit the shapes (nothing is truncated) */
export function sgemm(m: number, n: number, k: number, A: Float32Array, B: Float32Array, out?: Float32Array, backend?: Backend): Float32Array {
  return product("f32", m, n, k, A, B, out, backend) as Float32Array;
}

/** The same in f64. */
export function dgemm(m: number, n: number, k: number, A: Float64Array, B: Float64Array, out?: Float64Array, backend?: Backend): Float64Array {
  return product("f64", m, n, k, A, B, out, backend) as Float64Array;
}

function product(precision: "f32" | "f64", m: number, n: number, k: number, A: Floats, B: Floats, out?: Floats, backend?: Backend): Floats {
  const name = precision === "f32" ? "sgemm" : "dgemm";
  for (const [what, value] of [["m", m], ["n", n], ["k", k]] as const) {
    if (!Number.isSafeInteger(value) || value < 0) throw new EngramError(`${name} ${what}`, "a whole number, 0 or above", String(value), "Pass the shapes of the matrices.");
  }
  if (A.length !== m * k) throw new EngramError(`${name} A`, `${m} x ${k} = ${m * k} numbers`, `${A.length}`, "Check the shape.");
  if (B.length !== k * n) throw new EngramError(`${name} B`, `${k} x ${n} = ${k * n} numbers`, `${B.length}`, "Check the shape.");
  if (out !== undefined && out.length !== m * n) throw new EngramError(`${name} out`, `${m} x ${n} = ${m * n} numbers`, `${out.length}`, "Check the shape.");
  const C = out ?? floats(m * n, precision);
  if (m === 0 || n === 0 || k === 0) return C.fill(0);
  const live = backend === "scalar" ? undefined : kernels();
  const panels = live === undefined ? new ScalarPanels(k, precision) : new SimdPanels(live, k, precision);
  const width = lanes(precision);
  const count = panelCount(n, precision);
  try {
    panels.reserve(count * width * k);
    panels.setColumns(B, n);
    panels.setCues("dot", A, m);
    panels.scores(0, count, n, C, n, 0);
  } finally {
    panels.free();
  }
  return C;
}

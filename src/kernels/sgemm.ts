/**
 * C = A B in f32: the batch-of-dot-products kernel, the columns of B packed as rows. Each entry is one accumulator, k ascending in
 * blocks of 256 whose sums are added in order (rows.ts), so the scalar twin gives the same bits.
 *
 *   A  m x k,  B  k x n,  C  m x n, row-major
 */
import { EngramError } from "../numeric/index.ts";
import type { Backend } from "../numeric/index.ts";
import { kernels } from "./host.ts";
import { lanes, panelCount } from "./panels.ts";
import { ScalarPanels } from "./scalar.ts";
import { SimdPanels } from "./simd.ts";

/** @param out m x n, default a new array; neither A nor B @throws EngramError when the lengths do not fit the shapes (nothing is truncated) */
export function sgemm(m: number, n: number, k: number, A: Float32Array, B: Float32Array, out?: Float32Array, backend?: Backend): Float32Array {
  for (const [name, value] of [["m", m], ["n", n], ["k", k]] as const) {
    if (!Number.isSafeInteger(value) || value < 0) throw new EngramError(`sgemm ${name}`, "a whole number, 0 or above", String(value), "Pass the shapes of the matrices.");
  }
  if (A.length !== m * k) throw new EngramError("sgemm A", `${m} x ${k} = ${m * k} numbers`, `${A.length}`, "Check the shape.");
  if (B.length !== k * n) throw new EngramError("sgemm B", `${k} x ${n} = ${k * n} numbers`, `${B.length}`, "Check the shape.");
  if (out !== undefined && out.length !== m * n) throw new EngramError("sgemm out", `${m} x ${n} = ${m * n} numbers`, `${out.length}`, "Check the shape.");
  const C = out ?? new Float32Array(m * n);
  if (m === 0 || n === 0 || k === 0) return C.fill(0);
  const live = backend === "scalar" ? undefined : kernels();
  const panels = live === undefined ? new ScalarPanels(k, "f32") : new SimdPanels(live, k, "f32");
  const width = lanes("f32");
  const count = panelCount(n, "f32");
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

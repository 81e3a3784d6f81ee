/**
 * Matrix products. Every entry is one accumulator, k ascending in blocks of 256 whose sums are added in order (the contract of
 * kernels/sgemm.ts), so an entry does not depend on how many rows are multiplied at once. Large products run in the kernels, small ones here.
 *
 *   matmul   [..., m, k] x [..., k, n] -> [..., m, n]; leading axes are equal, or one factor has none
 */
import { EngramError } from "../numeric/index.ts";
import { dgemm, type Floats, sgemm } from "../kernels/index.ts";
import { sameShape, show, sizeOf, zerosLike } from "./array.ts";
import { reshape, transpose } from "./structure.ts";
import { sumTo } from "./arithmetic.ts";
import { node, operands, type Var } from "./tape.ts";

const BLOCK_K = 256;
/** Below so many multiplications the way through the arena costs more than the lanes save. */
const SMALL = 4096;

/** @throws EngramError when the inner sizes or the leading axes differ, with both shapes */
export function matmul(a: Var, b: Var): Var {
  const [x, y] = operands("matmul", a, b);
  if (x.shape.length < 2 || y.shape.length < 2 || x.shape[x.shape.length - 1] !== y.shape[y.shape.length - 2]) {
    throw new EngramError("matmul", "shapes [..., m, k] and [..., k, n]", `${show(x.shape)} and ${show(y.shape)}`, "The inner sizes must agree.");
  }
  const [headX, headY] = [x.shape.slice(0, -2), y.shape.slice(0, -2)];
  // Many rows of x against one matrix are one product.
  if (headY.length === 0 && headX.length > 0) {
    const [k, n] = y.shape;
    return reshape(matmul(reshape(x, [x.data.length === 0 ? sizeOf(x.shape.slice(0, -1)) : x.data.length / k, k]), y), [...x.shape.slice(0, -1), n]);
  }
  if (headX.length > 0 && !sameShape(headX, headY)) {
    throw new EngramError("matmul", "equal leading axes, or none on one side", `${show(x.shape)} and ${show(y.shape)}`, "Reshape one of them.");
  }
  const [m, k, n] = [x.shape[x.shape.length - 2], x.shape[x.shape.length - 1], y.shape[y.shape.length - 1]];
  const count = sizeOf(headY);
  const data = zerosLike(x.data, count * m * n);
  for (let i = 0; i < count; i++) {
    const left = headX.length === 0 ? x.data : x.data.subarray(i * m * k, (i + 1) * m * k);
    multiply(m, n, k, left, y.data.subarray(i * k * n, (i + 1) * k * n), data.subarray(i * m * n, (i + 1) * m * n));
  }
  return node([...headY, m, n], data, [
    [x, (g) => sumTo(matmul(g, transpose(y)), x.shape)],
    [y, (g) => matmul(transpose(x), g)],
  ]);
}

function multiply(m: number, n: number, k: number, A: Floats, B: Floats, C: Floats): void {
  if (m * n * k >= SMALL) {
    if (A instanceof Float32Array) sgemm(m, n, k, A, B as Float32Array, C as Float32Array);
    else dgemm(m, n, k, A, B as Float64Array, C as Float64Array);
    return;
  }
  const round = A instanceof Float32Array ? Math.fround : (value: number): number => value;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let all = 0;
      for (let block = 0; block < k; block += BLOCK_K) {
        const end = Math.min(k, block + BLOCK_K);
        let sum = 0;
        for (let q = block; q < end; q++) sum = round(sum + round(A[i * k + q] * B[q * n + j]));
        all = round(all + sum);
      }
      C[i * n + j] = all;
    }
  }
}

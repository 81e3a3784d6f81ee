/** The scalar twin of what the Energy Transformer needs beside convolution's products: assembly/softmax.ts (attend, quotients), pack.ts (transpose), sparse.ts. */
import { exp } from "../numeric/index.ts";
import type { LayerExports } from "./layers.ts";
import type { Plain } from "./plain.ts";

const r = Math.fround;

export function attentionKernels({ f32, f64 }: Plain): Pick<LayerExports, "attend_f32" | "quotients_f32" | "packFours_f32" | "transpose_f32" | "nonzeros_f32" | "gemmLists_f32"> {
  return {
    attend_f32: (x, n, beta, hide, exps, result) => {
      const [m, d] = [f32(), f64()];
      let max = -Infinity;
      for (let i = 0; i < n; i++) {
        const l = r(r(beta) * (hide === 0 ? m[x / 4 + i] : r(m[x / 4 + i] + m[hide / 4 + i])));
        d[exps / 8 + i] = l;
        max = Math.max(max, l);
      }
      const shift = max === -Infinity ? 0 : max;
      let even = 0;
      let odd = 0;
      for (let i = 0; i < n; i++) {
        const e = exp(d[exps / 8 + i] - shift);
        d[exps / 8 + i] = e;
        if (i % 2 === 0) even += e;
        else odd += e;
      }
      d[result / 8] = max;
      d[result / 8 + 1] = even + odd;
    },
    quotients_f32: (x, n, divisor, out) => {
      const [m, d] = [f32(), f64()];
      for (let i = 0; i < n; i++) m[out / 4 + i] = d[x / 8 + i] / divisor;
    },
    packFours_f32: (from, rowBytes, rows, k, out) => {
      const m = f32();
      for (let i = 0; i < 4 * Math.ceil(rows / 4); i++) {
        const row = (from + Math.min(i, rows - 1) * rowBytes) / 4;
        for (let c = 0; c < k; c++) m[out / 4 + 4 * (Math.floor(i / 4) * k + c) + (i % 4)] = m[row + c];
      }
    },
    transpose_f32: (from, fromRow, rows, columns, to, toRow) => {
      const m = f32();
      for (let row = 0; row < rows; row++) for (let c = 0; c < columns; c++) m[(to + c * toRow) / 4 + row] = m[(from + row * fromRow) / 4 + c];
    },
    nonzeros_f32: (A, stride, rows, depth, lists, bounds) => {
      const m = f32();
      const words = new Uint32Array(m.buffer);
      let at = 0;
      for (let i = 0; i < rows; i++) {
        words[bounds / 4 + i] = at;
        for (let k = 0; k < depth; k++) {
          const v = m[(A + i * stride) / 4 + k];
          if (v === 0) continue;
          words[(lists + at) / 4] = 128 * k;
          m[(lists + at) / 4 + 1] = v;
          at += 8;
        }
      }
      words[bounds / 4 + rows] = at;
    },
    gemmLists_f32: (lists, bounds, rows, W, panelStride, panels, out, outStride, first, residual) => {
      const m = f32();
      const words = new Uint32Array(m.buffer);
      for (let i = 0; i < rows; i++) {
        for (let o = 0; o < 32 * panels; o++) {
          const w = (W + Math.floor(o / 32) * panelStride) / 4 + (o % 32);
          const to = (out + i * outStride) / 4 + o;
          let sum = 0;
          for (let l = lists + words[bounds / 4 + i]; l < lists + words[bounds / 4 + i + 1]; l += 8) sum = r(sum + r(m[w + words[l / 4] / 4] * m[l / 4 + 1]));
          if (first === 0) sum = r(m[to] + sum);
          m[to] = residual === 0 ? sum : r(sum + m[(residual + i * outStride) / 4 + o]);
        }
      }
    },
  };
}

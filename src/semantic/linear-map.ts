/**
 * phi(x) = W (x - m): the linear maps of PCA, U-Hop and random projections (semantic-memory.md T0b, T0d, F6).
 *
 *   W  e x d        m  d        products in f64 by the kernels, each feature one accumulator: a batch gives each row the bits it has alone
 */
import { sha256Hex, tensor } from "../formats/index.ts";
import { dgemm } from "../kernels/index.ts";
import { EngramError, seeded } from "../numeric/index.ts";
import type { FeatureMap } from "./feature-map.ts";

/**
 * @param W e * d numbers, row-major @param m d numbers
 * @throws EngramError where the shapes do not fit
 */
export function linearMap(name: string, W: Float64Array, m: Float64Array): FeatureMap {
  const d = m.length;
  const e = W.length / d;
  if (!(d > 0 && Number.isInteger(e) && e > 0)) throw new EngramError(`linear map ${name}`, "W of e x d numbers and m of d", `${W.length} and ${d}`, "Check the shapes.");
  const transposed = new Float64Array(W.length);
  for (let j = 0; j < e; j++) for (let i = 0; i < d; i++) transposed[i * e + j] = W[j * d + i];
  const bytes = (x: Float64Array): Uint8Array => new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
  return {
    name, inputs: d, dim: e, numbers: W.length + d,
    sha256: sha256Hex([new TextEncoder().encode(`linear ${e} ${d} `), bytes(W), bytes(m)]),
    saved: { kind: "linear", parameters: { name }, tensors: { W: tensor(W, [e, d]), mean: tensor(m, [d]) } },
    map: (X, rows) => {
      const centred = X.map((x, i) => x - m[i % d]);
      return dgemm(rows, e, d, centred, transposed);
    },
  };
}

/** (T0b) Gaussian entries of variance 1 / e, from the seed alone: keeps distances, so it is at most as good as pixels. */
export function randomProjection(d: number, e = 128, seed = 0): FeatureMap {
  const rng = seeded(seed);
  const scale = 1 / Math.sqrt(e);
  return linearMap(`random projection to ${e}`, Float64Array.from({ length: e * d }, () => scale * rng.normal()), new Float64Array(d));
}

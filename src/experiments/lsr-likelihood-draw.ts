/**
 * The samples behind Figures 3 (right), 7 and 8 of the LSR paper (arXiv 2506.10801; section 7.3 of the notes), drawn as the authors drew
 * them: JAX keys (0, seed), older layout.
 *
 *   means   k x d uniform on [0, 1]            key, rng = split(seed)
 *   Xi      M samples of the mixture, sigma .1 key, rng = split(rng); parts by the largest of k uniforms (equal weights make the Gumbel
 *           draw of `categorical` that), then one key per part that occurs, normals in order
 *   starts  N per pattern: direction uniform on [-1, 1]^d normalised, radius uniform in [.98, .9999] r_s, both from one key per pattern
 *
 * Deviation: uniforms have the authors' bits; what follows from them is computed in f64 where they compute in f32 (Xi is rounded to f32).
 */
import {
  type GaussianMixture, gaussianMixture, threefryKey, type ThreefryKey, threefryNormal, threefrySplit, threefryUniform, threefryUniformBetween,
} from "../numeric/index.ts";

export interface Design {
  /** Parts of the mixture, dimension, patterns, JAX seed. */
  readonly k: number;
  readonly d: number;
  readonly M: number;
  readonly seed: number;
}

export interface Sample {
  readonly mixture: GaussianMixture;
  /** M x d. */
  readonly Xi: Float64Array;
  /** N displacements from pattern mu in units of r_s, N x d. The keys do not depend on N, the numbers do. */
  offsets(mu: number, N: number): Float64Array;
}

export const SIGMA = 0.1;

export function drawSample({ k, d, M, seed }: Design): Sample {
  const [meansKey, afterMeans] = threefrySplit(threefryKey(seed));
  const means = Float64Array.from(threefryUniform(meansKey, k * d));
  const [sampleKey, afterSample] = threefrySplit(afterMeans);
  const keys: ThreefryKey[] = [];
  for (let mu = 0, rng = afterSample; mu < M; mu++) {
    const [own, rest] = threefrySplit(rng);
    keys.push(own);
    rng = rest;
  }
  return {
    mixture: gaussianMixture(means, d, SIGMA),
    Xi: samplePatterns(means, k, d, M, sampleKey),
    offsets: (mu, N) => {
      const directions = threefryUniformBetween(keys[mu], N * d, -1, 1);
      const radii = threefryUniformBetween(keys[mu], N, 0.98, 0.9999);
      const out = new Float64Array(N * d);
      for (let i = 0; i < N; i++) {
        let square = 0;
        for (let j = 0; j < d; j++) square += directions[i * d + j] * directions[i * d + j];
        for (let j = 0; j < d; j++) out[i * d + j] = (directions[i * d + j] / Math.sqrt(square)) * radii[i];
      }
      return out;
    },
  };
}

function samplePatterns(means: Float64Array, k: number, d: number, M: number, key: ThreefryKey): Float64Array {
  const [partKey, rest] = threefrySplit(key);
  const u = threefryUniform(partKey, M * k);
  const parts = Array.from({ length: M }, (_, mu) => {
    let best = 0;
    for (let i = 1; i < k; i++) if (u[mu * k + i] > u[mu * k + best]) best = i;
    return best;
  });
  const Xi = new Float64Array(M * d);
  let rng = rest;
  for (let i = 0; i < k; i++) {
    const own = Array.from(parts.keys()).filter((mu) => parts[mu] === i);
    if (own.length === 0) continue;
    const [normalKey, after] = threefrySplit(rng);
    rng = after;
    const normals = threefryNormal(normalKey, own.length * d);
    own.forEach((mu, n) => {
      for (let j = 0; j < d; j++) Xi[mu * d + j] = Math.fround(means[i * d + j] + SIGMA * normals[n * d + j]);
    });
  }
  return Xi;
}

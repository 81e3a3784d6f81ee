/**
 * Similarities S(x, xi) of the general energy (L1; 2.23 of arXiv 2507.06211), with their gradient in x. A user's own is one more object.
 *
 *   x, xi   D numbers
 *   | name             | S                       | grad_x S                          |
 *   |------------------|-------------------------|-----------------------------------|
 *   | dot              | xi . x                  | xi                                |
 *   | negHalfSquaredL2 | -1/2 ||x - xi||^2  (L2) | xi - x                            |
 *   | cosine           | xi . x / (||xi|| ||x||) | (xi / ||xi|| - S x / ||x||) / ||x|| |
 */
export interface Similarity {
  readonly name: string;
  value(x: Float64Array, xi: Float64Array): number;
  /** grad_x S, added to `out` times `weight`. */
  addGradient(x: Float64Array, xi: Float64Array, weight: number, out: Float64Array): void;
}

/** S = xi . x. */
export const dot: Similarity = {
  name: "dot",
  value: (x, xi) => x.reduce((sum, value, k) => sum + value * xi[k], 0),
  addGradient: (_x, xi, weight, out) => xi.forEach((value, k) => (out[k] += weight * value)),
};

/** S = -1/2 ||x - xi||^2 (L2), from direct differences. */
export const negHalfSquaredL2: Similarity = {
  name: "negHalfSquaredL2",
  value: (x, xi) => -0.5 * x.reduce((sum, value, k) => sum + (value - xi[k]) * (value - xi[k]), 0),
  addGradient: (x, xi, weight, out) => xi.forEach((value, k) => (out[k] += weight * (value - x[k]))),
};

/** S = xi . x / (||xi|| ||x||); 0 with a zero vector. */
export const cosineSimilarity: Similarity = {
  name: "cosine",
  value: (x, xi) => {
    const norms = Math.sqrt(dot.value(x, x)) * Math.sqrt(dot.value(xi, xi));
    return norms === 0 ? 0 : dot.value(x, xi) / norms;
  },
  addGradient: (x, xi, weight, out) => {
    const length = Math.sqrt(dot.value(x, x));
    const norms = length * Math.sqrt(dot.value(xi, xi));
    if (norms === 0) return;
    const S = dot.value(x, xi) / norms;
    for (let k = 0; k < x.length; k++) out[k] += weight * (xi[k] / norms - (S * (x[k] / length)) / length);
  },
};

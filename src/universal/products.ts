/**
 * Similarities built on the inner product (semantic-memory.md section 3; U2): dot, massDot, cosine, pearson, linear(W).
 *
 *   xhat = x / sum_i x_i      mass-normalised;  0 where the mass is 0, so that an all-zero row scores 0
 *
 * Deviations: cosine and Pearson are 0 where a norm is 0 (the papers divide by it). Pearson centres the cue, not the product of
 * means, so that nothing cancels in f32; the centred norms are two-pass f64.
 */
import type { Rows } from "../kernels/index.ts";
import { EngramError, filled } from "../numeric/index.ts";
import { knownCoordinates, lastMask, shown, type Similarity } from "./similarity.ts";

/** xi . q. On natural images the brightest memory wins whatever is asked. */
export const dot: Similarity = {
  name: "dot",
  pair: inner,
  gradient: (xi, _q, visible) => filled(new Float64Array(xi.length), (i) => (shown(visible, i) ? xi[i] : 0)),
  bind: (rows) => ({ scores: (cues, visible) => Float64Array.from(rawDot(rows, cues, knownCoordinates(visible, rows.dim))) }),
};

/** xihat . qhat of mass-normalised vectors: the curve called "Dot Product" in every UHN figure. For non-negative data; use dot or hamming on bipolar data (B14). */
export const massDot: Similarity = {
  name: "massDot",
  pair: (xi, q, visible) => divide(inner(xi, q, visible), total(xi, visible) * total(q, visible)),
  // (xihat - S 1) / sum q
  gradient: (xi, q, visible) => {
    const score = massDot.pair(xi, q, visible);
    const mass = total(xi, visible);
    const cueMass = total(q, visible);
    return filled(new Float64Array(xi.length), (i) => (shown(visible, i) ? divide(divide(xi[i], mass) - (mass === 0 ? 0 : score), cueMass) : 0));
  },
  bind: (rows) => {
    const masses = lastMask((v) => (v === undefined ? rows.sums() : Float64Array.from(rawDot(rows, v, v))));
    return {
      scores: (cues, visible) => {
        const v = knownCoordinates(visible, rows.dim);
        const cueMass = perCue(cues, rows.dim, (q) => total(q, v));
        return scaled(rawDot(rows, cues, v), masses(v), cueMass);
      },
    };
  },
};

/** xi . q / (|xi| |q|), 0 if a norm is 0. */
export const cosine: Similarity = {
  name: "cosine",
  pair: (xi, q, visible) => divide(inner(xi, q, visible), norm(xi, visible) * norm(q, visible)),
  // (xi/|xi| - S q/|q|) / |q|
  gradient: (xi, q, visible) => cosineGradient(xi, q, cosine.pair(xi, q, visible), norm(xi, visible), norm(q, visible), visible),
  bind: (rows) => {
    const norms = lastMask((v) => {
      const squared = v === undefined ? rows.squaredNorms() : rows.scores("squaredL2", new Float64Array(rows.dim), { visible: v });
      return filled(new Float64Array(squared.length), (mu) => Math.sqrt(squared[mu]));
    });
    return {
      scores: (cues, visible) => {
        const v = knownCoordinates(visible, rows.dim);
        return scaled(rawDot(rows, cues, v), norms(v), perCue(cues, rows.dim, (q) => norm(q, v)));
      },
    };
  },
};

/** Cosine of xi - mean(xi) and q - mean(q): unchanged by gain and offset of either. A constant vector gives 0. Beyond the papers. */
export const pearson: Similarity = {
  name: "pearson",
  pair: (xi, q, visible) => cosine.pair(centred(xi, visible), centred(q, visible), visible),
  // as cosine, then centred; both terms have mean 0 already
  gradient: (xi, q, visible) => cosine.gradient!(centred(xi, visible), centred(q, visible), visible),
  bind: (rows) => {
    const norms = lastMask((v) => perRow(rows, (xi) => norm(centred(xi, v), v)));
    return {
      scores: (cues, visible) => {
        const v = knownCoordinates(visible, rows.dim);
        const { dim } = rows;
        const centredCues = new Float64Array(cues.length);
        const cueNorms = perCue(cues, dim, (q, c) => {
          const qc = centred(q, v);
          centredCues.set(qc, c * dim);
          return norm(qc, v);
        });
        return scaled(rawDot(rows, centredCues, v), norms(v), cueNorms);
      },
    };
  },
};

/**
 * (W xi) . (W q): a kernel learned from the stored patterns (U-Hop, Wu et al. 2024, F6).
 * @param W e rows of D numbers
 */
export function linear(W: readonly ArrayLike<number>[]): Similarity {
  const D = W[0]?.length ?? 0;
  if (D === 0 || W.some((row) => row.length !== D)) {
    throw new EngramError("linear(W)", "a matrix of e rows of D numbers", `rows of ${W.map((row) => row.length).join(", ")}`, "Give every row of W the dimension of the patterns.");
  }
  const map = (x: ArrayLike<number>, visible?: ArrayLike<number>): Float64Array => {
    if (x.length !== D) throw new EngramError("linear(W)", `patterns of ${D} numbers`, `${x.length}`, "The columns of W are the coordinates of a pattern.");
    return Float64Array.from(W, (row) => inner(row, x, visible));
  };
  return {
    name: `linear(${W.length}x${D})`,
    W: W.map((row) => Float64Array.from(row)),
    pair: (xi, q, visible) => inner(map(xi, visible), map(q, visible)),
    // W^T W xi
    gradient: (xi, _q, visible) => {
      const u = map(xi, visible);
      return filled(new Float64Array(xi.length), (i) => {
        if (!shown(visible, i)) return 0;
        let sum = 0;
        for (let e = 0; e < u.length; e++) sum += W[e][i] * u[e];
        return sum;
      });
    },
    bind: (rows) => {
      const embedded = lastMask((v) => {
        const U = new Float64Array(rows.count * W.length);
        const xi = new Float64Array(rows.dim);
        for (let mu = 0; mu < rows.count; mu++) U.set(map(rows.row(mu, xi), v), mu * W.length);
        return U;
      });
      return {
        scores: (cues, visible) => {
          const v = knownCoordinates(visible, rows.dim);
          const U = embedded(v);
          const Q = cues.length / rows.dim;
          const S = new Float64Array(Q * rows.count);
          perCue(cues, rows.dim, (q, c) => {
            const k = map(q, v);
            for (let mu = 0; mu < rows.count; mu++) S[c * rows.count + mu] = inner(U.subarray(mu * W.length, (mu + 1) * W.length), k);
            return 0;
          });
          return S;
        },
      };
    },
  };
}

/** Calls `f` on every cue of a row-major batch and keeps its number. */
export function perCue(cues: ArrayLike<number>, dim: number, f: (q: Float64Array, c: number) => number): Float64Array {
  const flat = cues instanceof Float64Array ? cues : Float64Array.from(cues);
  return filled(new Float64Array(dim === 0 ? 0 : flat.length / dim), (c) => f(flat.subarray(c * dim, (c + 1) * dim), c));
}

/** Calls `f` on every stored row and keeps its number. */
export function perRow(rows: Rows, f: (xi: Float64Array) => number): Float64Array {
  const xi = new Float64Array(rows.dim);
  return filled(new Float64Array(rows.count), (mu) => f(rows.row(mu, xi)));
}

function rawDot(rows: Rows, cues: ArrayLike<number>, v: Float64Array | undefined): Float32Array | Float64Array {
  return rows.scores("dot", cues, v && { visible: v });
}

/** raw / (a_mu b_c), 0 where a divisor is 0. */
function scaled(raw: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const N = a.length;
  const S = new Float64Array(raw.length);
  for (let c = 0; c < b.length; c++) {
    for (let mu = 0; mu < N; mu++) S[c * N + mu] = divide(raw[c * N + mu], a[mu] * b[c]);
  }
  return S;
}

function cosineGradient(
  xi: ArrayLike<number>, q: ArrayLike<number>, S: number, xiNorm: number, qNorm: number, visible?: ArrayLike<number>,
): Float64Array {
  return filled(new Float64Array(xi.length), (i) => (shown(visible, i) && xiNorm > 0 ? divide(xi[i] / xiNorm - divide(S * q[i], qNorm), qNorm) : 0));
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>, visible?: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (shown(visible, i)) sum += a[i] * b[i];
  return sum;
}

function total(a: ArrayLike<number>, visible?: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (shown(visible, i)) sum += a[i];
  return sum;
}

function norm(a: ArrayLike<number>, visible?: ArrayLike<number>): number {
  return Math.sqrt(inner(a, a, visible));
}

/** x - mean(x) over the visible coordinates; exactly 0 for a constant vector, where the rounded mean would leave dust. */
function centred(x: ArrayLike<number>, visible?: ArrayLike<number>): Float64Array {
  let sum = 0;
  let count = 0;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < x.length; i++) {
    if (!shown(visible, i)) continue;
    sum += x[i];
    count++;
    low = Math.min(low, x[i]);
    high = Math.max(high, x[i]);
  }
  if (!(high > low)) return new Float64Array(x.length);
  const mean = sum / count;
  return filled(new Float64Array(x.length), (i) => (shown(visible, i) ? x[i] - mean : 0));
}

function divide(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

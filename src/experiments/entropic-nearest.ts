/**
 * D12 of entropic-memory.md section 11: what knows the stored items themselves, asked with the cues that the memory was asked with.
 * Distances are in units of each feature's range.
 */
import { Rows } from "../kernels/index.ts";
import { exp } from "../numeric/index.ts";
import { negSqL2 } from "../universal/index.ts";
import type { Fold } from "./entropic-fold.ts";
import type { Memory } from "./entropic-scores.ts";

export class Nearest {
  readonly #rows: Rows;
  readonly #range: Float64Array;
  readonly #latents: Float32Array;
  readonly #labels: Uint8Array;
  readonly #fold: Fold;

  constructor(fold: Fold, { quantiser }: Memory) {
    [this.#fold, this.#latents, this.#labels, this.#range] = [fold, fold.latents("fill"), fold.labels("fill"), quantiser.ranges()];
    this.#rows = new Rows(fold.n);
    this.#rows.append(this.#scaled(this.#latents));
  }

  /** The class most of the k nearest items have, ties to the nearer one. */
  vote(z: Float32Array, k: number): Uint8Array {
    const N = this.#labels.length;
    return this.#each(z, (scores) => {
      const best: number[] = [];
      for (let i = 0; i < N; i++) {
        if (best.length === k && scores[i] <= scores[best[k - 1]]) continue;
        best.splice(best.findIndex((b) => scores[i] > scores[b]) >>> 0, 0, i);
        best.length = Math.min(best.length, k);
      }
      const votes = new Map<number, number>();
      best.forEach((i) => votes.set(this.#labels[i], (votes.get(this.#labels[i]) ?? 0) + 1));
      return [...votes].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
    });
  }

  /** The class whose stored items' mean is nearest. */
  means(z: Float32Array): Uint8Array {
    const { n } = this.#fold;
    const scaled = this.#scaled(this.#latents);
    const [sums, counts] = [new Map<number, Float64Array>(), new Map<number, number>()];
    this.#labels.forEach((label, i) => {
      const sum = sums.get(label) ?? new Float64Array(n);
      for (let j = 0; j < n; j++) sum[j] += scaled[i * n + j];
      sums.set(label, sum);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    });
    const asked = this.#scaled(z);
    return Uint8Array.from({ length: z.length / n }, (_, c) => {
      let [best, least] = [0, Infinity];
      for (const [label, sum] of sums) {
        let d = 0;
        for (let j = 0; j < n; j++) d += (asked[c * n + j] - sum[j] / counts.get(label)!) ** 2;
        if (d < least) [best, least] = [label, d];
      }
      return best;
    });
  }

  /** sum_k w_k x_k, w = softmax(-d_k^2 / (2 s^2)): the mean of what noise of sd s on a stored item leaves possible (E40). */
  hopfield(z: Float32Array, s: number): Float32Array {
    const { n } = this.#fold;
    const out = new Float32Array(z.length);
    let c = 0;
    this.#each(z, (scores) => {
      const top = scores.reduce((a, b) => Math.max(a, b), -Infinity);
      let sum = 0;
      const mean = new Float64Array(n);
      scores.forEach((score, k) => {
        const w = exp((score - top) / (2 * s * s));
        if (w < 1e-12) return;
        sum += w;
        for (let j = 0; j < n; j++) mean[j] += w * this.#latents[k * n + j];
      });
      for (let j = 0; j < n; j++) out[c * n + j] = mean[j] / sum;
      c++;
      return 0;
    });
    return out;
  }

  dispose(): void {
    this.#rows.dispose();
  }

  #scaled(z: Float32Array): Float32Array {
    const { n } = this.#fold;
    return z.map((x, at) => (this.#range[at % n] > 0 ? x / this.#range[at % n] : 0));
  }

  /** Calls back with -d^2 to every stored item for each cue, some cues at a time. */
  #each(z: Float32Array, one: (scores: Float64Array) => number): Uint8Array {
    const { n } = this.#fold;
    const N = this.#labels.length;
    const out = new Uint8Array(z.length / n);
    const bound = negSqL2.bind(this.#rows);
    for (let from = 0; from < out.length; from += 100) {
      const asked = this.#scaled(z.subarray(from * n, (from + 100) * n));
      const scores = bound.scores(asked);
      for (let c = 0; c < asked.length / n; c++) out[from + c] = one(Float64Array.from(scores.subarray(c * N, (c + 1) * N)));
    }
    return out;
  }
}

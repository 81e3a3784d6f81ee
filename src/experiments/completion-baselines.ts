/**
 * What `et-completion` is held against: ways to fill hidden patches that learn nothing, or only store.
 *
 *   x  C x H x W   a picture in [0, 1];   hidden  C H W of 0 and 1 (1 = not looked at)
 *
 *   mean       per channel, the mean of what is visible
 *   nearest    the stored picture nearest (L2) over the visible pixels
 *   memory     z = sum w xi, w = softmax(beta S), S = minus the squared distance over the visible pixels (U1, U3)
 *   harmonic   (Laplace) each hidden pixel is the mean of its neighbours, the visible ones held; no flow over the border
 */
import { softmax } from "../kernels/index.ts";
import { argmax } from "../numeric/index.ts";
import { UniversalMemory } from "../universal/index.ts";
import { type LabelledImages, rowsOf } from "./data.ts";

/** The hidden entries of `filled`, the visible ones of `x`. */
export function inserted(x: Float32Array, filled: ArrayLike<number>, hidden: Uint8Array): Float32Array {
  return x.map((value, i) => (hidden[i] === 1 ? filled[i] : value));
}

export function meanFill(x: Float32Array, hidden: Uint8Array, channels: number): Float32Array {
  const side = x.length / channels;
  const means = Array.from({ length: channels }, (_, c) => {
    let [sum, count] = [0, 0];
    for (let i = c * side; i < (c + 1) * side; i++) if (hidden[i] === 0) [sum, count] = [sum + x[i], count + 1];
    return count === 0 ? 0.5 : sum / count;
  });
  return inserted(x, x.map((_, i) => means[Math.floor(i / side)]), hidden);
}

/** Conjugate gradients on the graph Laplacian of the hidden pixels, to a residual of 1e-6 of the first. Hidden regions that touch nothing visible stay at the mean. */
export function harmonicFill(x: Float32Array, hidden: Uint8Array, [channels, height, width]: readonly number[]): Float32Array {
  const out = Float64Array.from(meanFill(x, hidden, channels));
  const around = (i: number): number[] => {
    const [y, column] = [Math.floor(i / width) % height, i % width];
    return [...(y > 0 ? [i - width] : []), ...(y < height - 1 ? [i + width] : []), ...(column > 0 ? [i - 1] : []), ...(column < width - 1 ? [i + 1] : [])];
  };
  const unknown = Array.from(hidden.keys()).filter((i) => hidden[i] === 1);
  const neighbours = new Map(unknown.map((i) => [i, around(i)]));
  /** (L v)_i = sum over neighbours of v_i - v_j; entries of v outside the hidden pixels count as they stand. */
  const laplacian = (v: Float64Array): Float64Array => {
    const Lv = new Float64Array(v.length);
    for (const i of unknown) for (const j of neighbours.get(i)!) Lv[i] += v[i] - v[j];
    return Lv;
  };
  const dot = (a: Float64Array, b: Float64Array): number => unknown.reduce((sum, i) => sum + a[i] * b[i], 0);
  const r = laplacian(out).map((value) => -value);
  const p = r.slice();
  let rr = dot(r, r);
  const enough = 1e-12 * rr;
  for (let step = 0; step < unknown.length && rr > enough; step++) {
    const Lp = laplacian(p);
    const a = rr / dot(p, Lp);
    for (const i of unknown) [out[i], r[i]] = [out[i] + a * p[i], r[i] - a * Lp[i]];
    const next = dot(r, r);
    for (const i of unknown) p[i] = r[i] + (next / rr) * p[i];
    rr = next;
  }
  return Float32Array.from(out);
}

/** Softmax betas tried; the best on the pictures measured is reported, which favours the baseline. */
export const BETAS = [0.05, 0.1, 0.2, 0.5, 1, 2] as const;

/** Weights below this are left out of the sum: together they move no pixel by more than 1e-4. */
const SMALLEST = 1e-9;

export interface MemoryFills { readonly nearest: Float32Array; /** By beta, in the order of BETAS. */ readonly softmax: Float32Array[] }

/** z += w xi at the places that are asked for. A loop over bytes: at small betas every stored picture weighs something. */
function addTo(z: Float64Array, places: Int32Array, w: number, bytes: Uint8Array, from: number): void {
  for (let i = 0; i < places.length; i++) z[places[i]] += w * Math.fround(bytes[from + places[i]] / 255);
}

/** What a pixel memory of the stored pictures makes of each cue. */
export function memoryFills(stored: LabelledImages, cues: readonly Float32Array[], hidden: readonly Uint8Array[], progress: (i: number) => void): MemoryFills[] {
  const dim = cues[0].length;
  const memory = new UniversalMemory({ similarity: "negSqL2", separation: "max" });
  const piece = 5000;
  for (let from = 0; from < stored.count; from += piece) {
    const data = rowsOf(stored, { from, to: Math.min(from + piece, stored.count) });
    memory.store({ rows: data.length / dim, dim, data });
  }
  const row = (mu: number): Float32Array => rowsOf(stored, [mu]);
  const fills = cues.map((cue, i): MemoryFills => {
    progress(i);
    const S = memory.scores([cue], { visible: hidden[i].map((bit) => 1 - bit) });
    const places = Int32Array.from(hidden[i].keys()).filter((k) => hidden[i][k] === 1);
    const blended = BETAS.map((beta) => {
      const w = softmax(S.map((s) => beta * s));
      const z = new Float64Array(dim);
      for (let mu = 0; mu < stored.count; mu++) if (w[mu] > SMALLEST) addTo(z, places, w[mu], stored.bytes, mu * dim);
      return inserted(cue, z, hidden[i]);
    });
    return { nearest: inserted(cue, row(argmax(S)), hidden[i]), softmax: blended };
  });
  memory.dispose();
  return fills;
}

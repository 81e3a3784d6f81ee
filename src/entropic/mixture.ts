/**
 * A mixture of registers (E39) and a memory of items (E40): recall that depends on which levels occurred together. Not in the papers.
 *
 *   R^g, N_g   registers and how many objects each holds, g = 1 .. G           K   the kernel of (E13), s = sigma m
 *
 *   (E39) r_g(v) ~ N_g prod_j sum_u p_j^g(u) K[v_j,u] / sum_u K[v_j,u];  g ~ r_g^(1/tau);  then (E13) in R^g.  G = 1 is the paper
 *   (E40) k ~ softmax_k(beta log prod_j K[v_j, u_kj]) over the stored items u_k, then every column ~ K[u_kj, .]; the modern Hopfield form
 */
import { NO_LEVEL, softmax } from "../kernels/index.ts";
import { EngramError, log, type Rng } from "../numeric/index.ts";
import { fingerprints } from "./cues.ts";
import type { Levels } from "./levels.ts";
import { checkSigma, type RegisterOptions } from "./presets.ts";
import { AssociativeRegister, type RetrieveOptions } from "./register.ts";
import { gaussianKernel } from "./retrieval.ts";

export interface MixtureAnswer {
  readonly accepted: boolean;
  /** The register that answered. */
  readonly group: number;
  /** r_g. */
  readonly responsibilities: Float64Array;
  readonly levels: Uint16Array;
}

export class MixtureRegister {
  readonly registers: readonly AssociativeRegister[];

  /** @param G registers, all with the same options */
  constructor(n: number, m: number, G: number, options: RegisterOptions = {}) {
    if (!Number.isInteger(G) || G < 1) throw new EngramError("groups G", "a whole number from 1", String(G), "1 is the paper's memory.");
    this.registers = Array.from({ length: G }, () => new AssociativeRegister(n, m, options));
  }

  /** @param groups one per object: a label, or its cluster @throws EngramError for a group that is none */
  register(v: Levels, groups: ArrayLike<number>): void {
    const { n } = this.registers[0];
    const q = this.registers[0].levels(v);
    if (groups.length !== q.length / n) throw new EngramError("groups", `${q.length / n}, one per object`, String(groups.length), "Give every object its group.");
    for (let c = 0; c < groups.length; c++) {
      if (this.registers[groups[c]] === undefined) throw new EngramError(`group of object ${c}`, `from 0 to ${this.registers.length - 1}`, String(groups[c]), "Make the mixture with as many groups as there are.");
    }
    this.registers.forEach((register, g) => {
      const mine = Array.from({ length: groups.length }, (_, c) => c).filter((c) => groups[c] === g);
      const rows = new Uint16Array(mine.length * n);
      mine.forEach((c, k) => rows.set(q.subarray(c * n, (c + 1) * n), k * n));
      register.register(rows);
    });
  }

  /** r_g of one cue; undefined columns say nothing. */
  responsibilities(v: Levels, sigma: number = this.registers[0].settings.sigma): Float64Array {
    const { n, m } = this.registers[0];
    const q = this.registers[0].levels(v);
    const K = gaussianKernel(m, checkSigma(sigma) * m);
    return softmax(Float64Array.from(this.registers, (register) => {
      if (register.size === 0) return -Infinity;
      const R = register.cells;
      let LL = log(register.size);
      for (let j = 0; j < n; j++) {
        if (q[j] === NO_LEVEL) continue;
        let [mass, near, norm] = [0, 0, 0];
        for (let u = 0; u < m; u++) {
          mass += R[j * m + u];
          near += R[j * m + u] * K[q[j] * m + u];
          norm += K[q[j] * m + u];
        }
        // An empty neighbourhood: as if one count in a thousand objects lay there, so that one column does not decide alone.
        LL += log((near > 0 ? near : 1e-3) / Math.max(mass, 1) / norm);
      }
      return LL;
    }));
  }

  /** One cue: a register by its responsibility, then (E13) there, its own eta deciding. @param tau temperature of the choice; 0: the largest */
  retrieve(v: Levels, options: RetrieveOptions & { rng: Rng; tau?: number }): MixtureAnswer {
    const { rng, tau = 1, ...asked } = options;
    const q = this.registers[0].levels(v, asked.visible);
    const responsibilities = this.responsibilities(q, asked.sigma);
    const group = choose(responsibilities, tau, rng);
    const { accepted, levels } = this.registers[group].retrieve(q, { ...asked, numbers: asked.numbers ?? fingerprints(q, q.length) });
    return { accepted: accepted[0] === 1, group, responsibilities, levels };
  }

  dispose(): void {
    for (const register of this.registers) register.dispose();
  }

  [Symbol.dispose](): void { this.dispose(); }
}

/** g with probability proportional to r^(1/tau). */
function choose(r: Float64Array, tau: number, rng: Rng): number {
  if (!(tau >= 0)) throw new EngramError("tau", "a number from 0", String(tau), "1 draws by responsibility, 0 takes the largest.");
  const logs = r.map((x) => (x === 0 ? -Infinity : log(x)));
  const best = logs.reduce((top, x, g) => (x > logs[top] ? g : top), 0);
  if (tau === 0) return best;
  const weights = softmax(logs.map((x) => x / tau));
  let t = rng.uniform();
  for (let g = 0; g < weights.length; g++) {
    t -= weights[g];
    if (t < 0) return g;
  }
  return best;
}

/**
 * Groups by k-means in levels (Lloyd, at most 50 rounds; first centres drawn without return). An empty group takes the object farthest from its centre.
 * @param q N x n levels, defined throughout @returns a group per object
 */
export function kMeansGroups(q: ArrayLike<number>, n: number, G: number, rng: Rng): Int32Array {
  const N = q.length / n;
  if (!Number.isInteger(G) || G < 1 || G > N) throw new EngramError("groups G", `a whole number from 1 to ${N}, the objects`, String(G), "Take fewer groups than objects.");
  const order = Array.from({ length: N }, (_, c) => c);
  rng.shuffle(order);
  const centres = Float64Array.from({ length: G * n }, (_, at) => q[order[Math.floor(at / n)] * n + (at % n)]);
  const groups = new Int32Array(N).fill(-1);
  for (let round = 0, moved = true; moved && round < 50; round++) {
    moved = false;
    const far = { object: 0, distance: -1 };
    const counts = new Int32Array(G);
    for (let c = 0; c < N; c++) {
      let [best, least] = [0, Infinity];
      for (let g = 0; g < G; g++) {
        let d = 0;
        for (let j = 0; j < n && d < least; j++) d += (q[c * n + j] - centres[g * n + j]) * (q[c * n + j] - centres[g * n + j]);
        if (d < least) [best, least] = [g, d];
      }
      if (groups[c] !== best) [groups[c], moved] = [best, true];
      counts[best]++;
      if (least > far.distance) [far.object, far.distance] = [c, least];
    }
    const empty = counts.indexOf(0);
    if (empty >= 0) groups[far.object] = empty;
    centres.fill(0);
    counts.fill(0);
    for (let c = 0; c < N; c++) {
      counts[groups[c]]++;
      for (let j = 0; j < n; j++) centres[groups[c] * n + j] += q[c * n + j];
    }
    for (let at = 0; at < centres.length; at++) centres[at] /= Math.max(counts[Math.floor(at / n)], 1);
  }
  return groups;
}

export interface ItemAnswer {
  /** The stored item that was drawn. */
  readonly item: number;
  /** Of every item. */
  readonly weights: Float64Array;
  readonly levels: Uint16Array;
}

/**
 * (E40): an item by its kernel similarity, then jitter. It recalls what was stored, so every other memory is judged by it.
 * @param items N x n levels @param v one cue, undefined columns left out @param jitter width of what is drawn around the item, as a fraction of m; 0: the item itself
 */
export function itemRecall(items: Uint16Array, m: number, v: Uint16Array, options: { sigma: number; beta?: number; jitter?: number; rng: Rng }): ItemAnswer {
  const { sigma, beta = 1, jitter = 0, rng } = options;
  const n = v.length;
  const N = items.length / n;
  if (!Number.isInteger(N) || N < 1) throw new EngramError("items", `rows of ${n} levels, at least one`, `${items.length} levels`, "Store something first.");
  if (!(checkSigma(sigma) > 0)) throw new EngramError("sigma", "a width above 0", String(sigma), "The similarity of items needs one.");
  if (!(beta > 0)) throw new EngramError("beta", "a number above 0", String(beta), "1 is the posterior of a uniform prior over items.");
  const s = sigma * m;
  const weights = softmax(Float64Array.from({ length: N }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < n; j++) if (v[j] !== NO_LEVEL && items[k * n + j] !== NO_LEVEL) sum += (v[j] - items[k * n + j]) * (v[j] - items[k * n + j]);
    return 0 - (beta * sum) / (2 * s * s);
  }));
  const item = choose(weights, 1, rng);
  const drawn = items.slice(item * n, (item + 1) * n);
  if (jitter === 0) return { item, weights, levels: drawn };
  const K = gaussianKernel(m, checkSigma(jitter) * m);
  const levels = drawn.map((level) => {
    if (level === NO_LEVEL) return NO_LEVEL;
    const row = K.subarray(level * m, (level + 1) * m);
    let t = rng.uniform() * row.reduce((a, b) => a + b, 0);
    const found = row.findIndex((weight) => (t -= weight) < 0);
    return found < 0 ? m - 1 : found;
  });
  return { item, weights, levels };
}

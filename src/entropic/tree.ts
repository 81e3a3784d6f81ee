/**
 * A joint prior that breaks the independence of the columns: a Chow-Liu tree of pair counts (E38). Not in the papers.
 *
 *   R_j, R_jk   m, m x m   counts of levels of column j, and of pairs of levels on the edges (j, k) of the tree
 *   K           m x m      K[v, u] = exp(-(u - v)^2 / (2 s^2)), s = sigma m; 1 where v is undefined
 *
 *   I(j;k) = sum_ab p_jk log2(p_jk / (p_j p_k)); the tree is the spanning tree of largest total I (Chow and Liu 1968)
 *   P(u) = p_r(u_r) prod_j p(u_j | u_parent);   P(u | v) ~ P(u) prod_j K[v_j, u_j]
 *
 * sample, MAP and the posterior of every column by messages from the leaves to the root and back, O(n m^2) and exact. Without edges it is
 * (E13). Where all joint weights of a connected part underflow, it takes the limit sigma -> 0 (tree-limit.ts); a column that never held a
 * level stays undefined, and its neighbours do without it. A parent's level that was never seen with column j defined says nothing of it: its own counts stand in. Recognition is that of the
 * register (E9)-(E11), on the same counts without a cap.
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError, log, uniform2x32 } from "../numeric/index.ts";
import type { Levels } from "./levels.ts";
import { checkSigma, type RegisterOptions } from "./presets.ts";
import type { RecognizeOptions } from "./recognition.ts";
import { AssociativeRegister } from "./register.ts";
import { drawKey, gaussianKernel } from "./retrieval.ts";
import { lostParts } from "./tree-limit.ts";
import { mutualInformation, normalise, rescale, rooted, spanningTree } from "./tree-structure.ts";

export interface TreeOptions extends Omit<RegisterOptions, "cap" | "exactCounts"> {
  /** Pairs of columns that form no cycle. Default: the Chow-Liu tree of the objects given to `fitTree`. */
  edges?: readonly (readonly [number, number])[];
}

export interface TreeRetrieveOptions extends RecognizeOptions {
  mode?: "sample" | "map";
  sigma?: number;
  seed?: number;
  sample?: number;
  /** Default 0, 1, 2, ... */
  numbers?: Uint32Array;
}

export interface TreeRetrieved {
  readonly accepted: Uint8Array;
  /** Q x n levels, NO_LEVEL where rejected. */
  readonly levels: Uint16Array;
}

/** A column under its parent (-1: a root), in an order that has parents first. */
export interface Place {
  readonly column: number;
  readonly parent: number;
  /** m x m, p(b | a) at a m + b; of a root the m probabilities. */
  table: Float64Array;
}

export class TreeRegister {
  /** The counts of the single columns, for recognition and statistics. */
  readonly register: AssociativeRegister;
  readonly edges: readonly (readonly [number, number])[];
  readonly #order: { column: number; parent: number }[];
  readonly #pairs: Uint32Array[];
  #places?: Place[];

  /** An empty memory with a given tree. @throws EngramError for edges that are no columns, or form a cycle */
  constructor(n: number, m: number, edges: readonly (readonly [number, number])[], options: Omit<TreeOptions, "edges"> = {}) {
    this.register = new AssociativeRegister(n, m, { ...options, cap: 4294967295 });
    this.edges = edges.map(([j, k]) => [j, k] as const);
    this.#order = rooted(n, this.edges);
    this.#pairs = this.#order.map(({ parent }) => new Uint32Array(parent < 0 ? 0 : m * m));
  }

  get n(): number { return this.register.n; }
  get m(): number { return this.register.m; }
  /** Of the counts, four bytes each. */
  get bytes(): number { return 4 * this.m * this.n + this.#pairs.reduce((sum, pairs) => sum + pairs.byteLength, 0); }

  /** Counts objects, singly and in pairs on the edges; exact whatever the order. */
  add(v: Levels): void {
    const q = this.register.levels(v);
    this.register.register(q);
    const { n, m } = this;
    this.#order.forEach(({ column, parent }, at) => {
      if (parent < 0) return;
      const pairs = this.#pairs[at];
      for (let c = 0; c < q.length; c += n) {
        const [a, b] = [q[c + parent], q[c + column]];
        if (a !== NO_LEVEL && b !== NO_LEVEL) pairs[a * m + b]++;
      }
    });
    this.#places = undefined;
  }

  /** beta under the joint prior, of what eta accepts. */
  retrieve(v: Levels, options: TreeRetrieveOptions = {}): TreeRetrieved {
    const { n } = this;
    const q = this.register.levels(v, options.visible);
    const { accepted } = this.register.recognize(q, options);
    const { mode = "sample", seed, sample, sigma = this.register.settings.sigma, numbers } = options;
    if (mode !== "sample" && mode !== "map") throw new EngramError("mode", "sample or map", String(mode), "posterior() gives the distribution of every column.");
    const K = gaussianKernel(this.m, checkSigma(sigma) * this.m);
    const key = drawKey(seed, sample);
    const levels = new Uint16Array(q.length).fill(NO_LEVEL);
    accepted.forEach((yes, c) => {
      if (yes === 1) levels.set(this.#descend(q.subarray(c * n, (c + 1) * n), K, mode, (j) => uniform2x32(key, j, numbers?.[c] ?? c)), c * n);
    });
    return { accepted, levels };
  }

  /** P(u_j = i | v) of one cue, n x m. @param sigma width as a fraction of m */
  posterior(v: Levels, sigma: number = this.register.settings.sigma): Float64Array {
    const { n, m } = this;
    const q = this.register.levels(v);
    const K = gaussianKernel(m, checkSigma(sigma) * m);
    const { own, up } = this.#ascend(q, K, "sample");
    const places = this.#tables();
    const limit = lostParts(places, own, q, m);
    const belief = new Float64Array(n * m);
    for (const { column, parent, table } of places) {
      const here = belief.subarray(column * m, (column + 1) * m);
      if (limit[column] !== NO_LEVEL) here[limit[column]] = 1;
      else if (parent < 0) for (let b = 0; b < m; b++) here[b] = table[b] * own[column * m + b];
      else {
        for (let a = 0; a < m; a++) {
          const mass = up[column * m + a];
          if (!(mass > 0)) continue;
          const share = belief[parent * m + a] / mass;
          for (let b = 0; b < m; b++) here[b] += share * table[a * m + b] * own[column * m + b];
        }
      }
      normalise(here);
    }
    return belief;
  }

  /** log2 P(v) of each cue under the tree, in bits, with 1 added to every count of a pair or level; undefined columns are summed out. */
  logLikelihood(v: Levels): Float64Array {
    const { n, m } = this;
    const q = this.register.levels(v);
    return Float64Array.from({ length: q.length / n }, (_, c) => {
      let LL = 0;
      const cells = this.register.cells;
      this.#order.forEach(({ column, parent }, at) => {
        const [b, a] = [q[c * n + column], parent < 0 ? NO_LEVEL : q[c * n + parent]];
        if (b === NO_LEVEL) return;
        const row = a === NO_LEVEL ? cells.subarray(column * m, (column + 1) * m) : this.#pairs[at].subarray(a * m, (a + 1) * m);
        let total = m;
        for (let i = 0; i < m; i++) total += row[i];
        LL += log((row[b] + 1) / total) / Math.LN2;
      });
      return LL;
    });
  }

  dispose(): void {
    this.register.dispose();
  }

  /** From the root down, each column given its parent. */
  #descend(v: Uint16Array, K: Float64Array, mode: "sample" | "map", u: (column: number) => number): Uint16Array {
    const { m } = this;
    const { own } = this.#ascend(v, K, mode);
    const w = lostParts(this.#tables(), own, v, m);
    const weights = new Float64Array(m);
    for (const { column, parent, table } of this.#tables()) {
      if (w[column] !== NO_LEVEL) continue;
      const row = parent < 0 ? 0 : w[parent] * m;
      let sum = 0;
      let best = 0;
      for (let b = 0; b < m; b++) {
        weights[b] = table[row + b] * own[column * m + b];
        sum += weights[b];
        if (weights[b] > weights[best]) best = b;
      }
      w[column] = best;
      if (mode === "map") continue;
      const t = u(column) * sum;
      let running = 0;
      for (let b = 0; b < m; b++) {
        running += weights[b];
        if (running > t) {
          w[column] = b;
          break;
        }
      }
    }
    return w;
  }

  /** Messages from the leaves: own = K times those from the children; up = what a column tells its parent. Each over its largest. */
  #ascend(v: Uint16Array, K: Float64Array, mode: "sample" | "map"): { own: Float64Array; up: Float64Array } {
    const { n, m } = this;
    const [own, up] = [new Float64Array(n * m), new Float64Array(n * m)];
    for (let j = 0; j < n; j++) own.set(K.subarray(Math.min(v[j], m) * m, (Math.min(v[j], m) + 1) * m), j * m);
    const places = this.#tables();
    for (let at = places.length - 1; at >= 0; at--) {
      const { column, parent, table } = places[at];
      if (parent < 0) continue;
      let most = 0;
      for (let a = 0; a < m; a++) {
        let told = 0;
        for (let b = 0; b < m; b++) {
          const weight = table[a * m + b] * own[column * m + b];
          told = mode === "map" ? Math.max(told, weight) : told + weight;
        }
        up[column * m + a] = told;
        most = Math.max(most, told);
      }
      for (let a = 0; a < m; a++) {
        if (most > 0) up[column * m + a] /= most;
        own[parent * m + a] *= up[column * m + a];
      }
      rescale(own.subarray(parent * m, (parent + 1) * m));
    }
    return { own, up };
  }

  /** Conditional probabilities of what is counted now; no place for a column that is empty, and its children are roots. */
  #tables(): Place[] {
    if (this.#places !== undefined) return this.#places;
    const { m } = this;
    const cells = this.register.cells;
    const held = Array.from({ length: this.n }, (_, j) => cells.subarray(j * m, (j + 1) * m).some((count) => count > 0));
    return (this.#places = this.#order.flatMap(({ column, parent }, at) => {
      if (!held[column]) return [];
      const single = Float64Array.from(cells.subarray(column * m, (column + 1) * m));
      normalise(single);
      if (parent < 0 || !held[parent]) return { column, parent: -1, table: single };
      const table = Float64Array.from(this.#pairs[at]);
      for (let a = 0; a < m; a++) {
        const row = table.subarray(a * m, (a + 1) * m);
        if (row.every((x) => x === 0)) row.set(single);
        else normalise(row);
      }
      return { column, parent, table };
    }));
  }
}

/** The Chow-Liu tree of some objects, filled with them. @param v N x n levels @throws EngramError on no objects */
export function fitTree(v: Levels, n: number, m: number, options: TreeOptions = {}): TreeRegister {
  const { edges, ...rest } = options;
  const first = new AssociativeRegister(n, m, rest);
  const q = first.levels(v);
  first.dispose();
  if (q.length === 0) throw new EngramError("tree", "at least one object", "none", "The tree is found from what will be remembered.");
  const tree = new TreeRegister(n, m, edges ?? spanningTree(mutualInformation(q, n, m), n), rest);
  tree.add(q);
  return tree;
}

/**
 * An exact index for range queries: which stored rows lie within r of x (arXiv 2506.10801, section 13 of the notes).
 *
 *   tree    leaves of neighbouring rows (support-tree.ts); a leaf's rows lie in the order of their distance a from its centre c, so that
 *           | ||x - c|| - a | <= r, the triangle inequality, leaves one run of them
 *   bands   the same with one leaf, its centre the mean of all rows: bands of norm
 *   exit    a row of the run is read by 16 coordinates at a time, until its partial distance is beyond r
 *
 * Nothing is approximate: bounds.ts says what rounding can do, and a row is left out only where even that cannot bring it within r. The
 * distances of rows that are found have the bits of the kernels (their order: one sum, k ascending in blocks of 256). Rows stored after
 * the index was made are scanned, rows forgotten are skipped; where distances might overflow, or with a mask, everything is scanned.
 * It holds one copy of the rows.
 */
import { BLOCK_ROWS } from "../numeric/index.ts";
import { type Floats, Rows } from "../kernels/index.ts";
import { reach, type Rounding, roundingOf, slack } from "./bounds.ts";
import { distanceUpTo } from "./distance.ts";
import { fullSearch, type Nearby, type RowSearch, type Wanted } from "./nearby.ts";
import { type Leaves, leavesOf } from "./support-tree.ts";
import { Hits } from "./hits.ts";

export type IndexKind = "bands" | "tree";

export class SupportIndex implements RowSearch {
  readonly kind: IndexKind;
  readonly #dim: number;
  readonly #leaves: Leaves;
  readonly #centres: Rows;
  /** The rows in the order of the leaves, row-major. */
  readonly #X: Floats;
  readonly #scores: Rounding;
  readonly #bounds: Rounding;
  /** Per leaf: the largest radius and all that a comparison with it may be off by, but for the share of c itself, which is `grown`. */
  readonly #outer: Float64Array;
  readonly #grown: number;
  /** No distance between a state of norm q and a row is above q + norm; squares must stay below this. */
  readonly #norm: number;
  readonly #largest: number;
  /** Rows 0 .. live - 1 of the store are in the index. */
  #live: number;

  constructor(rows: Rows, kind: IndexKind) {
    const { dim, count, precision } = rows;
    const X = rows.toArray();
    this.kind = kind;
    this.#dim = dim;
    this.#live = count;
    this.#leaves = leavesOf(X, count, dim, kind === "bands");
    this.#X = X.slice();
    this.#leaves.order.forEach((mu, i) => this.#X.set(X.subarray(mu * dim, (mu + 1) * dim), i * dim));
    this.#centres = new Rows(dim, { precision, backend: rows.backend });
    this.#centres.append(this.#leaves.centres);
    this.#scores = roundingOf(precision, dim);
    this.#bounds = roundingOf("f64", dim, true);
    const { start, radius } = this.#leaves;
    this.#outer = Float64Array.from({ length: start.length - 1 }, (_, leaf) => {
      const a = radius[start[leaf + 1] - 1];
      return a + slack(a, this.#bounds) + slack(0, this.#scores);
    });
    this.#grown = (1 + 1e-9) / (1 - Math.min(0.9, slack(1, this.#scores)));
    this.#norm = Math.sqrt(rows.squaredNorms().reduce((most, value) => Math.max(most, value), 0));
    this.#largest = precision === "f32" ? 3e38 : 1e300;
  }

  /** Rows of the store that the index does not know yet. */
  behind(rows: Rows): number {
    return rows.count - this.#live;
  }

  /** Whether so much was stored or forgotten since that it should be made anew. */
  isStale(rows: Rows): boolean {
    const held = this.#leaves.order.length;
    return this.behind(rows) > 1024 + this.#live / 2 || held - this.#live > held / 2;
  }

  /** Row mu of the store was removed, later ones moved up. */
  forgotten(mu: number): void {
    if (mu >= this.#live) return;
    const { order } = this.#leaves;
    for (let i = 0; i < order.length; i++) if (order[i] >= mu) order[i] = order[i] === mu ? -1 : order[i] - 1;
    this.#live--;
  }

  near(rows: Rows, X: Float64Array, wanted: Wanted): Nearby[] {
    const D = this.#dim;
    const Q = X.length / D;
    // The kernels round cues to the store's precision first: so do the bounds.
    const cues: Floats = rows.precision === "f32" ? Float32Array.from(X) : X;
    if (wanted.visible !== undefined || !this.#isSafe(cues)) return fullSearch.near(rows, X, wanted);
    const toCentres = this.#centres.scores("squaredL2", cues);
    const L = this.#centres.count;
    const from = Math.floor(this.#live / BLOCK_ROWS) * BLOCK_ROWS;
    const later = this.behind(rows) === 0 ? undefined : rows.scores("squaredL2", cues, { from });
    return Array.from({ length: Q }, (_, q) => {
      const hits = new Hits(wanted);
      if (later !== undefined) for (let mu = this.#live, at = q * (rows.count - from) - from; mu < rows.count; mu++) hits.offer(mu, later[at + mu]);
      this.#search(cues.subarray(q * D, (q + 1) * D), toCentres.subarray(q * L, (q + 1) * L), hits);
      return hits.result(this.behind(rows));
    });
  }

  /** Whether no distance can leave the range of the stored numbers, from any of these states: then a full scan would not fail either. */
  #isSafe(cues: Floats): boolean {
    const D = this.#dim;
    for (let q = 0; q < cues.length; q += D) {
      let square = 0;
      for (let k = 0; k < D; k++) square += cues[q + k] * cues[q + k];
      const sum = Math.sqrt(square) + this.#norm;
      if (!(sum * sum * 1.01 < this.#largest)) return false;
    }
    return this.#scores.g < 0.5 && this.#bounds.g < 0.5;
  }

  #search(x: Floats, toCentres: Floats, hits: Hits): void {
    let nearest = 0;
    for (let leaf = 1; leaf < toCentres.length; leaf++) if (toCentres[leaf] < toCentres[nearest]) nearest = leaf;
    this.#visit(x, nearest, toCentres[nearest], hits); // first: `top` and `sphere` then have a bound
    let limit = NaN;
    let r = Infinity;
    for (let leaf = 0; leaf < toCentres.length; leaf++) {
      if (hits.limit !== limit) {
        limit = hits.limit;
        r = reach(limit, this.#scores);
      }
      // Most leaves end here: the whole ball is too far, c > r + a of its last row.
      const c = (r + this.#outer[leaf]) * this.#grown;
      if (toCentres[leaf] <= c * c && leaf !== nearest) this.#visit(x, leaf, toCentres[leaf], hits);
    }
  }

  /** The rows of one leaf that the triangle inequality cannot exclude. @param squared distance^2 of x to its centre */
  #visit(x: Floats, leaf: number, squared: number, hits: Hits): void {
    const { start, radius, order } = this.#leaves;
    const [from, to] = [start[leaf], start[leaf + 1]];
    const c = Math.sqrt(squared);
    // What the triangle inequality may be off by: c comes from the kernels, the radii from a plain sum in f64.
    const off = slack(c, this.#scores) + slack(radius[to - 1], this.#bounds);
    let limit = hits.limit;
    let r = reach(limit, this.#scores) + off;
    if (radius[from] - c > r) return;
    let i = from;
    for (let high = to; i < high;) { // the first row with a >= c - r
      const middle = (i + high) >> 1;
      if (radius[middle] < c - r) i = middle + 1;
      else high = middle;
    }
    for (; i < to && radius[i] - c <= r; i++) {
      if (order[i] < 0) continue;
      hits.scanned++;
      const d2 = distanceUpTo(x, this.#X, i * this.#dim, limit);
      if (d2 > limit) continue;
      hits.offer(order[i], d2);
      if (hits.limit !== limit) {
        limit = hits.limit;
        r = reach(limit, this.#scores) + off;
      }
    }
  }

  dispose(): void {
    this.#centres.dispose();
  }
}

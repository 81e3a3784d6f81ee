/**
 * What a similarity is: the score s_mu = sim(xi_mu, q) of (U2), larger is better.
 *
 * Universal Hopfield Networks (Millidge et al. 2022, arXiv 2202.04557), section 3 of semantic-memory.md.
 *
 *   Xi   N x D   stored rows, row mu is xi_mu
 *   q    D       cue;  Q x D several cues
 *   S    Q x N   scores
 *   v    D       visible: non-zero = this coordinate of the cue is known
 *
 * Every similarity comes in two forms that a spec holds together: `pair`, a plain f64 loop that reads like the
 * equation, and `bind`, which scores cues against a whole store through the kernels.
 */
import type { Rows } from "../kernels/index.ts";
import { EngramError, filled } from "../numeric/index.ts";
import { checkMask } from "../dense/recall-options.ts";

/** One way of comparing a stored row with a cue. A pure object: no state, usable alone. */
export interface Similarity {
  /** Its id with parameters, e.g. `negL1` or `rbf(0.5)`. */
  readonly name: string;
  /**
   * S(xi, q) in f64, by the equation. Hidden coordinates (visible = 0) are left out of every sum, mean and mass.
   * @param xi D numbers @param q D numbers @param visible D numbers, non-zero = known
   */
  pair(xi: ArrayLike<number>, q: ArrayLike<number>, visible?: ArrayLike<number>): number;
  /** d S(xi, q) / d q, D numbers, 0 on hidden coordinates (for the KL family: with respect to the smoothed distribution of q). */
  gradient?(xi: ArrayLike<number>, q: ArrayLike<number>, visible?: ArrayLike<number>): Float64Array;
  /** True for the KL family: its gradient is with respect to the smoothed distribution; `throughMass` chains it to q itself. */
  readonly onDistribution?: boolean;
  /** True where no score is ever above 0: distances and divergences with their sign turned. */
  readonly nonPositive?: boolean;
  /**
   * Where the score has no bound at an exact match: the lead (U11) plans for, from the score of the nearest other row. A clean cue's own
   * lead is no measure there, since no damaged cue comes near it.
   */
  readonly lead?: (rival: number) => number;
  /** What a memory file keeps besides the name: the matrix of `linear`, or the mask of `masked` and what it masks. */
  readonly W?: readonly ArrayLike<number>[];
  readonly v?: ArrayLike<number>;
  readonly inner?: Similarity;
  /** Prepares the scoring of a stored set; what it caches stands until rows are added or removed. */
  bind(rows: Rows): Scorer;
}

/** Scores cues against the rows a similarity was bound to. */
export interface Scorer {
  /**
   * @param cues Q * D numbers, row-major
   * @param visible D numbers, non-zero = known; the same for every cue
   * @returns Q x N scores, row-major per cue. A batch gives each cue the bits it gets alone.
   */
  scores(cues: ArrayLike<number>, visible?: ArrayLike<number>): Float64Array;
}

/**
 * A visible mask as the kernels want it, or undefined when it hides nothing.
 * @throws EngramError on a wrong length, a NaN (says where), or when nothing at all is visible
 */
export function knownCoordinates(visible: ArrayLike<number> | undefined, dim: number): Float64Array | undefined {
  if (visible === undefined) return undefined;
  checkMask("visible", visible, dim);
  const known = new Float64Array(dim);
  let count = 0;
  for (let i = 0; i < dim; i++) {
    if (visible[i] !== 0) {
      known[i] = 1;
      count++;
    }
  }
  if (count === 0 && dim > 0) {
    throw new EngramError("visible", "at least one known coordinate", "none", "A cue that shows nothing recalls nothing.");
  }
  return count === dim ? undefined : known;
}

/** Whether coordinate i counts. */
export function shown(visible: ArrayLike<number> | undefined, i: number): boolean {
  return visible === undefined || visible[i] !== 0;
}

/**
 * `masked(sim, v)`: sim restricted to the coordinates v, whatever else the call hides. For known occlusion that never changes;
 * a mask that differs per cue goes to `recall(cue, { visible })` instead.
 * @param v D numbers, non-zero = known
 */
export function masked(similarity: Similarity, v: ArrayLike<number>): Similarity {
  const both = (visible?: ArrayLike<number>): Float64Array => filled(new Float64Array(v.length), (i) => (v[i] !== 0 && shown(visible, i) ? 1 : 0));
  const { gradient } = similarity;
  return {
    name: `masked(${similarity.name})`,
    v: Float64Array.from(v),
    inner: similarity,
    onDistribution: similarity.onDistribution,
    nonPositive: similarity.nonPositive,
    lead: similarity.lead,
    pair: (xi, q, visible) => similarity.pair(xi, q, both(visible)),
    gradient: gradient && ((xi, q, visible) => gradient(xi, q, both(visible))),
    bind: (rows) => {
      const scorer = similarity.bind(rows);
      return { scores: (cues, visible) => scorer.scores(cues, both(visible)) };
    },
  };
}

/** A scorer's reusable answer for the mask it saw last: masks repeat over a batch and over the steps of a recall. */
export function lastMask<T>(make: (visible: Float64Array | undefined) => T): (visible: Float64Array | undefined) => T {
  let seen: Float64Array | undefined;
  let value: T | undefined;
  return (visible) => {
    if (value === undefined || !sameMask(seen, visible)) {
      value = make(visible);
      seen = visible;
    }
    return value;
  };
}

function sameMask(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((entry, i) => entry === b[i]);
}

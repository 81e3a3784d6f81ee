/**
 * (L24) What decides about the sets of one root: the patterns within 2 r_s of it. Members of a minimum are pairwise closer than 2 r_s,
 * and every pattern within r_s of its centroid is within 2 r_s of each member (arXiv 2506.10801; section 3 of the notes).
 *
 *   order   n    pattern numbers by position
 *                smallest index: ascending; positions before `root` only test, those behind it are candidates
 *                containing:     the root first, then the others ascending; all of them are candidates
 *   D2      n    squared distances of one position to all, gathered when first asked for
 *
 * Duplicates (L21) are one pattern with a weight: the first position stands for its twins.
 */
import type { Distances, Pairs } from "./pairs.ts";

/** One position of a neighbourhood. */
export interface Row {
  readonly D2: Distances;
  /** Positions of its duplicates. */
  readonly twins: readonly number[];
  /** Whether no twin comes before it. */
  readonly first: boolean;
}

/** Bytes of distances held for one neighbourhood; beyond, all are forgotten and gathered again when asked for. */
const HELD = 2 ** 28;

export class Neighbourhood {
  readonly order: Int32Array;
  /** Position of the root. */
  readonly root: number;
  readonly #distances: (i: number) => Distances;
  readonly #rows: (Row | undefined)[] = [];
  #held = 0;

  /** @param limit squared distance below which patterns are neighbours, in units of the pairs */
  constructor(pairs: Pairs, root: number, limit: number, containing: boolean, without?: number) {
    const near = pairs.near(root, limit).filter((nu) => nu !== without);
    this.order = containing ? Int32Array.from([root, ...near.filter((nu) => nu !== root)]) : near;
    this.root = containing ? 0 : near.indexOf(root);
    this.#distances = pairs.among(this.order);
  }

  get size(): number {
    return this.order.length;
  }

  row(i: number): Row {
    const known = this.#rows[i];
    if (known !== undefined) return known;
    if (this.#held > HELD) {
      this.#rows.length = 0;
      this.#held = 0;
    }
    const D2 = this.#distances(i);
    const twins: number[] = [];
    for (let j = 0; j < D2.length; j++) if (D2[j] === 0 && j !== i) twins.push(j);
    const row: Row = { D2, twins, first: !(twins[0] < i) };
    this.#rows[i] = row;
    this.#held += D2.byteLength;
    return row;
  }
}

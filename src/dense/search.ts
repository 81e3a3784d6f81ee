/**
 * How a memory of compact support finds the rows near a state: everything scanned, bands, a tree, or whichever pays. The answer has the
 * same bits in each; only the work differs, and `scanned` says how much there was.
 *
 *   auto   scans everything while the memory is small or has answered little; then builds the tree if, on a sample of the rows, it reads
 *          less than a quarter of them
 */
import { unknownName } from "../numeric/index.ts";
import { Rows } from "../kernels/index.ts";
import { fullSearch, type Nearby, type RowSearch, type Wanted } from "./nearby.ts";
import { SupportIndex } from "./support-index.ts";

export type SearchMode = "auto" | "full" | "bands" | "tree";

export const SEARCH_MODES: readonly SearchMode[] = ["auto", "full", "bands", "tree"];

/** @throws EngramError for another name (suggests the nearest) */
export function checkSearch(name: string): SearchMode {
  if (!SEARCH_MODES.includes(name as SearchMode)) throw unknownName("search", name, SEARCH_MODES);
  return name as SearchMode;
}

/** Below so many numbers a full scan takes tens of microseconds. */
const SMALL = 1 << 17;
/** Building a tree costs about as much as so many full scans. */
const BUILD = 64;
/** Rows of the sample and states that try it. */
const SAMPLE = 4096;
const TRIES = 16;
const PAYS = 0.25;
/** Hits are sorted by numbers that hold their place among them (hits.ts). */
const MOST_ROWS = 1 << 22;

export class Search implements RowSearch {
  readonly mode: SearchMode;
  #index?: SupportIndex;
  /** States answered by full scans since the contents changed much. */
  #answered = 0;
  /** The squared radius at which the tree was found not to pay. */
  #refused?: number;

  constructor(mode: SearchMode) {
    this.mode = mode;
  }

  near(rows: Rows, X: Float64Array, wanted: Wanted): Nearby[] {
    return this.#choose(rows, X.length / rows.dim, wanted).near(rows, X, wanted);
  }

  /** Row mu was removed from the store. */
  forgotten(mu: number): void {
    this.#index?.forgotten(mu);
  }

  /** Rows were stored: what did not pay may pay now. */
  stored(): void {
    this.#refused = undefined;
  }

  dispose(): void {
    this.#index?.dispose();
    this.#index = undefined;
  }

  #choose(rows: Rows, states: number, wanted: Wanted): RowSearch {
    const { mode } = this;
    if (mode === "full" || wanted.visible !== undefined || rows.count > MOST_ROWS) return fullSearch;
    if (this.#index?.isStale(rows) === true) this.dispose();
    if (this.#index === undefined && mode !== "auto") this.#index = new SupportIndex(rows, mode);
    if (this.#index === undefined && this.#due(rows, states, wanted)) this.#index = new SupportIndex(rows, "tree");
    return this.#index ?? fullSearch;
  }

  #due(rows: Rows, states: number, { within }: Wanted): boolean {
    if (rows.count * rows.dim < SMALL || (this.#refused !== undefined && within >= this.#refused)) return false;
    this.#answered += states;
    if (this.#answered < BUILD) return false;
    this.#answered = 0;
    if (pays(rows, within)) return true;
    this.#refused = within;
    return false;
  }
}

/** Whether a tree over a sample of the rows, asked for what lies within a support of some of them, reads few enough. */
function pays(rows: Rows, within: number): boolean {
  const count = Math.min(rows.count, SAMPLE);
  const at = (i: number, of: number): number => Math.floor((i * rows.count) / of);
  const sample = new Rows(rows.dim, { precision: rows.precision, backend: rows.backend });
  for (let i = 0; i < count; i++) sample.append(rows.row(at(i, count)));
  const index = new SupportIndex(sample, "tree");
  let scanned = 0;
  for (let i = 0; i < TRIES; i++) scanned += index.near(sample, rows.row(at(i, TRIES)), { within, top: 1 })[0].scanned;
  index.dispose();
  sample.dispose();
  return scanned < PAYS * TRIES * count;
}

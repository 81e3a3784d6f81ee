/**
 * The walk over sets of patterns that finds every minimum of LSR (arXiv 2506.10801; (L17)-(L20), (L24), (L25), (L36) of the notes):
 * depth first, smallest index first, each set at most once, no list of sets, and from any set on.
 *
 *   S_nu   n   sums[nu] = sum over mu in K of D2_{mu nu}; a fresh row per depth, so no rounding is left behind by taking away
 *   P          sum over pairs in K of D2;  |K|^2 ||c_K - xi_nu||^2 = |K| S_nu - P =: g_nu        (L18)
 *   K is a minimum for 2/out2 < beta < 2/in2, in2 = max over K of g / |K|^2, out2 = min outside    (L17), (L19)
 *
 * Three cuts, each inherited by all larger sets, none of them by rounding (they ask for CERTAIN more than a tie):
 *   a pair at 2 r_s or farther; a lower bound on the enclosing radius at r_s or above (enclosing.ts)             (L25)
 *   a member a and a passed-over pattern x with S_a >= S_x whatever else joins: then in2 >= out2                  (ours)
 * The last one compares S_a - S_x + sum over remaining candidates of min(0, D2_{c a} - D2_{c x}) with 0. At M = 25, d = 32 and every
 * beta it leaves 1.5 % of the 2^25 sets.
 */
import { EngramError } from "../../numeric/index.ts";
import { tooWide } from "./enclosing.ts";
import { Neighbourhood } from "./neighbourhood.ts";
import type { Distances, Pairs } from "./pairs.ts";
import { checkWalk, type Cursor, type Found, type Search, type WalkOptions } from "./search.ts";

interface Frame {
  /** Positions that may still join, and the next of them. */
  candidates: number[];
  at: number;
  sums: Float64Array;
  size: number;
  pairs: number;
  /** The member with the largest sum; of the positions before `passed` outside K the one with the smallest sum. */
  worst: number;
  rival: number;
  passed: number;
}

const CERTAIN = 1e-11;
const TOLD_EVERY = 65536;

/** What the walk asks for: minima at squared radius r2, or at every squared radius up to it. */
export interface Wanted {
  readonly r2: number;
  readonly everyBeta: boolean;
}

export class Walk {
  readonly #pairs: Pairs;
  readonly #wanted: Wanted;
  readonly #options: WalkOptions & { maxSets: number; minSize: number; maxSize: number; from: number; to: number };
  readonly #frames: Frame[] = [];
  readonly #members: number[] = [];
  #inside = new Uint8Array(0);
  #hood: Neighbourhood | undefined;
  #depth = 0;
  /** The next root. */
  #next: number;
  #tested = 0;
  #largest = 0;
  #margin = Infinity;
  #cursor: number[] | undefined;

  constructor(pairs: Pairs, wanted: Wanted, maxSets: number, options: WalkOptions) {
    const { containing } = options;
    const { minSize = 1, maxSize = Infinity, from = containing ?? 0, to = containing === undefined ? pairs.count : containing + 1 } = options;
    this.#pairs = pairs;
    this.#wanted = wanted;
    this.#options = { ...options, maxSets: options.maxSets ?? maxSets, minSize, maxSize, from, to };
    checkWalk(this.#options, pairs.count);
    this.#next = from;
    if (options.cursor !== undefined) this.#resume(options.cursor);
  }

  /** The next set that passes; undefined at the end, or where the budget is spent. */
  next(): Found | undefined {
    while (this.#cursor === undefined) {
      const frame = this.#frames[this.#depth - 1] as Frame | undefined;
      if (this.#depth === 0) {
        if (this.#next >= this.#options.to) return undefined;
        if (this.#spent([this.#next])) return undefined;
        if (!this.#open(this.#next++)) continue;
        const found = this.#visit(this.#hood!.root, true);
        if (found !== undefined) return found;
      } else if (frame!.at >= frame!.candidates.length || this.#hopeless(frame!)) this.#leave();
      else {
        const i = frame!.candidates[frame!.at];
        if (this.#hood!.row(i).first) {
          if (this.#spent([...this.#members, i].map((j) => this.#hood!.order[j]))) return undefined;
          frame!.at++;
          const found = this.#visit(i, true);
          if (found !== undefined) return found;
        } else frame!.at++;
      }
    }
    return undefined;
  }

  get search(): Search {
    const { containing, to } = this.#options;
    const cursor = this.#cursor;
    const last = containing === undefined ? to : (cursor?.[0] ?? 0) + 1;
    const unfinished = cursor === undefined ? [] : Array.from({ length: last - cursor[0] }, (_, i) => cursor[0] + i);
    return { complete: cursor === undefined, tested: this.#tested, largest: this.#largest, unfinished, margin: this.#margin, ...(cursor === undefined ? {} : { cursor }) };
  }

  #spent(next: number[]): boolean {
    const { maxSets, onProgress, to } = this.#options;
    if (this.#tested >= maxSets) {
      this.#cursor = next;
      return true;
    }
    this.#tested++;
    if (this.#tested % TOLD_EVERY === 0) onProgress?.({ tested: this.#tested, smallest: next[0], of: to });
    return false;
  }

  /** Makes a pattern the root; false where a twin before it stands for it. */
  #open(root: number): boolean {
    const { containing } = this.#options;
    const hood = new Neighbourhood(this.#pairs, root, 4 * this.#wanted.r2 * this.#pairs.unit * (1 + CERTAIN), containing !== undefined);
    this.#hood = hood;
    if (!hood.row(hood.root).first) {
      this.#tested--; // no set of its own
      return false;
    }
    if (this.#inside.length < hood.size) this.#inside = new Uint8Array(hood.size);
    this.#frames.length = 0;
    return true;
  }

  /** Adds position i to the set, opens its frame, and tests it. */
  #visit(i: number, test: boolean): Found | undefined {
    const hood = this.#hood!;
    const n = hood.size;
    const inside = this.#inside;
    const { D2, twins } = hood.row(i);
    const weight = 1 + twins.length;
    const above = this.#frames[this.#depth - 1] as Frame | undefined;
    const sums = (this.#frames[this.#depth] as Frame | undefined)?.sums ?? new Float64Array(n);
    const size = (this.#depth === 0 ? 0 : above!.size) + weight;
    const pairs = this.#depth === 0 ? 0 : above!.pairs + weight * above!.sums[i];
    inside[i] = 1;
    for (const j of twins) inside[j] = 1;
    let [mostIn, worst, leastOut] = [-1, i, Infinity];
    const old = this.#depth === 0 ? undefined : above!.sums;
    for (let m = 0; m < n; m++) {
      const sum = old === undefined ? weight * D2[m] : old[m] + weight * D2[m];
      sums[m] = sum;
      if (inside[m] === 1) {
        if (sum > mostIn) {
          mostIn = sum;
          worst = m;
        }
      } else if (sum < leastOut) leastOut = sum;
    }
    this.#members.push(i);
    const frame: Frame = { candidates: [], at: 0, sums, size, pairs, worst, rival: -1, passed: 0 };
    this.#frames[this.#depth++] = frame;
    const edge = size * size * this.#wanted.r2 * this.#pairs.unit;
    const in2 = Math.max(0, size * mostIn - pairs);
    if (size < this.#options.maxSize && !(in2 >= edge && tooWide(hood, this.#members, frame, edge * (1 + CERTAIN)))) frame.candidates = this.#candidates(i, D2, above);
    if (test && size > this.#largest) this.#largest = size;
    if (!test || size < this.#options.minSize || size > this.#options.maxSize) return undefined;
    return this.#test(frame, in2, Math.max(0, size * leastOut - pairs), edge, Math.max(pairs, size * mostIn));
  }

  #test({ sums, size, pairs }: Frame, in2: number, out2: number, edge: number, scale: number): Found | undefined {
    const { everyBeta } = this.#wanted;
    // Only the side that decides: a set already out by its members is out whatever the others do.
    const closest = everyBeta ? Math.abs(out2 - in2) : in2 < edge ? Math.min(edge - in2, Math.abs(out2 - edge)) : in2 - edge;
    const margin = closest / Math.max(everyBeta ? 0 : edge, scale, everyBeta && out2 < Infinity ? out2 : 0);
    if (margin < this.#margin) this.#margin = margin;
    // Everything: nothing lies outside, even where 2/beta itself is beyond f64.
    if (!(in2 < edge && (everyBeta ? in2 < out2 : edge < out2 || out2 === Infinity))) return undefined;
    const { order } = this.#hood!;
    const members: number[] = [];
    const at: number[] = [];
    let nearest = Infinity;
    for (let m = 0; m < order.length; m++) {
      if (this.#inside[m] !== 1) continue;
      const g = Math.max(0, size * sums[m] - pairs);
      members.push(order[m]);
      if (g <= 1e-14 * scale) at.push(order[m]);
      nearest = Math.min(nearest, g);
    }
    const ascending = (a: number, b: number): number => a - b;
    return { members: members.sort(ascending), size, pairs, in2, out2, nearest: at.length > 0 ? 0 : nearest, at: at.sort(ascending) };
  }

  #candidates(i: number, D2: Distances, above: Frame | undefined): number[] {
    const limit = 4 * this.#wanted.r2 * this.#pairs.unit * (1 + CERTAIN);
    const found: number[] = [];
    if (above === undefined) for (let j = this.#hood!.root + 1; j < this.#hood!.size; j++) found.push(j);
    const from = above === undefined ? found : above.candidates;
    return from.filter((j) => j > i && D2[j] > 0 && D2[j] < limit);
  }

  #leave(): void {
    const i = this.#members.pop()!;
    this.#inside[i] = 0;
    for (const j of this.#hood!.row(i).twins) this.#inside[j] = 0;
    this.#depth--;
  }

  /** Whether some member stays farther from the centroid than some pattern passed over, whatever else joins (see above). */
  #hopeless(frame: Frame): boolean {
    const { candidates, at, sums } = frame;
    for (; frame.passed < candidates[at]; frame.passed++) {
      if (this.#inside[frame.passed] === 0 && (frame.rival < 0 || sums[frame.passed] < sums[frame.rival])) frame.rival = frame.passed;
    }
    if (frame.rival < 0) return false;
    const most = sums[frame.worst];
    let ahead = most - sums[frame.rival];
    if (!(ahead > 0)) return false;
    const a = this.#hood!.row(frame.worst).D2;
    const x = this.#hood!.row(frame.rival).D2;
    for (let k = at; k < candidates.length; k++) {
      const e = a[candidates[k]] - x[candidates[k]];
      if (e < 0) ahead += e;
      if (!(ahead > 0)) return false;
    }
    return ahead > CERTAIN * most;
  }

  /** Rebuilds the frames of all members of the cursor but the last, which is visited next. */
  #resume(cursor: Cursor): void {
    const wrong = (): EngramError => new EngramError("cursor", "a set this search comes to", `[${cursor.join(", ")}]`, "Give back the cursor with the same patterns, beta and options.");
    if (!Array.isArray(cursor) || cursor.length === 0 || cursor.some((mu) => !Number.isInteger(mu))) throw wrong();
    const { from, to } = this.#options;
    if (!(cursor[0] >= from && cursor[0] < to)) throw wrong();
    this.#next = cursor[0];
    if (cursor.length === 1) return;
    this.#tested++; // #open takes it back where the root has a twin before it
    if (!this.#open(this.#next++)) throw wrong();
    this.#tested = 0;
    cursor.forEach((mu, k) => {
      const i = this.#hood!.order.indexOf(mu);
      if (i < 0) throw wrong();
      if (k > 0) {
        const frame = this.#frames[this.#depth - 1];
        frame.at = frame.candidates.indexOf(i);
        if (frame.at < 0) throw wrong();
        if (k < cursor.length - 1) frame.at++;
      }
      if (k < cursor.length - 1) this.#visit(i, false);
    });
  }
}

/**
 * What stands beside the table of an entropic memory: the keys of what was registered and, where they are kept, the quantised items
 * themselves, m <= 255 a byte a column. The table knows neither; they name the stored pattern nearest to an answer and let one be taken out.
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError } from "../numeric/index.ts";
import type { Key, Ranked } from "../numeric/index.ts";

export class Items {
  readonly #n: number;
  readonly #m: number;
  #keys: Key[] = [];
  readonly #known = new Set<Key>();
  /** N x n levels; undefined where items are not kept. Room grows by halves. */
  #levels?: Uint8Array | Uint16Array;
  /** The running row number the next pattern without a key gets; never given twice. */
  nextKey = 0;

  constructor(n: number, m: number, kept: boolean) {
    this.#n = n;
    this.#m = m;
    if (kept) this.#levels = this.#room(0);
  }

  get keys(): readonly Key[] { return this.#keys; }
  get kept(): boolean { return this.#levels !== undefined; }

  /** N x n levels, NO_LEVEL where undefined; undefined where items are not kept. */
  get levels(): Uint16Array | undefined {
    if (this.#levels === undefined) return undefined;
    const out = new Uint16Array(this.#keys.length * this.#n);
    for (let at = 0; at < out.length; at++) out[at] = this.#level(at);
    return out;
  }

  /** One item. @throws EngramError for an unknown key, or where items are not kept */
  item(key: Key): Uint16Array {
    const mu = this.#keys.indexOf(key);
    if (mu < 0) throw new EngramError("forget", "the key of a stored pattern", JSON.stringify(key), "`keys` lists them.");
    if (this.#levels === undefined) throw new EngramError("forget", "a memory that keeps its items", "one that does not", "The table alone does not say what was registered under a key; make the memory with items: true.");
    return Uint16Array.from({ length: this.#n }, (_, j) => this.#level(mu * this.#n + j));
  }

  /** Keys for `count` new patterns, checked against those there are. @throws EngramError for keys that are no strings or numbers, or not unique */
  newKeys(count: number, given?: readonly Key[]): Key[] {
    const keys = given === undefined ? Array.from({ length: count }, (_, i) => this.nextKey + i) : [...given];
    if (keys.length !== count) throw new EngramError("keys", `${count}, one per pattern`, `${keys.length}`, "Give every pattern one key.");
    const fresh = new Set<Key>();
    for (const key of keys) {
      if (typeof key !== "string" && !Number.isFinite(key)) throw new EngramError("keys", "strings or finite numbers", String(key), "Use a name or a number.");
      if (this.#known.has(key) || fresh.has(key)) throw new EngramError("keys", "unique keys", `${JSON.stringify(key)} twice`, "Forget the old pattern first, or choose another key.");
      fresh.add(key);
    }
    return keys;
  }

  addKeys(keys: readonly Key[]): void {
    for (const key of keys) this.#known.add(key);
    this.#keys = [...this.#keys, ...keys];
    this.nextKey += keys.length;
  }

  /** Keeps the items of the keys last added. */
  addLevels(q: Uint16Array): void {
    if (this.#levels === undefined) return;
    const end = this.#keys.length * this.#n;
    if (this.#levels.length < end) {
      const more = this.#room(Math.max(end, Math.floor(this.#levels.length * 1.5)));
      more.set(this.#levels);
      this.#levels = more;
    }
    const none = this.#none;
    for (let at = 0, to = end - q.length; at < q.length; at++, to++) this.#levels[to] = q[at] === NO_LEVEL ? none : q[at];
  }

  remove(key: Key): void {
    const mu = this.#keys.indexOf(key);
    this.#levels?.copyWithin(mu * this.#n, (mu + 1) * this.#n, this.#keys.length * this.#n);
    this.#keys = this.#keys.filter((_, nu) => nu !== mu);
    this.#known.delete(key);
  }

  /** From now on without items. */
  drop(): void {
    this.#levels = undefined;
  }

  /** The items nearest to v: score = minus the root mean square of (a_j - b_j) / (m - 1) over the columns that both define. */
  nearest(v: Uint16Array, top: number): Ranked[] {
    const L = this.#levels;
    if (L === undefined || top === 0) return [];
    const [n, none, N] = [this.#n, this.#none, this.#keys.length];
    const scores = new Float64Array(N);
    for (let mu = 0; mu < N; mu++) {
      let [sum, defined] = [0, 0];
      for (let j = 0, at = mu * n; j < n; j++, at++) {
        if (v[j] === NO_LEVEL || L[at] === none) continue;
        const difference = v[j] - L[at];
        sum += difference * difference;
        defined++;
      }
      scores[mu] = defined === 0 ? -1 : 0 - Math.sqrt(sum / defined) / Math.max(this.#m - 1, 1);
    }
    const best: number[] = [];
    for (let mu = 0; mu < N; mu++) {
      let place = best.length;
      while (place > 0 && scores[mu] > scores[best[place - 1]]) place--;
      if (place < top) {
        best.splice(place, 0, mu);
        if (best.length > top) best.pop();
      }
    }
    return best.map((mu) => ({ key: this.#keys[mu], score: scores[mu], weight: 0 }));
  }

  /** How an undefined level is kept: a byte has room for it below m = 256. */
  get #none(): number { return this.#m <= 255 ? 255 : NO_LEVEL; }

  #level(at: number): number {
    const held = this.#levels![at];
    return held === this.#none ? NO_LEVEL : held;
  }

  #room(levels: number): Uint8Array | Uint16Array {
    return this.#m <= 255 ? new Uint8Array(levels) : new Uint16Array(levels);
  }
}

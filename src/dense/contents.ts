/**
 * What a memory holds: patterns, values and keys, in step with one another. Everything is checked before anything
 * changes, so that an error leaves the memory as it was. After `dispose` every use but another `dispose` is an error.
 */
import { backendInUse, Rows } from "../kernels/index.ts";
import { type Backend, EngramError, type Key, type Patterns, type Precision, type StoreOptions, toRows } from "../numeric/index.ts";

export class Contents {
  readonly #precision: Precision;
  readonly #backend?: Backend;
  #rows?: Rows;
  #values?: Rows;
  #stored: Key[] = [];
  #known = new Set<Key>();
  #disposed = false;
  /** The running row number the next pattern without a key gets; never given twice. */
  nextKey = 0;

  constructor(precision: Precision, backend?: Backend) {
    this.#precision = precision;
    this.#backend = backend;
  }

  get size(): number { return this.keys.length; }
  get dim(): number { return this.alive().#rows?.dim ?? 0; }
  get backend(): Backend { return this.alive().#rows?.backend ?? this.#backend ?? backendInUse(); }
  get keys(): readonly Key[] { return this.alive().#stored; }
  get values(): Rows | undefined { return this.alive().#values; }

  /** @throws EngramError after `dispose` */
  alive(): this {
    if (this.#disposed) throw new EngramError("memory", "a live memory", "one that was disposed", "Make a new one; a disposed memory holds nothing.");
    return this;
  }

  /** The stored patterns. @throws EngramError before the first store */
  get rows(): Rows {
    this.alive();
    if (this.#rows === undefined || this.#rows.count === 0) {
      throw new EngramError("memory", "at least one stored pattern", "an empty memory", "Call store(patterns) first.");
    }
    return this.#rows;
  }

  /** Adds patterns; see `Memory.store`. @returns whether anything was added */
  add(patterns: Patterns, options: StoreOptions): boolean {
    this.alive();
    const X = toRows(patterns, "patterns", this.#rows?.dim);
    const V = options.values === undefined ? undefined : toRows(options.values, "values", this.#values?.dim);
    if (V !== undefined && V.rows !== X.rows) throw new EngramError("values", `${X.rows} rows, one per pattern`, `${V.rows}`, "Give every pattern its value.");
    const keys = this.#newKeys(X.rows, options.keys);
    if (X.rows === 0) return false;
    if (X.dim === 0 || V?.dim === 0) throw new EngramError("patterns", "at least one number per row", "empty rows", "Give every pattern and value its coordinates.");
    if (this.#rows !== undefined && (V === undefined) !== (this.#values === undefined)) {
      throw new EngramError("values", this.#values === undefined ? "no values" : "values", V === undefined ? "none" : "values",
        "A memory is auto- or hetero-associative as a whole: give values with every store or with none.");
    }
    this.fits(X.data, X.dim, "patterns");
    if (V !== undefined) this.fits(V.data, V.dim, "values");
    const rowOptions = { precision: this.#precision, backend: this.#backend };
    const rows = this.#rows ?? new Rows(X.dim, rowOptions);
    const values = V === undefined ? undefined : (this.#values ?? new Rows(V.dim, rowOptions));
    try {
      rows.append(X.data);
      values?.append(V!.data);
    } catch (error) { // no room: what had been added goes again
      while (rows.count > this.#stored.length) rows.remove(rows.count - 1);
      if (this.#rows === undefined) rows.dispose();
      if (this.#values === undefined) values?.dispose();
      throw error;
    }
    this.#rows = rows;
    this.#values = values;
    this.#stored = [...this.#stored, ...keys];
    for (const key of keys) this.#known.add(key);
    this.nextKey += X.rows;
    return true;
  }

  /** Removes one pattern and its value; later rows move up. @returns its row @throws EngramError for an unknown key */
  remove(key: Key): number {
    this.alive();
    const mu = this.#stored.indexOf(key);
    if (mu < 0) throw new EngramError("forget", "the key of a stored pattern", typeof key === "string" ? JSON.stringify(key) : String(key), "`keys` lists them.");
    this.#rows!.remove(mu);
    this.#values?.remove(mu);
    this.#stored = this.#stored.filter((_, nu) => nu !== mu);
    this.#known.delete(key);
    return mu;
  }

  /** @throws EngramError for numbers that f32 would turn into infinities (says where) */
  fits(data: ArrayLike<number>, dim: number, what: string): void {
    if (this.#precision === "f64") return;
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(Math.fround(data[i]))) {
        throw new EngramError(`${what}, row ${Math.floor(i / dim)}, column ${i % dim}`, "a number that f32 can hold", String(data[i]), "Scale the data or use precision \"f64\".");
      }
    }
  }

  dispose(): void {
    this.#rows?.dispose();
    this.#values?.dispose();
    this.#disposed = true;
  }

  #newKeys(count: number, given?: readonly Key[]): Key[] {
    if (given !== undefined && !Array.isArray(given)) throw new EngramError("keys", "an array", String(given), "Give every pattern one key.");
    const keys = given === undefined ? Array.from({ length: count }, (_, n) => this.nextKey + n) : [...given];
    if (keys.length !== count) throw new EngramError("keys", `${count}, one per pattern`, `${keys.length}`, "Give every pattern one key.");
    const fresh = new Set<Key>();
    for (const key of keys) {
      if (typeof key !== "string" && !Number.isFinite(key)) throw new EngramError("keys", "strings or finite numbers", String(key), "Use a name or a number.");
      if (this.#known.has(key) || fresh.has(key)) {
        throw new EngramError("keys", "unique keys", `${JSON.stringify(key)} twice`, "Forget the old pattern first, or choose another key.");
      }
      fresh.add(key);
    }
    return keys;
  }
}

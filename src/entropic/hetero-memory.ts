/**
 * Pairs of feature vectors in a hetero-associative memory: two quantisers, a register of each side and the four-way register between them
 * (entropic-memory.md section 10; arXiv 2411.02438, preset hetero2024).
 *
 *   left, right   n, p   features of the two sides, e.g. a digit and a letter
 *
 *   store      fits both quantisers on everything stored before the first question, then (E24) with weights 1
 *   recognize  (E27), (E28), weighted by the cells of each side in its own register
 *   recall     from either side to the other: hetero-recall.ts
 *   forget     takes one pair out of all three tables, exactly, or refuses
 *
 * The quantised pairs are kept beside the tables (`items`): they name the stored partner nearest to an answer, give prototypes of their classes and let
 * `forget` work; `items: false` is the memory of the paper. `energy` is a surprise no paper defines. Draws are the next numbers of a generator of (seed,
 * the cue's levels), since (E32) and (E33) draw until something new comes: one cue gives the same answer alone, in a batch and on every host.
 */
import { backendInUse, NO_LEVEL } from "../kernels/index.ts";
import { type Backend, EngramError, type Key, type Pattern, type Patterns, joined, refuseCloning, seeded, toRow, toRows, unknownName } from "../numeric/index.ts";
import { checkNames, seen } from "../dense/recall-options.ts";
import { fingerprints } from "./cues.ts";
import { fillHetero, type HeteroHead, type HeteroParts, readHetero, writeHetero } from "./hetero-file.ts";
import { Pairs } from "./hetero-pairs.ts";
import { HETERO_MODES, HETERO_RECALL_OPTIONS, type HeteroRecall, type HeteroRecallOptions, retrieveOther } from "./hetero-recall.ts";
import { HeteroRegister, type PairRecognition, type Side } from "./hetero-register.ts";
import { checkTable } from "./hetero-table.ts";
import { checkHetero, type HeteroMemoryOptions, type HeteroStoreOptions } from "./hetero-options.ts";
import { type HeteroOptions, heteroSettings } from "./hetero-settings.ts";
import { checkHeld, fitQuantiser, type Quantiser } from "./quantiser.ts";
import { AssociativeRegister } from "./register.ts";

export class HeteroMemory {
  readonly #options: HeteroMemoryOptions;
  readonly #levels: number;
  #waiting: { left: Float64Array; right: Float64Array }[] = [];
  #dims = { left: 0, right: 0 };
  #fitted?: HeteroParts;
  #pairs?: Pairs;
  #disposed = false;

  /** @throws EngramError for options out of range */
  constructor(options: HeteroMemoryOptions = {}) {
    refuseCloning(this, "HeteroMemory");
    this.#levels = checkHetero(options);
    this.#options = options;
  }

  /** Stored pairs. */
  get size(): number { return this.#pairs?.keys.length ?? 0; }
  /** n and p, the widths of the sides; 0 of an empty memory. */
  get dim(): number { return this.#dims.left; }
  get rightDim(): number { return this.#dims.right; }
  get keys(): readonly Key[] { return this.#pairs?.keys.slice() ?? []; }
  /** The class of each pair, where they were given. */
  get labels(): readonly number[] | undefined { return this.#pairs?.labels?.slice(); }
  get backend(): Backend { return this.#fitted?.sides.left.backend ?? this.#options.backend ?? backendInUse(); }
  /** The four-way register, for projections, prototypes and oracles. */
  get register(): HeteroRegister { return this.#ready().register; }
  /** (E25), bits. */
  get entropy(): number { return this.#ready().register.entropy; }
  /** The register of one side: weights, cue-free recalls. */
  side(side: Side): AssociativeRegister { return this.#ready().sides[side]; }
  quantiser(side: Side): Quantiser { return this.#ready().quantisers[side]; }

  /** What was chosen and what the table is like, as text. */
  get parameters(): Readonly<Record<string, string>> {
    const { cap, iota, kappa, xi, sigma } = heteroSettings(this.#own());
    const { quantiser = "percentile", items = true } = this.#options;
    const chosen = {
      preset: "hetero2024", levels: String(this.#levels), quantiser: this.#fitted?.quantisers.left.data.kind ?? quantiser, cap: String(cap), iota: String(iota), kappa: String(kappa), xi: String(xi), sigma: String(sigma),
      items: String(this.#pairs?.kept ?? items),
    };
    if (this.size === 0) return chosen;
    const { register, sides } = this.#ready();
    return {
      ...chosen, entropy: String(register.entropy), leftEntropy: String(sides.left.entropy), rightEntropy: String(sides.right.entropy), fullness: String(register.fullness), occupancy: String(register.table.occupancy),
      store: register.table.store, tableBytes: String(register.table.bytes),
    };
  }

  /**
   * Adds pairs. All or nothing.
   * @param patterns the left sides @param options their right sides, keys and classes
   * @throws EngramError on ragged rows, NaN, numbers beyond f32, sides that differ in number, keys given twice, or classes of some pairs only
   */
  store(patterns: Patterns, options: HeteroStoreOptions): void {
    this.#alive();
    checkNames("store option", options, ["values", "keys", "labels"]);
    const dim = (side: Side): number | undefined => (this.#dims[side] === 0 ? undefined : this.#dims[side]);
    const left = toRows(patterns, "patterns", dim("left"));
    const right = toRows(options.values, "values", dim("right"));
    checkHeld(left, "patterns");
    checkHeld(right, "values");
    if (left.rows !== right.rows) throw new EngramError("values", `${left.rows} rows, one per pattern`, `${right.rows}`, "Give every left side its right one.");
    const pairs = this.#pairs ?? new Pairs(left.dim, right.dim, this.#levels, this.#options.items ?? true);
    const fresh = pairs.check(left.rows, options.keys, options.labels);
    if (left.rows === 0) return;
    if (left.dim === 0 || right.dim === 0) throw new EngramError("patterns", "at least one number per row", "empty rows", "Give every side its coordinates.");
    checkTable({ n: left.dim, p: right.dim, m: this.#levels, q: this.#levels }, this.#options.store);
    this.#dims = { left: left.dim, right: right.dim };
    this.#pairs = pairs;
    pairs.add(fresh);
    if (this.#fitted === undefined) this.#waiting.push({ left: left.data, right: right.data });
    else register(this.#fitted, pairs, left.data, right.data);
  }

  /** Whether two sides belong together. @throws EngramError on an empty memory or a wrong width */
  recognize(left: Pattern, right: Pattern): PairRecognition {
    const { register, sides } = this.#ready();
    const [v, w] = [this.#cue("left", left), this.#cue("right", right)];
    const own = (side: Side, levels: Uint16Array): Float64Array => {
      const { m, cells } = sides[side];
      return Float64Array.from(levels, (level, j) => (level === NO_LEVEL ? 0 : cells[j * m + level]));
    };
    return register.recognize(v, w, own("left", v), own("right", w));
  }

  /** Surprise of a pair in bits per pair of columns; what is defined of it counts. @throws EngramError as `recognize` */
  energy(left: Pattern, right: Pattern): number {
    return this.#ready().register.energy(this.#cue("left", left), this.#cue("right", right));
  }

  /**
   * The other side of a cue. One cue gives the same answer whenever it is asked: draws depend on the seed and the cue alone. Hidden coordinates (`visible`,
   * alpha 0 of an image) are undefined columns.
   * @throws EngramError on an empty memory, a wrong width, an unknown mode or option, or a mode without what it needs
   */
  recall(cue: Pattern, options: HeteroRecallOptions = {}): HeteroRecall {
    checkNames("recall option", options, HETERO_RECALL_OPTIONS);
    const { from = "left", mode = "search", seed = 0, top = 5 } = options;
    if (!HETERO_MODES.includes(mode)) throw unknownName("mode", String(mode), HETERO_MODES);
    if (from !== "left" && from !== "right") throw new EngramError("from", "left or right", String(from), "It is the side of the cue.");
    if (!Number.isInteger(top) || top < 0) throw new EngramError("top", "a whole number >= 0", String(top), "It is the length of the ranking.");
    const { register, quantisers } = this.#ready();
    const to: Side = from === "left" ? "right" : "left";
    const v = this.#cue(from, cue, seen(cue, options as { visible?: ArrayLike<number> }).visible);
    const found = retrieveOther({ register, from, v, rng: seeded(seed).fork(fingerprints(v, v.length)[0]), target: quantisers[to], pairs: this.#pairs! }, options);
    const state = quantisers[to].inverse(Float64Array.from(found.levels, (level) => (level === NO_LEVEL ? 0 : level)));
    const ranking = found.accepted ? this.#pairs!.sides[to].nearest(found.levels, top) : [];
    return { ...found, criterion: "eta", state: found.accepted ? state : state.fill(0), key: ranking[0]?.key, ranking };
  }

  /** One recall per cue, the bits of `recall`. */
  recallMany(cues: Patterns, options: HeteroRecallOptions = {}): HeteroRecall[] {
    this.#ready();
    if (Array.isArray(cues)) return (cues as readonly Pattern[]).map((cue) => this.recall(cue, options));
    const { rows, dim, data } = toRows(cues, "cues", this.#dims[options.from === "right" ? "right" : "left"]);
    return Array.from({ length: rows }, (_, c) => this.recall(data.subarray(c * dim, (c + 1) * dim), options));
  }

  /**
   * Takes one pair out of all tables, exactly; the quantisers stay as they were fitted. All or nothing.
   * @throws EngramError for an unknown key, without items, or where a cell of it has lost counts to the cap
   */
  forget(key: Key): void {
    const { register, sides } = this.#ready();
    const pairs = this.#pairs!;
    const [v, w] = [pairs.sides.left.item(key), pairs.sides.right.item(key)];
    sides.left.unregister(v);
    try {
      sides.right.unregister(w);
      try {
        register.unregister(v, w);
      } catch (error) {
        sides.right.register(w);
        throw error;
      }
    } catch (error) {
      sides.left.register(v);
      throw error;
    }
    pairs.remove(key);
  }

  /** The memory as an `.engram` file, model `entropic-hetero`: hetero-file.ts. @throws EngramError on an empty memory */
  toBytes(): Uint8Array {
    const parts = this.#ready();
    return writeHetero(parts, this.#pairs!, this.parameters);
  }

  /** @throws EngramError on a damaged file, another model, or contents that do not fit together */
  static fromBytes(source: Uint8Array, options: { backend?: Backend; name?: string } = {}): HeteroMemory {
    checkNames("fromBytes option", options, ["backend", "name"]);
    const { backend, name = "memory file" } = options;
    const head = readHetero(source, name);
    const { parameters: p, m, quantisers } = head;
    const { kind, constantColumns } = quantisers.left.data;
    const memory = new HeteroMemory({ levels: m, quantiser: kind, constantColumns, cap: Number(p.cap), iota: Number(p.iota), kappa: Number(p.kappa), xi: Number(p.xi), sigma: Number(p.sigma), items: p.items === "true", backend });
    memory.#fill(head);
    return memory;
  }

  dispose(): void {
    this.#fitted?.sides.left.dispose();
    this.#fitted?.sides.right.dispose();
    this.#fitted = undefined;
    this.#waiting = [];
    this.#disposed = true;
  }

  [Symbol.dispose](): void { this.dispose(); }

  #fill(head: HeteroHead): void {
    const fitted = { quantisers: head.quantisers, ...this.#registers(head.n, head.p) };
    this.#fitted = fitted;
    try {
      this.#pairs = fillHetero(head, fitted);
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.#dims = { left: head.n, right: head.p };
  }

  #alive(): void {
    if (this.#disposed) throw new EngramError("memory", "a live memory", "one that was disposed", "Make a new one; a disposed memory holds nothing.");
  }

  #ready(): HeteroParts {
    this.#alive();
    if (this.size === 0) throw new EngramError("memory", "at least one stored pair", "an empty memory", "Call store(patterns, { values }) first.");
    if (this.#fitted !== undefined) return this.#fitted;
    const { left, right } = this.#dims;
    const [v, w] = [joined(this.#waiting.map((pair) => pair.left)), joined(this.#waiting.map((pair) => pair.right))];
    const { quantiser: kind = "percentile", constantColumns } = this.#options;
    const fit = (data: Float64Array, dim: number): Quantiser => fitQuantiser({ rows: data.length / dim, dim, data }, { kind, levels: this.#levels, constantColumns });
    const fitted = { quantisers: { left: fit(v, left), right: fit(w, right) }, ...this.#registers(left, right) };
    register(fitted, this.#pairs!, v, w);
    this.#waiting = [];
    return (this.#fitted = fitted);
  }

  /** The options of the registers. */
  #own(): Omit<HeteroOptions, "store"> {
    const { levels: _, quantiser: __, constantColumns: ___, items: ____, backend: _____, store: ______, ...own } = this.#options;
    return own;
  }

  #registers(n: number, p: number): Pick<HeteroParts, "register" | "sides"> {
    const [own, m] = [this.#own(), this.#levels];
    const { store, backend } = this.#options;
    const side = (columns: number): AssociativeRegister => new AssociativeRegister(columns, m, { preset: "hetero2024", backend, ...own });
    // The table first: it is the one that may be too large.
    return { register: new HeteroRegister({ n, m, p, q: m }, { ...own, store }), sides: { left: side(n), right: side(p) } };
  }

  #cue(side: Side, cue: Pattern, visible?: ArrayLike<number>): Uint16Array {
    const { quantisers, sides } = this.#ready();
    return sides[side].levels(quantisers[side].transform(toRow(cue, `${side} cue`, this.#dims[side])), visible);
  }
}

function register({ quantisers, sides, register: table }: HeteroParts, pairs: Pairs, left: Float64Array, right: Float64Array): void {
  const [v, w] = [sides.left.levels(quantisers.left.transform(left)), sides.right.levels(quantisers.right.transform(right))];
  table.register(v, w);
  sides.left.register(v);
  sides.right.register(w);
  pairs.addLevels(v, w);
}

/**
 * Pairs of feature vectors in a hetero-associative memory: two quantisers, a register of each side and the four-way register between them
 * (entropic-memory.md section 10; arXiv 2411.02438, preset hetero2024).
 *
 *   left, right   n, p   features of the two sides, e.g. a digit and a letter
 *
 *   store      fits both quantisers on everything stored before the first question, then (E24) with weights 1
 *   recognize  (E27), (E28), weighted by the cells of each side in its own register
 *   recall     from either side to the other: (E30) random, (E32) sample and test, (E33) sample, test and search
 *
 * Of what other memories offer there are no keys, rankings, `forget` and `merge`: only counts are kept, no pair that could be named or taken
 * out; and no `energy`, as the paper defines none for a pair. Draws are the next numbers of a generator of (seed, the cue's levels), since
 * (E32) and (E33) draw until something new comes: one cue gives the same answer alone, in a batch and on every host.
 */
import { readEngram, tensor, writeEngram } from "../formats/index.ts";
import { type Backend, EngramError, type Pattern, type Patterns, joined, refuseCloning, seeded, toRow, toRows, unknownName } from "../numeric/index.ts";
import { backendInUse, NO_LEVEL } from "../kernels/index.ts";
import { checkNames } from "../dense/recall-options.ts";
import { damaged } from "../dense/stored.ts";
import { fingerprints } from "./cues.ts";
import { type HeteroOptions, HeteroRegister, heteroSettings, type PairRecognition, type Side } from "./hetero-register.ts";
import { checkStore } from "./hetero-table.ts";
import { type HeteroRetrieved, randomRetrieval, sampleAndTest, searchAndTest } from "./hetero-search.ts";
import { checkLevels, fitQuantiser, Quantiser, type QuantiserData, type QuantiserKind, QUANTISER_KINDS } from "./quantiser.ts";
import { AssociativeRegister } from "./register.ts";

export interface HeteroMemoryOptions extends HeteroOptions {
  /** m and q. Default 16. */
  levels?: number;
  /** Default percentile. */
  quantiser?: QuantiserKind;
  /** Of the registers of the sides; the four-way table is TypeScript. */
  backend?: Backend;
}

export interface HeteroRecallOptions {
  /** The cue's side. Default left. */
  from?: Side;
  /** Default search. */
  mode?: HeteroMode;
  seed?: number;
  samples?: number;
}

export interface HeteroRecall extends HeteroRetrieved {
  /** Features of the other side; 0 where rejected. */
  readonly state: Float64Array;
  readonly criterion: "eta";
}

export type HeteroMode = "random" | "test" | "search";
const MODES: Readonly<Record<HeteroMode, typeof randomRetrieval>> = { random: randomRetrieval, test: sampleAndTest, search: searchAndTest };
const MODEL = "entropic-hetero";

interface Fitted {
  readonly quantisers: Readonly<Record<Side, Quantiser>>;
  readonly sides: Readonly<Record<Side, AssociativeRegister>>;
  readonly register: HeteroRegister;
}

export class HeteroMemory {
  readonly #options: HeteroMemoryOptions;
  readonly #levels: number;
  #waiting: { left: Float64Array; right: Float64Array }[] = [];
  #dims = { left: 0, right: 0 };
  #fitted?: Fitted;
  #size = 0;
  #disposed = false;

  /** @throws EngramError for options out of range */
  constructor(options: HeteroMemoryOptions = {}) {
    refuseCloning(this, "HeteroMemory");
    const { store, levels = 16, quantiser = "percentile", backend: _, ...settings } = options;
    heteroSettings(settings);
    if (!QUANTISER_KINDS.includes(quantiser)) throw unknownName("quantiser", String(quantiser), QUANTISER_KINDS);
    checkStore(store);
    this.#levels = checkLevels(levels);
    this.#options = options;
  }

  /** Stored pairs. */
  get size(): number { return this.#size; }
  /** n and p, the widths of the sides; 0 of an empty memory. */
  get dim(): number { return this.#dims.left; }
  get rightDim(): number { return this.#dims.right; }
  get backend(): Backend { return this.#fitted?.sides.left.backend ?? this.#options.backend ?? backendInUse(); }
  /** The four-way register, for projections, prototypes and oracles. */
  get register(): HeteroRegister { return this.#ready().register; }
  /** The register of one side: weights, cue-free recalls. */
  side(side: Side): AssociativeRegister { return this.#ready().sides[side]; }
  quantiser(side: Side): Quantiser { return this.#ready().quantisers[side]; }

  /** Adds pairs. All or nothing. @param patterns the left sides @param options their right sides @throws EngramError on ragged rows, NaN, or sides that differ in number */
  store(patterns: Patterns, options: { values: Patterns }): void {
    this.#alive();
    checkNames("store option", options, ["values"]);
    const dim = (side: Side): number | undefined => (this.#dims[side] === 0 ? undefined : this.#dims[side]);
    const left = toRows(patterns, "patterns", dim("left"));
    const right = toRows(options.values, "values", dim("right"));
    if (left.rows !== right.rows) throw new EngramError("values", `${left.rows} rows, one per pattern`, `${right.rows}`, "Give every left side its right one.");
    if (left.rows === 0) return;
    if (left.dim === 0 || right.dim === 0) throw new EngramError("patterns", "at least one number per row", "empty rows", "Give every side its coordinates.");
    this.#dims = { left: left.dim, right: right.dim };
    this.#size += left.rows;
    if (this.#fitted === undefined) this.#waiting.push({ left: left.data, right: right.data });
    else register(this.#fitted, left.data, right.data);
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

  /**
   * The other side of a cue. One cue gives the same answer whenever it is asked: draws depend on the seed and the cue alone.
   * @throws EngramError on an empty memory, a wrong width, an unknown mode or option
   */
  recall(cue: Pattern, options: HeteroRecallOptions = {}): HeteroRecall {
    checkNames("recall option", options, ["from", "mode", "seed", "samples"]);
    const { from = "left", mode = "search", seed = 0, samples } = options;
    if (!Object.hasOwn(MODES, mode)) throw new EngramError("mode", Object.keys(MODES).join(", "), String(mode), "search is the most careful.");
    if (from !== "left" && from !== "right") throw new EngramError("from", "left or right", String(from), "It is the side of the cue.");
    const { register, quantisers } = this.#ready();
    const v = this.#cue(from, cue);
    const found = MODES[mode](register, from, v, { rng: seeded(seed).fork(fingerprints(v, v.length)[0]), samples });
    const state = quantisers[from === "left" ? "right" : "left"].inverse(Float64Array.from(found.levels, (level) => (level === NO_LEVEL ? 0 : level)));
    return { ...found, criterion: "eta", state: found.accepted ? state : state.fill(0) };
  }

  /** One recall per cue, the bits of `recall`. */
  recallMany(cues: Patterns, options: HeteroRecallOptions = {}): HeteroRecall[] {
    this.#ready();
    const { rows, dim, data } = toRows(cues, "cues", this.#dims[options.from === "right" ? "right" : "left"]);
    return Array.from({ length: rows }, (_, c) => this.recall(data.subarray(c * dim, (c + 1) * dim), options));
  }

  /** The memory as an `.engram` file, model `entropic-hetero`: table n x p x m x q, cells of both sides, quantisers as parameters. @throws EngramError on an empty memory, or a table beyond 1 GiB */
  toBytes(): Uint8Array {
    const { register, sides, quantisers } = this.#ready();
    const { n, p, m, q } = register.shape;
    const { cap, iota, kappa, xi, sigma } = register.settings;
    const side = (name: Side): Record<string, ReturnType<typeof tensor>> => ({
      [`${name}Cells`]: tensor(sides[name].cells, [sides[name].n, this.#levels]), [`${name}Undefined`]: tensor(sides[name].undefinedRow),
    });
    return writeEngram({
      model: MODEL,
      parameters: {
        preset: "hetero2024", size: String(this.#size), levels: String(this.#levels), cap: String(cap), iota: String(iota), kappa: String(kappa), xi: String(xi), sigma: String(sigma),
        left: JSON.stringify(quantisers.left), right: JSON.stringify(quantisers.right),
      },
      tensors: { table: tensor(register.table.toArray(), [n, p, m, q]), ...side("left"), ...side("right") },
    });
  }

  /** @throws EngramError on a damaged file, another model, or contents that do not fit together */
  static fromBytes(source: Uint8Array, options: { backend?: Backend; name?: string } = {}): HeteroMemory {
    const { backend, name = "memory file" } = options;
    const { model, parameters: p, tensors } = readEngram(source, name);
    if (model !== MODEL) throw new EngramError(name, `model ${MODEL}`, model.slice(0, 80), "Open it with the memory class of that model.");
    const u = (key: string, kind: string, shape?: readonly number[]): { shape: readonly number[]; data: Uint16Array } => {
      const found = tensors.get(key);
      if (found?.dtype !== kind || (shape !== undefined && String(found.shape) !== String(shape))) throw damaged(name, `tensor \`${key}\` of ${kind}${shape === undefined ? "" : `, shape [${shape.join(", ")}]`}`, found === undefined ? "none" : `${found.dtype} of shape [${found.shape.join(", ")}]`);
      return { shape: found.shape, data: found.data as Uint16Array };
    };
    const table = u("table", "u16");
    const [n, columns, m, q] = table.shape;
    if (table.shape.length !== 4 || m !== q || String(m) !== p.levels) throw damaged(name, "a table of n x p x m x m cells", `[${table.shape.join(", ")}] with levels ${p.levels}`);
    const memory = new HeteroMemory({ levels: m, cap: Number(p.cap), iota: Number(p.iota), kappa: Number(p.kappa), xi: Number(p.xi), sigma: Number(p.sigma), backend });
    const size = Number(p.size);
    const quantiser = (text: string | undefined, width: number): Quantiser => {
      let data: unknown;
      try {
        data = JSON.parse(text ?? "");
      } catch {
        throw damaged(name, "a quantiser as JSON", "something else");
      }
      const found = new Quantiser(data as QuantiserData);
      if (found.columns !== width || found.levels !== m) throw damaged(name, `a quantiser of ${width} columns and ${m} levels`, `${found.columns} and ${found.levels}`);
      return found;
    };
    const quantisers = { left: quantiser(p.left, n), right: quantiser(p.right, columns) };
    const fitted = { quantisers, ...memory.#registers(n, columns) };
    memory.#fitted = fitted;
    try {
      if (size === 0) throw damaged(name, "at least one pair", "none");
      fitted.register.load(table.data, size);
      fitted.sides.left.load(u("leftCells", "u16", [n, m]).data, u("leftUndefined", "u32", [n]).data, size);
      fitted.sides.right.load(u("rightCells", "u16", [columns, m]).data, u("rightUndefined", "u32", [columns]).data, size);
    } catch (error) {
      memory.dispose();
      throw error;
    }
    memory.#dims = { left: n, right: columns };
    memory.#size = size;
    return memory;
  }

  dispose(): void {
    this.#fitted?.sides.left.dispose();
    this.#fitted?.sides.right.dispose();
    this.#fitted = undefined;
    this.#disposed = true;
  }

  [Symbol.dispose](): void { this.dispose(); }

  #alive(): void {
    if (this.#disposed) throw new EngramError("memory", "a live memory", "one that was disposed", "Make a new one; a disposed memory holds nothing.");
  }

  #ready(): Fitted {
    this.#alive();
    if (this.#size === 0) throw new EngramError("memory", "at least one stored pair", "an empty memory", "Call store(patterns, { values }) first.");
    if (this.#fitted !== undefined) return this.#fitted;
    const { left, right } = this.#dims;
    const [v, w] = [joined(this.#waiting.map((pair) => pair.left)), joined(this.#waiting.map((pair) => pair.right))];
    const fit = (data: Float64Array, dim: number): Quantiser => fitQuantiser({ rows: data.length / dim, dim, data }, { kind: this.#options.quantiser ?? "percentile", levels: this.#levels });
    const fitted = { quantisers: { left: fit(v, left), right: fit(w, right) }, ...this.#registers(left, right) };
    register(fitted, v, w);
    this.#waiting = [];
    return (this.#fitted = fitted);
  }

  #registers(n: number, p: number): Pick<Fitted, "register" | "sides"> {
    const { levels: _, quantiser: __, backend, ...own } = this.#options;
    const { store: ___, ...settings } = own;
    const m = this.#levels;
    const side = (columns: number): AssociativeRegister => new AssociativeRegister(columns, m, { preset: "hetero2024", backend, ...settings });
    // The table first: it is the one that may be too large.
    return { register: new HeteroRegister({ n, m, p, q: m }, own), sides: { left: side(n), right: side(p) } };
  }

  #cue(side: Side, cue: Pattern): Uint16Array {
    const { quantisers, register } = this.#ready();
    return register.levels(side, quantisers[side].transform(toRow(cue, `${side} cue`, this.#dims[side])));
  }
}

function register({ quantisers, sides, register: table }: Fitted, left: Float64Array, right: Float64Array): void {
  const [v, w] = [sides.left.levels(quantisers.left.transform(left)), sides.right.levels(quantisers.right.transform(right))];
  table.register(v, w);
  sides.left.register(v);
  sides.right.register(w);
}

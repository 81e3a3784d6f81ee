/**
 * The entropic associative memory behind the verbs every memory speaks: a quantiser, a register, and the keys of what was registered
 * (entropic-memory.md sections 2, 3; arXiv 2405.12500).
 *
 *   z, zhat   n      features in and out        v, v'   n   levels of a cue, levels drawn for it
 *
 *   store     fits the quantiser on everything stored before the first question (unless one is given), then (E3)
 *   recognize (E9)-(E11), with every column and test that speaks against a cue
 *   recall    v' ~ (E13), zhat = Q^-1(v'); a rejected cue recalls nothing: state 0, levels -1
 *
 * Deviations: a cue's hidden coordinates (`visible`, alpha 0) are undefined but never mismatches; draws are keyed by (seed, sample; the
 * cue's own levels, column), so that one cue and a batch give the same bits; energy is the surprise -sum_j log2 (R[j,v_j] + 1)/(S_j + m)
 * in bits, which no paper defines. The quantised items are kept beside the table (`items`): no recalled state depends on them, they name
 * the nearest stored pattern (`key`, `ranking`) and let `forget` work. `items: false` is the memory of the papers.
 */
import { backendInUse, NO_LEVEL } from "../kernels/index.ts";
import {
  type Backend, EngramError, type Key, type Memory, type Pattern, type Patterns, type Recall, type RecallOptions, type Recognition, type StoreOptions,
  joined, toRows, refuseCloning,
} from "../numeric/index.ts";
import { type CueLevels, cueLevels, fingerprints } from "./cues.ts";
import { warningsOf } from "./diagnostics.ts";
import { checkNames, hides, seen } from "../dense/recall-options.ts";
import { readEntropic, writeEntropic } from "./file.ts";
import { checkOptions } from "./memory-options.ts";
import { Items } from "./items.ts";
import { describe, presetOf, type RegisterOptions } from "./presets.ts";
import { checkHeld, fitQuantiser, Quantiser, type QuantiserKind, type QuantiserOptions } from "./quantiser.ts";
import type { Explanation, Thresholds } from "./recognition.ts";
import { AssociativeRegister, type RetrieveOptions } from "./register.ts";

export interface EntropicOptions extends RegisterOptions, Pick<QuantiserOptions, "constantColumns"> {
  /** m. Default: the preset's. */
  levels?: number;
  /** How the range of a column is found, or a quantiser that is fitted already. Default: the preset's kind. */
  quantiser?: QuantiserKind | Quantiser;
  /** Keeps the quantised items beside the table, for keys, rankings and `forget`. Default true. */
  items?: boolean;
}

export interface EntropicRecallOptions extends RecallOptions, Partial<Thresholds>, Pick<RetrieveOptions, "sigma" | "temperature" | "mode" | "seed" | "sample"> {}

export interface EntropicRecall extends Recall {
  /** v', n levels, -1 where undefined. */
  levels: Int32Array;
  /** Columns of the cue that did not match. */
  mismatches: number;
  /** rho of the cue. */
  weight: number;
}

const CRITERION = "eta";

/** What exists once the quantiser is fitted. */
interface Fitted {
  readonly quantiser: Quantiser;
  readonly register: AssociativeRegister;
}

export class EntropicMemory implements Memory {
  readonly #options: EntropicOptions;
  readonly #levels: number;
  #items?: Items;
  #dim = 0;
  /** Rows that wait for the quantiser. */
  #waiting: Float64Array[] = [];
  #fitted?: Fitted;
  #disposed = false;

  /** @throws EngramError for unknown options or presets (suggests the nearest) and values out of range */
  constructor(options: EntropicOptions = {}) {
    const { quantiser, levels } = checkOptions(options);
    refuseCloning(this, "EntropicMemory");
    if (quantiser instanceof Quantiser) this.#dim = quantiser.columns;
    [this.#levels, this.#options] = [levels, { ...options, quantiser }];
  }

  get size(): number { return this.#alive().#items?.keys.length ?? 0; }
  get dim(): number { return this.size === 0 ? 0 : this.#dim; }
  get keys(): readonly Key[] { return this.size === 0 ? [] : this.#items!.keys.slice(); }
  get backend(): Backend { return this.#alive().#fitted?.register.backend ?? this.#options.backend ?? backendInUse(); }
  /** The table and its statistics. @throws EngramError before the first store, as `quantiser` does */
  get register(): AssociativeRegister { return this.#ready().register; }
  get quantiser(): Quantiser { return this.#ready().quantiser; }

  get parameters(): Readonly<Record<string, string>> {
    const kind = this.#options.quantiser instanceof Quantiser ? this.#options.quantiser.data.kind : this.#options.quantiser!;
    const kept = this.#items?.kept ?? this.#options.items ?? true;
    const shown = { ...describe(this.#options, this.#levels, kind), items: String(kept), exactCounts: String(this.#options.exactCounts === true) };
    if (this.size === 0) return shown;
    const { register, quantiser } = this.#ready();
    const { entropy, saturation, fill } = register.statistics;
    const warnings = warningsOf(register, quantiser);
    return {
      ...shown, entropy: String(entropy), fill: String(fill), saturation: String(saturation), quantiserFittedOn: quantiser.data.fittedOn,
      ...(warnings.length === 0 ? {} : { warning: warnings.join("; ") }),
    };
  }

  /**
   * Adds patterns. All or nothing. What is stored before the first question decides the quantiser's ranges; later patterns are quantised as it stands.
   * @throws EngramError on ragged rows, a wrong width, NaN or infinities (says where), duplicate keys, or `values` (see HeteroMemory)
   */
  store(patterns: Patterns, options: StoreOptions = {}): void {
    this.#alive();
    checkNames("store option", options, ["keys", "values"]);
    if (options.values !== undefined) throw new EngramError("values", "none", "values", "Values belong to hetero-association: HeteroMemory.");
    const { rows, dim, data } = toRows(patterns, "patterns", this.#dim === 0 ? undefined : this.#dim);
    const items = this.#items ?? new Items(dim, this.#levels, this.#options.items ?? true);
    const keys = items.newKeys(rows, options.keys);
    checkHeld({ data, dim }, "patterns");
    if (rows === 0) return;
    if (dim === 0) throw new EngramError("patterns", "at least one number per row", "empty rows", "Give every pattern its coordinates.");
    const { quantiser } = this.#options;
    // A given quantiser needs no waiting, and what it cannot take is refused here.
    if (quantiser instanceof Quantiser) this.#fitted ??= { quantiser, register: this.#empty(dim) };
    const q = this.#fitted === undefined ? undefined : this.#fitted.register.levels(this.#fitted.quantiser.transform(data));
    this.#items = items;
    this.#dim = dim;
    items.addKeys(keys);
    if (q === undefined) this.#waiting.push(data);
    else this.#registerAll(this.#fitted!.register, q);
  }

  /**
   * @param cue n numbers, or an image (hidden pixels are undefined columns)
   * @throws EngramError on an empty memory, a wrong dimension, NaN, infinities, or options out of range
   */
  recall(cue: Pattern, options: EntropicRecallOptions = {}): EntropicRecall {
    return this.recallMany([cue], options)[0];
  }

  /** One recall per cue, the bits of `recall`. */
  recallMany(cues: Patterns, options: EntropicRecallOptions = {}): EntropicRecall[] {
    if (hides(cues, options)) return cues.flatMap((cue) => this.recallMany([cue], seen(cue, options)));
    const { register, quantiser } = this.#ready();
    const { raw, v, asked } = this.#levelsOf(cues, options);
    const [n, { visible }] = [this.#dim, asked];
    const found = register.retrieve(v, { ...asked, numbers: fingerprints(v, n) });
    const before = register.logLikelihood(v, 1);
    const after = register.logLikelihood(found.levels, 1);
    return Array.from(found.accepted, (yes, c) => {
      const levels = found.levels.subarray(c * n, (c + 1) * n);
      const accepted = yes === 1;
      const state = quantiser.inverse(found.values.subarray(c * n, (c + 1) * n));
      const named = new Int32Array(levels);
      for (let j = 0; j < n; j++) if (levels[j] === NO_LEVEL) [state[j], named[j]] = [0, -1];
      // By the columns the cue shows: the others were drawn from the table alone and say nothing of any item.
      const shown = visible === undefined ? levels : levels.map((level, j) => (visible[j] === 0 ? NO_LEVEL : level));
      const ranking = accepted ? this.#items!.nearest(shown, options.top ?? 5) : [];
      const reason = accepted ? undefined : register.explain(raw.subarray(c * n, (c + 1) * n), asked).reason;
      return {
        state, key: ranking[0]?.key, ranking, energies: Float64Array.from(accepted ? [0 - before[c], 0 - after[c]] : [0 - before[c]]), steps: accepted ? 1 : 0, converged: true,
        accepted, criterion: CRITERION, ...(reason === undefined ? {} : { reason }),
        levels: named, mismatches: found.mismatches[c], weight: found.weights[c],
      };
    });
  }

  /** The acceptance half of recall. The ranking is of the stored items nearest to the cue itself. */
  recognize(cue: Pattern, options: EntropicRecallOptions = {}): Recognition {
    const { accepted, reason } = this.explain(cue, options);
    const { v } = this.#levelsOf([cue], seen(cue, options));
    const ranking = accepted ? this.#items!.nearest(v, options.top ?? 5) : [];
    return { accepted, criterion: CRITERION, ...(reason === undefined ? {} : { reason }), key: ranking[0]?.key, ranking };
  }

  /** Why a cue is accepted or not: every column and test that speaks against it, with the margins. */
  explain(cue: Pattern, options: EntropicRecallOptions = {}): Explanation {
    const { register } = this.#ready();
    const { raw, asked } = this.#levelsOf([cue], seen(cue, options));
    return register.explain(raw, asked);
  }

  /** Surprise in bits: -sum_j log2 (R[j, v_j] + 1) / (S_j + m) over the columns inside the range. */
  energy(state: Pattern): number {
    const { register } = this.#ready();
    return 0 - register.logLikelihood(this.#levelsOf([state], {}).v, 1)[0];
  }

  /**
   * Takes one pattern out, exactly; the quantiser stays as it was fitted.
   * @throws EngramError for an unknown key, without items, or where a cell of it has lost counts to the cap (see `exactCounts`)
   */
  forget(key: Key): void {
    const { register } = this.#ready();
    register.unregister(this.#items!.item(key));
    this.#items!.remove(key);
  }

  /** Takes in another memory of the same quantiser and cap, as if its patterns had been stored here. @throws EngramError for others, or common keys */
  merge(other: EntropicMemory): void {
    const [mine, theirs] = [this.#ready(), other.#ready()];
    if (!mine.quantiser.equals(theirs.quantiser)) throw new EngramError("merge", "a memory with this quantiser", "one with another", "Fit one quantiser on all patterns and give it to both memories.");
    const keys = this.#items!.newKeys(other.size, other.keys);
    mine.register.merge(theirs.register);
    this.#items!.addKeys(keys);
    const levels = other.#items!.levels;
    if (levels === undefined) this.#items!.drop();
    else this.#items!.addLevels(levels);
  }

  /** The memory as an `.engram` file. @throws EngramError on an empty memory */
  toBytes(): Uint8Array {
    const { register, quantiser } = this.#ready();
    return writeEntropic({ preset: presetOf(this.#options.preset).name, parameters: this.parameters, register, quantiser, items: this.#items! });
  }

  /** @throws EngramError on a damaged file, another version or model, or contents that do not fit together */
  static fromBytes(source: Uint8Array, options: { backend?: Backend; name?: string } = {}): EntropicMemory {
    checkNames("fromBytes option", options, ["backend", "name"]);
    const file = readEntropic(source, options.name, options.backend);
    const memory = new EntropicMemory(file.options);
    memory.#fitted = { quantiser: file.quantiser, register: file.register };
    [memory.#items, memory.#dim] = [file.items, file.quantiser.columns];
    return memory;
  }

  dispose(): void {
    this.#fitted?.register.dispose();
    this.#waiting = [];
    this.#disposed = true;
  }

  [Symbol.dispose](): void { this.dispose(); }

  /** Quantiser and register, made of what waits where there are none yet. */
  #ready(): Fitted {
    if (this.size === 0) throw new EngramError("memory", "at least one stored pattern", "an empty memory", "Call store(patterns) first.");
    if (this.#fitted !== undefined) return this.#fitted;
    const { quantiser: kind, constantColumns, reference } = this.#options;
    const [dim, data] = [this.#dim, joined(this.#waiting)];
    const quantiser = fitQuantiser({ rows: data.length / dim, dim, data }, { kind: kind as QuantiserKind, levels: this.#levels, constantColumns, reference });
    const register = this.#empty(dim);
    this.#registerAll(register, register.levels(quantiser.transform(data)));
    this.#waiting = [];
    return (this.#fitted = { quantiser, register });
  }

  #empty(dim: number): AssociativeRegister {
    const { quantiser: _, constantColumns: __, levels: ___, items: ____, ...own } = this.#options;
    return new AssociativeRegister(dim, this.#levels, own);
  }

  #registerAll(register: AssociativeRegister, q: Uint16Array): void {
    register.register(q);
    this.#items!.addLevels(q);
  }

  #levelsOf(cues: Patterns, options: EntropicRecallOptions): CueLevels {
    const { register, quantiser } = this.#ready();
    return cueLevels(register, quantiser, cues, options);
  }

  #alive(): this {
    if (this.#disposed) throw new EngramError("memory", "a live memory", "one that was disposed", "Make a new one; a disposed memory holds nothing.");
    return this;
  }
}

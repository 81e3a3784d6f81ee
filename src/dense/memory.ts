/**
 * Dense associative memories as a memory: store, recall by descending the energy, recognise, forget, save.
 *
 * Continuous energies (lse, lse-dot, lsr, kernels): x <- next(x) to its fixed point, or gradient flow by `method` (dynamics.ts).
 * With `visible` only the known coordinates enter the scores (scaled to whole patterns), at every step, while all coordinates are
 * recalled. Binary energies (classical, polynomial, rectified, exponential): asynchronous descent by exact energy differences
 * (binary.ts); with `visible` the known bits are clamped. An image shows the pixels whose alpha is not 0.
 *
 *   Xi  N x D stored patterns (kernels' Rows);  x  D state;  ranking: stored patterns by -d^2/2 (or overlap) from the final state
 */
import {
  type Backend, checkPattern, EngramError, type Key, type Memory, type Pattern, type Patterns, type Recognition, type StoreOptions, toRow, toRows, refuseCloning,
} from "../numeric/index.ts";
import { readEngram, writeEngram } from "../formats/index.ts";
import type { Rows } from "../kernels/index.ts";
import type { ChosenBeta } from "./beta.ts";
import { answerOf, type Asked, type DenseRecall, type DenseRecallOptions, settledAnswer } from "./answer.ts";
import { BinaryMemory, type Settled } from "./binary.ts";
import { Contents } from "./contents.ts";
import { descendMany, OUTSIDE } from "./dynamics.ts";
import { checkFar, descendFar, type Far } from "./far.ts";
import { type ContinuousEnergy, visibleScale } from "./landscape.ts";
import { Barcode, type Minima, minimaAt, type MinimaOptions, minimaWith, type Pairs, pairsOf, WALK_OPTIONS, type WindowOptions } from "./minima/index.ts";
import { checkBeta } from "./parameters.ts";
import { checkMask, checkNames, checkRecallOptions, hides, seen } from "./recall-options.ts";
import { binarySeparation, bitsOf, chooseBeta, continuousEnergy, type DenseOptions, type DenseSettings, isCompact, noSupport, settingsOf } from "./settings.ts";
import { Search } from "./search.ts";
import { damaged, storedKeys, storedPatterns, storedTensors } from "./stored.ts";

/** Cues that move in lockstep. */
const LOCKSTEP = 64;
const MODEL = "dense";
/** What a dense recall may ask for besides `RecallOptions`. */
const OWN_OPTIONS = ["free", "method", "dt", "far"];

interface Bound {
  readonly chosen: ChosenBeta;
  readonly energy?: ContinuousEnergy;
  readonly binary?: BinaryMemory;
}

export class DenseMemory implements Memory {
  readonly #settings: DenseSettings;
  readonly #contents: Contents;
  readonly #search: Search;
  #bound?: Bound;

  /** @throws EngramError for unknown options or energies (suggests the nearest) and values outside their range */
  constructor(options: DenseOptions = {}) {
    refuseCloning(this, "DenseMemory");
    this.#settings = settingsOf(options);
    this.#contents = new Contents(this.#settings.precision, this.#settings.backend);
    this.#search = new Search(this.#settings.search);
  }

  get size(): number { return this.#contents.size; }
  get dim(): number { return this.#contents.dim; }
  get keys(): readonly Key[] { return this.#contents.keys.slice(); }
  get backend(): Backend { return this.#contents.backend; }

  /** What the memory is and what it chose, as strings; `beta` stands there once something is stored. */
  get parameters(): Readonly<Record<string, string>> {
    const { energy, binary, delta, interactions, degree, epsilon, lambda, far, binarize, maxSteps, threshold, precision, beta } = this.#settings;
    const own: Record<string, string> = binary ? { degree: String(energy === "classical" ? 2 : degree) } : { delta: String(delta), interactions: String(interactions), epsilon: String(epsilon) };
    const chosen = this.size > 0 && (!binary || beta !== undefined) ? this.#bind().chosen : undefined;
    return {
      energy, ...own, maxSteps: String(maxSteps), precision,
      ...(energy === "hybrid" ? { lambda: String(lambda) } : {}), ...(far === "reject" ? {} : { far }),
      ...(binarize === undefined ? {} : { binarize: String(binarize) }), ...(threshold === undefined ? {} : { threshold: String(threshold) }),
      ...(chosen === undefined ? {} : { beta: String(chosen.beta), betaRule: chosen.rule }),
    };
  }

  /**
   * Adds patterns, all or nothing.
   * @throws EngramError on ragged rows, a wrong width, NaN or infinities (says where), duplicate keys, values that are not -1 or 1 where bits are needed
   */
  store(patterns: Patterns, options: StoreOptions = {}): void {
    checkNames("store option", options, ["keys", "values"]);
    if (options.values !== undefined) {
      throw new EngramError("values", "no values", "values", "A dense memory recalls its own patterns; use the universal memory for hetero-association.");
    }
    const rows = toRows(patterns, "patterns", this.dim === 0 ? undefined : this.dim);
    if (this.#contents.add({ ...rows, data: bitsOf(this.#settings, rows.data, rows.dim, "patterns") }, options)) {
      this.#bound = undefined;
      this.#search.stored();
    }
  }

  /**
   * Descends the energy from the cue.
   * @param cue dim numbers, or an image (its hidden pixels count as unknown, unless `visible` is given)
   * @throws EngramError on an empty memory, a wrong dimension, NaN or infinities (says where), masks of another length, nothing visible
   */
  recall(cue: Pattern, options: DenseRecallOptions = {}): DenseRecall {
    this.#contents.rows; // refuses an empty or disposed memory first
    checkPattern(cue);
    return this.recallMany([cue], options)[0];
  }

  /** One recall per cue, the bits of `recall`; the cues move in lockstep so that every step is scored in batches. */
  recallMany(cues: Patterns, options: DenseRecallOptions = {}): DenseRecall[] {
    const { energy, binary } = this.#bind();
    checkRecallOptions(options, OWN_OPTIONS);
    if (hides(cues, options)) return cues.flatMap((cue) => this.recallMany([cue], seen(cue, options)));
    const { top = 5, visible, free, tolerance, method, dt, far = this.#settings.far } = options;
    if (checkFar(far) !== "reject" && !isCompact(this.#settings.energy)) throw noSupport("far", this.#settings.energy);
    if (visible !== undefined) checkMask("visible", visible, this.dim);
    if (free !== undefined) checkMask("free", free, this.dim);
    visibleScale(this.dim, visible); // something must be visible
    const { rows: Q, dim, data } = this.#cues(cues, visible);
    const maxSteps = options.maxSteps ?? this.#settings.maxSteps;
    const asked: Asked = { rows: this.#contents.rows, keys: this.#contents.keys, threshold: this.#settings.threshold };
    const results: DenseRecall[] = [];
    for (let start = 0; start < Q; start += LOCKSTEP) {
      const batch = data.slice(start * dim, Math.min(start + LOCKSTEP, Q) * dim);
      if (binary !== undefined) {
        for (let q = 0; q < batch.length; q += dim) results.push(settledAnswer(asked, binary, this.#settle(binary, batch.subarray(q, q + dim), maxSteps, options), top));
      } else if (energy !== undefined) {
        const walk = { maxSteps, visible, free, tolerance, method, dt };
        const atBeta = (beta: number): ContinuousEnergy => continuousEnergy(this.#settings, beta, this.#search);
        for (const path of descendMany(asked.rows, energy, batch, walk)) {
          const lost = far !== "reject" && path.reason === OUTSIDE && path.steps === 0;
          results.push(answerOf(asked, energy, lost ? descendFar(asked.rows, energy, atBeta, path, far, walk) : path, options, top));
        }
      }
    }
    return results;
  }

  /** Whether the cue leads to an accepted answer. */
  recognize(cue: Pattern, options: DenseRecallOptions = {}): Recognition & Pick<DenseRecall, "members"> {
    const { accepted, criterion, reason, key, ranking, members } = this.recall(cue, options);
    return { accepted, criterion, reason, key, ranking, ...(members === undefined ? {} : { members }) };
  }

  /** E at a state, all of it (alpha does not matter); Infinity off the support of LSR with epsilon = 0. */
  energy(state: Pattern): number {
    const { energy, binary } = this.#bind();
    const x = bitsOf(this.#settings, toRow(state, "state", this.dim), this.dim, "state");
    return binary !== undefined ? binary.energy(x) : energy!.evaluate(this.#contents.rows, x)[0].energy;
  }

  /** grad E at a state (continuous energies). @throws EngramError for binary energies, which have differences instead */
  gradient(state: Pattern): Float64Array {
    const { energy } = this.#bind();
    if (energy === undefined) throw new EngramError("gradient", "a continuous energy", this.#settings.energy, "Binary energies change by bit flips; they have no gradient.");
    return energy.gradient(this.#contents.rows, toRow(state, "state", this.dim));
  }

  /**
   * All LSR minima at the memory's beta, exactly (L36), by the numbers of the stored rows; a budget leaves `complete` false and a cursor.
   * With `containing`, small sets first (see minimaWith). @param options.beta another beta than the memory's @throws EngramError for other energies
   */
  minima(options: MinimaOptions & { beta?: number } = {}): Minima {
    checkNames("minima option", options, [...WALK_OPTIONS, "eps", "beta"]);
    const { chosen } = this.#bind();
    const { beta = chosen.beta, containing, ...more } = { eps: this.#settings.epsilon, ...options };
    const inOrder = containing !== undefined && ["cursor", "minSize", "maxSize", "from", "to"].every((name) => !(name in more));
    return inOrder ? minimaWith(this.#pairs("minima"), containing, beta, more) : minimaAt(this.#pairs("minima"), beta, { ...more, containing });
  }

  /**
   * Lets `look` read the stored rows and their energy, e.g. `(rows, energy) => settledMinima(rows, energy)`: minima of every continuous energy by
   * descent, which bundles that do not look need not carry. Neither may be kept. @param beta another than the memory's @throws EngramError for binary energies
   */
  survey<T>(look: (rows: Rows, energy: ContinuousEnergy) => T, beta?: number): T {
    const { chosen, binary } = this.#bind();
    if (binary !== undefined) throw new EngramError("survey", "a continuous energy", this.#settings.energy, "Binary energies rest at corners of the cube; recall goes to one of them.");
    return look(this.#contents.rows, continuousEnergy(this.#settings, checkBeta(beta ?? chosen.beta), this.#search));
  }

  /** The beta-windows of all LSR minima (L19): the minima for every beta. @throws EngramError for other energies */
  barcode(options: WindowOptions = {}): Barcode {
    checkNames("barcode option", options, [...WALK_OPTIONS, "minBeta"]);
    return Barcode.of(this.#pairs("barcode"), options);
  }

  /** Removes one pattern, exactly: what remains is as if it had never been stored. @throws EngramError for an unknown key */
  forget(key: Key): void {
    this.#search.forgotten(this.#contents.remove(key));
    this.#bound = undefined;
  }

  /** The memory as an `.engram` file. */
  toBytes(): Uint8Array {
    const { rows, keys, nextKey } = this.#contents;
    const { beta } = this.#settings;
    const extra = { nextKey: String(nextKey), ...(beta === undefined ? {} : { givenBeta: String(beta) }) };
    return writeEngram({ model: MODEL, parameters: { ...this.parameters, ...extra }, tensors: storedTensors(rows, undefined, keys) });
  }

  /** @throws EngramError on a damaged file, another version or another model */
  static fromBytes(source: Uint8Array, options: { backend?: Backend; name?: string } = {}): DenseMemory {
    checkNames("fromBytes option", options, ["backend", "name"]);
    const { name = "memory file" } = options;
    const file = readEngram(source, name);
    if (file.model !== MODEL) throw new EngramError(name, `model ${MODEL}`, file.model.slice(0, 80), "Open it with the memory class of that model.");
    const rows = storedPatterns(file, name);
    const p = file.parameters;
    const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : text === "" ? NaN : Number(text));
    const memory = new DenseMemory({
      energy: p.energy, beta: number(p.givenBeta), delta: number(p.delta), interactions: number(p.interactions), degree: number(p.degree),
      epsilon: number(p.epsilon), lambda: number(p.lambda), far: p.far as Far | undefined, binarize: number(p.binarize), maxSteps: number(p.maxSteps), threshold: number(p.threshold),
      precision: file.tensors.get("patterns")!.dtype === "f64" ? "f64" : "f32", backend: options.backend,
    });
    memory.store(rows, { keys: storedKeys(file, rows.rows, name) });
    const nextKey = Number(p.nextKey ?? rows.rows);
    if (!Number.isSafeInteger(nextKey) || nextKey < rows.rows) throw damaged(name, `nextKey >= ${rows.rows}`, String(p.nextKey));
    memory.#contents.nextKey = nextKey;
    if (p.beta !== undefined) memory.#bind({ beta: checkBeta(Number(p.beta)), rule: p.betaRule ?? "given" });
    return memory;
  }

  dispose(): void {
    this.#contents.dispose();
    this.#search.dispose();
    this.#bound = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** With `visible` the known bits are clamped. */
  #settle(binary: BinaryMemory, cue: Float64Array, maxSweeps: number, { visible, free }: DenseRecallOptions): Settled {
    const clamp = visible === undefined ? free : Float64Array.from(cue, (_, i) => (visible[i] !== 0 || (free !== undefined && free[i] === 0) ? 0 : 1));
    return binary.settle(cue, { maxSweeps, free: clamp });
  }

  #pairs(what: string): Pairs {
    const { energy } = this.#settings;
    if (energy !== "lsr" && energy !== "epanechnikov") throw new EngramError(what, "energy lsr", energy, "Only LSR has minima in closed form; survey with settledMinima finds those of others by descent.");
    return pairsOf(this.#contents.rows.toArray(), this.dim);
  }

  #cues(cues: Patterns, visible?: ArrayLike<number>): { rows: number; dim: number; data: Float64Array } {
    const { rows } = this.#contents; // refuses an empty or disposed memory first
    const own = toRows(cues, "cue", rows.dim);
    this.#contents.fits(own.data, own.dim, "cue");
    return { ...own, data: bitsOf(this.#settings, own.data, own.dim, "cue", visible) };
  }

  /** @param known beta read from a file */
  #bind(known?: ChosenBeta): Bound {
    const { rows } = this.#contents;
    if (this.#bound === undefined || known !== undefined) {
      const { binary, beta } = this.#settings;
      if (binary) {
        const patterns = Array.from({ length: rows.count }, (_, mu) => rows.row(mu));
        this.#bound = { chosen: { beta: beta ?? 1, rule: "given" }, binary: new BinaryMemory(patterns, binarySeparation(this.#settings)) };
      } else {
        const chosen = known ?? chooseBeta(this.#settings, rows);
        this.#bound = { chosen, energy: continuousEnergy(this.#settings, chosen.beta, this.#search) };
      }
    }
    return this.#bound;
  }
}

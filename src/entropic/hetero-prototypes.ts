/**
 * Retrieval by prototypes (E34), (E35), and where prototypes come from (entropic-memory.md section 10; arXiv 2411.02438).
 *
 *   mu_c          p   prototype of class c on the side that is recalled, in levels
 *   coherence_c   -   share of 254 objects drawn near mu_c that are classified as c, over (entropy of their classes in bits + 1.44e-4)
 *
 * A prototype takes part where the register made of P accepts it: at most sqrt(xi) of its cells are empty. c is drawn in proportion to the
 * coherences; then sample and test (E32) from P modulated by mu_c. All coherences 0: rejected.
 */
import { NO_LEVEL } from "../kernels/index.ts";
import { EngramError, roundHalfEven } from "../numeric/index.ts";
import type { Rng } from "../numeric/index.ts";
import type { HeteroRegister, Projection, Side } from "./hetero-register.ts";
import { drawFrom, type HeteroDrawOptions, type HeteroRetrieved, modulated, rejected, sampleAndTest } from "./hetero-search.ts";
import type { Levels } from "./levels.ts";
import type { AssociativeRegister } from "./register.ts";
import { log2 } from "./statistics.ts";

/** The class of an object of the recalled side: 0, 1, 2, ... */
export type Classify = (levels: Uint16Array) => number;

export interface PrototypeOptions extends HeteroDrawOptions {
  /** One per class, in levels of the side that is recalled. */
  prototypes: readonly ArrayLike<number>[];
  classify: Classify;
  /** The same for K objects, K x p levels, at once: faster where a network classifies. */
  classifyMany?: (objects: Uint16Array) => ArrayLike<number>;
  /** Width of the modulation as a fraction of the levels. Default: the register's. */
  sigma?: number;
  /** Objects drawn to measure a coherence. Default 254. */
  draws?: number;
}

export interface PrototypeRetrieved extends HeteroRetrieved {
  /** The class whose prototype was followed. */
  readonly chosen?: number;
  /** One per prototype, 0 where it took no part. */
  readonly coherences: Float64Array;
}

const EPSILON = 1.44e-4;

/** (E34). */
export function prototypeRetrieval(register: HeteroRegister, side: Side, v: Levels, options: PrototypeOptions): PrototypeRetrieved {
  const { prototypes, rng, sigma = register.settings.sigma } = options;
  const projection = register.project(side, v);
  const coherences = new Float64Array(prototypes.length);
  if (!projection.recognised) return { ...rejected(projection), coherences };
  prototypes.forEach((mu, c) => (coherences[c] = coherence(register, projection, register.levels(projection.side, mu), c, options)));
  const chosen = drawFrom(coherences, coherences.length, rng)[0];
  if (coherences.length === 0 || chosen === NO_LEVEL) return { ...rejected(projection), reason: "no prototype is coherent with the projection", coherences };
  const P = modulated(projection, register.levels(projection.side, prototypes[chosen]), sigma);
  return { ...sampleAndTest(register, side, v, options, P), chosen, coherences };
}

/** (E35) with the class given: an upper bound, not a recall. */
export function prototypeOracle(register: HeteroRegister, side: Side, v: Levels, prototype: Levels, options: HeteroDrawOptions & { sigma?: number }): HeteroRetrieved {
  const projection = register.project(side, v);
  if (!projection.recognised) return { ...rejected(projection), oracle: true };
  const P = modulated(projection, register.levels(projection.side, prototype), options.sigma ?? register.settings.sigma);
  return { ...sampleAndTest(register, side, v, options, P), oracle: true };
}

function coherence(register: HeteroRegister, projection: Projection, mu: Uint16Array, c: number, options: PrototypeOptions): number {
  const { rng, classify, classifyMany, sigma = register.settings.sigma, draws = 254 } = options;
  const { P, levels, columns } = projection;
  const misses = mu.filter((b, j) => b !== NO_LEVEL && P[j * levels + b] === 0).length;
  if (misses > Math.sqrt(register.settings.xi)) return 0;
  const near = modulated(projection, mu, sigma);
  const objects = new Uint16Array(draws * columns);
  for (let k = 0; k < draws; k++) objects.set(drawFrom(near, levels, rng), k * columns);
  const labels = classifyMany?.(objects) ?? Array.from({ length: draws }, (_, k) => classify(objects.slice(k * columns, (k + 1) * columns)));
  const counts = new Map<number, number>();
  for (let k = 0; k < draws; k++) counts.set(labels[k], (counts.get(labels[k]) ?? 0) + 1);
  let H = 0;
  for (const count of counts.values()) H -= (count / draws) * log2(count / draws);
  return (counts.get(c) ?? 0) / draws / (H + EPSILON);
}

/**
 * The mean object of each class, to the nearest level; classes without any object are left out (undefined).
 * @param objects K x n levels: filling objects for "constructed" prototypes, recalls for "extracted" and "recalled" ones
 * @param labels K classes
 */
export function classPrototypes(objects: ArrayLike<number>, columns: number, labels: ArrayLike<number>, classes: number): (Uint16Array | undefined)[] {
  if (objects.length !== labels.length * columns) throw new EngramError("objects", `${labels.length} x ${columns} levels`, String(objects.length), "Pass one label per object.");
  return Array.from({ length: classes }, (_, c) => {
    const [sums, counts] = [new Float64Array(columns), new Float64Array(columns)];
    for (let k = 0; k < labels.length; k++) {
      if (labels[k] !== c) continue;
      for (let j = 0; j < columns; j++) {
        const level = objects[k * columns + j];
        if (level === NO_LEVEL) continue;
        sums[j] += level;
        counts[j]++;
      }
    }
    if (counts.every((count) => count === 0)) return undefined;
    return Uint16Array.from(sums, (sum, j) => (counts[j] === 0 ? NO_LEVEL : roundHalfEven(sum / counts[j])));
  });
}

/** Objects recalled from one side's register without any cue ("extracted" prototypes are their class means): every column drawn from the table alone. */
export function cueFreeRecalls(register: AssociativeRegister, count: number, seed: number): Uint16Array {
  const nothing = new Uint16Array(count * register.n).fill(NO_LEVEL);
  return register.retrieve(nothing, { seed, visible: new Uint8Array(register.n), kappa: 0 }).levels;
}

/** Alternates between the sides: each answer is the next cue. Ends early where a projection is not recognised. */
export function alternate(
  register: HeteroRegister, side: Side, v: Levels, retrieve: (register: HeteroRegister, side: Side, v: Levels, options: { rng: Rng }) => HeteroRetrieved,
  options: { rng: Rng; length?: number },
): HeteroRetrieved[] {
  const { length = 10 } = options;
  const steps: HeteroRetrieved[] = [];
  let [from, cue] = [side, v];
  while (steps.length < length) {
    const found = retrieve(register, from, cue, options);
    steps.push(found);
    if (!found.accepted) break;
    [from, cue] = [from === "left" ? "right" : "left", found.levels];
  }
  return steps;
}

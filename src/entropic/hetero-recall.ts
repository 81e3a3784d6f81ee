/**
 * The ways of recalling the other side of a pair, by name (entropic-memory.md section 10; arXiv 2411.02438).
 *
 *   random (E30), test (E32), search (E33), prototype (E34); partner and prototype with the class given (E35) use the answer: oracles, marked as such
 *
 * Of prototypes: where none are given they are the class means of the stored pairs ("constructed"), and the classifier is the nearest of them.
 */
import { EngramError, type Pattern, type Patterns, type Ranked, type Rng, toRow, toRows } from "../numeric/index.ts";
import { nearestPrototype, type Pairs } from "./hetero-pairs.ts";
import { prototypeOracle, prototypeRetrieval } from "./hetero-prototypes.ts";
import type { HeteroRegister, Side } from "./hetero-register.ts";
import { cueOracle, type HeteroRetrieved, randomRetrieval, sampleAndTest, searchAndTest } from "./hetero-search.ts";
import type { Quantiser } from "./quantiser.ts";

export type HeteroMode = "random" | "test" | "search" | "prototype" | "partner";
export const HETERO_MODES: readonly HeteroMode[] = ["random", "test", "search", "prototype", "partner"];

export interface HeteroRecallOptions {
  /** The cue's side. Default left. */
  from?: Side;
  /** Default search. */
  mode?: HeteroMode;
  seed?: number;
  /** Objects drawn to be tested. Default 128. */
  samples?: number;
  /** One entry per coordinate of the cue, 0 = hidden: an undefined column. */
  visible?: ArrayLike<number>;
  /** Length of the ranking. Default 5. */
  top?: number;
  /** Of mode prototype: one row of features of the recalled side per class 0, 1, ... */
  prototypes?: Patterns;
  /** Of mode prototype: the class of features of the recalled side. */
  classify?: (features: Float64Array) => number;
  /** Of mode prototype, an oracle: the true class. */
  label?: number;
  /** Of mode partner, an oracle: the true partner. */
  partner?: Pattern;
}

export interface HeteroRecall extends HeteroRetrieved {
  /** Features of the other side; 0 where rejected. */
  readonly state: Float64Array;
  readonly criterion: "eta";
  /** The stored partner nearest to the answer, of a memory that keeps its pairs. */
  readonly key?: string | number;
  /** Scores as of EntropicMemory: minus the root mean square of the differences as shares of the range. */
  readonly ranking: readonly Ranked[];
  /** Of mode prototype: the class whose prototype was followed. */
  readonly chosen?: number;
}

export const HETERO_RECALL_OPTIONS: readonly string[] = ["from", "mode", "seed", "samples", "visible", "top", "prototypes", "classify", "label", "partner"];

export interface Asked {
  readonly register: HeteroRegister;
  readonly from: Side;
  readonly v: Uint16Array;
  readonly rng: Rng;
  /** The quantiser of the recalled side. */
  readonly target: Quantiser;
  readonly pairs: Pairs;
}

/** @throws EngramError for an unknown mode, options of another mode, or what a mode needs and has not */
export function retrieveOther({ register, from, v, rng, target, pairs }: Asked, options: HeteroRecallOptions): HeteroRetrieved & { chosen?: number } {
  const { mode = "search", samples, partner, label } = options;
  const side: Side = from === "left" ? "right" : "left";
  const foreign = Object.entries({ prototypes: "prototype", classify: "prototype", label: "prototype", partner: "partner" }).find(([name, of]) => options[name as "label"] !== undefined && of !== mode);
  if (foreign !== undefined) throw new EngramError(foreign[0], `mode ${foreign[1]}`, `mode ${mode}`, `Leave it out, or choose mode ${foreign[1]}.`);
  if (mode === "random") return randomRetrieval(register, from, v, { rng });
  if (mode === "test") return sampleAndTest(register, from, v, { rng, samples });
  if (mode === "search") return searchAndTest(register, from, v, { rng, samples });
  if (mode === "partner") {
    if (partner === undefined) throw new EngramError("partner", "the true other side", "none", "Mode partner is the oracle that knows it; search is the most careful recall.");
    return cueOracle(register, from, v, register.levels(side, target.transform(toRow(partner, "partner", target.columns))), { rng });
  }
  const found = options.prototypes === undefined ? pairs.prototypes(side) : given(options.prototypes, side, register, target);
  // Classes without a pair have no prototype; their numbers stay theirs.
  const classes = found.flatMap((mu, c) => (mu === undefined ? [] : [c]));
  const prototypes = classes.map((c) => found[c]!);
  if (label !== undefined) {
    if (!classes.includes(label)) throw new EngramError("label", `a class that has a prototype: ${classes.join(", ")}`, String(label), "It is the true class of the cue.");
    return { ...prototypeOracle(register, from, v, found[label]!, { rng, samples }), chosen: label };
  }
  const { classify } = options;
  const answer = prototypeRetrieval(register, from, v, {
    rng, samples, prototypes,
    classify: classify === undefined ? (w) => nearestPrototype(prototypes, w) : (w) => classes.indexOf(classify(target.inverse(Float64Array.from(w)))),
  });
  const { coherences: _, chosen, ...rest } = answer;
  return chosen === undefined ? rest : { ...rest, chosen: classes[chosen] };
}

function given(prototypes: Patterns, side: Side, register: HeteroRegister, target: Quantiser): Uint16Array[] {
  const { rows, dim, data } = toRows(prototypes, "prototypes", target.columns);
  const levels = register.levels(side, target.transform(data));
  return Array.from({ length: rows }, (_, c) => levels.slice(c * dim, (c + 1) * dim));
}

/**
 * Similarities, separations and projections by name, as options, files and the command line write them:
 * `negL1`, `rbf(0.5)`, `softmax`, `softmax(20)`, `power(10)`, `topK(5)`, `entmax(1.5)`, `median`.
 */
import { EngramError, unknownName } from "../numeric/index.ts";
import { hamming, invL1, invSqL2, negHalfSqL2, negL1, negL2, negSqL2, rbf } from "./distances.ts";
import { negJS, negKL, negRKL } from "./divergences.ts";
import { cosine, dot, massDot, pearson } from "./products.ts";
import { geometricMean, geometricMedian, majority, massMean, mean, median, type Projection, sphericalMean } from "./projection.ts";
import { exponential, identity, logarithm, lsr, max, power, type Separation, threshold } from "./separation.ts";
import type { Similarity } from "./similarity.ts";
import { entmax, kSubsets, normmax, softmax, sparsemax, topK } from "./sparse.ts";

const PLAIN: readonly Similarity[] = [
  negL1, negL2, negSqL2, negHalfSqL2, invL1, invSqL2, dot, massDot, cosine, pearson, negKL, negRKL, negJS, hamming,
];

/** Similarities that have a name; `linear(W)` and `masked(sim, v)` are made by their functions. */
export const SIMILARITY_NAMES: readonly string[] = [...PLAIN.map(({ name }) => name), "rbf"];

const PROJECTIONS: readonly Projection[] = [mean, massMean, median, geometricMedian, sphericalMean, geometricMean, majority];

export const PROJECTION_NAMES: readonly string[] = PROJECTIONS.map(({ name }) => name);

interface SeparationEntry {
  /** What the number in brackets is: the inverse temperature itself, another parameter, or nothing. */
  readonly takes: "beta" | "number" | "nothing";
  /** The number when none is given; undefined = it must be given. */
  readonly preset?: number;
  /** Whether beta scales the scores. */
  readonly tempered: boolean;
  /** beta times the gap that decides for the best memory, where it is not (U11): the rule a memory chooses beta by. */
  readonly decisive?: (parameter: number) => number;
  readonly make: (parameter: number, beta: number) => Separation;
}

const SEPARATIONS: Readonly<Record<string, SeparationEntry>> = {
  softmax: { takes: "beta", tempered: true, make: (_, beta) => softmax(beta) },
  max: { takes: "nothing", tempered: false, make: () => max },
  identity: { takes: "nothing", tempered: false, make: () => identity },
  power: { takes: "number", tempered: false, make: (n) => power(n) },
  log: { takes: "nothing", tempered: false, make: () => logarithm },
  exp: { takes: "beta", tempered: true, decisive: () => 1, make: (_, beta) => exponential(beta) },
  threshold: { takes: "number", tempered: false, make: (r) => threshold(r) },
  lsr: { takes: "beta", tempered: true, decisive: () => 1, make: (_, beta) => lsr(beta) },
  topK: { takes: "number", tempered: true, make: (k, beta) => topK(k, beta) },
  sparsemax: { takes: "beta", tempered: true, decisive: () => 1, make: (_, beta) => sparsemax(beta) },
  entmax: { takes: "number", preset: 1.5, tempered: true, decisive: (alpha) => 1 / (alpha - 1), make: (alpha, beta) => entmax(alpha, beta) },
  normmax: { takes: "number", preset: 2, tempered: true, decisive: () => 1, make: (gamma, beta) => normmax(gamma, beta) },
  kSubsets: { takes: "number", tempered: true, decisive: () => 1, make: (k, beta) => kSubsets(k, beta) },
};

export const SEPARATION_NAMES: readonly string[] = Object.keys(SEPARATIONS);

/** @throws EngramError for a name that is none of SIMILARITY_NAMES (suggests the nearest), or a parameter that does not fit */
export function similarityOf(choice: string | Similarity): Similarity {
  if (typeof choice !== "string") return made("similarity", choice, ["pair", "bind"]);
  const { name, parameter } = parse("similarity", choice);
  if (name === "rbf") return rbf(needed("similarity", "rbf", parameter));
  const found = PLAIN.find((similarity) => similarity.name === name);
  if (found === undefined) throw unknownName("similarity", name, SIMILARITY_NAMES);
  none("similarity", name, parameter);
  return found;
}

/** A separation still waiting for its inverse temperature. */
export interface SeparationChoice {
  readonly name: string;
  /** beta given in the choice itself, e.g. `softmax(20)`. */
  readonly beta?: number;
  /** Whether it wants a beta. */
  readonly tempered: boolean;
  /** beta = decisive / gap; undefined: beta from (U11). */
  readonly decisive?: number;
  make(beta: number): Separation;
}

/** @throws EngramError for a name that is none of SEPARATION_NAMES, or a missing, superfluous or unusable parameter */
export function separationOf(choice: string | Separation): SeparationChoice {
  if (typeof choice !== "string") made("separation", choice, ["weights", "lagrangian"]);
  if (typeof choice !== "string") return { name: choice.name, beta: choice.beta, tempered: false, make: () => choice };
  const { name, parameter } = parse("separation", choice);
  const entry = Object.hasOwn(SEPARATIONS, name) ? SEPARATIONS[name] : undefined;
  if (entry === undefined) throw unknownName("separation", name, SEPARATION_NAMES);
  if (entry.takes === "nothing") none("separation", name, parameter);
  const value = entry.takes === "number" ? needed("separation", name, parameter ?? entry.preset) : 0;
  const first = entry.make(value, (entry.takes === "beta" ? parameter : undefined) ?? 1); // refuses a bad parameter now, not at the first recall
  return {
    name: first.name, tempered: entry.tempered, beta: entry.takes === "beta" ? parameter : undefined,
    decisive: entry.decisive?.(value), make: (beta) => entry.make(value, beta),
  };
}

/**
 * @param names what the error lists: the names that the caller accepts
 * @throws EngramError for a name that is none of PROJECTION_NAMES
 */
export function projectionOf(choice: string | Projection, names: readonly string[] = PROJECTION_NAMES): Projection {
  if (typeof choice !== "string") return made("projection", choice, ["project"]);
  const found = PROJECTIONS.find((projection) => projection.name === choice);
  if (found === undefined) throw unknownName("projection", choice, names);
  return found;
}

/** `name` or `name(number)`. */
export function parse(what: string, choice: string): { name: string; parameter?: number } {
  const match = /^\s*([A-Za-z0-9]+)\s*(?:\(\s*([^()\s]+)\s*\))?\s*$/.exec(choice);
  if (match === null) throw new EngramError(what, "a name, or name(number)", `"${choice}"`, "For example power(10).");
  const [, name, text] = match;
  if (text === undefined) return { name };
  const parameter = Number(text);
  if (!Number.isFinite(parameter)) throw new EngramError(`${what} ${name}`, "a number in the brackets", `"${text}"`, `For example ${name}(2).`);
  return { name, parameter };
}

/** A part made by the user or by the functions of this room. @throws EngramError for anything else */
function made<T extends { readonly name: string }>(what: string, part: T, methods: readonly (keyof T & string)[]): T {
  const whole = typeof part === "object" && part !== null && typeof part.name === "string" && methods.every((method) => typeof part[method] === "function");
  if (!whole) throw new EngramError(what, `a name, or an object with name, ${methods.join(", ")}`, typeof part === "object" ? "an object without them" : `a ${typeof part}`, "The library's own go by name.");
  return part;
}

function needed(what: string, name: string, parameter: number | undefined): number {
  if (parameter === undefined) throw new EngramError(`${what} ${name}`, `${name}(number)`, name, `For example ${name}(2).`);
  return parameter;
}

function none(what: string, name: string, parameter: number | undefined): void {
  if (parameter !== undefined) throw new EngramError(`${what} ${name}`, "no parameter", String(parameter), `Write ${name} alone.`);
}

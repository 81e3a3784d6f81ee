/**
 * Emergent memories by the paper's definitions (arXiv 2506.10801, Definitions 1-3; section 5 of the notes), for LSR at one beta.
 *
 *   M_eps       minima at distance >= novelty (> 0) from every stored pattern                                    Definition 1
 *   global      every pattern is a minimum, and M_eps is not empty                                              Definition 2
 *   S(c_K)      the patterns whose removal stops c_K from being a minimum: the members that do not lie at c_K    Definition 3
 *   local       some member of S(c_K) is a minimum itself; strong: all of them
 *
 * Definition 3 says "minimal nonempty subset", which taken literally is any one pattern; S is read as all of them, as in the paper's own
 * example (erratum 7). A pattern is a minimum also where it is the centroid of a larger set (L21). Global implies strong, not conversely.
 */
import { EngramError } from "../../numeric/index.ts";
import type { Minima, Minimum } from "./minima.ts";

export type EmergenceKind = "none" | "local" | "strong" | "global";

export interface Emergence {
  /** The strongest kind: global, or the strongest of the novel memories. */
  readonly kind: EmergenceKind;
  /** Patterns that are minima, ascending. */
  readonly kept: readonly number[];
  /** M_eps with the kind of each. */
  readonly novel: readonly { readonly minimum: Minimum; readonly kind: "none" | "local" | "strong" }[];
  /** False where the minima are not all: then a kind is a lower bound. */
  readonly complete: boolean;
}

/**
 * @param found all minima at one beta, from `minimaAt` @param count M @param novelty least distance of a novel memory to every pattern, above 0
 * @throws EngramError unless novelty is a finite number above 0
 */
export function emergence(found: Pick<Minima, "minima" | "complete">, count: number, novelty: number): Emergence {
  if (!(novelty > 0 && novelty < Infinity)) throw new EngramError("novelty", "a finite distance above 0", String(novelty), "At distance 0 every kept pattern would be novel.");
  const isKept = new Set(found.minima.flatMap(({ at }) => at));
  const novel = found.minima.filter(({ nearest }) => nearest >= novelty).map((minimum) => {
    const needed = neededBy(minimum);
    const kept = needed.filter((mu) => isKept.has(mu)).length;
    return { minimum, kind: kept === 0 ? ("none" as const) : kept < needed.length ? ("local" as const) : ("strong" as const) };
  });
  const strongest = (["strong", "local"] as const).find((kind) => novel.some((one) => one.kind === kind)) ?? "none";
  const global = isKept.size === count && novel.length > 0;
  return { kind: global ? "global" : strongest, kept: [...isKept].sort((a, b) => a - b), novel, complete: found.complete };
}

/** S(c_K): the patterns whose removal stops c_K from being a minimum. */
export function neededBy({ members, at }: Pick<Minimum, "members" | "at">): number[] {
  // Patterns at the centroid may go, the mean stays; the last one may not.
  return members.length === 1 ? [...members] : members.filter((mu) => !at.includes(mu));
}

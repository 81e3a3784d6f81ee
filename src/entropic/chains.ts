/**
 * Association chains, "dreaming": each recall is the next cue (E17) (entropic-memory.md 2.8; arXiv 2405.12500).
 *
 *   v^0 = Q(E(x));  v'^k = beta(v^k);  z^k = Q^-1(v'^k);  y^k = D(z^k);  c^k = arg max F(z^k);  v^(k+1) = Q(E(y^k))
 *
 * Once a step is rejected, it and all later ones are unknown. `visible` is of the first cue: what is recalled shows everything. Without an encoder and a decoder the chain runs on the features themselves.
 */
import { EngramError, type Pattern } from "../numeric/index.ts";
import type { EntropicMemory, EntropicRecall, EntropicRecallOptions } from "./memory.ts";

export interface ChainOptions extends Omit<EntropicRecallOptions, "sample"> {
  /** K, steps at most. Default 6, depths 0 to 5. */
  steps?: number;
  /** D: features to whatever is looked at, and E: back to features. Both or neither. */
  decode?: (z: Float64Array) => Pattern;
  encode?: (y: Pattern) => Pattern;
  /** The class of features. */
  classify?: (z: Float64Array) => number;
  /** Ends the chain after a step, e.g. where nothing moves any more. */
  until?: (step: ChainStep, before: ChainStep | undefined) => boolean;
}

export interface ChainStep {
  /** False: unknown, for this step and all after it. */
  readonly known: boolean;
  /** Of this step's cue; absent after a rejection. */
  readonly recall?: EntropicRecall;
  /** D(z), where there is a decoder. */
  readonly image?: Pattern;
  readonly label?: number;
}

/**
 * @param cue features, the first cue; draws are those of sample k at step k
 * @returns as many steps as asked, fewer where `until` ended it
 */
export function chain(memory: EntropicMemory, cue: Pattern, options: ChainOptions = {}): ChainStep[] {
  const { steps: K = 6, decode, encode, classify, until, visible, ...asked } = options;
  if (!Number.isInteger(K) || K < 1) throw new EngramError("steps", "a whole number from 1", String(K), "The paper takes 6.");
  if ((decode === undefined) !== (encode === undefined)) throw new EngramError("chain", "both decode and encode, or neither", decode === undefined ? "encode alone" : "decode alone", "An image must be encoded again to be the next cue.");
  const steps: ChainStep[] = [];
  let next: Pattern = cue;
  while (steps.length < K) {
    const before = steps[steps.length - 1];
    if (before?.known === false) {
      steps.push({ known: false });
      continue;
    }
    const recall = memory.recall(next, { top: 0, ...asked, ...(steps.length === 0 && visible !== undefined ? { visible } : {}), sample: steps.length });
    if (!recall.accepted) {
      steps.push({ known: false, recall });
      continue;
    }
    const image = decode?.(recall.state);
    const step: ChainStep = { known: true, recall, ...(image === undefined ? {} : { image }), ...(classify === undefined ? {} : { label: classify(recall.state) }) };
    steps.push(step);
    if (until?.(step, before) === true) break;
    next = image === undefined ? recall.state : encode!(image);
  }
  return steps;
}

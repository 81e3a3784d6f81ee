/** What a user should know about a memory before trusting it (entropic-memory.md 15.9), in sentences. */
import type { Quantiser } from "./quantiser.ts";
import type { AssociativeRegister } from "./register.ts";

/** Below this width in levels a neighbour weighs less than e^-5 of the cue's own level. */
const COPY = 0.3;
/** Columns of a fresh cue that may be expected outside the range before it is worth saying. */
const STRAYS = 0.1;

/** Constant columns; a retrieval that copies its cue; counts lost to the cap; ranges too narrow for fresh cues. */
export function warningsOf({ n, m, size, settings, statistics }: AssociativeRegister, quantiser: Quantiser): string[] {
  const { sigma, retrieval, xi, undefinedIsMismatch } = settings;
  const warnings = [...quantiser.warnings];
  if (retrieval === "kernel" && m > 1 && sigma * m < COPY) warnings.push(`sigma is ${sigma * m} levels: retrieval copies its cue`);
  if (statistics.saturation > 0 && settings.cap > 1) warnings.push(`${(100 * statistics.saturation).toPrecision(2)} % of the cells have reached the cap ${settings.cap}: their counts are lost and the entropy rises`);
  // Of N values in a column that varies and one more, either end is the new one's with probability 1 / (N + 1).
  const strays = (2 * (n - quantiser.constant)) / (size + 1);
  if (undefinedIsMismatch && quantiser.data.kind === "local" && strays > Math.max(STRAYS, xi)) {
    warnings.push(`a fresh cue is expected beyond the stored range in ${strays < 10 ? strays.toPrecision(2) : Math.round(strays)} columns, and xi allows ${xi}: store more, raise xi or use fewer levels`);
  }
  return warnings;
}

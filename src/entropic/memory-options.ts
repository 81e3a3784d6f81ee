/** The options of an entropic memory, checked: what no data can be stored under is refused when the memory is made. */
import { checkBackend, EngramError, unknownName } from "../numeric/index.ts";
import { checkNames } from "../dense/recall-options.ts";
import type { EntropicOptions } from "./memory.ts";
import { presetOf, REGISTER_OPTIONS, settingsOf } from "./presets.ts";
import { checkConstant, checkLevels, Quantiser, type QuantiserKind, QUANTISER_KINDS } from "./quantiser.ts";
import { checkDrawn } from "./retrieval.ts";

/** @throws EngramError for unknown options, values out of range, or a quantiser that does not go with them */
export function checkOptions(options: EntropicOptions): { quantiser: QuantiserKind | Quantiser; levels: number } {
  checkNames("entropic option", options, [...REGISTER_OPTIONS, "levels", "quantiser", "constantColumns", "items"]);
  checkBackend(options.backend);
  const { outside } = settingsOf(options);
  const preset = presetOf(options.preset);
  const { quantiser = preset.quantiser } = options;
  checkConstant(options.constantColumns);
  if (typeof quantiser === "string" && !QUANTISER_KINDS.includes(quantiser)) throw unknownName("quantiser", quantiser, QUANTISER_KINDS);
  if (quantiser === "percentile" && outside === "error") {
    throw new EngramError("outside", "undefined or clip", "error", "A percentile quantiser leaves part of what it is fitted on outside its range.");
  }
  const levels = checkLevels(options.levels ?? (quantiser instanceof Quantiser ? quantiser.levels : preset.levels));
  // A file brings its quantiser: of more levels than can be drawn from it still opens, recognises and forgets.
  if (!(quantiser instanceof Quantiser)) checkDrawn(levels);
  if (quantiser instanceof Quantiser && quantiser.levels !== levels) {
    throw new EngramError("levels", `${quantiser.levels}, those of the quantiser`, String(levels), "Leave levels out.");
  }
  return { quantiser, levels };
}

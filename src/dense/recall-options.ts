/** What a call may ask for besides its patterns, checked: a misspelt `visible` or a step count of NaN must not pass in silence. */
import { checkNames, EngramError, type Pattern, type Patterns, type RecallOptions, visibleOf } from "../numeric/index.ts";

export { checkNames } from "../numeric/index.ts";

/**
 * @param own names of options that only this model has
 * @throws EngramError for an option that does not exist (suggests the nearest) or a value outside its range
 */
export function checkRecallOptions<T extends RecallOptions>(options: T, own: readonly string[] = []): T {
  checkNames("recall option", options, ["visible", "maxSteps", "tolerance", "top", ...own]);
  const { visible = [], maxSteps = 1, tolerance = 0, top = 0 } = options;
  if (typeof visible !== "object" || visible === null) throw new EngramError("visible", "one number per coordinate", String(visible), "0 hidden, anything else visible.");
  if (!Number.isInteger(maxSteps) || maxSteps < 1) throw new EngramError("maxSteps", "a whole number >= 1", String(maxSteps), "It bounds the steps of an iterated recall.");
  if (typeof tolerance !== "number" || !(tolerance >= 0)) throw new EngramError("tolerance", "a number >= 0", String(tolerance), "A recall has settled when no coordinate moves by more.");
  if (!Number.isInteger(top) || top < 0) throw new EngramError("top", "a whole number >= 0", String(top), "It is the length of the ranking.");
  return options;
}

/**
 * The one rule for masks: `visible` and `free` of every memory.
 * @throws EngramError unless it is `dim` numbers (a NaN is none; says where)
 */
export function checkMask(name: string, mask: ArrayLike<number>, dim: number): void {
  if (typeof mask !== "object" || mask?.length !== dim) {
    throw new EngramError(name, `${dim} numbers`, typeof mask === "object" ? String(mask?.length) : typeof mask, "Give one entry per coordinate, 0 or not 0.");
  }
  for (let i = 0; i < dim; i++) {
    if (typeof mask[i] !== "number" || Number.isNaN(mask[i])) throw new EngramError(`${name}, coordinate ${i}`, "a number", String(mask[i]), "0 is no, anything else yes.");
  }
}

/** The options with what an image cue shows of itself, where no `visible` is given. */
export function seen<T extends RecallOptions>(cue: Pattern, options: T): T {
  if (options.visible !== undefined || typeof cue !== "object" || cue === null) return options;
  const visible = visibleOf(cue);
  return visible === undefined ? options : { ...options, visible };
}

/** Whether some of the cues are images with hidden pixels, so that each goes by its own mask. */
export function hides(cues: Patterns, options: RecallOptions): cues is readonly Pattern[] {
  return options.visible === undefined && Array.isArray(cues) && cues.some((cue: Pattern) => seen(cue, options) !== options);
}

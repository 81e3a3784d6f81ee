/** Cues of an entropic memory as levels, with what they hide, and the number that stands for each of them in the counters of its draws. */
import { EngramError, type Pattern, type Patterns, toRow, toRows } from "../numeric/index.ts";
import { checkMask, checkNames } from "../dense/recall-options.ts";
import type { EntropicRecallOptions } from "./memory.ts";
import type { Quantiser } from "./quantiser.ts";
import { QUESTION_OPTIONS } from "./recognition.ts";
import type { AssociativeRegister, RetrieveOptions } from "./register.ts";

export interface CueLevels {
  /** Q x n as the quantiser gave them. */
  readonly raw: Float64Array;
  /** Q x n as the register takes them. */
  readonly v: Uint16Array;
  /** What a register takes of the options. */
  readonly asked: RetrieveOptions;
}

const RECALL_OPTIONS = ["maxSteps", "tolerance", "top", ...QUESTION_OPTIONS.filter((name) => name !== "numbers")];

/** Columns that `visible` hides are undefined. @throws EngramError for options that do not exist, another width, NaN or infinities */
export function cueLevels(register: AssociativeRegister, quantiser: Quantiser, cues: Patterns, options: EntropicRecallOptions): CueLevels {
  checkNames("recall option", options, RECALL_OPTIONS);
  const { visible, top = 0 } = options;
  const { n } = register;
  if (!Number.isInteger(top) || top < 0) throw new EngramError("top", "a whole number >= 0", String(top), "It is the length of the ranking.");
  if (visible !== undefined) {
    checkMask("visible", visible, n);
    if (!Array.from(visible).some((shown) => shown !== 0)) throw new EngramError("visible", "at least one entry that is not 0", "a mask that hides everything", "Show a part of the cue.");
  }
  const single = Array.isArray(cues) && cues.length === 1;
  const raw = quantiser.transform(single ? toRow((cues as readonly Pattern[])[0], "cue", n) : toRows(cues, "cues", n).data);
  const asked = Object.fromEntries(Object.entries(options).filter(([name]) => QUESTION_OPTIONS.includes(name)));
  return { raw, v: register.levels(raw, visible), asked };
}

/** 32 bits of each cue's levels (FNV-1a): different cues draw different numbers, the same cue the same ones wherever it stands. */
export function fingerprints(v: Uint16Array, n: number): Uint32Array {
  const out = new Uint32Array(v.length / n);
  for (let c = 0, at = 0; c < out.length; c++) {
    let h = 0x811c9dc5;
    for (let j = 0; j < n; j++, at++) h = Math.imul(h ^ v[at], 0x01000193);
    out[c] = h;
  }
  return out;
}

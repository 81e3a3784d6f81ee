/**
 * The quirks of the authors' code that stand outside the pipeline (semantic-memory.md section 5): what they did to data and cues.
 * Each is a separate function, used by nothing by default. The quirks inside the pipeline are in reference.ts (B1-B4, B8, B9, B12,
 * B14), those of the success criterion in success.ts (B10).
 */
import { EngramError } from "../numeric/index.ts";

/** torch's arg max: NaN counts as the largest value, the first NaN wins; otherwise the lowest index on a tie (B4, B8). -1 for none. */
export function torchArgmax(s: ArrayLike<number>): number {
  let best = s.length === 0 ? -1 : 0;
  for (let mu = 0; mu < s.length; mu++) {
    if (Number.isNaN(s[mu])) return mu;
    if (s[mu] > s[best]) best = mu;
  }
  return best;
}

/**
 * (B4) The Tiny ImageNet loader: a greyscale file (one channel) becomes an all-zero row of C channels. Our loaders replicate grey to RGB.
 * @param image C x H x W values, channel-first @param channels what the file held
 */
export function greyAsZero(image: ArrayLike<number>, channels: number): Float64Array {
  return channels === 1 ? new Float64Array(image.length) : Float64Array.from(image);
}

/**
 * (B5) `hwcBug`: an image kept as H, W, C but treated as if C, H, W. Masking its "bottom half" then blanks the lower half of each third.
 * @param image C x H x W values @returns the same numbers in H, W, C order
 */
export function hwcBug(image: ArrayLike<number>, C: number, H: number, W: number): Float64Array {
  if (image.length !== C * H * W) throw new EngramError("hwcBug", `${C} x ${H} x ${W} = ${C * H * W} values`, `${image.length}`, "Pass one channel-first image.");
  const kept = new Float64Array(image.length);
  for (let c = 0; c < C; c++) {
    for (let pixel = 0; pixel < H * W; pixel++) kept[pixel * C + c] = image[c * H * W + pixel];
  }
  return kept;
}

/** What a run of theirs corrupted with, whatever it was asked for. */
export interface ReferenceCorruption {
  kind: string;
  /** Noise sigma, or masked fraction. */
  strength: number;
}

/** (B6) The capacity experiment ignores the corruption it is asked for and always uses folded Gaussian noise; the threshold sweep ignores sigma and masks half. */
export function referenceCorruption(experiment: string, asked: ReferenceCorruption): ReferenceCorruption {
  if (experiment === "capacity") return { kind: "foldedGaussian", strength: asked.strength };
  if (experiment === "threshold") return { kind: "maskBottom", strength: 0.5 };
  return asked;
}

/**
 * (B7) The "Gaussian" cue of the classical Hopfield experiment: clip(|xi + sigma n|, 0, 1) of a pattern that is +-1 already, which at
 * sigma = 1e-7 is the all-ones vector for every memory (within sigma).
 * @param random source of standard normal numbers
 */
export function foldedBipolarCue(xi: ArrayLike<number>, sigma: number, random: { normal(): number }): Float64Array {
  return Float64Array.from(xi, (x) => Math.min(Math.abs(x + sigma * random.normal()), 1));
}

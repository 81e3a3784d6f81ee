/**
 * Recognition with a stated rate of false rejections, and how well each score tells stored cues from others (entropic-memory.md 15.13).
 * Not in the papers, whose iota, kappa and xi were never tuned on CIFAR.
 *
 *   rate     wanted bound on the share of known cues that are rejected
 *   known    Q cues that should be accepted and were not registered themselves: held out, or damaged copies of what is stored
 *
 * Split conformal prediction: with thresholds at the ceil((Q + 1)(1 - r))-th of the known scores, a further cue of the same kind is
 * rejected with probability at most r, whatever the distribution. Two tests share the rate: xi by mismatches takes half, kappa by weight the
 * rest, so that together they reject at most `rate`.
 */
import { auroc, EngramError } from "../numeric/index.ts";
import type { Levels } from "./levels.ts";
import type { AssociativeRegister } from "./register.ts";

export interface Calibrated {
  readonly iota: number;
  readonly kappa: number;
  readonly xi: number;
  /** The bound asked for, and the share of the known cues these thresholds reject. */
  readonly rate: number;
  readonly rejected: number;
  readonly cues: number;
}

/**
 * kappa and xi for a rate of false rejections.
 * @param iota stays as given; default the register's
 * @throws EngramError for a rate outside (0, 1), or too few cues for it: Q >= 2 / rate - 1
 */
export function calibrate(register: AssociativeRegister, known: Levels, rate: number, iota: number = register.settings.iota): Calibrated {
  if (!(rate > 0 && rate < 1)) throw new EngramError("rate", "between 0 and 1", String(rate), ".05 rejects at most one known cue in twenty.");
  const { mismatches, weights } = register.recognize(known, { iota, kappa: 0, xi: 0 });
  const Q = mismatches.length;
  if (Q < 2 / rate - 1) throw new EngramError("known cues", `at least ${Math.ceil(2 / rate - 1)} for a rate of ${rate}`, String(Q), "Hold out more cues, or allow more rejections.");
  const place = Math.ceil((Q + 1) * (1 - rate / 2)); // 1-based
  const xi = Float64Array.from(mismatches).sort()[place - 1];
  const Omega = register.statistics.meanWeight;
  const kappa = Omega === 0 ? 0 : beneath(Float64Array.from(weights).sort()[Q - place], Omega);
  const rejected = register.recognize(known, { iota, kappa, xi }).accepted.filter((yes) => yes === 0).length / Q;
  return { iota, kappa, xi, rate, rejected, cues: Q };
}

/** The ratio weight / Omega, rounded down so far that kappa Omega does not exceed the weight. */
function beneath(weight: number, Omega: number): number {
  let kappa = weight / Omega;
  while (kappa > 0 && kappa * Omega > weight) kappa *= 1 - 2 ** -52;
  return kappa;
}

/** Of one group of cues against the stored ones: .5 tells nothing, 1 everything. */
export interface Separation {
  /** Area under the ROC curve of the number of mismatches (fewer is more known), of rho, and of the likelihood with 1 added to every cell. */
  readonly mismatches: number;
  readonly weight: number;
  readonly likelihood: number;
  /** Share accepted by the register's own thresholds. */
  readonly accepted: number;
}

/** How well the scores of eta tell stored cues from each other group, e.g. unseen ones of the same kind and foreign ones. */
export function separations(register: AssociativeRegister, stored: Levels, groups: Readonly<Record<string, Levels>>): Record<string, Separation> {
  const scores = (v: Levels): { mismatches: Float64Array; weight: Float64Array; likelihood: Float64Array; accepted: number } => {
    const { mismatches, weights, accepted } = register.recognize(v);
    return {
      mismatches: Float64Array.from(mismatches, (count) => 0 - count), weight: weights, likelihood: register.logLikelihood(v, 1),
      accepted: accepted.reduce((a, b) => a + b, 0) / accepted.length,
    };
  };
  const own = scores(stored);
  return Object.fromEntries(Object.entries(groups).map(([name, v]) => {
    const other = scores(v);
    return [name, {
      mismatches: auroc(own.mismatches, other.mismatches), weight: auroc(own.weight, other.weight), likelihood: auroc(own.likelihood, other.likelihood), accepted: other.accepted,
    }];
  }));
}

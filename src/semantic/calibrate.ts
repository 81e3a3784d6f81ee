/**
 * When a memory may say "never seen": the threshold on the best score, or on its lead over the second, that strangers pass with at most a
 * stated probability.
 *
 *   m_1 .. m_n   what n strangers reach;  k = floor(rate (n + 1));  accept m when it is above the k-th largest of them
 *
 * For a stranger exchangeable with these, P(accepted) <= k / (n + 1) <= rate, whatever their distribution (the conformal argument: its
 * rank among all n + 1 is uniform, and it is accepted at the ranks 1 to k). Nothing is promised for strangers of another kind.
 *
 * Where no strangers are given, the stored patterns stand for them, each asked of the memory without it: nothing but what is stored is
 * needed. Those with a twin (an equal embedding) are left out, since they are known. A real stranger z is asked of one memory more than they were,
 * so k is one less. Then the same holds of the score, where the similarity is symmetric: had z been stored, too, only those whose nearest is z
 * would have reached more, and none of them more than z itself except where it is z's nearest in turn; so of the n + 1 in equal places at most
 * k + 1 are accepted. Of the lead it is measured, not proved.
 */
import { checkNames, EngramError, filled, type Patterns, unknownName } from "../numeric/index.ts";
import { margin } from "../universal/index.ts";

/** Stored patterns asked at once. */
const AT_ONCE = 64;

export interface CalibrateOptions {
  /** The largest probability that a stranger is accepted. Default .01. */
  falseAccepts?: number;
  /** Best score, or its lead over the second. Default `score`, which an undamaged cue always passes; pictures with near twins lead by little. */
  on?: "score" | "margin";
  /** Patterns that are not stored. Default: the stored ones, each asked of the memory without it. */
  strangers?: Patterns;
}

export interface Calibration {
  readonly on: "score" | "margin";
  readonly threshold: number;
  /** What was asked for: the largest share of strangers accepted. */
  readonly falseAccepts: number;
  /** The share of these strangers that is accepted; below the rate, since the next stranger counts as well. */
  readonly measured: number;
  /** n. */
  readonly strangers: number;
  /** Who they were. */
  readonly who: "given" | "stored patterns, each left out";
}

/** @throws EngramError for a rate outside (0, 1), or fewer strangers than can vouch for it */
export function calibrated(reached: readonly number[], rate: number, on: Calibration["on"], who: Calibration["who"]): Calibration {
  checkRate(rate);
  const n = reached.length;
  const spare = who === "given" ? 0 : 1;
  // as a whole number: .29 of 100 is 29, though .29 * 100 rounds below it
  let k = Math.floor(rate * (n + 1));
  if ((k + 1) / (n + 1) <= rate) k++;
  k -= spare;
  if (k < 1) {
    const needed = Math.ceil((1 + spare) / rate) - 1;
    throw new EngramError("calibrate", `at least ${needed} ${who === "given" ? "strangers" : "stored patterns without a twin"} for a false-accept rate of ${rate}`, String(n), "Give more strangers, store more, or ask for a higher rate.");
  }
  const threshold = above(Float64Array.from(reached).sort().reverse()[k - 1]);
  return { on, threshold, falseAccepts: rate, measured: reached.filter((m) => m >= threshold).length / n, strangers: n, who };
}

/** With its defaults. @throws EngramError for a name that is no option, a rate outside (0, 1), or another score */
export function checkCalibrate(options: CalibrateOptions): Pick<CalibrateOptions, "strangers"> & Required<Omit<CalibrateOptions, "strangers">> {
  checkNames("calibrate option", options, ["falseAccepts", "on", "strangers"]);
  const { falseAccepts = 0.01, on = "score", strangers } = options;
  checkRate(falseAccepts);
  if (on !== "score" && on !== "margin") throw unknownName("calibrate, on", String(on), ["score", "margin"]);
  return { falseAccepts, on, strangers };
}

function checkRate(rate: number): void {
  if (typeof rate !== "number" || !(rate > 0 && rate < 1)) throw new EngramError("calibrate, falseAccepts", "a rate between 0 and 1", String(rate), ".01 lets one stranger in a hundred pass.");
}

/** The next larger number: `>=` it is `>` the given one. */
export function above(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  const bits = new BigInt64Array(new Float64Array([x]).buffer);
  bits[0] += x > 0 ? 1n : -1n;
  return new Float64Array(bits.buffer)[0];
}

/** What each row of scores reaches: the best score, or its lead over the second. @param S Q x N scores */
export function reachedBy(S: Float64Array, N: number, on: Calibration["on"]): number[] {
  return Array.from({ length: S.length / N }, (_, c) => {
    const s = S.subarray(c * N, (c + 1) * N);
    return on === "margin" ? margin(s) : s.reduce((best, score) => Math.max(best, score), -Infinity);
  });
}

/**
 * What each stored pattern reaches in the memory without it; twins are left out.
 * @param K N * e numbers @param scores Q x N of some of these rows against all
 */
export function leftOut(K: ArrayLike<number>, N: number, scores: (cues: Float64Array) => Float64Array, on: Calibration["on"]): number[] {
  const e = K.length / N;
  const reached: number[] = [];
  const equal = (mu: number, nu: number): boolean => {
    for (let j = 0; j < e; j++) if (K[mu * e + j] !== K[nu * e + j]) return false;
    return true;
  };
  for (let from = 0; from < N; from += AT_ONCE) {
    const to = Math.min(N, from + AT_ONCE);
    const S = scores(filled(new Float64Array((to - from) * e), (i) => K[from * e + i]));
    for (let mu = from; mu < to; mu++) {
      const s = S.subarray((mu - from) * N, (mu - from + 1) * N);
      let twin = false;
      for (let nu = 0; nu < N && !twin; nu++) twin = nu !== mu && s[nu] === s[mu] && equal(mu, nu);
      const lead = twin ? Infinity : reachedBy(s.filter((_, nu) => nu !== mu), N - 1, on)[0];
      if (Number.isFinite(lead)) reached.push(lead);
    }
  }
  return reached;
}

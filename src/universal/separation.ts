/**
 * Separations w = sep(s) (U3) that treat every score alone, and max; the contract of all of them
 * (Universal Hopfield Networks, arXiv 2202.04557; semantic-memory.md section 4).
 *
 *   s    N   scores, one per memory, larger = more similar
 *   w    N   weights
 *   L    -   Lagrangian L_h(s) with w = grad L, convex on the stated domain; gives the energy (U16)
 *
 * Deviation: outside its domain a separation throws. The authors' code returns NaN or the wrong ranking there.
 */
import { EngramError, exp, integerPower, log, pow } from "../numeric/index.ts";
import { foldSum, highest } from "../dense/sums.ts";

/** How a separation folds over shards: by adding, by rescaled adding, by keeping the best, or not at all. */
export type SeparationKind = "elementwise" | "softmax" | "max" | "topK" | "global";

export interface Separation {
  /** Its id with parameters, e.g. `power(10)`. */
  readonly name: string;
  /** The scores it accepts, in words. */
  readonly domain: string;
  readonly kind: SeparationKind;
  /** Whether the weights sum to 1 by construction. */
  readonly normalised: boolean;
  /** Whether no weight is ever negative. */
  readonly nonNegative: boolean;
  /** True where no score is accepted but those above 0. */
  readonly positive?: boolean;
  /** Inverse temperature, where it has one. */
  readonly beta?: number;
  /** How many memories it keeps (topK, kSubsets). */
  readonly k?: number;
  /** N weights for N scores. @throws EngramError outside the domain */
  weights(s: Float64Array): Float64Array;
  /** L_h(s), w = grad L_h. @throws EngramError outside the domain */
  lagrangian(s: Float64Array): number;
  /** The weight of one score, for the kind "elementwise". */
  readonly single?: (s: number) => number;
}

interface Elementwise {
  name: string;
  domain: string;
  nonNegative: boolean;
  positive?: boolean;
  beta?: number;
  inside?: (s: number) => boolean;
  todo?: string;
  single: (s: number) => number;
  /** Per-score term of L_h. */
  term: (s: number) => number;
}

function elementwise(part: Elementwise): Separation {
  const { name, domain, nonNegative, positive, beta } = part;
  const check = (s: number): number => {
    if (Number.isNaN(s) || (part.inside !== undefined && !part.inside(s))) {
      throw new EngramError(`separation ${name}`, domain, `the score ${s}`, part.todo ?? "Choose a similarity whose scores lie there.");
    }
    return s;
  };
  const single = (s: number): number => {
    const w = part.single(check(s));
    if (!Number.isFinite(w)) throw new EngramError(`separation ${name}`, "a weight that f64 can hold", `${w} for the score ${s}`, "Scale the data, or use softmax.");
    return w;
  };
  return {
    name, domain, nonNegative, positive, beta, kind: "elementwise", normalised: false, single,
    weights: (s) => s.map((score) => single(score)),
    lagrangian: (s) => foldSum(s, (score) => part.term(check(score))),
  };
}

/** w = s; L = |s|^2 / 2. The classical Hopfield network with dot. */
export const identity: Separation = elementwise({
  name: "identity", domain: "any scores", nonNegative: false, single: (s) => s, term: (s) => (s * s) / 2,
});

/**
 * w = s^n; L = sum s^(n+1) / (n+1). Scores >= 0, unless n is an odd whole number.
 * @param n > 0
 */
export function power(n: number): Separation {
  if (!(n > 0) || n === Infinity) throw new EngramError("power", "a finite exponent n > 0", String(n), "The paper uses 1/2, 2, 3, 4 and 10.");
  const odd = Number.isInteger(n) && n % 2 === 1;
  return elementwise({
    name: `power(${n})`, domain: odd ? "any scores" : "scores >= 0", nonNegative: !odd,
    inside: odd ? undefined : (s) => s >= 0,
    todo: "Use a similarity with scores >= 0 (invL1, invSqL2, massDot, rbf), an odd whole n, or softmax.",
    single: (s) => signedPower(s, n),
    term: (s) => (signedPower(s, n) * s) / (n + 1),
  });
}

/** w = log s; L = sum (s log s - s). Scores > 0. Weights may be negative and are used as they are (B2 is the reference's). */
export const logarithm: Separation = elementwise({
  name: "log", domain: "scores > 0", nonNegative: false, positive: true, inside: (s) => s > 0 && s < Infinity,
  todo: "Use a similarity with scores > 0 (invL1, invSqL2, rbf), or softmax.",
  single: (s) => log(s), term: (s) => s * log(s) - s,
});

/** w = e^(beta s); L = sum e^(beta s) / beta. Scores with beta s <= 709, beyond which f64 overflows. */
export function exponential(beta = 1): Separation {
  checkBeta("exp", beta);
  return elementwise({
    name: "exp", domain: `beta s <= 709 (beta = ${beta})`, nonNegative: true, beta, inside: (s) => beta * s <= 709,
    todo: "Use softmax, which has the same weights up to their sum and cannot overflow.",
    single: (s) => exp(beta * s), term: (s) => exp(beta * s) / beta,
  });
}

/** w = 1 if s >= r else 0; L = sum max(s - r, 0). Sparse distributed memory. */
export function threshold(r: number): Separation {
  if (!Number.isFinite(r)) throw new EngramError("threshold", "a finite score r", String(r), "Memories scoring r or more are read out.");
  return elementwise({
    name: `threshold(${r})`, domain: "any scores", nonNegative: true,
    single: (s) => (s >= r ? 1 : 0), term: (s) => Math.max(s - r, 0),
  });
}

/**
 * w = 1 if beta s > -1 else 0; L = sum max(s + 1/beta, 0) (F11, Epanechnikov memory, arXiv 2506.10801). With s = -D2/2 the support
 * is the ball of radius sqrt(2 / beta) and the read-out the plain mean of the memories inside; an empty ball is "no match".
 */
export function lsr(beta = 1): Separation {
  checkBeta("lsr", beta);
  return elementwise({
    name: "lsr", domain: "any scores", nonNegative: true, beta,
    single: (s) => (beta * s > -1 ? 1 : 0), term: (s) => Math.max(s + 1 / beta, 0),
  });
}

/** One-hot at the highest score, the lowest index on a tie; L = max s (w a subgradient). */
export const max: Separation = {
  name: "max", domain: "any scores", kind: "max", normalised: true, nonNegative: true,
  weights: (s) => {
    const w = new Float64Array(s.length);
    if (s.length > 0) w[highest(s)] = 1;
    return w;
  },
  lagrangian: (s) => s[highest(s)],
};

/** @throws EngramError unless 0 < beta < Infinity */
export function checkBeta(what: string, beta: number): number {
  if (typeof beta !== "number" || !(beta > 0) || beta === Infinity) throw new EngramError(what, "an inverse temperature beta > 0", typeof beta === "string" ? `"${beta as string}"` : String(beta), "betaFor(delta, N, gap) gives one.");
  return beta;
}

/** s^n for s >= 0, and for negative s when n is odd. Whole powers up to 64 by repeated squaring: exact for small whole scores. */
function signedPower(s: number, n: number): number {
  if (n === 0.5) return Math.sqrt(s);
  if (!Number.isInteger(n) || n > 64) return s < 0 ? -pow(-s, n) : pow(s, n);
  return integerPower(s, n);
}

/**
 * What makes a claimed memory checkable (arXiv 2506.10801; (L17), (L19), (L23), (L33) of the notes): one pass over the patterns, from the
 * centroid itself and by direct differences, where the enumeration uses pair distances (L18). The two share nothing.
 *
 *   in2, out2   largest squared distance of a member, smallest of any other pattern, to c_K
 *   window      (2/out2, 2/in2): K is a minimum for every beta in it
 *   rho_K       min(r_s - in, out - r_s): one step from anywhere closer returns c_K          (L23)
 *   r*          sqrt(D_max^2 + min(delta_min, gamma_min)) - D_max <= rho_K                    (L33), Theorem 2
 */
import { EngramError } from "../../numeric/index.ts";
import { checkBeta } from "../parameters.ts";

export interface Certificate {
  readonly beta: number;
  /** K, ascending. */
  readonly members: readonly number[];
  /** c_K. */
  readonly centroid: Float64Array;
  readonly in2: number;
  readonly out2: number;
  readonly low: number;
  readonly high: number;
  /** rho_K. */
  readonly basin: number;
  /** Theorem 2's radius r*. */
  readonly paperBasin: number;
}

export interface Verdict {
  readonly valid: boolean;
  /** What is wrong, with both numbers. */
  readonly reason?: string;
}

/** Claims and measurements agree to this, relative: rounding of a sum of D squares stays below D 1e-16. */
const AGREE = 1e-9;

/**
 * The certificate of a set at beta, whether or not it is a minimum there (`isMinimum` tells).
 * @param Xi M x D numbers @throws EngramError for members that are no patterns, or not ascending
 */
export function certify(Xi: ArrayLike<number>, dim: number, members: readonly number[], beta: number): Certificate {
  checkBeta(beta);
  checkMembers(members, Xi.length / dim);
  const centroid = new Float64Array(dim);
  for (const mu of members) for (let k = 0; k < dim; k++) centroid[k] += Xi[mu * dim + k];
  for (let k = 0; k < dim; k++) centroid[k] /= members.length;
  const inside = new Set(members);
  let [in2, out2, far2] = [0, Infinity, 0];
  for (let mu = 0; mu < Xi.length / dim; mu++) {
    let squared = 0;
    for (let k = 0; k < dim; k++) squared += (Xi[mu * dim + k] - centroid[k]) * (Xi[mu * dim + k] - centroid[k]);
    if (inside.has(mu)) in2 = Math.max(in2, squared);
    else out2 = Math.min(out2, squared);
    far2 = Math.max(far2, squared);
  }
  // A set of one (or of duplicates) lies at its centroid, whatever rounding the mean of duplicates left behind.
  if (members.every((mu) => same(Xi, dim, mu, members[0]))) in2 = 0;
  return {
    beta, members: members.slice(), centroid, in2, out2, low: 2 / out2, high: 2 / in2,
    basin: basinOf(in2, out2, beta), paperBasin: Math.sqrt(far2 + Math.min(2 / beta - in2, out2 - 2 / beta)) - Math.sqrt(far2),
  };
}

/** (L23) rho_K; at or below 0 where K is no minimum. */
export function basinOf(in2: number, out2: number, beta: number): number {
  const r = Math.sqrt(2 / checkBeta(beta));
  return Math.min(r - Math.sqrt(in2), Math.sqrt(out2) - r);
}

/** (L17), strictly (L20). */
export function isMinimum({ in2, out2, beta }: Pick<Certificate, "in2" | "out2" | "beta">): boolean {
  return in2 < 2 / beta && 2 / beta < out2;
}

/** Checks a claimed memory against the patterns in one pass. @param Xi M x D numbers */
export function verify(Xi: ArrayLike<number>, dim: number, claim: Certificate): Verdict {
  const found = certify(Xi, dim, claim.members, claim.beta);
  if (!isMinimum(found)) return { valid: false, reason: `no minimum: in2 ${found.in2} < 2/beta ${2 / claim.beta} < out2 ${found.out2} does not hold` };
  const size = Math.max(Math.sqrt(found.in2), ...found.centroid.map(Math.abs));
  const away = found.centroid.findIndex((value, k) => !(Math.abs(value - claim.centroid[k]) <= AGREE * size));
  if (claim.centroid.length !== dim || away >= 0) return { valid: false, reason: `centroid: ${claim.centroid[away]} claimed, ${found.centroid[away]} found in coordinate ${away}` };
  const scale = Math.sqrt(2 / claim.beta);
  for (const key of ["in2", "out2", "low", "high", "basin", "paperBasin"] as const) {
    const [said, is] = [claim[key], found[key]];
    // A radius is a difference of two of the size of r_s.
    const room = AGREE * (key === "basin" || key === "paperBasin" ? scale : Math.max(Math.abs(is), key === "in2" ? scale * scale : 0));
    if (!(said === is || Math.abs(said - is) <= room)) return { valid: false, reason: `${key}: ${said} claimed, ${is} found` };
  }
  return { valid: true };
}

/** @throws EngramError unless pattern numbers are whole, in range, ascending and at least one */
export function checkMembers(members: readonly number[], count: number): readonly number[] {
  const good = members.length > 0 && members.every((mu, i) => Number.isInteger(mu) && mu >= 0 && mu < count && (i === 0 || mu > members[i - 1]));
  if (!good) throw new EngramError("members", `pattern numbers below ${count}, ascending`, `[${members.join(", ")}]`, "Patterns are numbered from 0; name each once.");
  return members;
}

function same(Xi: ArrayLike<number>, dim: number, a: number, b: number): boolean {
  for (let k = 0; k < dim; k++) if (Xi[a * dim + k] !== Xi[b * dim + k]) return false;
  return true;
}

/**
 * All local minima of LSR, exactly (arXiv 2506.10801; section 3 of the notes): no tolerance, no gradient test.
 *
 *   D2      M x M   squared pair distances, f64
 *   K, c_K          a set of patterns and its centroid;  in2(K), out2(K): largest member, smallest non-member distance^2 to c_K
 *   (L17) c_K is a minimum iff in2(K) < 2/beta < out2(K)        (L19) i.e. for beta in (2/out2, 2/in2)
 *   (L18) ||c_K - xi_nu||^2 = (1/|K|) sum_{mu in K} D2_{mu nu} - (1/(2|K|^2)) sum_{mu,mu' in K} D2_{mu mu'}
 *   (L25) a set is grown only while a lower bound on its enclosing radius (half the largest pair distance) is below r_s
 *   (L36) depth first, smallest index first, every set visited once
 */
import { EngramError, log } from "../numeric/index.ts";
import { checkBeta } from "./energy.ts";

export interface Minimum {
  /** K, ascending. */
  readonly members: readonly number[];
  readonly energy: number;
  readonly in2: number;
  readonly out2: number;
  /** More than one member and not at a stored pattern (L21). */
  readonly novel: boolean;
}

export interface Minima {
  readonly minima: readonly Minimum[];
  /** Minima at a stored pattern. */
  readonly preserved: number;
  readonly novel: number;
  /** Whether every candidate set was visited. */
  readonly complete: boolean;
  /** Sets tested. */
  readonly tested: number;
}

/** One bar of the barcode of memories over beta: K is a minimum for low < beta < high. */
export interface Window {
  readonly members: readonly number[];
  readonly low: number;
  readonly high: number;
}

export interface MinimaOptions {
  /** At most this many sets are tested; then `complete` is false. Default 10 million. */
  maxSets?: number;
  eps?: number;
}

/** M x M squared distances, direct differences. @param Xi M x D numbers, row-major */
export function pairDistances(Xi: ArrayLike<number>, dim: number): Float64Array {
  const M = Xi.length / dim;
  const D2 = new Float64Array(M * M);
  for (let mu = 0; mu < M; mu++) {
    for (let nu = 0; nu < mu; nu++) {
      let sum = 0;
      for (let k = 0; k < dim; k++) {
        const d = Xi[mu * dim + k] - Xi[nu * dim + k];
        sum += d * d;
      }
      D2[mu * M + nu] = D2[nu * M + mu] = sum;
    }
  }
  return D2;
}

/**
 * Visits every set whose pairs are all closer than 2 r (a superset of all minima at radius r), once, smallest index first.
 * @param visit gets the set, in2 and out2; returns nothing
 */
function enumerate(
  D2: Float64Array, M: number, squaredRadius: number, maxSets: number,
  visit: (members: readonly number[], in2: number, out2: number) => void,
): { complete: boolean; tested: number } {
  const limit = 4 * squaredRadius;
  const sums = new Float64Array(M); // sum over members of D2[member, nu]
  const members: number[] = [];
  let pairSum = 0; // sum over pairs of members, each once
  let tested = 0;
  let complete = true;
  const inside = new Uint8Array(M);

  const test = (): void => {
    const size = members.length;
    const spread = pairSum / (size * size);
    let in2 = 0;
    let out2 = Infinity;
    for (let nu = 0; nu < M; nu++) {
      const squared = Math.max(0, sums[nu] / size - spread);
      if (inside[nu] === 1) in2 = Math.max(in2, squared);
      else out2 = Math.min(out2, squared);
    }
    visit(members, size === 1 ? 0 : in2, out2);
  };
  const grow = (candidates: readonly number[]): void => {
    for (let i = 0; i < candidates.length && complete; i++) {
      if (tested >= maxSets) {
        complete = false;
        return;
      }
      const mu = candidates[i];
      const added = sums[mu];
      members.push(mu);
      inside[mu] = 1;
      pairSum += added;
      for (let nu = 0; nu < M; nu++) sums[nu] += D2[mu * M + nu];
      tested++;
      test();
      grow(candidates.slice(i + 1).filter((nu) => D2[mu * M + nu] < limit));
      for (let nu = 0; nu < M; nu++) sums[nu] -= D2[mu * M + nu];
      pairSum -= added;
      inside[mu] = 0;
      members.pop();
    }
  };
  grow(Array.from({ length: M }, (_, mu) => mu));
  return { complete, tested };
}

/** (L36) every minimum at one beta. @param D2 from {@link pairDistances} */
export function minimaAt(D2: Float64Array, beta: number, options: MinimaOptions = {}): Minima {
  checkBeta(beta);
  const { maxSets = 1e7, eps = 0 } = options;
  const M = sizeOf(D2);
  const r2 = 2 / beta;
  const minima: Minimum[] = [];
  const { complete, tested } = enumerate(D2, M, r2, maxSets, (members, in2, out2) => {
    if (!(in2 < r2 && r2 < out2)) return;
    // (L14) E = -(1/beta) log(eps + |K| (1 - (beta/2) Var_K)); Var_K = sum of pairs / |K|^2
    let pairs = 0;
    let atPattern = members.length === 1;
    for (const mu of members) {
      for (const nu of members) if (nu < mu) pairs += D2[mu * M + nu];
    }
    const size = members.length;
    const variance = pairs / (size * size);
    for (const nu of members) {
      let sum = 0;
      for (const mu of members) sum += D2[mu * M + nu];
      if (sum / size - variance <= 1e-14 * Math.max(1, variance)) atPattern = true; // centroid on a stored pattern
    }
    minima.push({ members: members.slice(), energy: -log(eps + size * (1 - (beta / 2) * variance)) / beta, in2, out2, novel: !atPattern });
  });
  const novel = minima.filter((minimum) => minimum.novel).length;
  return { minima, preserved: minima.length - novel, novel, complete, tested };
}

/** (L19), (L37) the beta-window of every set that is a minimum at some beta >= `minBeta` (default: any; then all 2^M sets are visited). */
export function windows(D2: Float64Array, options: { minBeta?: number; maxSets?: number } = {}): { windows: Window[]; complete: boolean; tested: number } {
  const { minBeta = 0, maxSets = 1e8 } = options;
  const found: Window[] = [];
  const { complete, tested } = enumerate(D2, sizeOf(D2), minBeta > 0 ? 2 / minBeta : Infinity, maxSets, (members, in2, out2) => {
    const low = 2 / out2;
    const high = in2 === 0 ? Infinity : 2 / in2;
    if (low < high && high > minBeta) found.push({ members: members.slice(), low, high });
  });
  return { windows: found, complete, tested };
}

/** (L22) which patterns are minima by themselves: nearest-neighbour distance^2 above 2/beta. */
export function keptAt(D2: Float64Array, beta: number): number[] {
  checkBeta(beta);
  const M = sizeOf(D2);
  return Array.from({ length: M }, (_, mu) => mu).filter((mu) => {
    for (let nu = 0; nu < M; nu++) if (nu !== mu && D2[mu * M + nu] <= 2 / beta) return false;
    return true;
  });
}

function sizeOf(D2: Float64Array): number {
  const M = Math.sqrt(D2.length);
  if (!Number.isInteger(M)) throw new EngramError("pair distances", "a square table", `${D2.length} numbers`, "Use pairDistances(patterns, dim).");
  return M;
}

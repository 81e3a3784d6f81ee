/**
 * Algorithm 1 of the LSR paper (arXiv 2506.10801; section 6.1 of the notes), as it stands there: averages of active sets until the set
 * repeats, with everything it saw. `DenseMemory.recall` runs the same steps through the common dynamics; this is the bare algorithm.
 *
 *   S <- B(z);  empty: unsupported;  z <- c_S;  until S repeats
 *
 * It ends after finitely many averages, each of which lowers the energy (L27): a run that does not is a bug and is reported as one.
 */
import type { Rows } from "../../kernels/index.ts";
import { EngramError, log } from "../../numeric/index.ts";
import { basinRadius, centroid, supportOf } from "../lsr.ts";
import { checkBeta, checkEpsilon } from "../parameters.ts";

export interface Settled {
  readonly supported: true;
  /** c_S, exactly: the mean of the members in the fixed order of sums. */
  readonly state: Float64Array;
  /** S. One member: a stored pattern; several: an emergent memory. */
  readonly members: readonly number[];
  /** The active sets in turn; the last is `members`. */
  readonly sets: readonly (readonly number[])[];
  /** E at the start and after every average. */
  readonly energies: Float64Array;
  /** Averages taken. */
  readonly steps: number;
  /** rho_K (L23): one average from anywhere closer to the state returns it. */
  readonly basin: number;
}

export interface Unsupported {
  readonly supported: false;
  readonly reason: string;
  /** The nearest pattern, and how far beyond its support the state lies. */
  readonly nearest: number;
  readonly gap: number;
  /** +Infinity at eps = 0, else the plateau. */
  readonly energy: number;
}

/** @param z D numbers @throws EngramError for beta <= 0 or infinite, a wrong dimension, NaN */
export function algorithmOne(rows: Rows, z: ArrayLike<number>, beta: number, eps = 0): Settled | Unsupported {
  checkBeta(beta);
  checkEpsilon(eps);
  if (z.length !== rows.dim) throw new EngramError("state", `${rows.dim} numbers`, String(z.length), "A state is as long as a pattern.");
  let state: Float64Array = Float64Array.from(z);
  if (!state.every(Number.isFinite)) throw new EngramError("state", "finite numbers", String(state.find((value) => !Number.isFinite(value))), "Clean the cue first.");
  let at = supportOf(rows, state, beta, eps);
  const energy = (D: number): number => 0 - log(D) / beta;
  if (at.members.length === 0) {
    const nearest = at.squared.reduce((best, d2, mu) => (d2 < at.squared[best] ? mu : best), 0);
    const gap = Math.max(0, Math.sqrt(at.squared[nearest]) - Math.sqrt(2 / beta));
    return { supported: false, reason: `outside every support: ${gap} beyond the nearest boundary`, nearest, gap, energy: energy(at.D) };
  }
  const sets: (readonly number[])[] = [];
  const energies = [energy(at.D)];
  // Sets never come back (L27), so there are fewer than 2^M; 10,000 is beyond anything seen (2 to 5).
  while (sets.length < 10_000) {
    sets.push(at.members);
    state = centroid(rows, at.members);
    const next = supportOf(rows, state, beta, eps);
    energies.push(energy(next.D));
    if (same(next.members, at.members)) {
      return { supported: true, state, members: at.members, sets, energies: Float64Array.from(energies), steps: sets.length, basin: basinRadius(rows, state, beta) };
    }
    at = next;
  }
  throw new EngramError("Algorithm 1", "an end (L27)", `${sets.length} averages`, "This is a bug; please report the patterns and the cue.");
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((mu, i) => mu === b[i]);
}
